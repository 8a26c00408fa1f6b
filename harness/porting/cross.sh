#!/bin/bash
# SPDX-License-Identifier: MIT
# cross.sh ARCH: `make check` of a build for another Debian architecture: a
# sysroot of that architecture's packages, a cross compiler, qemu-user.
# i386 runs natively.  It cannot show weak memory ordering, real timing, or
# another machine's kernel.
set -eu
# shellcheck source=harness/porting/common.sh
. "$(dirname "$0")/common.sh"

arch=${1-}
# Debian's name, the compiler's triplet, qemu's name.
case $arch in
i386) triplet=i386-linux-gnu qemu= ;;
s390x) triplet=s390x-linux-gnu qemu=s390x ;;
arm64) triplet=aarch64-linux-gnu qemu=aarch64 ;;
armhf) triplet=arm-linux-gnueabihf qemu=arm ;;
armel) triplet=arm-linux-gnueabi qemu=arm ;;
ppc64el) triplet=powerpc64le-linux-gnu qemu=ppc64le ;;
mips64el) triplet=mips64el-linux-gnuabi64 qemu=mips64el ;;
mipsel) triplet=mipsel-linux-gnu qemu=mipsel ;;
*)
    echo "usage: cross.sh i386 | s390x | arm64 | armhf | armel |" \
        "ppc64el | mips64el | mipsel" >&2
    exit 2
    ;;
esac

packages=libc6-dev,libstdc++-12-dev,libzmq3-dev,libcunit1-dev,libinih-dev
packages=$packages,uthash-dev,libprotobuf-c-dev
root=$WORK/root-$arch

# Absolute links would lead out of the sysroot.
relate_links() {
    local link
    find "$root"/lib* "$root"/usr/lib* -type l -lname '/*' |
        while read -r link; do
            ln -sfn "$(realpath -m -s \
                --relative-to="$(dirname "$link")" \
                "$root$(readlink "$link")")" "$link"
        done
}

# Unpacks packages only: nothing foreign is executed.
make_root() {
    local proxy
    need mmdebstrap mmdebstrap
    [ "$(id -u)" = 0 ] || skip "unpacking a sysroot needs root"
    private_apt
    proxy=$(apt_proxy)
    rm -rf "$root"
    mmdebstrap -q --mode=root --variant=extract --architectures="$arch" \
        ${proxy:+"$proxy"} --include="$packages" "$(codename)" "$root" \
        "$WORK/apt/bin.list" || skip "cannot make a sysroot for $arch"
    relate_links
    touch "$root/.complete"
}

native_i386() {
    local libs=$root/lib/$triplet:$root/usr/lib/$triplet
    echo 'int main(void){return 0;}' |
        gcc -m32 -x c - -o "$WORK/m32" 2>/dev/null ||
        skip "gcc -m32 does not work (package gcc-12-multilib)"
    # RUNPATH is not transitive, RPATH is.
    check_build i386 --build=i686-linux-gnu CC="gcc -m32 --sysroot=$root" \
        LDFLAGS="-Wl,--disable-new-dtags -Wl,-rpath,$libs \
-Wl,--dynamic-linker=$root/lib/ld-linux.so.2"
}

emulated() {
    need "$triplet-gcc" "gcc-$triplet"
    need "qemu-$qemu-static" qemu-user-static
    PALM_TEST_TIMEOUT_FACTOR=${PALM_TEST_TIMEOUT_FACTOR:-10}
    export PALM_TEST_TIMEOUT_FACTOR
    check_build "$arch" --host="$triplet" CC="$triplet-gcc --sysroot=$root" \
        RUNNER="qemu-$qemu-static -L $root"
}

[ -e "$root/.complete" ] || make_root
export PKG_CONFIG_SYSROOT_DIR=$root
export PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig
PKG_CONFIG_LIBDIR=$PKG_CONFIG_LIBDIR:$root/usr/share/pkgconfig
if [ -z "$qemu" ]; then
    native_i386
else
    emulated
fi
