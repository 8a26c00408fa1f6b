#!/bin/bash
# SPDX-License-Identifier: MIT
# debian.sh RELEASE [COMMAND]: README's commands on a fresh Debian of another
# release (trixie, bullseye, sid): a root with nothing but git and certificates,
# a clone in it, and the command (`test`, the default, or `demo`).
# Runs natively, on this kernel.  Needs root, and Debian's archive.
set -eu
# shellcheck source=harness/porting/common.sh
. "$(dirname "$0")/common.sh"

release=${1-}
case $release:${2-test} in
:*)
    echo "usage: debian.sh RELEASE [test | demo]" >&2
    exit 2
    ;;
*:demo) block=1 ;;
*:test) block=2 ;;
*)
    echo "debian.sh: test or demo" >&2
    exit 2
    ;;
esac
root=$WORK/debian-$release

make_root() {
    local proxy uri
    need mmdebstrap mmdebstrap
    [ "$(id -u)" = 0 ] || skip "making a root needs root"
    proxy=$(apt_proxy)
    uri=$(archive_uri | head -n 1)
    rm -rf "$root"
    # What sid's Release says of its age is over soon; a mirror may lag behind.
    mmdebstrap -q --mode=root --variant=minbase ${proxy:+"$proxy"} \
        --aptopt='Acquire::Check-Valid-Until "false"' \
        --include=git,ca-certificates "$release" "$root" "$uri" ||
        skip "cannot make a root of $release"
    if [ -n "$proxy" ]; then
        printf '%s;\n' "${proxy#--aptopt=}" >"$root/etc/apt/apt.conf.d/99proxy"
    fi
    echo '127.0.0.1 localhost' >"$root/etc/hosts"
    touch "$root/.complete"
}

# What the kernel gives every process; unmounted in any case.
mounted=''
unmount() {
    local folder
    for folder in $mounted; do
        umount "$root/$folder" || true
    done
    mounted=''
}

mount_kernel() {
    trap unmount EXIT
    mount -t proc proc "$root/proc" && mounted='proc'
    mount --bind /dev "$root/dev" && mounted="dev $mounted"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" 2>/dev/null &&
        mounted="dev/shm $mounted"
    mount -t devpts devpts "$root/dev/pts" 2>/dev/null &&
        mounted="dev/pts $mounted"
    :
}

run_command() {
    rm -rf "$root/work"
    git clone -q "$top" "$root/work"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    awk -v n="$block" '/^```sh$/ { block++; inside = 1; next }
        /^```/ { inside = 0 }
        inside && block == n' "$top/README.md" >"$root/command"
    chroot "$root" env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME=/root \
        MAKEFLAGS="-j$jobs" \
        bash -c 'cd /work && bash -e /command && exit 0
            cat test-suite.log
            exit 1'
}

[ -e "$root/.complete" ] || make_root
mount_kernel
run_command
