#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-client job: lines out, results in; order, windows, errors, what is
# missing.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no server'
db=$(endpoint server bypass Cache)

# job INPUT ARGUMENT…: sets $status, $out, $err.
job() {
    job_input=$1
    shift
    status=0
    (program palm-client --db "$db" --server master job "$@") \
        <"$job_input" >"$tmp/run.out" 2>"$tmp/run.err" || status=$?
    out=$(cat "$tmp/run.out")
    err=$(cat "$tmp/run.err")
}

# Gives up what does not come, and only that: so late that this machine brings
# what does come ($1) in time.
job_that_misses() {
    wanted=$1
    tries=0
    shift
    for limit in 300ms 1200ms 4800ms; do
        job "$tmp/naps" sleep --timeout $limit "$@"
        tries=$((tries + 1))
        [ "$out" = "$wanted" ] && break
    done
}

# --- nobody works -----------------------------------------------------------
printf 'a\nb\nc\n' >"$tmp/abc"
: >"$tmp/empty"
job "$tmp/abc" echo --timeout 50ms
is 'no worker: status' "$status/$out" 1/
like 'no worker: the lines without a result' "$err" \
    '*line 1: no result in time*line 3: no result in time*3 of 3 results*'
job "$tmp/abc" echo --timeout 50ms --window 1
like 'no worker: the rest is not sent' "$err" '*1 of * results are missing*'
job "$tmp/empty" echo --count 100 --timeout 50ms
like 'no worker: ten lines are named' "$err" \
    '*line 10: *and 90 more*100 of 100 results are missing*'
is 'no worker: and no more' "$(grep -c 'line [0-9]*: ' "$tmp/run.err")" 10

# --- one worker -------------------------------------------------------------
start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no other server'
db=$(endpoint server bypass Cache)
start_ready one palm-worker --db "$db" || bail_out 'no worker'
one=$pid
job "$tmp/abc" upper
is 'a line for each result, in order with one worker' "$status/$out$err" '0/A
B
C'
job "$tmp/empty" upper
is 'no lines, no results' "$status/$out$err" 0/
printf 'a\n\nlast' >"$tmp/odd"
job "$tmp/odd" upper
is 'an empty line is a message; the last needs no newline' \
    "$status/$(od -An -c "$tmp/run.out" | tr -d ' ')" '0/A\n\nLAST\n'
job "$tmp/empty" echo --count 3 --size 2
is '--count and --size make messages up' "$status/$out$err" '0/01
02
03'
job "$tmp/empty" echo --count 11 --size 1
is 'of a number that is too long the last digits' \
    "$(echo "$out" | tail -n 2 | tr '\n' ' ')" '0 1 '
job "$tmp/empty" echo --count 2 --size 0
is 'empty payloads' "$status/$(wc -l <"$tmp/run.out" | tr -d ' ')" 0/2
job "$tmp/empty" echo --count 0
is 'a job of nothing' "$status/$out$err" 0/
job "$tmp/empty" echo --count 3 --size 1MB
is '1 MB each' "$status/$(wc -c <"$tmp/run.out" | tr -d ' ')" 0/3000003
job "$tmp/abc" fail
is 'error results: status and stdout' "$status/$out" 1/
is 'error results: each with its line' \
    "$(grep -c '^palm-client: line [123]: .*[abc]$' "$tmp/run.err")" 3
job "$tmp/empty" upper --window 1 --count 50 --size 3
is 'a window of one message' "$status/$(wc -l <"$tmp/run.out" | tr -d ' ')" 0/50

# Lines that come slowly are sent as they come: the second is written when the
# result of the first is there.  In subshells: SIGPIPE must not end the test.
mkfifo "$tmp/fifo"
(program palm-client --db "$db" --server master job upper) \
    <"$tmp/fifo" >"$tmp/slow.out" 2>"$tmp/slow.err" &
client=$!
processes="$processes $client"
exec 3>"$tmp/fifo"
(echo first >&3)
ok 'a result comes before the input ends' await has_line "$tmp/slow.out" FIRST
(echo second >&3)
ok 'and the next' await has_line "$tmp/slow.out" SECOND
exec 3>&-
await_exit "$client"
is 'until the input ends' "$status/$(cat "$tmp/slow.err")" 0/

# SIGINT leaves with a count of what is missing.
printf '1ms\nnever\nnever\n' >"$tmp/naps"
(program palm-client --db "$db" --server master job sleep) \
    <"$tmp/naps" >"$tmp/int.out" 2>"$tmp/int.err" &
