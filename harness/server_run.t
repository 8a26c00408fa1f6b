#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-server while it runs: READY, endpoints, presets, drain, taken ports.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

master=$PALM_SRCDIR/harness/demo/master.ini

# --- READY and the endpoints ------------------------------------------------
start_server one "$master" || bail_out 'no server'
server=$pid
is 'READY is the first line' "$(sed -n 1p "$tmp/one.out")" READY
is 'the list of endpoints ends with an empty line' \
    "$(sed -n '$p' "$tmp/one.out")" ''
is 'one line for each endpoint' "$(wc -l <"$tmp/one.out" | tr -d ' ')" 7
for part in 'inbound Pull' 'outbound WorkerPush' 'inbound WorkerPull' \
    'outbound Pub' 'bypass Cache'; do
    # shellcheck disable=SC2086 # two words
    like "the endpoint of $part has a port" "$(endpoint one $part)" \
        'tcp://127.0.0.1:[1-9]*'
done
db=$(endpoint one bypass Cache)

# --- what is preset ---------------------------------------------------------
for pair in 'pull_address inbound Pull' 'pub_address outbound Pub' \
    'worker_push_address outbound WorkerPush' \
    'worker_pull_address inbound WorkerPull' 'db_address bypass Cache'; do
    # shellcheck disable=SC2086 # three words
    set -- $pair
    run palm-client --db "$db" get "$1"
    is "$1 is what $2 $3 has bound" "$out" "$(endpoint one "$2" "$3")"
done
run palm-client --db "$db" get name
is 'the name is preset' "$out" master

# --- a part with two sockets --------------------------------------------------
cat >"$tmp/two.ini" <<END
[server]
name = two
[inbound Rep]
part = RepService
address = tcp://127.0.0.1:*
route = Ask
block = yes
[outbound Ask]
part = PushPullService
address = tcp://127.0.0.1:*
pull_address = tcp://127.0.0.1:*
advertise_pull_as = answers
[bypass Cache]
part = CacheService
address = tcp://127.0.0.1:*
END
start_server sockets "$tmp/two.ini" || bail_out 'no server with two sockets'
is 'both endpoints are printed' \
    "$(endpoint sockets outbound Ask | grep -c '^tcp://127.0.0.1:[1-9]')" 2
run palm-client --db "$(endpoint sockets bypass Cache)" get answers
is 'the second is what the cache has' "$out" \
    "$(endpoint sockets outbound Ask | sed -n 2p)"
stop "$pid"
is 'and it ends well' "$status" 0

# --- a port that is taken ---------------------------------------------------
run palm-server --set "inbound Pull.address=$db" "$master"
is 'a taken port: status' "$status" 1
like 'a taken port: part and address are named' "$err" "*Pull*$db*"
is 'a taken port: never READY' "$out" ''
run palm-server --check --set "inbound Pull.address=$db" "$master"
is '--check binds nothing' "$status" 0

stop "$server"
is 'SIGTERM ends it well' "$status" 0
like 'it says what its parts have counted' "$(cat "$tmp/one.err")" \
    '*PALM-SERVER-COUNTED: inbound Pull: received=0*'

# --- other ways to start and to end -----------------------------------------
start_server two --set server.name=other --set server.log_level=error \
    --set preset.colour=blue --set bypass\ Cache.advertise=tcp://far:1 \
    "$master" || bail_out 'no second server'
db=$(endpoint two bypass Cache)
run palm-client --db "$db" --server other get colour
is '--set names the server and presets a key' "$out" blue
run palm-client --db "$db" get db_address
is 'advertise replaces the address' "$out" tcp://far:1
run palm-client --db "$db" --server master get colour
is 'another name than expected is a failure' "$status" 1
like 'both names are told' "$err" '*other*master*'
# A shell makes what runs behind ignore SIGINT, but palm-server handles it.
stop "$pid" INT
is 'SIGINT ends it well' "$status" 0
is 'log_level = error: nothing is said' "$(cat "$tmp/two.err")" ''

# A connection has no endpoint of its own.
cat >"$tmp/connection.ini" <<END
[server]
name = c
[inbound In]
part = PullConnection
address = tcp://127.0.0.1:1
END
start_server three "$tmp/connection.ini"
is 'what connects is not listed' "$(cat "$tmp/three.out")" READY
stop "$pid"

