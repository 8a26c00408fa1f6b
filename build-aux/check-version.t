#!/bin/sh
# SPDX-License-Identifier: MIT
# check-version.t: configure.ac says which version this is; whoever else says
# it agrees.
set -u
cd "${PALM_SRCDIR:-$(dirname "$0")/..}" || exit 1
build=${PALM_BUILDDIR:-.}
version=$(sed -n 's/^AC_INIT(\[libpalm\], \[\([^]]*\)\].*/\1/p' configure.ac)

same() { # sentence version
    if [ "$2" = "$version" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        echo "# expected '$version', got '$2'"
    fi
}

echo 1..4
case $version in
[0-9]*.[0-9]*.[0-9]*) echo "ok - configure.ac has a version" ;;
*) echo "not ok - configure.ac has a version" ;;
esac
same "libpalm.pc agrees" \
    "$(sed -n 's/^Version: //p' "$build/core/libpalm.pc")"
# The newest heading of the news: "## 0.1.0" or "## 0.1.0 (unreleased)".
if [ -e NEWS.md ]; then
    same "NEWS.md begins with it" \
        "$(sed -n 's/^## \([^ ]*\).*/\1/p' NEWS.md | head -n 1)"
else
    echo "ok - NEWS.md begins with it # SKIP no NEWS.md"
fi
# .TH NAME SECTION DATE "libpalm VERSION" …
said=$(sed -n 's/^\.TH .*"libpalm \([^"]*\)".*/\1/p' docs/man/*.[0-9] \
    2>/dev/null | sort -u)
same "man pages agree" "${said:-$version}"
