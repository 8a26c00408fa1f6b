#!/bin/sh
# SPDX-License-Identifier: MIT
# reports.t: what palm-conform is asked for, and the reports that it writes.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
. "$PALM_SRCDIR/harness/support/tap.sh"

# Bounds are short: nothing here answers, and no verdict rests on their length.
factor=$(echo "${PALM_TEST_TIMEOUT_FACTOR:-1}" | awk '{ print $1 * 0.1 }')
golden=$PALM_SRCDIR/conformance/golden
cd "$PALM_BUILDDIR" || exit 1

# conform OPTION…: sets $status, $out and $err.
conform() {
    status=0
    ./palm-conform "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
    out=$(cat "$tmp/out")
    err=$(cat "$tmp/err")
}

# parrot OPTION…: tests a target that answers with what it was sent.
parrot() {
    conform --target "$target" --timeout-factor "$factor" --work "$tmp/work" \
        "$@"
}
# A command that a shell must not change on its way into "repeat".
target="env NOTE='a \"b\" \\ # \$c' conformance/targets/empty-target parrot"

# Of the last run: the ids that were tested, each once, sorted.
tested() {
    awk '/^(not )?ok / { sub(/^not /, ""); print $4 }' "$tmp/out" |
        LC_ALL=C sort -u
}

# --- selection ---------------------------------------------------------------

conform --list
is "--list exits with 0" "$status" 0
cp "$tmp/out" "$tmp/rules"
is "--list prints the rules of the catalogue" \
    "$(cut -f 1 "$tmp/rules")" \
    "$(sed 1d "$PALM_SRCDIR/conformance/catalogue.tsv" | cut -f 1)"

conform --list-tests
is "--list-tests exits with 0" "$status" 0
cp "$tmp/out" "$tmp/tests"
is "each test has a rule" \
    "$(cut -f 1 "$tmp/tests" | LC_ALL=C sort -u >"$tmp/have"
        cut -f 1 "$tmp/rules" | LC_ALL=C sort -u |
            LC_ALL=C comm -13 - "$tmp/have")" ""
is "no two tests have the same name" \
    "$(cut -f 2 "$tmp/tests" | LC_ALL=C sort | uniq -d)" ""

# selects OPTION VALUE COLUMN: what runs are the rules whose column is VALUE.
selects() {
    parrot "$1" "$2" --run 'PALM-CACHE-*,PALM-CLIENT-*'
    awk -F '\t' -v column="$3" -v value="$2" \
        '$column == value { print $1 }' "$tmp/rules" | LC_ALL=C sort -u |
        LC_ALL=C comm -12 - "$tmp/have" |
        grep -e '^PALM-CACHE-' -e '^PALM-CLIENT-' >"$tmp/expected"
    is "$1 $2 runs these rules" "$(tested)" "$(cat "$tmp/expected")"
    ok "these are some" test -s "$tmp/expected"
}
selects --level SHOULD 2
selects --profile client 3
selects --section "$(awk -F '\t' '$1 == "PALM-CACHE-001" { print $5 }' \
    "$tmp/rules")" 5

first=$(awk -F '\t' '/^PALM-CACHE-/ { print $1; exit }' "$tmp/tests")
name=$(awk -F '\t' '/^PALM-CLIENT-/ { print $2; exit }' "$tmp/tests")
parrot --run "$first,$name"
is "--run takes ids and names, with commas" "$(tested | tr '\n' ' ')" \
    "$first $(awk -F '\t' -v n="$name" '$2 == n { print $1 }' "$tmp/tests") "
parrot --run "PALM-CACHE-*,PALM-NONE-*"
is "a glob that matches nothing exits with 3" "$status" 3
like "it is named" "$err" '*--run: "PALM-NONE-\*" matches no test*'
is "then no test runs" "$out" ""
parrot --run 'PALM-CACHE-*' --level 'NEVER'
is "a level that matches nothing exits with 3" "$status" 3
like "it is named, too" "$err" '*--level: "NEVER"*'

# --- what is repeated --------------------------------------------------------

parrot --run "$first"
is "a MUST that fails exits with 1" "$status" 1
repeat=$(sed -n 's/^  repeat: "\(.*\)"$/\1/p' "$tmp/out" | head -n 1 |
    sed 's/\\"/"/g; s/\\\\/\\/g')
