#!/bin/sh
# SPDX-License-Identifier: MIT
# check-symbols.t: libpalm.so exports what core/libpalm.symbols lists, no more
# and no less.  `make update-symbols` writes the list anew: then look at the
# difference, and at the rules for PALM_LIBVERSION in configure.ac.
set -u
LC_ALL=C
export LC_ALL
source=${PALM_SRCDIR:-$(dirname "$0")/..}
build=${PALM_BUILDDIR:-.}
list=$source/core/libpalm.symbols
library=$build/.libs/libpalm.so

# What linkers, sanitizers and coverage add is not ours.
exported() {
    # shellcheck disable=SC2086 # libtool's NM has options
    ${PALM_NM:-nm} -D -P "$library" |
        awk '$2 !~ /^[UwvN]$/ { print $1 }' |
        grep -vE '^(_init|_fini|_end|_?edata|__bss_start)$' |
        grep -vE '^(__asan|__odr_asan|__ubsan|__tsan|__gcov|llvm_|__llvm)' |
        sort -u
}

if [ "${1-}" = --update ]; then
    exported >"$list"
    exit
fi

if [ ! -e "$library" ]; then
    echo "1..0 # SKIP no shared library"
    exit 0
fi
scratch=$(mktemp) || exit 1
trap 'rm -f "$scratch"' EXIT
exported >"$scratch"
echo 1..2
if [ -s "$scratch" ] && ! grep -qv '^palm_' "$scratch"; then
    echo "ok - every exported name begins with palm_"
else
    echo "not ok - every exported name begins with palm_"
    grep -v '^palm_' "$scratch" | sed 's/^/# /'
fi
if diff "$list" "$scratch" >/dev/null; then
    echo "ok - exports are those of core/libpalm.symbols"
else
    echo "not ok - exports are those of core/libpalm.symbols"
    diff -u "$list" "$scratch" | sed 's/^/# /'
fi
