#!/bin/bash
# SPDX-License-Identifier: MIT
# posix-symbols.sh BUILD: what the objects below BUILD take from the C library
# must be in POSIX.1-2008, as glibc's own conformance data list it.
set -eu
# shellcheck source=harness/porting/common.sh
. "$(dirname "$0")/common.sh"

build=${1:?usage: posix-symbols.sh BUILD}
list=$WORK/posix2008.symbols

# Not in the list, and why they may be there.  Where configure finds them, or
# the headers have TIOCGWINSZ, with a portable way beside, or nothing to do:
# getrandom getentropy pthread_setname_np malloc_trim prlimit ioctl.  POSIX, but
# glibc's data do not say so: strdup, environ (in no header).  Of the XSI
# option, in programs and tests only: getrusage, getrlimit, setrlimit.
excepted='getrandom|getentropy|pthread_setname_np|malloc_trim|strdup|environ'
excepted=$excepted'|prlimit|ioctl|getrusage|getrlimit|setrlimit'
# Libraries that we link; what glibc's headers, the linker's --wrap, compilers
# and _FILE_OFFSET_BITS (hiredis asks for it) make of standard names.
foreign='zmq_.*|mdb_.*|redis.*|freeReplyObject|CU_.*|curl_.*|MHD_.*|ini_.*'
foreign=$foreign'|protobuf_c_.*|__stack_chk_fail'
foreign=$foreign'|_GLOBAL_OFFSET_TABLE_|__isoc(99|23)_.*|__errno_location'
foreign=$foreign'|__.*_chk|__atomic_.*|stdin|stdout|stderr|__assert_fail'
foreign=$foreign'|__ctype_.*_loc|__sysv_signal|__sigsetjmp|__real_.*'
foreign=$foreign'|(fcntl|fopen|stat|fstat|lstat|open|lseek|mkstemp)64'
foreign=$foreign'|[gs]etrlimit64|prlimit64'

make_list() {
    fetch_source glibc
    (
        cd "$WORK/src/glibc/conform/data"
        find . -name '*.h-data' | while read -r file; do
            gcc -E -P -DPOSIX2008 -I. -x c "$file"
        done
    ) | grep -E '^([a-z]+-)*(function|variable|element)' |
        sed -E 's/^[a-z-]* *(\{[^}]*\}|[A-Za-z_]+) +//
                s/[^A-Za-z0-9_].*//' | sort -u >"$list.new"
    [ "$(wc -l <"$list.new")" -gt 1000 ] || skip "glibc's data not understood"
    mv "$list.new" "$list"
}

[ -s "$list" ] || make_list
find "$build" -name '*.o' ! -path '*/conftest*' -print0 >"$WORK/objects"
[ -s "$WORK/objects" ] || {
    echo "no objects below $build"
    exit 1
}
xargs -0 nm --defined-only <"$WORK/objects" |
    awk 'NF == 3 { print $3 }' | sort -u >"$WORK/defined"
xargs -0 nm -u <"$WORK/objects" | awk 'NF == 2 { print $2 }' | sort -u |
    grep -vxE "$foreign|$excepted" | grep -vxFf "$list" |
    grep -vxFf "$WORK/defined" >"$WORK/not-posix" || :
if [ -s "$WORK/not-posix" ]; then
    echo "Not in POSIX.1-2008:"
    cat "$WORK/not-posix"
    exit 1
fi
echo "$(tr -cd '\0' <"$WORK/objects" | wc -c) objects need POSIX.1-2008 only"
