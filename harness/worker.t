#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-worker: built-in functions, the summary, stopping.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no server'
db=$(endpoint server bypass Cache)

call() {
    run palm-client --db "$db" --server master "$@"
}

start_ready worker palm-worker --db "$db" --name W --log-level debug \
    || bail_out 'no worker'
worker=$pid
is 'READY is all that it prints' "$(cat "$tmp/worker.out")" READY

call call echo 'hello world'
is 'echo' "$status/$out$err" '0/hello world'
call call echo
is 'echo of nothing' "$status/$out$err" 0/
call call upper 'hello, 1 wörld'
is 'upper: ASCII letters only' "$out" 'HELLO, 1 WöRLD'
call call reverse abc
is 'reverse' "$out" cba
call call reverse
is 'reverse of nothing' "$status/$out$err" 0/
call call count
is 'count: all messages so far' "$out" 6
call call sleep 1ms
is 'sleep answers with the payload' "$out" 1ms
call call sleep soon
is 'sleep of nonsense is an error result' "$status" 1
call call sleep 1234567890123456789012345678901234567890
is 'sleep of a long text is one too' "$status" 1
call call fail 'out of paper'
is 'fail is an error result: status' "$status/$out" 1/
like 'fail is an error result: its text' "$err" \
    'palm-client: call fail: *out of paper'
call call fail
like 'fail without a text has one' "$err" '*failed as asked*'
call call nothing x
is 'an unknown function is an error result' "$status" 1
like 'an unknown function is named' "$err" '*nothing*'

# A stop ends a sleep, which gets an error result.
(program palm-client --db "$db" --server master call sleep never) \
    >"$tmp/sleep.out" 2>"$tmp/sleep.err" &
client=$!
processes="$processes $client"
await contains "$tmp/worker.err" 'SLEEPS: for never'
stop "$worker"
is 'SIGTERM ends a worker well, also in a sleep' "$status" 0
await_exit "$client"
is 'the sleep has an error result: status' "$status" 1
like 'the sleep has an error result: text' "$(cat "$tmp/sleep.err")" \
    '*the worker stops*'
like 'the summary counts' "$(cat "$tmp/worker.err")" \
    '*info: PALM-WORKER-COUNTED: W: received=13 results=13 errors=6 *=0'

# --- other options ----------------------------------------------------------
start_ready third palm-worker --db "$db" --messages 2 --log-level error
third=$pid
call job echo --count 2 --size 3
is 'two messages' "$out" '001
002'
await_exit "$third"
is '--messages 2 ends it by itself' "$status" 0
is '--log-level error: no summary' "$(cat "$tmp/third.err")" ''

start_ready fourth palm-worker --pull "$(endpoint server outbound WorkerPush)" \
    --push "$(endpoint server inbound WorkerPull)" --prefetch 1
fourth=$pid
call call echo direct
is '--pull and --push need no cache' "$out" direct
stop "$fourth" INT
is 'SIGINT ends a worker well' "$status" 0

run palm-worker --db "$db" --push tcp://127.0.0.1:1 --timeout 50ms --name X \
    --pull nonsense
is 'an address that is not understood is wrong use' "$status" 2
like 'it is named' "$err" '*nonsense*'

done_testing
