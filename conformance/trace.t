#!/bin/sh
# SPDX-License-Identifier: MIT
# trace.t: how a target is started, and what the trace of a test tells.
. "$PALM_SRCDIR/harness/support/tap.sh"

cd "$PALM_BUILDDIR" || bail_out 'no folder'
target=conformance/targets/palm-target

# trace_of TARGET TEST: sets $trace to that of the test.
trace_of() {
    rm -rf "$tmp"/palm-conform.*
    TMPDIR=$tmp ./palm-conform --target "$1" --run "$2" --keep \
        >"$tmp/out" 2>&1
    trace=$(cat "$tmp"/palm-conform.*/"$2"/trace.tsv)
}

for command in "$target" "exec $target" "env A=b $target" "A=b $target" \
    "cd . && exec $target"; do
    trace_of "$command" life_001_server_ends_after_sigterm
    is "a target that is started by: ${command%%conf*}…" \
        "$(grep -c '^ok' "$tmp/out")" 1
done
like 'the trace tells when a signal was sent' "$trace" \
    '*target*SIGTERM is sent*ended: exit status 0*'
trace_of "$target" flow_006_many_messages_of_one_client
like 'of a quiet test it has the last lines' "$trace" \
    '*lines of a quiet test; its last 20:*verdict*PASS*'
lines=$(cat "$tmp"/palm-conform.*/flow_006*/trace.tsv | wc -l)
ok 'and those only' [ "$lines" -lt 60 ]
done_testing
