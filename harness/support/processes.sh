# SPDX-License-Identifier: MIT
# processes.sh: runs our programs, in front and behind (POSIX sh).
# Needs $tmp, a folder; and PALM_BUILDDIR, PALM_RUNNER from the Makefile.
# Whoever reads this sets a trap that calls kill_all.
# shellcheck shell=sh disable=SC2154,SC2034

processes= # ids of what runs behind

# Milliseconds are of no use here: a deadline is in seconds.
deadline=$((10 * ${PALM_TEST_TIMEOUT_FACTOR:-1}))

# program NAME ARGUMENT…: becomes one of our programs; use it in a subshell.
# In the build folder that may be a script of libtool's, which no emulator can
# run: then libtool finds the program behind it, and the library.
program() {
    program_path=$PALM_BUILDDIR/$1
    shift
    if [ -n "${PALM_RUNNER-}" ]; then
        # shellcheck disable=SC2086 # the runner is words
        exec "$PALM_BUILDDIR/libtool" --silent --mode=execute $PALM_RUNNER \
            "$program_path" "$@"
    fi
    exec "$program_path" "$@"
}

# run NAME ARGUMENT…: runs one in front.  Sets $status, $out and $err.
run() {
    status=0
    (program "$@") >"$tmp/run.out" 2>"$tmp/run.err" || status=$?
    out=$(cat "$tmp/run.out")
    err=$(cat "$tmp/run.err")
}

# start AS NAME ARGUMENT…: runs one behind.  Its output is $tmp/AS.out and
# $tmp/AS.err; sets $pid.  Its stdin is empty.
start() {
    start_as=$1
    shift
    : >"$tmp/$start_as.out"
    (program "$@") >"$tmp/$start_as.out" 2>"$tmp/$start_as.err" </dev/null &
    pid=$!
    processes="$processes $pid"
}

# await COMMAND…: tries it until it succeeds or the deadline has passed.
await() {
    await_end=$(($(date +%s) + deadline))
    until "$@"; do
        [ "$(date +%s)" -lt "$await_end" ] || return 1
        sleep 0.02
    done
}

is_running() {
    kill -0 "$1" 2>/dev/null
}

has_line() {
    grep -q "^$2\$" "$1" 2>/dev/null
}

contains() {
    grep -q -e "$2" "$1" 2>/dev/null
}

# Whether the program behind has printed READY, or has ended without it.
is_ready_or_gone() {
    has_line "$tmp/$1.out" READY || ! is_running "$2"
}

# start_ready AS NAME ARGUMENT…: start, and wait for READY.
start_ready() {
    start "$@"
    await is_ready_or_gone "$1" "$pid"
    if ! has_line "$tmp/$1.out" READY; then
        echo "# $1 is not ready; it said:"
        sed 's/^/# /' "$tmp/$1.err"
        return 1
    fi
}

# start_server AS ARGUMENT…: start_ready for palm-server, until the list of
# endpoints is complete.
start_server() {
    start_server_as=$1
    shift
    start_ready "$start_server_as" palm-server "$@" \
        && await has_line "$tmp/$start_server_as.out" ''
}

# endpoint AS SIDE NAME: prints what that server has bound for a part.
endpoint() {
    sed -n "s/^$2 $3 //p" "$tmp/$1.out"
}

is_gone() {
    ! is_running "$1"
}

# stop PID [SIGNAL]: ends a process and sets $status; kills it at the deadline.
stop() {
    kill "-${2:-TERM}" "$1" 2>/dev/null
    await_exit "$1"
}

# insist PID [SIGNAL]: stop by as many signals as it takes; two that come close
# together are one.
insist() {
    await is_gone_by "$1" "${2:-TERM}"
    await_exit "$1"
}

is_gone_by() {
    kill "-$2" "$1" 2>/dev/null
    is_gone "$1"
}

# await_exit PID: waits for its end and sets $status.  The shell has reaped it
# by the time that kill -0 fails, and keeps its status for wait.
await_exit() {
    await is_gone "$1" || kill -KILL "$1" 2>/dev/null
    status=0
    wait "$1" 2>/dev/null || status=$?
    forget "$1"
}

# Nothing that has been waited for is killed: its id may be another's by now.
forget() {
    still=
    for id in $processes; do
        [ "$id" = "$1" ] || still="$still $id"
    done
    processes=$still
}

# Ends what runs behind, and removes the folder.
kill_all() {
    for id in $processes; do
        kill -KILL "$id" 2>/dev/null
    done
    for id in $processes; do
        wait "$id" 2>/dev/null
    done
    processes=
    rm -rf "$tmp"
}

trap kill_all EXIT
trap 'exit 1' HUP INT PIPE TERM
