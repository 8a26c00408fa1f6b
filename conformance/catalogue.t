#!/bin/sh
# SPDX-License-Identifier: MIT
# catalogue.t: the rules, the specification, the tests and the mutants agree,
# and the checker finds it when they do not.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
# shellcheck source=harness/support/tap.sh
. "$PALM_SRCDIR/harness/support/tap.sh"
cd "$PALM_SRCDIR" || bail_out "no folder $PALM_SRCDIR"
catalogue=conformance/catalogue.tsv
specification=docs/spec/palm-1.md
"$PALM_BUILDDIR/palm-conform" --list-tests >"$tmp/tests"
"$PALM_BUILDDIR/conformance/mutants/palm-mutant" --list >"$tmp/mutants"

check() { # catalogue specification tests mutants
    conformance/check-catalogue "$@" .
}

check $catalogue $specification "$tmp/tests" "$tmp/mutants" >"$tmp/found"
is "the catalogue has no mistake" "$?" 0
sed 's/^/# /' "$tmp/found"

# --- the checker finds each kind of mistake ---------------------------------
# finds NAME PATTERN: in the files below, of which one has been spoilt.
finds() {
    check "$tmp/c" "$tmp/s" "$tmp/t" "$tmp/m" >"$tmp/found"
    if [ $? = 1 ] && grep -q "$2" "$tmp/found"; then
        pass "$1"
    else
        fail "$1"
        sed 's/^/# /' "$tmp/found"
    fi
    fresh
}

fresh() {
    cp $catalogue "$tmp/c"
    cp $specification "$tmp/s"
    cp "$tmp/tests" "$tmp/t"
    cp "$tmp/mutants" "$tmp/m"
}

# spoil FILE SED-COMMAND
spoil() {
    sed "$2" "$tmp/$1" >"$tmp/spoilt" && mv "$tmp/spoilt" "$tmp/$1"
}

fresh
spoil t '/^PALM-CACHE-007	/d'
finds "a rule whose tests are not built is found" \
    '^PALM-CACHE-007: has no test'
spoil m '/^M-CACHE-007/d'
finds "a rule without a mutant is found" '^PALM-CACHE-007: has no mutant'
echo 'PALM-CACHE-999	cache_999_of_nothing' >>"$tmp/t"
finds "a test of an unknown rule is found" \
    '^PALM-CACHE-999: is no rule, but has cache_999_of_nothing'
spoil c '/^PALM-CACHE-007	/d'
finds "a rule that the catalogue lacks is found" \
    '^PALM-CACHE-007: is missing in the catalogue'
spoil s '/PALM-CACHE-007/d'
finds "a rule that the specification lacks is found" \
    '^PALM-CACHE-007: is missing in the specification'
spoil s '/PALM-CACHE-007/s/store/keep/'
finds "another text in the specification is found" \
    '^PALM-CACHE-007: the specification says '
spoil s '/PALM-CACHE-007/s/(MUST,/(SHOULD,/'
finds "another level in the specification is found" \
    '^PALM-CACHE-007: the specification says '
spoil c '/^PALM-CACHE-007	/s/	MUST	/	SHOULD	/'
finds "a level that the text has not is found" \
    '^PALM-CACHE-007: is SHOULD, its text has MUST'
spoil c '/^PALM-CACHE-007	/s/answer with/MUST answer with/'
finds "two level words in a text are found" \
    '^PALM-CACHE-007: is MUST, its text has (2 level words)'
spoil c '/^PALM-CACHE-007	/p'
finds "a rule that stands twice is found" '^PALM-CACHE-007: stands twice'
spoil c '/^PALM-CACHE-007	/s/	[^	]*$//'
finds "a missing column is found" '^PALM-CACHE-007: has 8 columns, not 9'
spoil c '/^PALM-CACHE-007	/s/cache_007[a-z_0-9]*//'
finds "a catalogue that was not updated is found" \
    '^PALM-CACHE-007: tests are "cache_007'
spoil c '/^PALM-API-006	/s/a missing key is/a lost key is/'
finds "a unit test that does not exist is found" \
    '^PALM-API-006: core/cache_test.c has no test "a lost key'
spoil c '/^PALM-API-006	/s/core.cache_test.c/core\/lost_test.c/'
finds "a file of unit tests that does not exist is found" \
    '^PALM-API-006: there is no core/lost_test.c'
spoil c '/^PALM-API-006	/s/	core.cache_test.c[^	]*	/		/'
finds "an api rule without a unit test is found" \
    '^PALM-API-006: names no unit test'

# --- the page ---------------------------------------------------------------
# Without its last column, which a run of the suite fills.
without_results() {
    sed -e '/^| PALM-/s/ [^|]* |$//' -e 's/ [0-9]* of [0-9]* |$//'
}
without_results <docs/requirements.md >"$tmp/page"
awk -f conformance/requirements.awk /dev/null $catalogue 2>&1 |
    without_results >"$tmp/made"
ok "docs/requirements.md is what \`make requirements\` makes" \
    cmp -s "$tmp/page" "$tmp/made"

# --- the suite shares no code with the library -------------------------------
grep -rnE '#include "(core|parts|harness)/' conformance/engine \
    conformance/suite conformance/mutants >"$tmp/found"
is "the suite includes nothing of the library" "$(cat "$tmp/found")" ""
is "the suite links nothing of the library" \
    "$(sed -n '/^palm_conform_LDADD/p' conformance/Makemodule.am)" \
    'palm_conform_LDADD = libconform.a $(ZMQ_LIBS)'
done_testing
