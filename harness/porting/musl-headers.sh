#!/bin/bash
# SPDX-License-Identifier: MIT
# musl-headers.sh BUILD: compiles every C file against musl's headers, which
# declare less than glibc's do.  BUILD is a configured build: its config.h and
# generated sources are used.
set -eu
# shellcheck source=harness/porting/common.sh
. "$(dirname "$0")/common.sh"

build=${1:?usage: musl-headers.sh BUILD}
build=$(cd "$build" && pwd)
need musl-gcc musl-tools

# Only what we use: with all of /usr/include glibc's headers would be found.
headers=$WORK/musl-include
rm -rf "$headers"
mkdir -p "$headers"
for name in zmq.h CUnit uthash.h utlist.h utarray.h utstring.h ini.h \
    protobuf-c curl microhttpd.h lmdb.h hiredis; do
    for dir in /usr/include "/usr/include/$(gcc -print-multiarch)"; do
        if [ -e "$dir/$name" ]; then
            cp -r "$dir/$name" "$headers/"
        fi
    done
done

count=0
status=0
while IFS= read -r file; do
    count=$((count + 1))
    musl-gcc -std=c99 -pedantic -Wall -Wextra -Werror \
        -D_POSIX_C_SOURCE=200809L -I"$headers" -I"$headers/hiredis" \
        -I"$build" -I"$SRC" \
        -c "$SRC/$file" -o /dev/null || status=1
done < <(cd "$SRC" && find core parts harness -name '*.c')
echo "$count files compiled"
[ "$count" -gt 0 ] && exit "$status"
exit 1
