#!/bin/sh
# SPDX-License-Identifier: MIT
# kill.t [GLOB]: the suite finds each wrong implementation that we have.
set -eu
# shellcheck source=conformance/mutants/kill.sh
. "$PALM_SRCDIR/conformance/mutants/kill.sh"
kill_faults "${1:-*}"
