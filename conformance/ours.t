#!/bin/sh
# SPDX-License-Identifier: MIT
# ours.t: libpalm keeps the rules.
set -eu
cd "$PALM_BUILDDIR"
exec ./palm-conform --target conformance/targets/palm-target