if [ -c /dev/full ]; then
    status=0
    (program palm-server "$master") >/dev/full 2>"$tmp/err" || status=$?
    is 'nobody can learn that it is READY: it fails' "$status" 1
fi

# --- a cache in a file ------------------------------------------------------
has_lmdb() {
    program palm-server --list | grep -q '^  lmdb$'
}
if (has_lmdb); then
    for turn in first second; do
        start_server lmdb --set cache.backend=lmdb \
            --set "cache.path=$tmp/cache" "$master" || bail_out 'no cache'
        db=$(endpoint lmdb bypass Cache)
        run palm-client --db "$db" get pull_address
        is "a cache in a file: addresses are this server's, the $turn time" \
            "$out" "$(endpoint lmdb inbound Pull)"
        [ $turn = second ] || run palm-client --db "$db" set key value
        stop "$pid" KILL
    done
    start_server lmdb --set cache.backend=lmdb \
        --set "cache.path=$tmp/cache" "$master" || bail_out 'no cache'
    run palm-client --db "$(endpoint lmdb bypass Cache)" get key
    is 'a cache in a file outlives a killed server' "$out" value
    stop "$pid"
    run palm-server --set cache.backend=lmdb \
        --set "cache.path=$tmp/no/cache" "$master"
    is 'a cache that cannot be opened: status' "$status" 1
    like 'a cache that cannot be opened: its path is named' "$err" \
        "*$tmp/no/cache*"
    is 'a cache that cannot be opened: never READY' "$out" ''
else
    skip 'a cache in a file' 'built without lmdb'
fi

# --- draining ---------------------------------------------------------------
start_server drain "$master" || bail_out 'no third server'
server=$pid
db=$(endpoint drain bypass Cache)
start_ready worker palm-worker --db "$db" --name W || bail_out 'no worker'
worker=$pid
for n in 1 2 3 4 5 6 7 8 9; do
    echo "${n}0"
done >"$tmp/lines"
(program palm-client --db "$db" --server master job sleep) \
    <"$tmp/lines" >"$tmp/results" 2>"$tmp/job.err" &
client=$!
processes="$processes $client"
await has_line "$tmp/results" 10
stop "$server"
is 'a drained server ends well' "$status" 0
await_exit "$client"
is 'what was inside was worked on' "$status/$(cat "$tmp/job.err")" 0/
is 'all results came' "$(cat "$tmp/results")" "$(cat "$tmp/lines")"
stop "$worker"

# Without a worker, messages stay.
start_server left --set server.stop_timeout=50ms "$master"
server=$pid
db=$(endpoint left bypass Cache)
run palm-client --db "$db" --server master --timeout 1ms job x --count 5
stop "$server"
is 'messages left at the deadline: status' "$status" 1
like 'messages left at the deadline: how many, and where' \
    "$(cat "$tmp/left.err")" '*palm-server: *5*'

start_server stuck --set server.stop_timeout=never "$master"
server=$pid
db=$(endpoint stuck bypass Cache)
run palm-client --db "$db" --server master --timeout 1ms job x --count 5
kill -TERM "$server"
ok 'the first signal drains' \
    await contains "$tmp/stuck.err" PALM-SERVER-STOPPING
insist "$server"
is 'the second signal leaves at once' "$status" 1
like 'and says so' "$(cat "$tmp/stuck.err")" '*second signal*'

# --- an address that only this machine can use ------------------------------
start_server any --set 'inbound Pull.address=tcp://*:*' "$master"
stop "$pid"
like 'a preset address of every host is warned of' "$(cat "$tmp/any.err")" \
    '*warning: PALM-SERVER-WILDCARD: *pull_address tells tcp://0.0.0.0:*'
is 'no other is' "$(grep -c WILDCARD "$tmp/any.err")" 1

# --- messages = n -----------------------------------------------------------
start_server counted --set server.messages=1 "$master"
server=$pid
db=$(endpoint counted bypass Cache)
start_ready worker palm-worker --db "$db"
worker=$pid
run palm-client --db "$db" --server master call echo hello
await_exit "$server"
is 'messages = 1 ends the server by itself' "$status" 0
stop "$worker"

done_testing
