# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# common.sh: what the porting checks share; sourced by them.
#
#   WORK  where downloads and builds go, default ${TMPDIR:-/tmp}/palm-ports
#   SRC   the source, with ./configure made and not configured in place;
#         default the tree that these scripts are in
#
# A check exits 0 passed, 1 failed, 77 it could not run (the reason printed).

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=${WORK:-${TMPDIR:-/tmp}/palm-ports}
SRC=${SRC:-$top}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
mkdir -p "$WORK"
WORK=$(cd "$WORK" && pwd)

skip() {
    echo "SKIP: $*"
    exit 77
}

need() { # program package: the program, or a skip
    command -v "$1" >/dev/null 2>&1 || skip "no $1 (package $2)"
}

codename() {
    # shellcheck disable=SC1091 # there on every Debian
    (. /etc/os-release && echo "${VERSION_CODENAME-}")
}

# The archive that the system itself uses: "URI suite" of its main suite, from
# either format of apt's sources.
archive_uri() {
    local suite
    suite=$(codename)
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
        awk -v RS= -v suite="$suite" '{
            uri = found = ""
            for (i = 1; i <= NF; i++) {
                if ($i == "URIs:") uri = $(i + 1)
                if ($i == suite) found = 1
            }
            if (found && uri) { print uri; exit }
        }'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}//p' |
        awk -v suite="$suite" '$2 == suite { print $1; exit }'
}

# Lists of our own, so that /etc/apt stays as it is: sets apt_options.
private_apt() {
    local uri suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    uri=$(archive_uri | head -n 1)
    suite=$(codename)
    [ -n "$uri" ] || skip "no Debian archive in apt's sources"
    mkdir -p "$WORK/apt/lists/partial" "$WORK/apt/cache/archives/partial"
    echo "deb-src [signed-by=$keyring] $uri $suite main" >"$WORK/apt/src.list"
    echo "deb [signed-by=$keyring] $uri $suite main" >"$WORK/apt/bin.list"
    apt_options=(-qq -o "Dir::Etc::sourcelist=$WORK/apt/src.list"
        -o Dir::Etc::sourceparts=/dev/null
        -o "Dir::State::lists=$WORK/apt/lists"
        -o "Dir::Cache=$WORK/apt/cache" -o APT::Sandbox::User=root)
}

# What apt needs to reach the archive here holds for mmdebstrap, too.
apt_proxy() {
    local proxy
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "${proxy-}" ] || echo "--aptopt=Acquire::http::Proxy \"$proxy\""
}

# Unpacks a source package into $WORK/src/PACKAGE, once.
fetch_source() {
    local package=$1 dir=$WORK/src/$1
    [ -d "$dir" ] && return 0
    need apt-get apt
    need dpkg-source dpkg-dev
    private_apt
    mkdir -p "$WORK/src/download-$package"
    (cd "$WORK/src/download-$package" &&
        apt-get "${apt_options[@]}" update &&
        apt-get "${apt_options[@]}" source --download-only "$package") ||
        skip "cannot download the source of $package"
    (cd "$WORK/src/download-$package" &&
        dpkg-source --no-check -x ./*.dsc "$dir" >/dev/null)
}

# Configures, builds and checks the project in $WORK/build-NAME.
check_build() {
    local dir=$WORK/build-$1
    shift
    [ -x "$SRC/configure" ] || (cd "$SRC" && ./autogen.sh) || return 1
    rm -rf "$dir"
    mkdir -p "$dir" || return 1
    (
        cd "$dir" || exit 1
        "$SRC/configure" -q --disable-dependency-tracking "$@" || exit 1
        make -s -j"$jobs" || exit 1
        make -s -j"$jobs" check && exit 0
        cat test-suite.log
        exit 1
    )
}
