#!/bin/bash
# SPDX-License-Identifier: MIT
# tsan.sh: `make check` under ThreadSanitizer, against a libzmq that is built
# with it as well: with the system's libzmq what passes through a socket would
# be reported falsely.  harness/support/tsan.supp says what is left.
#   VARIANT=select|poll|asan|drafts  another libzmq instead
set -eu
# shellcheck source=harness/porting/common.sh
. "$(dirname "$0")/common.sh"

variant=${VARIANT:-tsan}
flags="-g -O1 -fno-omit-frame-pointer"
options=()
case $variant in
tsan) flags="$flags -fsanitize=thread" ;;
asan) flags="$flags -fsanitize=address,undefined" ;;
select | poll)
    options=("--with-poller=$variant" "--with-api-poller=$variant"
        --disable-eventfd)
    ;;
drafts) options=(--enable-drafts) ;;
*)
    echo "tsan.sh: no variant $variant" >&2
    exit 2
    ;;
esac

# The sanitizer does not know the address layouts of some kernels.
if [ -z "${PALM_SAME_LAYOUT-}" ] &&
    [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)" -gt 28 ] &&
    setarch -R true 2>/dev/null; then
    PALM_SAME_LAYOUT=1 exec setarch -R "$0" "$@"
fi

prefix=$WORK/zmq-$variant

build_libzmq() {
    local source=$WORK/src/zeromq3 dir=$WORK/build-zmq-$variant
    rm -rf "$dir" "$prefix"
    mkdir -p "$dir"
    [ -x "$source/configure" ] || (cd "$source" && autoreconf -fi 2>/dev/null)
    cd "$dir"
    # Not --enable-thread-sanitizer: that leaves memory accesses out.
    "$source/configure" -q --prefix="$prefix" --disable-static \
        --disable-Werror --disable-perf --disable-curve-keygen \
        --without-documentation --disable-libbsd \
        "${options[@]+"${options[@]}"}" \
        CFLAGS="$flags" CXXFLAGS="$flags" LDFLAGS="$flags"
    make -s -j"$jobs" src/libzmq.la
    make -s install-libLTLIBRARIES install-includeHEADERS \
        install-pkgconfigDATA
    touch "$prefix/.complete"
}

if [ ! -e "$prefix/.complete" ]; then
    fetch_source zeromq3
    (build_libzmq)
fi

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PALM_TEST_TIMEOUT_FACTOR=${PALM_TEST_TIMEOUT_FACTOR:-5}
export TSAN_OPTIONS="halt_on_error=0 second_deadlock_stack=1 \
suppressions=$SRC/harness/support/tsan.supp"
check_build "$variant" CFLAGS="$flags" LDFLAGS="-Wl,-rpath,$prefix/lib"
