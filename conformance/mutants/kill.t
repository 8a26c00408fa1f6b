#!/bin/sh
# SPDX-License-Identifier: MIT
# kill.t: the suite finds each wrong implementation that we have.
set -eu
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
cd "$PALM_BUILDDIR"
without=
[ "$PALM_HTTP" = yes ] || without=--without-http
# shellcheck disable=SC2086 # an option or none
exec conformance/mutants/kill --conform ./palm-conform \
    --mutant conformance/mutants/palm-mutant \
    --target conformance/targets/palm-target \
    --scripted conformance/mutants/faulty-server \
    --except "$PALM_SRCDIR/conformance/mutants/passage.tsv" $without
