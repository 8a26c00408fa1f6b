#!/bin/sh
# SPDX-License-Identifier: MIT
# Our client and our worker at a master of another make, and with its peers.

if test -z "$PALM_PYTHON3"; then
    echo "1..0 # SKIP no Python with zmq and google.protobuf"
    exit 0
fi

peers=$PALM_SRCDIR/harness/foreign
peer_job="$PALM_RUNNER $PALM_BUILDDIR/harness/support/peer_job"
dir=$(mktemp -d) || exit 1
groups=
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE

clean_up() {
    for group in $groups; do
        kill -s KILL -- "-$group" "$group" 2>/dev/null
    done
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

limit=$((60 * ${PALM_TEST_TIMEOUT_FACTOR:-1})) # seconds for one program

# `set -m` would do this, but some shells want a terminal for it.
own_group='import os, sys
os.setpgid(0, 0)
os.execvp(sys.argv[1], sys.argv[1:])'

# start NAME COMMAND...: in the background, in a process group of its own, with
# its output in $dir/NAME; sets $started
start() {
    name=$1
    shift
    : >"$dir/$name" # so that await() finds it
    "$PALM_PYTHON3" -c "$own_group" "$@" >"$dir/$name" 2>"$dir/$name.err" &
    started=$!
    groups="$groups $started"
}

# await NAME: until the program has written its first line
await() {
    "$PALM_PYTHON3" - "$dir/$1" "$limit" <<'END'
import sys
import time
end = time.monotonic() + int(sys.argv[2])
while time.monotonic() < end:
    with open(sys.argv[1]) as file:
        if file.read().endswith("\n"):
            sys.exit(0)
    time.sleep(0.01)
sys.exit(1)
END
}

# start_peer NAME WORDS...: a foreign peer, which in any case ends in time
start_peer() {
    peer=$1
    shift
    start "$peer" "$PALM_PYTHON3" "$peers/$peer.py" --lifetime "$limit" "$@"
}

number=0
# check STATUS SENTENCE FILES...: files are shown if the status is not 0
check() {
    status=$1
    number=$((number + 1))
    if test "$status" -eq 0; then
        echo "ok $number - $2"
        return
    fi
    echo "not ok $number - $2"
    echo "# status $status"
    shift 2
    for name in "$@"; do
        sed 's/^/# /' "$dir/$name" "$dir/$name.err"
    done
}

# run NAME COMMAND...: starts it and waits for its end
run() {
    start "$@"
    wait "$started"
}

# says NAME PATTERN: the output has such a line
says() {
    grep -q "$2" "$dir/$1"
}

echo "1..5"

start_peer master --name other
master=$started
await master
check $? "foreign master starts" master
db=$(sed -n 's/.*"db_address": "\([^"]*\)".*/\1/p' "$dir/master")

run both $peer_job "$db" other both 3000 \
    && says both "client: 3000 results, 100 calls, 0 wrong" \
    && says both "worker: 3100 received, 3100 results, 1 errors"
check $? "our client and worker work at it" both

start_peer worker --db "$db" --messages 3100
worker=$started
run client $peer_job "$db" other client 3000 \
    && wait "$worker" && says worker "3100 received, 3100 results"
check $? "our client works with a foreign worker" client worker

start worker $peer_job "$db" other worker 1000
worker=$started
start_peer client --db "$db" --server other --wait job upper 1000
wait "$started" \
    && wait "$worker" && says worker "1000 received, 1000 results, 0 errors"
check $? "our worker works for a foreign client" client worker

kill -s TERM "$master"
wait "$master"
check $? "foreign master ends when told to" master
