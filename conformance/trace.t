#!/bin/sh
# SPDX-License-Identifier: MIT
# trace.t: how a target is started, and what the trace of a test tells.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

cd "$PALM_BUILDDIR" || bail_out 'no folder'
TMPDIR=$tmp
export TMPDIR
target="${PALM_RUNNER-} conformance/targets/palm-target"

# trace_of TARGET TEST: sets $trace to that of the test.
trace_of() {
    rm -rf "$tmp"/palm-conform.*
    run palm-conform --target "$1" --run "$2" --keep
    trace=$(cat "$tmp"/palm-conform.*/"$2"/trace.tsv)
}

for start in '' exec 'env A=b' A=b 'cd . && exec'; do
    trace_of "$start $target" life_001_server_ends_after_sigterm
    is "a target that is started by: $start target" \
        "$(echo "$out" | grep -c '^ok')" 1
done
like 'the trace tells when a signal was sent' "$trace" \
    '*target*SIGTERM is sent*ended: exit status 0*'
trace_of "$target" flow_006_many_messages_of_one_client
like 'of a quiet test it has the last lines' "$trace" \
    '*lines of a quiet test; its last 20:*verdict*PASS*'
lines=$(cat "$tmp"/palm-conform.*/flow_006*/trace.tsv | wc -l)
is 'and those only' "$((lines > 20 && lines < 60))" 1
done_testing
