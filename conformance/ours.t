#!/bin/sh
# SPDX-License-Identifier: MIT
# ours.t: libpalm keeps the rules.
set -eu
cd "$PALM_BUILDDIR"
# shellcheck disable=SC2086 # the runner is words
exec ${PALM_RUNNER-} ./palm-conform \
    --target "${PALM_RUNNER-} conformance/targets/palm-target"
