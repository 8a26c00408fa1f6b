#!/bin/sh
# SPDX-License-Identifier: MIT
# kill.t: the suite finds each wrong implementation that we have.
set -eu
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
cd "$PALM_BUILDDIR"
# A run that finds a fault keeps its traces.
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/palm-kill-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT PIPE TERM
without=
[ "$PALM_HTTP" = yes ] || without=--without-http
# shellcheck disable=SC2086 # an option or none
conformance/mutants/kill --conform ./palm-conform \
    --mutant conformance/mutants/palm-mutant \
    --target conformance/targets/palm-target \
    --scripted conformance/mutants/faulty-server \
    --except "$PALM_SRCDIR/conformance/mutants/passage.tsv" $without
