#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents say what the source says: every option with its default, every
# function, and examples that are quoted from files that are compiled.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

LC_ALL=C
export LC_ALL
cd "$PALM_SRCDIR" || exit 1

# none SENTENCE: $tmp/wrong, what is wrong, is empty.
none() {
    is "$1" "$(cat "$tmp/wrong")" ''
}

# lines_not_in A B: the lines of A that B does not have, in any order.
lines_not_in() {
    sort -u "$1" >"$tmp/a"
    sort -u "$2" | comm -23 "$tmp/a" -
}

# --- options ----------------------------------------------------------------
# settings PAGE FIRST LAST: prints "KEY DEFAULT" for each item between two
# section titles.  "Default:" ends an item; what has none is needed.
settings() {
    awk -v first="$2" -v last="$3" '
        index($0, first) == 1 { inside = 1; next }
        index($0, last) == 1 { inside = 0 }
        !inside { next }
        /^\.TP/ { if (key) print key; key = ""; getline
                  if (/^\.B [a-z_]+$/) key = $2 }
        /^Default: / { sub(/^Default: /, ""); sub(/\.$/, "")
                       print key, $0; key = "" }
        END { if (key) print key }' "docs/man/$1"
}

# check_options KIND PAGE FIRST LAST MORE: names, then defaults.
check_options() {
    settings "$2" "$3" "$4" >"$tmp/settings"
    run docs/option_check "$1"
    { echo "$out"; for key in $5; do echo "$key"; done; } >"$tmp/names"
    # Options of classes that are not built are not expected.
    if [ "$1" = part ] && ! grep -qx max_clients "$tmp/names"; then
        web='max_clients|max_clients_per_address|idle_timeout|router_address'
        grep -vE "^($web)( |$)" "$tmp/settings" >"$tmp/built"
        mv "$tmp/built" "$tmp/settings"
    fi
    sed 's/ .*//' "$tmp/settings" >"$tmp/keys"
    lines_not_in "$tmp/names" "$tmp/keys" >"$tmp/wrong"
    none "$2 has every option of a $1"
    lines_not_in "$tmp/keys" "$tmp/names" >"$tmp/wrong"
    none "$2 has no option of a $1 that there is not"
    while read -r key value; do
        case $value in
        '') ;;
        none) like "$2: $key is a text" "$key" '*[a-z]*' ;;
        *)
            run docs/option_check "$1" "$key" "$value"
            is "$2: default of $key" "$status$err" 0
            ;;
        esac
    done <"$tmp/settings"
}

check_options server palm-server.5 '.SH [server]' '.SH "[inbound' \
    'name memory_limit'
check_options part palm-server.5 '.SH "[inbound' '.SH [preset]' \
    'part plugin'
check_options cache palm-server.5 '.SH [cache]' '.SH KINDS' ''
check_options cache palm_cache.3 '.SS Options' '.SH RETURN' ''
check_options server palm_server.3 '.SS Options' '.SH RETURN' ''
check_options part palm_part.3 '.SS Options' '.SH RETURN' ''
check_options kind palm-server.5 '.SH KINDS' '.SH [functions]' \
    'kind exec_timeout exec_output builtins persistent yield'
check_options kind palm_kind.3 '.SS Options' '.SH RETURN' \
    'name server adjust adjust_arg choose choose_arg'

# What is made from the rows is up to date.
for what in lines members classes; do
    run docs/option_rows "$what"
    is "option_rows prints $what" "$status$err" 0
    cp "$tmp/run.out" "$tmp/$what"
done
if grep -q '^max_clients' "$tmp/lines"; then
    for page in palm-server.5 palm_part.3; do
        awk -v lines="$tmp/lines" -v members="$tmp/members" \
            -v classes="$tmp/classes" -f docs/option_pages.awk \
            "docs/man/$page" | diff "docs/man/$page" - >"$tmp/wrong"
        none "$page has what the rows say (else: make docs-options)"
    done
else
    skip 'the pages have what the rows say' 'built without HTTP'
fi

