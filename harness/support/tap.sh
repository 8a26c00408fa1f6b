# SPDX-License-Identifier: MIT
# tap.sh: TAP for shell scripts (POSIX sh).  A test reads it with
#     . "$PALM_SRCDIR/harness/support/tap.sh"
# calls ok, is, like …, and ends with done_testing.
# shellcheck shell=sh disable=SC2034

tap_number=0
tap_failed=0

# A folder of the test's own, also for what its programs make; gone at its end.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/palm-test-XXXXXX") || exit 1
TMPDIR=$tmp
export TMPDIR
trap 'rm -rf "$tmp"' EXIT

diag() {
    printf '%s\n' "$*" | sed 's/^/# /'
}

# pass NAME, fail NAME
pass() {
    tap_number=$((tap_number + 1))
    echo "ok $tap_number - $1"
}

fail() {
    tap_number=$((tap_number + 1))
    tap_failed=$((tap_failed + 1))
    echo "not ok $tap_number - $1"
}

# skip NAME REASON
skip() {
    tap_number=$((tap_number + 1))
    echo "ok $tap_number - $1 # SKIP $2"
}

# ok NAME COMMAND…: the command succeeds.
ok() {
    tap_name=$1
    shift
    if "$@"; then
        pass "$tap_name"
    else
        fail "$tap_name"
        diag "failed: $*"
    fi
}

# is NAME GOT EXPECTED
is() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1"
        diag "got      $2"
        diag "expected $3"
    fi
}

# like NAME GOT PATTERN: the pattern is of case, so * is anything.
like() {
    # shellcheck disable=SC2254 # the pattern is meant to be one
    case $2 in
    $3) pass "$1" ;;
    *)
        fail "$1"
        diag "got     $2"
        diag "pattern $3"
        ;;
    esac
}

bail_out() {
    echo "Bail out! $*"
    exit 1
}

# Prints the plan; its status is the script's.
done_testing() {
    echo "1..$tap_number"
    [ "$tap_failed" = 0 ]
}
