#!/bin/sh
# SPDX-License-Identifier: MIT
# soak.t: tests of wear go on for as long as --soak says.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

cd "$PALM_BUILDDIR" || bail_out 'no folder'
target="${PALM_RUNNER-} conformance/targets/palm-target"
TMPDIR=$tmp
export TMPDIR

# rounds OPTION…: prints how many a test of the cache has run.
rounds() {
    run palm-conform --target "$target" --run 'PALM-WEAR-005' "$@"
    echo "$out" | sed -n 's/^# wear_005[^:]*: \([0-9]*\) rounds$/\1/p'
}

is 'without --soak it is the least' "$(rounds)" 20
# How many rounds a second has is the machine's.
for seconds in 2 4 8 16 32 64; do
    begun=$(date +%s)
    many=$(rounds --soak "${seconds}s")
    took=$(($(date +%s) - begun))
    [ "${many:-0}" -gt 20 ] && break
done
ok 'with it there are more' [ "${many:-0}" -gt 20 ]
ok 'for as long as it says' [ "$took" -ge "$seconds" ]

run palm-conform --soak 2h --list
is 'only rules of wear are selected' \
    "$(echo "$out" | grep -cvE '^PALM-(WEAR|FLOW-015)')" 0
like 'but those are' "$out" '*PALM-WEAR-001*PALM-WEAR-008*'

for time in 0 -1 '' 5x 1mm 241h nan; do
    run palm-conform --target "$target" --soak "$time"
    is "--soak '$time' is refused" "$status" 3
    like "--soak '$time': why" "$err" '*--soak*from 1s to 240h*'
done
done_testing