client=$!
processes="$processes $client"
await has_line "$tmp/int.out" 1ms
kill -INT "$client" # a second one at once is the same
stop "$client" INT
is 'SIGINT: status' "$status" 1
like 'SIGINT: what is missing' "$(cat "$tmp/int.err")" \
    '*interrupted*2 of 3 results are missing'
stop "$one"

# --- two workers ------------------------------------------------------------
start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no third server'
db=$(endpoint server bypass Cache)
start_ready one palm-worker --db "$db" --name one || bail_out 'no worker'
one=$pid
start_ready two palm-worker --db "$db" --name two || bail_out 'no worker'
two=$pid

job "$tmp/empty" echo --count 5000 --size 8 --ordered
is 'ordered with two workers: status' "$status/$err" 0/
is 'ordered with two workers: all' \
    "$(wc -l <"$tmp/run.out" | tr -d ' ')" 5000
ok 'ordered with two workers: in order' sort -c "$tmp/run.out"
job "$tmp/empty" echo --count 200 --size 8 --ordered --window 3
ok 'ordered with a small window' sort -c "$tmp/run.out"
is 'ordered with a small window: all' "$(wc -l <"$tmp/run.out" | tr -d ' ')" 200

# The slow line holds back the others only if order is asked for.
printf '300ms\n1ms\n1ms\n1ms\n' >"$tmp/naps"
job "$tmp/naps" sleep --ordered
is 'ordered: the slow line is first' "$(sed -n 1p "$tmp/run.out")" 300ms
job "$tmp/naps" sleep
is 'else the others overtake it' "$(sed -n 1p "$tmp/run.out")" 1ms
is 'and it comes, too' "$status/$(grep -c 300ms "$tmp/run.out")" 0/1

# A line that is lost costs only itself.
printf '1ms\nnever\n2ms\n' >"$tmp/naps"
job_that_misses '1ms
2ms' --ordered
is 'a missing line: status' "$status" 1
is 'a missing line: the others are printed in order' "$out" '1ms
2ms'
like 'a missing line: it is named' "$err" \
    '*line 2: no result in time*1 of 3 results are missing'

stop "$one"
first=$status
stop "$two"
is 'both workers end well' "$first$status" 00
count() {
    sed -n 's/.*COUNTED.* received=\([0-9]*\).*/\1/p' "$tmp/$1.err"
}
is 'both have worked, and nothing twice' \
    $(($(count one) + $(count two))) $((5208 + 3 * tries))
ok 'the first has worked' test "$(count one)" -gt 1000
ok 'the second too' test "$(count two)" -gt 1000

start_ready one palm-worker --db "$db" || bail_out 'no worker'
one=$pid
start_ready two palm-worker --db "$db" || bail_out 'no worker'
two=$pid
job_that_misses '1ms
2ms' --window 1
is 'what is given up makes room in the window' "$status/$out" '1/1ms
2ms'
stop "$one"
stop "$two"

# --- several results, or none ------------------------------------------------
start_ready yields palm-worker --db "$db" --yield \
    --function split='tr , "\n"' --function none='cat >/dev/null' \
    --function fails='echo x; exit 3' || bail_out 'no worker'
yields=$pid
printf '%s\n' a,b,c 1,2,3 x,y,z >"$tmp/threes"
job "$tmp/threes" split --results 3 --ordered
is 'three results for each line, in order' "$status/$out" \
    "0/$(printf '%s\n' a b c 1 2 3 x y z)"
job "$tmp/threes" split --results 3 --window 1
is 'with a window of one line' \
    "$status/$(printf '%s\n' "$out" | sort | tr -d '\n')" 0/123abcxyz
job "$tmp/threes" split
is 'more results than expected' "$status" 1
# Those of the last line may come when the job is over.
like 'are told' "$err" '*[456] results belong to no message*'
job "$tmp/threes" split --results 4 --timeout 300ms
is 'fewer results than expected: those that come are printed' \
    "$status/$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 1/9
like 'and the others are told' "$err" '*3 of 12 results are missing*'
printf '%s\n' a,b '' c 1,2,3,4 >"$tmp/any"
job "$tmp/any" split --until-idle 500ms
is 'any number of results' \
    "$status/$(printf '%s\n' "$out" | sort | tr -d '\n')" 0/1234abc
