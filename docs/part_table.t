#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/parts.md is what the part library says.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

run docs/part_table
is 'the table is printed' "$status$err" 0

# built FEATURE: whether configure has found it
built() {
    grep -q "^#define $1 1" "$PALM_BUILDDIR/config.h"
}

# Parts that this build has left out are not to be seen in its table.
left_out='^no part'
built HAVE_CURL || left_out="$left_out|^. HttpConnection "
built HAVE_MICROHTTPD \
    || left_out="$left_out|^. (HttpService|HttpGateway|MetricsService) "
grep -vE "$left_out" "$PALM_SRCDIR/docs/parts.md" >"$tmp/expected"
ok 'docs/parts.md is up to date (else: make docs)' \
    cmp -s "$tmp/run.out" "$tmp/expected"
diff "$tmp/expected" "$tmp/run.out" | sed 's/^/# /'

done_testing
