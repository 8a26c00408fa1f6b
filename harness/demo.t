#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo tells its story, also when it runs twice at once.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

demo() {
    sh "$PALM_SRCDIR/harness/demo.sh" >"$tmp/$1.out" 2>"$tmp/$1.err"
}

demo one &
one=$!
processes="$processes $one"
demo two
is 'the demo ends well' "$?/$(cat "$tmp/two.err")" 0/
await_exit "$one"
is 'and the one beside it' "$status/$(cat "$tmp/one.err")" 0/
like 'it tells who did how much' "$(cat "$tmp/one.out")" \
    '*messages went out, *results came back: *ann, *bob.*Everything is there*'

done_testing
