#!/bin/sh
# SPDX-License-Identifier: MIT
# empty.t: targets that keep the contract, or break it, and are no PALM.  The
# suite must not pass them, and must say of each what it is.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
. "$PALM_SRCDIR/harness/support/tap.sh"

# Bounds are short: nothing here answers, and no verdict rests on their length.
factor=$(echo "${PALM_TEST_TIMEOUT_FACTOR:-1}" | awk '{ print $1 * 0.1 }')
cd "$PALM_BUILDDIR" || exit 1

# suite MODE OPTION…: sets $status; $tmp/MODE.tap and .err are its output.
suite() {
    as=$1
    shift
    status=0
    ./palm-conform --target "conformance/targets/empty-target $as" \
        --timeout-factor "$factor" --jobs 40 --level MUST "$@" \
        >"$tmp/$as.tap" 2>"$tmp/$as.err" || status=$?
}

# All verdicts of a run, each once: "FAIL PASS".
verdicts() {
    awk '/^ok / && !/ # / { print "PASS" }
         /^  verdict: / { gsub(/"/, "", $2); print $2 }' "$tmp/$1.tap" |
        LC_ALL=C sort -u | grep -v '^PASS$' | tr '\n' ' ' | sed 's/ $//'
}

# The MUSTs that PASS, sorted.
passed() {
    awk -F '\t' 'NR == FNR { level[$1] = $2; next }
        /^ok / && !/ # / { split($0, word, " "); id = word[4]
                           if (level[id] == "MUST") print id }' \
        "$tmp/rules" "$tmp/$1.tap" | LC_ALL=C sort -u
}

# The tests that are run, the verdict of whatever does not PASS, and the exit
# status of the run.
table='
null            PALM-*          FAIL    1
mute            PALM-*          FAIL    1
liar            PALM-*          FAIL    1
closer          PALM-CACHE-*,PALM-MASTER-*          FAIL    1
parrot          PALM-CACHE-*,PALM-MASTER-*          FAIL    1
crash_mid_test  PALM-CACHE-*    FAIL    1
crash_on_start  PALM-CACHE-*    ERROR   3
never_ready     PALM-CACHE-*    ERROR   3
'
./palm-conform --list >"$tmp/rules"
grep -v '^#' "$PALM_SRCDIR/conformance/targets/absence.tsv" \
    >"$tmp/absence" || :
cut -f 1 "$tmp/absence" | LC_ALL=C sort -u >"$tmp/listed"

echo "$table" | sed '/^$/d' >"$tmp/table"
while read -r mode rules verdict expected <&3; do
    suite "$mode" --run "$rules"
    is "tests of $mode end with $verdict" "$(verdicts "$mode")" "$verdict"
    # Which test said something else, and why.
    grep -A 6 '^  verdict: ' "$tmp/$mode.tap" |
        awk -v verdict="\"$verdict\"" '/^  verdict: / { other = $2 != verdict }
            other && /^  (verdict|id|message|crash): / { print "#" $0 }'
    is "a run of $mode exits with $expected" "$status" "$expected"
    case $mode in
    null | mute | liar)
        passed "$mode" >"$tmp/passed"
        cat "$tmp/passed" >>"$tmp/all"
        is "no MUST passes with $mode but those that are listed" \
            "$(LC_ALL=C comm -23 "$tmp/passed" "$tmp/listed")" ""
        ;;
    esac
done 3<"$tmp/table"

LC_ALL=C sort -u "$tmp/all" >"$tmp/passed"
is "each listed one is needed" \
    "$(LC_ALL=C comm -13 "$tmp/passed" "$tmp/listed")" ""
is "each listed one has a reason" \
    "$(awk -F '\t' 'NF != 2 || $2 == ""' "$tmp/absence")" ""

# These end before any test.
suite noisy_stdout
is "a run of noisy_stdout exits with 3" "$status" 3
like "noisy_stdout is told" "$(cat "$tmp/noisy_stdout.err")" \
    '*: the target wrote to stdout*'
suite wrong_version
is "a run of wrong_version exits with 3" "$status" 3
like "wrong_version is told" "$(cat "$tmp/wrong_version.err")" \
    '*: the target is made for version*'
suite 'no_such_mode'
is "a run of a target that ends at once exits with 3" "$status" 3
done_testing
