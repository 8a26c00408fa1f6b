#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes ./configure from a checkout.  With --install-deps it first installs
# (or, where there is no apt, names) the packages that libpalm is built with.
set -e
cd "$(dirname "$0")"

# One row a system: what to call, then the packages.  The first block builds,
# the second is what `make check` needs.
APT="build-essential autoconf automake libtool autoconf-archive pkg-config
     libzmq3-dev uthash-dev libinih-dev
     libmicrohttpd-dev libcurl4-openssl-dev liblmdb-dev libhiredis-dev
     libcunit1-dev valgrind protobuf-compiler protobuf-c-compiler
     libprotobuf-c-dev libprotobuf-dev python3 python3-zmq python3-protobuf
     curl graphviz redis-server wrk"
DNF="gcc make autoconf automake libtool autoconf-archive pkgconf-pkg-config
     zeromq-devel uthash-devel inih-devel
     libmicrohttpd-devel libcurl-devel lmdb-devel hiredis-devel
     CUnit-devel valgrind protobuf-compiler protobuf-c-compiler
     protobuf-c-devel protobuf-devel python3-pyzmq python3-protobuf
     curl graphviz redis wrk"
PACMAN="base-devel autoconf-archive zeromq uthash libinih
     libmicrohttpd curl lmdb hiredis
     cunit valgrind protobuf protobuf-c python-pyzmq python-protobuf
     graphviz redis wrk"
BREW="autoconf automake libtool autoconf-archive pkg-config zeromq uthash inih
     libmicrohttpd curl lmdb hiredis
     cunit protobuf protobuf-c graphviz redis wrk"
PKG="autoconf automake libtool autoconf-archive pkgconf libzmq4 uthash inih
     libmicrohttpd curl lmdb hiredis
     cunit valgrind protobuf protobuf-c py311-pyzmq py311-protobuf
     graphviz redis wrk"

install_deps() {
    if command -v apt-get >/dev/null 2>&1; then
        sudo=
        if [ "$(id -u)" != 0 ]; then
            sudo=sudo
            command -v sudo >/dev/null 2>&1 || {
                echo "Only root may install packages, and there is no sudo." \
                    "As root, run:" >&2
                echo "  apt-get install" $APT >&2
                exit 1
            }
        fi
        export DEBIAN_FRONTEND=noninteractive
        $sudo apt-get -o DPkg::Lock::Timeout=300 -qq update
        # shellcheck disable=SC2086 # the list is meant to be split
        $sudo apt-get -o DPkg::Lock::Timeout=300 install -qq -y \
            --no-install-recommends $APT >/dev/null
        return
    fi
    echo "No apt here.  Install these, then run ./autogen.sh:"
    echo "  dnf install" $DNF
    echo "  pacman -S" $PACMAN
    echo "  brew install" $BREW
    echo "  pkg install" $PKG
    exit 1
}

case "${1-}" in
'') ;;
--install-deps) install_deps ;;
*)
    echo "usage: $0 [--install-deps]" >&2
    exit 2
    ;;
esac

command -v autoreconf >/dev/null 2>&1 || {
    echo "$0: no autoreconf; run ./autogen.sh --install-deps first" >&2
    exit 1
}
mkdir -p m4 # aclocal complains if it is not there
autoreconf --force --install

# Autoconf's exit trap tries to remove a core dump called "core"; here that is
# a folder, and each in-tree configure would say so 21 times.
sed 's/^\([[:space:]]*rm -f \)core /\1/' configure >configure.tmp
cat configure.tmp >configure
rm -f configure.tmp
