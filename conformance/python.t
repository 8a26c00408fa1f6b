#!/bin/sh
# SPDX-License-Identifier: MIT
# python.t: another implementation keeps the rules that it claims: in Python,
# by somebody who had the specification and nothing else.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
if [ -z "${PALM_PYTHON3:-}" ] || ! "$PALM_PYTHON3" -c 'import zmq' 2>/dev/null
then
    echo "1..0 # SKIP no Python 3 with zmq"
    exit 0
fi
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
cd "$PALM_BUILDDIR" || exit 1
profiles=master,cache,rep,hub,server,pipeline,sink,worker,client
exec ./palm-conform --profile "$profiles" \
    --target "$PALM_PYTHON3 '$PALM_SRCDIR/conformance/python/target.py'"