like "the command that repeats it is printed" "$repeat" '*palm-conform*'
status=0
TMPDIR=$tmp sh -c "$repeat" >"$tmp/again" 2>&1 || status=$?
is "it runs when it is copied" "$status" 1
is "it runs that test" "$(grep '^not ok 1 ' "$tmp/again")" \
    "$(grep '^not ok 1 ' "$tmp/out")"

# --- options that are refused ------------------------------------------------

# refuses MESSAGE OPTION…
refuses() {
    message=$1
    shift
    conform "$@"
    is "$* exits with 3" "$status" 3
    like "it says why" "$err" "*$message*"
}
refuses 'give either --target or --attach'
refuses 'give either --target or --attach' --target x --attach y
refuses 'no such option' --targets x
refuses 'needs a value' --target
refuses 'takes no value' --keep=yes
refuses 'must be a number' --target x --jobs 0
refuses 'must be a number' --target x --seed -1
refuses '"a.jsonl"' --target x a.jsonl
refuses '--merge needs --html' --merge a.jsonl
refuses '--merge needs --html' --merge --html "$tmp/x.html"
refuses 'a.jsonl": No such file' --merge --html "$tmp/x.html" "$tmp/a.jsonl"
refuses 'known.tsv": No such file' --target "$target" --run "$first" \
    --work "$tmp/work" --known "$tmp/known.tsv"
for option in --html --jsonl --junit; do
    refuses "$option" --target "$target" --run "$first" "$option" "$tmp/no/x"
    is "no test runs if $option cannot be written" "$out" ""
done
echo 'TAP version 13' >"$tmp/a.jsonl"
refuses 'a.jsonl:1: it is no object' --merge --html "$tmp/x.html" \
    "$golden/run.jsonl" "$tmp/a.jsonl"

# --- reports -----------------------------------------------------------------

# A run whose target crashes, with all reports.
target='conformance/targets/empty-target crash_mid_test'
parrot --run 'PALM-CACHE-00*' --html "$tmp/run.html" --jsonl "$tmp/run.jsonl" \
    --junit "$tmp/run.xml"
is "a run with all reports exits as one without" "$status" 1
conform --merge "$tmp/run.jsonl" --html "$tmp/merged.html"
is "a page of one report exits with 0" "$status" 0
ok "it is the page of the run" cmp "$tmp/run.html" "$tmp/merged.html"
conform --merge "$tmp/run.jsonl" "$golden/run.jsonl" --html "$tmp/merged.html"
is "a page of two reports exits with 0" "$status" 0
is "it has a column for each" \
    "$(grep -c '<section class="target">' "$tmp/merged.html")" 2

# well_formed NAME FILE PROGRAM: python3 reads it.
well_formed() {
    if command -v python3 >/dev/null 2>&1; then
        ok "$1" python3 -c "$3" "$2"
    else
        skip "$1" "no python3"
    fi
}
json='import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert lines[0]["type"] == "run" and lines[-1]["type"] == "end"
assert lines[0]["tests"] == len(lines) - 2 > 0
assert all(line["type"] == "test" for line in lines[1:-1])'
xml='import sys, xml.etree.ElementTree
suite = xml.etree.ElementTree.parse(sys.argv[1]).getroot().find("testsuite")
assert int(suite.get("tests")) == len(suite.findall("testcase")) > 0
assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
assert int(suite.get("errors")) == len(suite.findall("testcase/error"))
assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))'
# Elements that are left open, closed twice, or ids that are there twice.
html='import html.parser, sys
empty = {"meta", "input"}
class Page(html.parser.HTMLParser):
    stack, ids = [], set()
    def handle_starttag(self, tag, attributes):
        self.stack += [] if tag in empty else [tag]
        for name, value in attributes:
            assert name not in ("src", "srcset"), value
            if name == "href": assert value.startswith("#"), value
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, (tag, self.getpos())
page = Page()
page.feed(open(sys.argv[1], encoding="utf-8").read())
page.close()
assert page.stack == [] and page.ids'
for folder in "$tmp" "$golden"; do
    of=run
    [ "$folder" = "$tmp" ] || of="golden run"
    well_formed "lines of the $of are JSON" "$folder/run.jsonl" "$json"
    well_formed "JUnit of the $of is XML" "$folder/run.xml" "$xml"
    well_formed "the page of the $of is HTML" "$folder/run.html" "$html"
    well_formed "the page of the $of and another is HTML" \
        "$folder/merged.html" "$html"
done
done_testing
