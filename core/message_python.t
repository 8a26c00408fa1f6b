#!/bin/sh
# SPDX-License-Identifier: MIT
# The codec against Python's google.protobuf, see message_python.py.
if [ -z "$PALM_PYTHON3" ]; then
    echo "1..0 # SKIP no Python with google.protobuf"
    exit 0
fi
# shellcheck disable=SC2086 # the runner may have arguments
exec "$PALM_PYTHON3" -B "$PALM_SRCDIR/core/message_python.py" \
    $PALM_RUNNER "$PALM_BUILDDIR/core/message_dump"
