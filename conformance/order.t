#!/bin/sh
# SPDX-License-Identifier: MIT
# order.t: in which order palm-conform runs the tests.
# shellcheck source=harness/support/tap.sh
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
. "$PALM_SRCDIR/harness/support/tap.sh"
cd "$PALM_BUILDDIR" || bail_out "no folder $PALM_BUILDDIR"

# It says what it is, and can do nothing: each test is over at once.
cat >"$tmp/target" <<'END'
#!/bin/sh
case "$*" in
*"--profile describe"*) exec conformance/targets/palm-target "$@" ;;
esac
exit 89
END
chmod +x "$tmp/target"

rules='PALM-HTTP-00[1-5],PALM-FLOW-01[01]'

# order SEED: the names of the tests as they ran, one at a time.
order() {
    ./palm-conform --target "$tmp/target" --jobs 1 --seed "$1" \
        --run "$rules" |
        sed -n 's/^\(not \)*ok [0-9]* - \(PALM[^#]*\).*/\2/p'
}

order 1 >"$tmp/one"
order 1 >"$tmp/again"
order 2 >"$tmp/two"
is 'all were run' "$(grep -c . "$tmp/one")" \
    "$(./palm-conform --list-tests --run "$rules" | grep -c .)"
ok 'one seed is one order' cmp "$tmp/one" "$tmp/again"
isnt() { ! cmp -s "$1" "$2"; }
ok 'another seed is another order' isnt "$tmp/one" "$tmp/two"
for seed in one two; do
    like "what is slow begins first ($seed)" "$(sed -n 1p "$tmp/$seed")" \
        'PALM-FLOW-010 *'
done
done_testing
