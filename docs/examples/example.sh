# SPDX-License-Identifier: MIT
# example.sh: what the run.sh of every example shares (POSIX sh).
#
# The server files have fixed addresses, so that one can read who talks to whom
# and start them by hand.  Here each server gets free ports instead, and is told
# where the one before it is.
# shellcheck shell=sh disable=SC2154

here=$(cd "$(dirname "$0")" && pwd) || exit 1
PALM_SRCDIR=$(cd "$here/../../.." && pwd) || exit 1
PALM_BUILDDIR=${PALM_BUILDDIR:-$PALM_SRCDIR}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/palm-example-XXXXXX") || exit 1
. "$PALM_SRCDIR/harness/support/processes.sh"

give_up() {
    echo "example: $*" >&2
    for said in "$tmp"/*.err; do
        [ -f "$said" ] && sed "s|^|  ${said##*/}: |" "$said" >&2
    done
    exit 1
}

# serve NAME [KEY=VALUE…]: starts the server of NAME.ini, of a kind, on free
# ports; each KEY is one of [server].
serve() {
    serve_name=$1
    shift
    for setting in "$@"; do
        shift
        set -- "$@" --set "server.$setting"
    done
    for key in db_address pull_address pub_address worker_push_address \
        worker_pull_address; do
        ! grep -q "^$key = " "$here/$serve_name.ini" \
            || set -- "$@" --set "server.$key=tcp://127.0.0.1:*"
    done
    start_server "$serve_name" "$here/$serve_name.ini" "$@" \
        || give_up "$serve_name.ini does not start"
}

# serve_parts NAME SETTING…: the same for a file of parts; the settings are
# SECTION.KEY=VALUE.
serve_parts() {
    serve_name=$1
    shift
    for setting in "$@"; do
        shift
        set -- "$@" --set "$setting"
    done
    start_server "$serve_name" "$here/$serve_name.ini" "$@" \
        || give_up "$serve_name.ini does not start"
}

# work NAME SERVER ARGUMENT…: starts a worker of that master or hub.
work() {
    work_name=$1
    work_for=$2
    shift 2
    start_ready "$work_name" palm-worker --db "$(address "$work_for" Cache)" \
        --name "$work_name" "$@" || give_up "no worker $work_name"
}

# address NAME PART: where that part of a server really is.
address() {
    sed -n "s/^[a-z]* $2 //p" "$tmp/$1.out"
}

# client FIRST LAST WORD…: palm-client, which sends to one server and hears
# another.
client() {
    client_first=$1
    client_last=$2
    shift 2
    (program palm-client --db "$(address "$client_first" Cache)" \
        --push "$(address "$client_first" Pull)" \
        --sub "$(address "$client_last" Pub)" "$@")
}

reaches() {
    [ "$(client "$1" "$2" --timeout 500ms call "$3" . 2>/dev/null)" ]
}

# await_stream FIRST LAST FUNCTION: until a message comes through.  Which server
# is up first does not matter, but a server that connects to one which others
# hear already misses what was published before.
await_stream() {
    await reaches "$@" || give_up "nothing comes through $3"
}

# finish: ends everything, in the order in which it was started.
finish() {
    for process in $processes; do
        stop "$process"
        [ "$status" = 0 ] || give_up "a process ended with status $status"
    done
}
