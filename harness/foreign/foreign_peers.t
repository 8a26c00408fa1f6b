#!/bin/sh
# SPDX-License-Identifier: MIT
# Clients and workers of another make at our master.
if [ -z "$PALM_PYTHON3" ]; then
    echo "1..0 # SKIP no Python with zmq and google.protobuf"
    exit 0
fi
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"
trap 'kill_all; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

peers=$PALM_SRCDIR/harness/foreign
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
factor=${PALM_TEST_TIMEOUT_FACTOR:-1}
lifetime=$((120 * factor))
timeout=$((10 * factor))

# peer NAME WORDS…: becomes a foreign peer, which in any case ends in time
peer() {
    peer_name=$1
    shift
    exec "$PALM_PYTHON3" "$peers/$peer_name.py" --db "$db" \
        --lifetime "$lifetime" --timeout "$timeout" "$@"
}

# client WORDS…: runs the foreign client.  Sets $status and $out.
client() {
    status=0
    (peer client --server master "$@") >"$tmp/client.out" \
        2>"$tmp/client.err" || status=$?
    out=$(cat "$tmp/client.out" "$tmp/client.err")
}

start_server master "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no master'
master=$pid
db=$(endpoint master bypass Cache)
(peer worker) >"$tmp/worker.out" 2>"$tmp/worker.err" </dev/null &
worker=$!
processes="$processes $worker"
await has_line "$tmp/worker.out" 'worker: ready' || bail_out 'no worker'
pass 'a foreign worker finds our master'

client job upper 2000
like 'a foreign job of 2,000 messages' "$status $out" \
    '0 *2000 results, 0 wrong*'

# This client subscribes and pushes at the same moment, as existing ones do.
client --fresh --count 1000 eval echo hello
like '1,000 calls, each right after connecting: none is lost' \
    "$status $out" '0 *1000 calls, 1000 results, 0 wrong*'

client --results 20 --payload '20 10240' --window 100 job burst 300
like 'a worker that yields 20 results of 10 KB for each message' \
    "$status $out" '0 *300 sent, 6000 results*'

client set color blue
is 'set: status' "$status" 0
client get color
like 'get gets what was set' "$out" '*color = blue*'
client delete color
is 'delete: status' "$status" 0
run palm-client --db "$db" get color
is 'delete deletes' "$status" 1

stop "$worker"
is 'the foreign worker ends well' "$status" 0
stop "$master"
is 'our master ends well' "$status" 0
done_testing
