#!/bin/sh
# SPDX-License-Identifier: MIT
# A server whose workers are asked over HTTP: one of another make, and ours.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

has() { # FEATURE: whether configure has found it
    grep -q "^#define $1 1" "$PALM_BUILDDIR/config.h"
}

if ! has HAVE_CURL; then
    echo '1..0 # SKIP built without libcurl'
    exit 0
fi

cat >"$tmp/web.ini" <<END
[server]
name = web
[inbound Pull]
part = PullService
address = tcp://127.0.0.1:*
route = Web
advertise_as = pull_address
[outbound Web]
part = HttpConnection
route = Pub
[outbound Pub]
part = PubService
address = tcp://127.0.0.1:*
advertise_as = pub_address
[bypass Cache]
part = CacheService
address = tcp://127.0.0.1:*
advertise_as = db_address
END

# client WORDS…: a client of the server
client() {
    run palm-client --db "$db" --server web "$@"
}

# serve ADDRESS: starts the server, which asks that web worker
serve() {
    start_server server --set "outbound Web.address=$1" "$tmp/web.ini" \
        || bail_out 'no server'
    server=$pid
    db=$(endpoint server bypass Cache)
}

# try WHO: what every web worker does; "fail" gives it its reason
try() {
    client call echo 'hello world'
    is "$1: a result" "$status/$out$err" '0/hello world'
    client call echo
    is "$1: an empty result" "$status/$out$err" 0/
    client job upper --count 500 --size 8 --ordered
    is "$1: 500 results" "$status/$(echo "$out" | wc -l | tr -d ' ')" 0/500
    client call fail 'out of paper'
    is "$1: a function that fails is an error result" "$status/$out" 1/
    like "$1: it has address and reason" "$err" \
        "*$address*: status 500: *out of paper*"
    client call nothing x
    is "$1: an unknown function is one too" "$status/$out" 1/
    like "$1: the function is named" "$err" "*$address*: status 500: *nothing*"
    client call echo again
    is "$1: it goes on" "$status/$out$err" 0/again
}

# --- a web worker of another make -------------------------------------------
said_address() {
    address=$(sed -n 's/^web worker: ready at //p' "$tmp/worker.out")
    [ -n "$address" ]
}

if [ -n "$PALM_PYTHON3" ]; then
    (exec "$PALM_PYTHON3" "$PALM_SRCDIR/harness/foreign/web_worker.py") \
        >"$tmp/worker.out" 2>"$tmp/worker.err" </dev/null &
    worker=$!
    processes="$processes $worker"
    await said_address || bail_out "no worker: $(cat "$tmp/worker.err")"
    serve "$address"
    try 'of another make'
    stop "$server"
    is 'the server ends well' "$status" 0
    like 'it has counted' "$(cat "$tmp/server.err")" \
        '*outbound Web: received=505 sent=505 *failed=2 *'
    stop "$worker"
    is 'the web worker has seen what was sent' \
        "$(tail -n 1 "$tmp/worker.out")" \
        'web worker: 200=503 400=0 405=0 500=2'
else
    skip 'a web worker of another make' 'no Python with google.protobuf'
fi

# --- ours -------------------------------------------------------------------
if ! has HAVE_MICROHTTPD; then
    run palm-worker --http 'http://127.0.0.1:*'
    is 'without libmicrohttpd there is no --http' "$status/$out" 1/
    done_testing
    exit
fi

start_ready worker palm-worker --http 'http://127.0.0.1:*' --name W \
    --log-level debug --function 'words=wc -w' || bail_out 'no worker'
worker=$pid
address=$(sed -n 2p "$tmp/worker.out")
like 'a web worker says where it listens' "$address" 'http://127.0.0.1:[1-9]*'
serve "$address"
try ours
client call words 'one two three'
is 'a command is a function of a web worker' "$status/$(echo $out)" 0/3
run palm-worker --http "$address"
is 'a taken port: status' "$status/$out" 1/
like 'a taken port: it is named' "$err" "*$address*"

# A stop ends a sleep, whose error result still leaves.
(program palm-client --db "$db" --server web call sleep never) \
    >"$tmp/sleep.out" 2>"$tmp/sleep.err" &
client=$!
processes="$processes $client"
await contains "$tmp/worker.err" 'SLEEPS: for never'
stop "$worker"
is 'SIGTERM ends a web worker well, also in a sleep' "$status" 0
await_exit "$client"
is 'the sleep has an error result: status' "$status" 1
like 'the sleep has an error result: text' "$(cat "$tmp/sleep.err")" \
    '*status 500: *the worker stops*'
like 'the summary counts' "$(cat "$tmp/worker.err")" \
    '*info: PALM-WORKER-COUNTED: W: received=507 results=507 errors=3 *=0'

start_ready second palm-worker --http 'http://127.0.0.1:*'
stop "$pid" INT
is 'SIGINT ends a web worker well, too' "$status" 0

client call echo 'nobody'
is 'no web worker: an error result' "$status/$out" 1/
like 'no web worker: address and reason are told' "$err" \
    "*ECONNREFUSED $address*"
stop "$server"
is 'the server ends well after all' "$status" 0

run palm-worker --http nonsense
is 'an address that is not understood is wrong use' "$status" 2
like 'it is named' "$err" '*nonsense*'
run palm-worker --http "$address" --db x
is '--http and --db are wrong use' "$status" 2

done_testing
