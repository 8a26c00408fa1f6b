#!/bin/sh
# SPDX-License-Identifier: MIT
# sample.t: a fault of each topic, so that `make check` sees the suite fail.
set -eu
# shellcheck source=conformance/mutants/kill.sh
. "$PALM_SRCDIR/conformance/mutants/kill.sh"
kill_faults 'M-*-002a'
