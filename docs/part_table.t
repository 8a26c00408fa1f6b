#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/parts.md is what the part library says.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

run docs/part_table
is 'the table is printed' "$status$err" 0
ok 'docs/parts.md is up to date (else: make docs)' \
    cmp -s "$tmp/run.out" "$PALM_SRCDIR/docs/parts.md"
diff "$PALM_SRCDIR/docs/parts.md" "$tmp/run.out" | sed 's/^/# /'

done_testing