job "$tmp/threes" none --results 0
is 'no result is expected' "$status/$out$err" 0/
job "$tmp/empty" none --count 20 --window 5 --until-idle 50ms
is 'no result comes, more messages than the window' "$status/$out$err" 0/
job "$tmp/threes" fails --until-idle 500ms
is 'a command that fails yields nothing but its error' "$status/$out" 1/
is 'once for each line' "$(printf '%s\n' "$err" | grep -c 'exit status 3')" 3
run palm-client --db "$db" job split --ordered --until-idle 1s
like 'in order without an end is refused' "$status/$err" '2/*--ordered*'
stop "$yields"
run palm-worker --db "$db" --yield --persistent
like '--yield of a persistent command is refused' "$status/$err" '2/*--yield*'
run palm-worker --http 'http://127.0.0.1:*' --yield
like '--yield of a web worker is refused' "$status/$err" '2/*--yield*'

# A result that is a few bytes lies in libzmq's own structure, not behind it.
cat >"$tmp/short.py" <<'END'
import sys, zmq
context = zmq.Context()
pull, pub = context.socket(zmq.PULL), context.socket(zmq.XPUB)
pull.bind(sys.argv[1])
pub.bind(sys.argv[2])
topic = pub.recv()[1:]
for line in (b"1", b"2"):
    pull.recv()
for line, payload in ((b"2", b"c"), (b"2", b"d"), (b"1", b"a"), (b"1", b"b")):
    pub.send_multipart([topic, b"\x2a\x01" + line + b"\x32\x01" + payload])
pull.recv()
END
if "${PALM_PYTHON3:-python3}" -c 'import zmq' 2>/dev/null; then
    "${PALM_PYTHON3:-python3}" "$tmp/short.py" "ipc://$tmp/push" \
        "ipc://$tmp/sub" &
    short=$!
    processes="$processes $short"
    printf '%s\n' x y >"$tmp/two"
    (program palm-client --push "ipc://$tmp/push" --sub "ipc://$tmp/sub" \
        job f --ordered --results 2 --window 5) <"$tmp/two" >"$tmp/run.out" \
        2>"$tmp/run.err" || :
    is 'short results wait for their turn, too' "$(cat "$tmp/run.out")" \
        "$(printf '%s\n' a b c d)"
    kill "$short"
else
    skip 'short results wait for their turn, too' 'no python3-zmq'
fi

# --- what the server does not take -----------------------------------------
start_server tight "$PALM_SRCDIR/harness/demo/master.ini" \
    --set 'inbound Pull.max_message_size=10kB' \
    --set 'inbound WorkerPull.max_message_size=5kB' || bail_out 'no server'
db=$(endpoint tight bypass Cache)
start_ready narrow palm-worker --db "$db" || bail_out 'no worker'
{
    seq 1 100
    for size in 20000 7000; do
        printf "%0${size}d\\n" 0
    done
    seq 103 200
} >"$tmp/large"
job "$tmp/large" echo --ordered
is 'lines over a limit cost no other line' "$status/$out" \
    "1/$(seq 1 100; seq 103 200)"
is 'and each is named, with its size and the limit' \
    "$(printf '%s\n' "$err" | sort | sed 's/has 7[01][0-9][0-9] /has 7… /')" \
    "palm-client: line 101: not sent: it has 20000 bytes, the server takes \
messages of 10000 at most
palm-client: line 102: EMSGSIZE the result has 7… bytes, the server takes \
5000 at most"

# --- the progress bar -------------------------------------------------------
# script gives a terminal; its options differ, and it is not POSIX.
if script -qec true /dev/null >/dev/null 2>&1; then
    start_ready bar palm-worker --db "$db" || bail_out 'no worker'
    cat >"$tmp/bar.sh" <<END
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"
printf '%s\\n' 300ms 300ms 300ms >"\$tmp/naps"
(program palm-client --db "$db" --server master job sleep) \
    <"\$tmp/naps" >"$tmp/bar.results"
END
    draw() {
        script -qec "stty cols $1; TERM=$2 sh '$tmp/bar.sh'" /dev/null \
            >"$tmp/bar.out" 2>&1
    }
    draw 80 xterm
    like 'a terminal sees how far the job is' "$(cat "$tmp/bar.out")" \
        '*[[]#*.*[]]*%*s left*results*/s*'
    is 'and the results go where they should' \
        "$(wc -l <"$tmp/bar.results" | tr -d ' ')" 3
    draw 30 xterm
    like 'a narrow terminal sees the numbers' "$(cat "$tmp/bar.out")" \
        '*results  *'
    is 'and no bar' "$(grep -c '[[][#.]' "$tmp/bar.out")" 0
    draw 80 dumb
    is 'a dumb terminal sees nothing' "$(tr -d '\r\n' <"$tmp/bar.out")" ''
else
    skip 'a terminal sees how far the job is' 'no script(1) to make a terminal'
fi

done_testing
