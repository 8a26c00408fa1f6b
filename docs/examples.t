#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples do what their comments say.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

start master docs/examples/master
master=$pid
await test -s "$tmp/master.out" \
    || bail_out "no master: $(cat "$tmp/master.err")"
db=$(cat "$tmp/master.out")
like 'the master says where its cache is' "$db" 'tcp://127.0.0.1:*'

start worker docs/examples/worker "$db"
worker=$pid

run docs/examples/client "$db" upper hello
is 'a client gets its result' "$status/$out$err" 0/HELLO

run docs/examples/client "$db" upper a b c d
is 'a client runs a job' "$status/$(echo "$out" | sort | tr -d '\n')$err" \
    0/ABCD

# `words` yields one result for each word, so the client asks for as many.
run docs/examples/client "$db" words 'one two' ''
is 'a function may answer twice, or not at all' \
    "$status/$(echo "$out" | sort | tr '\n' ' ')$err" '0/one two '

run docs/examples/client "$db" missing x
is 'an unknown function is an error result: status' "$status/$out" 1/
like 'an unknown function is an error result: its text' "$err" \
    'ENOENT *missing*'

run docs/examples/client tcp://127.0.0.1
is 'a client without operands says how to use it' "$status" 2

stop "$worker"
is 'the worker ends when it is told to' "$status/$(cat "$tmp/worker.err")" 0/
stop "$master"
is 'the master drains' "$status/$(cat "$tmp/master.err")" 0/

start pipeline docs/examples/pipeline
pipeline=$pid
two_lines() {
    [ "$(wc -l <"$tmp/pipeline.out")" -ge 2 ]
}
await two_lines || bail_out "no pipeline: $(cat "$tmp/pipeline.err")"
db=$(sed -n 1p "$tmp/pipeline.out")
results=$(sed -n 2p "$tmp/pipeline.out")
run palm-client --db "$db" --server first --sub "$results" \
    call 'first.words second.upper' hello
is 'a message goes through a pipeline' "$status/$out$err" 0/HELLO
run palm-client --db "$db" --server first --sub "$results" \
    call 'first.words second.missing' hello
is 'an error within a pipeline reaches the client: status' "$status/$out" 1/
like 'an error within a pipeline reaches the client: its text' "$err" \
    '*ENOENT *missing*'
stop "$pipeline"
is 'the pipeline drains' "$status/$(cat "$tmp/pipeline.err")" 0/

if grep -q '^#define HAVE_MICROHTTPD 1' "$PALM_BUILDDIR/config.h"; then
    start web_worker docs/examples/web_worker
    worker=$pid
    await test -s "$tmp/web_worker.out" \
        || bail_out "no web worker: $(cat "$tmp/web_worker.err")"
    like 'the web worker says where it listens' "$(cat "$tmp/web_worker.out")" \
        'http://127.0.0.1:[1-9]*'
    stop "$worker"
    is 'the web worker ends when it is told to' \
        "$status/$(cat "$tmp/web_worker.err")" 0/
else
    run docs/examples/web_worker
    is 'without HTTP there is no web worker' "$status/$out" 1/
fi

run docs/examples/custom_part
is 'a part of one'\''s own splits lines' \
    "$status/$(echo "$out" | tr '\n' ' ')$err" '0/one two three '

done_testing
