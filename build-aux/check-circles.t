#!/bin/sh
# SPDX-License-Identifier: MIT
# Dependencies run one way: no two files of a folder need each other, and no
# folder needs one above it.  Asked of the objects, by their symbols.
#
# "circle FOLDER/FILE why" in check-style.allow lets a file be in a circle.
. "$PALM_SRCDIR/harness/support/tap.sh"

LC_ALL=C
export LC_ALL
cd "$PALM_BUILDDIR" || bail_out 'no folder'
# shellcheck disable=SC2086 # libtool's NM has options
names() {
    ${PALM_NM:-nm} -P -g "$1" 2>/dev/null
}
for router in core/.libs/router.o core/router.o; do
    [ -f "$router" ] && break
done
case $(names "$router") in
*palm__router_run*) ;;
*)
    echo '1..0 # SKIP no nm that reads our objects'
    exit 0
    ;;
esac

# objects FOLDER: prints "FOLDER/SOURCE OBJECT" for each that was built.
objects() {
    for source in "$PALM_SRCDIR/$1"/*.c; do
        name=$(basename "$source" .c)
        case $name in *_test | no_web_worker) continue ;; esac
        for object in "$1/.libs/$name.o" "$1"/.libs/*-"$name.o" \
            "$1/$name.o" "$1"/*-"$name.o"; do
            if [ -f "$object" ]; then
                echo "$1/$name $object"
                break
            fi
        done
    done
}

# symbols FOLDER…: prints "FOLDER/FILE d SYMBOL" and "FOLDER/FILE u SYMBOL".
symbols() {
    for folder; do
        objects "$folder" | while read -r name object; do
            names "$object" | awk -v name="$name" '
                $2 == "U" { print name, "u", $1 }
                $2 ~ /^[TDBRGC]$/ { print name, "d", $1 }'
        done
    done
}

# in_circles: prints the files of stdin (symbols) that need themselves by way
# of others.
in_circles() {
    awk '
        { if (!($1 in seen)) { seen[$1] = 1; file[++count] = $1 } }
        $2 == "d" { owner[$3] = $1 }
        $2 == "u" { user[++uses] = $1; used[uses] = $3 }
        END {
            for (i = 1; i <= uses; i++)
                if ((used[i] in owner) && owner[used[i]] != user[i])
                    needs[user[i], owner[used[i]]] = 1
            for (k = 1; k <= count; k++)
                for (i = 1; i <= count; i++) {
                    if (!((file[i], file[k]) in needs)) continue
                    for (j = 1; j <= count; j++)
                        if ((file[k], file[j]) in needs)
                            needs[file[i], file[j]] = 1
                }
            for (i = 1; i <= count; i++)
                if ((file[i], file[i]) in needs) print file[i]
        }'
}

sed -n 's/^circle \([^ ]*\) .*/\1/p' \
    "$PALM_SRCDIR/build-aux/check-style.allow" | sort >"$tmp/allowed"

# check FOLDER…
check() {
    symbols "$@" >"$tmp/symbols"
    ok "$*: there are objects" test -s "$tmp/symbols"
    in_circles <"$tmp/symbols" | sort | comm -23 - "$tmp/allowed" >"$tmp/found"
    is "$*: no circle" "$(cat "$tmp/found")" ''
}

check core
check parts parts/services parts/connections parts/bypass parts/http \
    parts/servers
for folder in harness/server harness/bench harness/worker harness/client \
    harness/program harness/support conformance/engine conformance/suite \
    conformance/mutants conformance/mutants/proxy; do
    check "$folder"
done

# above LOWER UPPER: what the objects of the one need of the other.
above() {
    symbols $1 | awk '$2 == "u" { print $3 }' | sort -u >"$tmp/needed"
    symbols $1 | awk '$2 == "d" { print $3 }' | sort -u >"$tmp/own"
    symbols $2 | awk '$2 == "d" { print $3 }' | sort -u >"$tmp/upper"
    comm -23 "$tmp/needed" "$tmp/own" | comm -12 - "$tmp/upper"
}

parts='parts parts/services parts/connections parts/bypass parts/http
    parts/servers'
is 'core needs no part' "$(above core "$parts")" ''
is 'parts need no program' "$(above "$parts" \
    'harness/server harness/worker harness/client harness/program')" ''
is 'the suite shares no code with the library' \
    "$(symbols conformance/suite conformance/engine \
        | awk '$2 == "u" && $3 ~ /^_?palm_/' | sort -u)" ''

done_testing
