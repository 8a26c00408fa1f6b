#!/bin/sh
# SPDX-License-Identifier: MIT
# run.t: the tests find a sample of the mutants of our source.
#
# Not in `make check`, for it takes minutes.  $MUTANTS are words for run.py.
set -u
source=${PALM_SRCDIR:-$(dirname "$0")/../..}
log=$(mktemp "${TMPDIR:-/tmp}/palm-mutants-XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # the words are meant to be split
set -- ${MUTANTS:---seed 1 --sample 40}
echo 1..1
echo "# run.py $*"
status=0
"${PALM_PYTHON3:-python3}" "$source/conformance/source_mutants/run.py" \
    --source "$source" "$@" >"$log" || status=$?
sed 's/^/# /' "$log"
case $status in
0) echo "ok 1 - the tests find every mutant that is not explained" ;;
1) echo "not ok 1 - the tests find every mutant that is not explained" ;;
*) echo "Bail out! run.py ended with status $status" ;;
esac
exit "$status"
