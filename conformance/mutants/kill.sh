# SPDX-License-Identifier: MIT
# kill.sh: how the suite is run on faults, for the tests that do so.
# shellcheck shell=sh
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
cd "$PALM_BUILDDIR" || exit 1
# A run that finds a fault keeps its traces.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/palm-kill-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT PIPE TERM

# kill_faults GLOB: those whose id matches.
kill_faults() {
    without=
    [ "$PALM_HTTP" = yes ] || without=--without-http
    # shellcheck disable=SC2086 # an option or none
    conformance/mutants/kill --conform ./palm-conform --run "$1" \
        --mutant conformance/mutants/palm-mutant \
        --target conformance/targets/palm-target \
        --scripted conformance/mutants/faulty-server \
        --except "$PALM_SRCDIR/conformance/mutants/passage.tsv" $without
}
