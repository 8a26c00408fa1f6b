#!/bin/sh
# SPDX-License-Identifier: MIT
# tidy-driver.sh OPTION... -- TEST...: automake's driver for TAP, where each
# test has a TMPDIR of its own and passes only if it leaves nothing there.
# What a test that fails leaves is kept, and told.
# PALM_SHELL is the shell for it; $SHELL is the user's, which may be nologin.
here=$(dirname "$0")

if [ "${1-}" = --run ]; then
    shift
    TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/palm.XXXXXX") || exit 1
    export TMPDIR
    status=0
    "$@" || status=$?
    rmdir "$TMPDIR" 2>/dev/null && exit $status
    if [ $status = 0 ]; then
        echo "Bail out! left in TMPDIR: $(ls "$TMPDIR" | head -n 9 | xargs)"
        rm -rf "$TMPDIR"
    else
        echo "# left: $TMPDIR"
    fi
    exit $status
fi

# Puts itself between the options and the test.
seen=
for word; do
    shift
    set -- "$@" "$word"
    if [ "$word" = -- ] && [ -z "$seen" ]; then
        set -- "$@" "$PALM_SHELL" "$0" --run
        seen=yes
    fi
done
exec "$PALM_SHELL" "$here/tap-driver.sh" "$@"
