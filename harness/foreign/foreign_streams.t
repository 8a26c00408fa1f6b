#!/bin/sh
# SPDX-License-Identifier: MIT
# Streams in which some servers and workers are of another make.
if [ -z "$PALM_PYTHON3" ]; then
    echo "1..0 # SKIP no Python with zmq and google.protobuf"
    exit 0
fi
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

peers=$PALM_SRCDIR/harness/foreign
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
lifetime=$((120 * ${PALM_TEST_TIMEOUT_FACTOR:-1}))
any='tcp://127.0.0.1:*'

# peer AS NAME WORDS…: starts a foreign peer; sets $pid
peer() {
    peer_as=$1
    peer_name=$2
    shift 2
    "$PALM_PYTHON3" "$peers/$peer_name.py" --lifetime "$lifetime" "$@" \
        >"$tmp/$peer_as.out" 2>"$tmp/$peer_as.err" </dev/null &
    pid=$!
    processes="$processes $pid"
    await test -s "$tmp/$peer_as.out" \
        || bail_out "no $peer_as: $(cat "$tmp/$peer_as.err")"
}

# begin NAME WITH-LINES: starts a server of ours; sets $pid
begin() {
    printf '[server]\nname = %s\ndb_address = %s\npub_address = %s\n%s\n' \
        "$1" "$any" "$any" "$2" >"$tmp/$1.ini"
    start_server "$1" "$tmp/$1.ini" || bail_out "no $1"
}

# job LAST-PUB FUNCTION COUNT: sets $status and $out
job() {
    seq "$3" | sed 's/^/word /' >"$tmp/words"
    status=0
    (program palm-client --db "$(endpoint first bypass Cache)" \
        --server first --sub "$1" --ordered job "$2") <"$tmp/words" \
        >"$tmp/results" 2>"$tmp/job.err" || status=$?
    out=$(cat "$tmp/job.err")
    tr a-z A-Z <"$tmp/words" | cmp -s - "$tmp/results" \
        || out="$out, and the results are wrong"
}

# through PUB FUNCTION: whether a message comes through
through() {
    (program palm-client --db "$(endpoint first bypass Cache)" \
        --server first --sub "$1" --timeout 500ms call "$2" x) \
        >"$tmp/through" 2>&1
}

begin first "kind = server
pull_address = $any
to_client = no"
first=$pid
first_pub=$(endpoint first outbound Pub)

# --- a foreign worker under our hub -----------------------------------------
begin hub "kind = hub
sub_address = $first_pub
previous = first
worker_push_address = $any
worker_pull_address = $any"
hub=$pid
peer worker worker --db "$(endpoint hub bypass Cache)"
worker=$pid
job "$(endpoint hub outbound Pub)" 'first.echo hub.upper' 500
is 'a foreign worker does the work of our hub' "$status/$out" 0/
stop "$worker"
like 'it had every message' "$status/$(cat "$tmp/worker.out")" \
    '0/*500 received, 500 results, 0 dropped*'
stop "$hub"
is 'our hub ends well' "$status" 0

# --- a foreign pipeline behind our server -----------------------------------
peer last pipeline --name last --sub "$first_pub" --previous first
last=$pid
last_pub=$(sed -n 1p "$tmp/last.out")
await through "$last_pub" 'first.echo last.echo' \
    || bail_out 'nothing comes through'
job "$last_pub" 'first.echo last.upper' 500
is 'a foreign pipeline answers for our server' "$status/$out" 0/
run palm-client --db "$(endpoint first bypass Cache)" --server first \
    --sub "$last_pub" call 'first.echo last.missing' x
is 'and what it cannot do is 0' "$status/$out$err" 0/0

# --- one between two servers of ours ----------------------------------------
peer middle pipeline --name middle --sub "$first_pub" --previous first --next
middle=$pid
begin third "kind = pipeline
sub_address = $(sed -n 1p "$tmp/middle.out")
previous = middle"
third=$pid
pub=$(endpoint third outbound Pub)
await through "$pub" 'first.echo middle.echo third.echo' \
    || bail_out 'nothing comes through the middle'
job "$pub" 'first.echo middle.upper third.echo' 500
is 'one between two of ours hands results on' "$status/$out" 0/

# Order is kept: when it answers this, it has heard all that was before.
through "$last_pub" 'first.echo last.echo' || bail_out 'no answer of the last'
stop "$last"
like 'each passed over what is for the other' \
    "$status/$(cat "$tmp/last.out")" \
    '0/*[5-9][0-9][0-9] passed over, 0 dropped*'
stop "$middle"
is 'the one in the middle ends well' "$status" 0
stop "$third"
is 'our pipeline ends well' "$status" 0
stop "$first"
is 'our server ends well' "$status" 0
done_testing