# --- functions --------------------------------------------------------------
# Names behind PALM_EXPORT, in the headers that are installed.
cat core/*.h parts/http/web_worker.h parts/library.h parts/plugin.h \
    parts/servers/kind.h | awk '
    /^#/ { next }
    /PALM_EXPORT/ { inside = 1; sub(/.*PALM_EXPORT/, "") }
    inside && match($0, /palm_[a-z0-9_]+[(;]/) {
        print substr($0, RSTART, RLENGTH - 1); inside = 0 }' \
    | sort -u >"$tmp/functions"
ok 'the headers declare functions' test "$(wc -l <"$tmp/functions")" -gt 50
if [ -f core/libpalm.symbols ]; then
    lines_not_in core/libpalm.symbols "$tmp/functions" >"$tmp/wrong"
    none 'the headers declare what the library exports'
fi

plain() { # man pages without escapes and fonts
    sed 's/^\.[A-Z]* //; s/\\-/-/g; s/\\f.//g; s/"//g' "$@"
}

for section in SYNOPSIS NAME; do
    for page in docs/man/*.3; do
        sed -n "/^\.SH $section/,/^\.SH/p" "$page"
    done | plain | grep -oE 'palm_[a-z0-9_]+' | sort -u >"$tmp/described"
    lines_not_in "$tmp/functions" "$tmp/described" >"$tmp/wrong"
    none "every function is in some page's $section"
done

# palm_x() in a text, and palm_x (3) of a page or a function.
plain docs/man/* docs/*.md docs/threads.txt README.md HACKING.md \
    | grep -oE 'palm_[a-z0-9_]+ ?\((3?\)| *[a-z])' | sed 's/ *(.*//' \
    | grep -vE '^palm__|_f$' | sort -u >"$tmp/mentioned"
{
    cat "$tmp/functions"
    for page in docs/man/*.3; do basename "$page" .3; done
} >"$tmp/known"
lines_not_in "$tmp/mentioned" "$tmp/known" >"$tmp/wrong"
none 'no document mentions a function that there is not'

# --- pages ------------------------------------------------------------------
for page in docs/man/*.3; do
    for section in NAME SYNOPSIS DESCRIPTION 'RETURN VALUE' ERRORS THREADS \
        EXAMPLE 'SEE ALSO'; do
        grep -qx "\.SH $section" "$page" || echo "$page: $section"
    done
done >"$tmp/wrong"
none 'pages of section 3 have all their sections'

for page in docs/man/*.[1-9]; do
    sed -n '/^\.SH SEE ALSO/,$p' "$page" \
        | sed -n 's/^\.BR \([a-z_\\-]*\) (\([1-9]\)).*/\1.\2/p' \
        | sed 's,[\\],,g' \
        | while read -r other; do
            case $other in
            zmq.7 | zmq_*.3) ;;
            *) [ -f "docs/man/$other" ] || echo "$page: $other" ;;
            esac
        done
done >"$tmp/wrong"
none 'SEE ALSO names pages that exist'

# log ids, where users look for them
find core parts harness -name '*.c' ! -name '*_test.c' \
    -exec grep -hoE '"PALM-[A-Z]+-[A-Z]+[":]' {} + | tr -d '":' | sort -u \
    >"$tmp/ids"
plain docs/man/palm-log.7 | grep -oE '^PALM-[A-Z]+-[A-Z]+$' | sort -u \
    >"$tmp/said"
lines_not_in "$tmp/ids" "$tmp/said" >"$tmp/wrong"
none 'palm-log(7) has every log id'
lines_not_in "$tmp/said" "$tmp/ids" >"$tmp/wrong"
none 'palm-log(7) has no other'

# --- examples ---------------------------------------------------------------
# Each line of an example of section 3 stands so in a file that is compiled.
for page in docs/man/*.3; do
    sed -n '/^\.SH EXAMPLE/,/^\.SH SEE/p' "$page" \
        | sed -n '/^\.EX/,/^\.EE/p' | grep -v '^\.E[XE]$' \
        | sed 's/\\-/-/g; s/\\(aq/'\''/g; s/\\e/\\/g'
done >"$tmp/quoted"
ok 'the pages quote examples' test "$(wc -l <"$tmp/quoted")" -gt 20
cat docs/examples/*.c docs/examples/*/*.c >"$tmp/sources"
lines_not_in "$tmp/quoted" "$tmp/sources" >"$tmp/wrong"
none 'examples are quoted from docs/examples'

sed -n '/^\.SH EXAMPLE/,$p' docs/man/palm-server.5 \
    | sed -n '/^\.EX/,/^\.EE/p' | grep -v '^\.E[XE]$' >"$tmp/example.ini"
sed -n '/^\.SH DESCRIPTION/,/^\.SH VALUES/p' docs/man/palm-server.5 \
    | sed -n '/^\.EX/,/^\.EE/p' | grep -v '^\.E[XE]$' >"$tmp/first.ini"
sed -n '/^\.SH KINDS/,/^\.SH \[func/p' docs/man/palm-server.5 \
    | sed -n '/^\.EX/,/^\.EE/p' | grep -v '^\.E[XE]$' >"$tmp/kind.ini"
awk '/^```ini/ { inside = 1; next } /^```/ { inside = 0 } inside' README.md \
    >"$tmp/readme.ini"
for name in example first kind readme; do
    run palm-server --check "$tmp/$name.ini"
    is "server files that are shown are valid: $name" "$status$err" 0
    ok "server files that are shown are there: $name" test -s "$tmp/$name.ini"
done
awk '/^```c/ { inside = 1; next } /^```/ { inside = 0 } inside' README.md \
    >"$tmp/readme.c"
lines_not_in "$tmp/readme.c" "$tmp/sources" >"$tmp/wrong"
none "the README's C is quoted from docs/examples"
ok "the README's C is there" test -s "$tmp/readme.c"

if command -v man >/dev/null && command -v groff >/dev/null; then
    for page in docs/man/*.[1-9]; do
        man --warnings -l -Tutf8 "$page" 2>&1 >/dev/null | sed "s|^|$page: |"
    done >"$tmp/wrong"
    none 'the pages are sound'
else
    skip 'the pages are sound' 'no man or groff'
fi

done_testing
