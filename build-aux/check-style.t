#!/bin/sh
# SPDX-License-Identifier: MIT
# check-style.t: what HACKING.md says about style and a program can see.
#
# Exceptions are in build-aux/check-style.allow, each with its reason.
set -u
LC_ALL=C
export LC_ALL
cd "${PALM_SRCDIR:-$(dirname "$0")/..}" || exit 1
allowed=build-aux/check-style.allow
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# In a checkout the files that git knows or would add; else, in an unpacked
# distribution, those in our folders.
in_git=
[ -e .git ] && git ls-files >/dev/null 2>&1 && in_git=yes
if [ -n "$in_git" ]; then
    git ls-files -co --exclude-standard | while read -r file; do
        [ -f "$file" ] && echo "$file"
    done
else
    find core parts harness conformance docs build-aux/check-* autogen.sh \
        configure.ac Makefile.am -type f 2>/dev/null
fi | grep -vE '\.pb-c\.[ch]$|/catalogue_data\.c$' >"$scratch/all"
grep -E '\.[ch]$' "$scratch/all" >"$scratch/c"
grep -E '\.([ch]|sh|t|py)$|^\.ci/run$' "$scratch/all" >"$scratch/code"
grep -E '_test\.c$|\.t$|^conformance/|^harness/support/' "$scratch/code" \
    >"$scratch/tests"

# Lines "rule path reason"; the paths that a rule lets pass.
exceptions() {
    sed -n "s/^$1 \([^ ]*\) .*/\1/p" "$allowed" 2>/dev/null
}

# Prints a test's result: fails with the offenders that stdin names.
check() { # sentence
    cat >"$scratch/found"
    if [ -s "$scratch/found" ]; then
        echo "not ok - $1"
        sed 's/^/# /' "$scratch/found"
    else
        echo "ok - $1"
    fi
}

each() { # list command...: the command on each file that the list names
    list=$1
    shift
    while read -r file; do
        "$@" "$file"
    done <"$scratch/$list"
}

search() { # pattern file
    grep -nE "$1" "$2" | sed "s|^|$2:|"
}

count_lines() {
    wc -l <"$1" | awk -v file="$1" '{ print $1, file }'
}

# A definition's name is at the start of a line, its body between braces at the
# start of lines.
measure_functions() {
    awk -v file="$1" '
        /^[A-Za-z_].*\(/ { name = $0; sub(/\(.*/, "", name)
                           sub(/.*[ *]/, "", name); start = NR }
        /^\{$/ { inside = name != "" }
        /^\}$/ { if (inside) print NR - start + 1, file ":" start, name
                 inside = 0; name = "" }' "$1"
}

# Bytes that continue a UTF-8 character are no columns.
find_long_lines() {
    tr -d '\200-\277' <"$1" |
        awk -v file="$1" 'length > 80 { print file ":" NR ": " length }'
}

find_missing_spdx() {
    head -n 3 "$1" | grep -q 'SPDX-License-Identifier: MIT' || echo "$1"
}

find_sleeps() {
    case $1 in
    *.c | *.h) search '(^|[^A-Za-z_])(u|nano|clock_nano)?sleep *\(' "$1" ;;
    *.py) search '(^|[^A-Za-z_])sleep *\(' "$1" ;;
    *) search '(^|[;&|({ ])sleep +[0-9."$]' "$1" ;;
    esac
}

# A test that receives for ever would hang the check.  A file that makes sockets
# and receives from them says for how long.
find_endless() {
    case $1 in
    *_test.c | harness/support/*.c) ;;
    *) return ;;
    esac
    for kind in '' 'zmq_(msg_)?'; do
        grep -qE "(^|[^_a-z])${kind:+zmq_}socket\(" "$1" || continue
        search "(^|[^_a-z])$kind(recv|recvfrom|accept)\(" "$1"
    done >"$scratch/receives"
    grep -qE 'RCVTIMEO|tap_limit|poll\(' "$1" || cat "$scratch/receives"
}

# Sockets that peers reach are made by palm__socket_new(), with all protections.
find_bare_sockets() {
    case $1 in
    *_test.c) ;;
    core/*.c | parts/*.c) search '(^|[^_a-z])zmq_socket\(' "$1" ;;
    esac
}

# A document that is not in the tree; rules have ids in docs/spec.
find_facts() {
    search '(^|[^a-z])facts [0-9]+\.[0-9]' "$1"
}

top_level() {
    [ -z "$in_git" ] || sed 's|/.*||' "$scratch/all" | sort -u
}

echo 1..11

each c count_lines | sort -rn >"$scratch/sizes"
awk '$1 > 500 { print "# long: " $0 }' "$scratch/sizes"
awk '$1 > 800' "$scratch/sizes" | check "no file is over 800 lines"

each c measure_functions | sort -rn >"$scratch/functions"
awk '$1 > 40 { print "# long: " $0 }' "$scratch/functions"
awk '$1 > 60' "$scratch/functions" | check "no function is over 60 lines"

each code find_long_lines | check "no line is over 80 columns"

tab=$(printf '\t')
each c search "$tab" | check "no tabs in C files"

each code search '[[:space:]]$' | check "no blanks at ends of lines"

each code find_missing_spdx | check "every file has its SPDX line"

exceptions sleep >"$scratch/allowed"
each tests find_sleeps | awk -F: -v list="$scratch/allowed" '
    BEGIN { while ((getline file < list) > 0) allowed[file] = 1 }
    !($1 in allowed)' | check "tests wait for facts, not for time"
each code find_facts | check "rules are cited by their ids"
exceptions socket >"$scratch/allowed"
each c find_bare_sockets | awk -F: -v list="$scratch/allowed" '
    BEGIN { while ((getline file < list) > 0) allowed[file] = 1 }
    !($1 in allowed)' | check "sockets that peers reach are made in one place"
each tests find_endless | check "every receive in a test has a deadline"

{
    each code search '(^|[^A-Z])(TO[D]O|FIX[M]E|XX[X])($|[^A-Z])' |
        grep -vE '#[0-9]+|("|%s) # TO[D]O '
    top_level | grep -vxE 'core|parts|harness|conformance|docs|build-aux|m4' |
        grep -vxE 'autogen\.sh|configure\.ac|Makefile\.am|LICENSE|\..*' |
        grep -vxE '(README|HACKING|NEWS)\.md' | sed 's/$/: at the top level/'
} | check "nothing is left over"
