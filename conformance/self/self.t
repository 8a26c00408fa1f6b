#!/bin/sh
# SPDX-License-Identifier: MIT
# self.t: the checks of the suite hold, and fail, as they say.
set -eu
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
cd "$PALM_BUILDDIR"
exec conformance/self/self_test conformance/self/self_target
