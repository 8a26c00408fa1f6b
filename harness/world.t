#!/bin/sh
# SPDX-License-Identifier: MIT
# Our programs in whatever world they are started: without standard streams,
# with signals blocked or ignored, as process 1, …
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

cd "$tmp" || bail_out 'no folder'
cat >master.ini <<END
[server]
kind = master
name = m
db_address = ipc://db
pull_address = ipc://pull
pub_address = ipc://pub
worker_pull_address = ipc://worker_pull
worker_push_address = ipc://worker_push
END
run palm-server --list
case $out in
*lmdb*) printf '[cache]\nbackend = lmdb\npath = cache\n' >>master.ini ;;
esac

# as_behind: what was started last, behind, ends with the test.  Its output has
# a name of its own: READY in an old file would be taken for its.
as_behind() {
    pid=$!
    processes="$processes $pid"
}

client() {
    run palm-client --db ipc://db --server m "$@"
}

# gets FUNCTION: whether a worker answers it.
gets() {
    client --timeout 5s call "$1" x
    [ "$status" = 0 ]
}

serves() {
    client --timeout 100ms get name
    [ "$status" = 0 ]
}

# start_worker ARGUMENT…
start_worker() {
    start_ready worker palm-worker --db ipc://db "$@" || bail_out 'no worker'
    worker=$pid
}

# --- no standard streams ----------------------------------------------------
# used PID: ticks of processor time.
used() {
    sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# An emulator has descriptors of its own.
without_streams() {
    (program palm-server master.ini <&- >&- 2>&-) &
    as_behind
    server=$pid
    await serves
    is 'a server without standard streams serves' "$out" m
    (program palm-worker --db ipc://db <&- >&- 2>&-) &
    as_behind
    worker=$pid
    await gets upper
    is 'so does a worker' "$out" X
    if [ -r "/proc/$worker/stat" ]; then
        before=$(used "$worker")
        client --timeout 10s call sleep 500ms
        after=$(used "$worker")
        ok 'and it uses no processor while it waits' \
            test $((after - before)) -lt 20
    else
        skip 'and it uses no processor while it waits' 'no /proc'
    fi
    stop "$worker"
    is 'the worker ends well' "$status" 0
    stop "$server"
    is 'the server ends well' "$status" 0
    if [ -e cache/data.mdb ]; then
        is 'nothing was logged into the database' \
            "$(grep -a -c 'palm-server' cache/data.mdb)" 0
    else
        skip 'nothing was logged into the database' 'no LMDB'
    fi
}

if [ -z "${PALM_RUNNER-}" ]; then
    without_streams
else
    skip 'a server without standard streams serves' 'an emulator'
fi

start_server master master.ini || bail_out 'no master'
server=$pid
start_worker
status=0
(program palm-client --db ipc://db --server m job upper <&-) >o 2>e || status=$?
is 'a job without stdin has nothing to do' "$status$(cat o)" 0
status=0
(program palm-client --db ipc://db get name >&-) 2>e || status=$?
is 'a result that cannot be printed is a failure' "$status" 1
like 'it is said why' "$(cat e)" '*stdout*closed*'

# --- standard streams that do not block -------------------------------------
cat >nonblocking.py <<'END'
"""Runs a command with pipes that do not block; reads late, and counts."""
import array
import fcntl
import os
import select
import signal
import subprocess
import sys
import termios

STILL = 30  # looks at a pipe in which nothing comes: it is full

def pipe(end):
    ends = os.pipe()
    fcntl.fcntl(ends[end], fcntl.F_SETFL, os.O_NONBLOCK)
    return ends

signal.alarm(int(sys.argv[1]))
take, give = pipe(0), pipe(1)
job = subprocess.Popen(sys.argv[2:], stdin=take[0], stdout=give[1])
os.close(take[0])
os.close(give[1])
os.write(take[1], b'x\n')
if os.read(give[0], 100) != b'X\n':
    sys.exit('no first result')
if os.fork() == 0:
    for i in range(30000):
        os.write(take[1], b'some more text\n')
    os._exit(0)
os.close(take[1])
inside, before, still = array.array('i', [0]), 0, 0
while job.poll() is None and still < STILL:
    fcntl.ioctl(give[0], termios.FIONREAD, inside)
    still = still + 1 if inside[0] == before > 10000 else 0
    before = inside[0]
    select.select([], [], [], 0.01)
lines = sum(1 for line in os.fdopen(give[0]))
print(lines, job.wait())
END
if [ -n "${PALM_PYTHON3-}" ] && [ -z "${PALM_RUNNER-}" ]; then
    is 'pipes that do not block lose nothing' \
        "$("$PALM_PYTHON3" nonblocking.py $((6 * deadline)) \
            "$PALM_BUILDDIR/palm-client" --db ipc://db --server m job upper \
            2>&1)" '30000 0'
else
    skip 'pipes that do not block lose nothing' 'no Python, or an emulator'
fi
stop "$worker"

# --- signals ----------------------------------------------------------------
(
    trap '' CHLD
    program palm-worker --db ipc://db --function fails='echo half; exit 3' \
        --function works='cat'
) >ignored.out 2>ignored.err &
as_behind
worker=$pid
await has_line ignored.out READY
client call fails x
is 'a command that fails is told where SIGCHLD is ignored' "$status" 1
client call works x
is 'so is one that works' "$status$out" 0x
stop "$worker"
is 'that worker ends well' "$status" 0

if env --block-signal=TERM true 2>/dev/null && [ -z "${PALM_RUNNER-}" ]; then
    env --block-signal=TERM "$PALM_BUILDDIR/palm-worker" --db ipc://db \
        >blocked.out 2>&1 &
    as_behind
    worker=$pid
    await has_line blocked.out READY
    stop "$worker"
    is 'SIGTERM ends a worker that had it blocked' "$status" 0
else
    skip 'SIGTERM ends a worker that had it blocked' 'no env --block-signal'
fi

# Whoever started us may have made that SIGHUP is ignored for good.
hears_hangup() {
    # shellcheck disable=SC2016 # the other shell is to read it
    ! sh -c 'kill -HUP $$' 2>/dev/null
}

hangs_up() {
    start_worker
    stop "$worker" HUP
    is 'SIGHUP ends a worker as SIGTERM does' "$status" 0
    # shellcheck disable=SC2016 # the worker's shell is to read it
    start_worker --function naps='echo $$ >nap; exec tail -f /dev/null'
    start nap palm-client --db ipc://db --server m call naps x
    nap=$pid
    await test -s nap || bail_out 'the command does not run'
    kill -HUP "$worker"
    insist "$worker" HUP
    await is_gone "$(cat nap)"
    ok 'its command does not go on' is_gone "$(cat nap)"
    kill "$nap"
    await_exit "$nap"
    stop "$server" KILL # it would wait for the result
    start_server master master.ini || bail_out 'no master'
    server=$pid
    stop "$server" HUP
    is 'SIGHUP drains a server' "$status" 0
}

if hears_hangup; then
    hangs_up
else
    for what in 'SIGHUP ends a worker as SIGTERM does' \
        'its command does not go on' 'SIGHUP drains a server'; do
        skip "$what" 'SIGHUP is ignored here, as under nohup'
    done
    stop "$server" KILL
fi
(
    trap '' HUP
    program palm-server master.ini
) >master.out 2>master.err &
as_behind
server=$pid
await serves
kill -HUP "$server"
serves
is 'under nohup it goes on' "$out" m
stop "$server"
is 'and SIGTERM drains it' "$status" 0

# --- files ------------------------------------------------------------------
if [ -d cache ]; then
    (
        umask 0777
        program palm-server --set cache.path=fresh master.ini
    ) >master.out 2>master.err &
    as_behind
    await serves
    # shellcheck disable=SC2012 # the mode is wanted
    is 'the owner may use what a server makes' \
        "$(ls -ld fresh | cut -c 1-10)" drwx------
    stop "$pid"
else
    skip 'the owner may use what a server makes' 'no LMDB'
fi

# --- descriptors ------------------------------------------------------------
# What our own parent has given to us, a command gets; nothing of ours.
cat >all.ini <<END
[server]
kind = server
name = all
log_level = debug
pull_address = tcp://127.0.0.1:*
pub_address = ipc://all.pub
db_address = ipc://all.db
[functions]
plain = ls /proc/self/fd
shell = ls /proc/self/fd; :
END
run palm-server --list
case $out in
*lmdb*) printf '[cache]\nbackend = lmdb\npath = all\n' >>all.ini ;;
esac
case $out in
*MetricsService*)
    cat >>all.ini <<END
[bypass Metrics]
part = MetricsService
address = http://127.0.0.1:*
[inbound Http]
part = HttpService
address = http://127.0.0.1:*
route = Pub
END
    ;;
esac

has_none_of_ours() {
    # In a process of its own, as those are that are started: ls itself has one
    # more, of the folder.
    ls /proc/self/fd >given
    start_server all all.ini || bail_out 'no server of all parts'
    server=$pid
    for how in plain shell; do
        run palm-client --db ipc://all.db --timeout 10s call "all.$how" x
        printf '%s\n' "$out" >got
        is "a server's command has no descriptor of ours: $how" \
            "$status$(diff given got)" 0
    done
    stop "$server"
    start_server master master.ini || bail_out 'no master'
    server=$pid
    start_worker --function plain='ls /proc/self/fd' \
        --function shell='ls /proc/self/fd; :'
    for how in plain shell; do
        client --timeout 10s call "$how" x
        printf '%s\n' "$out" >got
        is "nor has a worker's: $how" "$status$(diff given got)" 0
    done
    stop "$worker"
    stop "$server"
}

if [ -r /proc/self/fd/0 ] && [ -z "${PALM_RUNNER-}" ]; then
    has_none_of_ours
else
    skip "a server's command has no descriptor of ours" \
        'no /proc, or an emulator'
fi

cat >many.ini <<END
[server]
kind = server
name = many
pull_address = ipc://many.pull
pub_address = ipc://many.pub
db_address = ipc://many.db
[functions]
limit = ulimit -n
END
(
    # shellcheck disable=SC3045 # all shells that we know have it
    ulimit -Sn 100
    program palm-server many.ini
) >many.out 2>many.err &
as_behind
many() {
    run palm-client --db ipc://many.db --timeout 5s "$@"
    [ "$status" = 0 ]
}
await many get name
# shellcheck disable=SC3045
hard=$(ulimit -Hn)
like 'a server may have as many descriptors as it ever may' \
    "$(cat many.err)" "*PALM-SERVER-STARTING: *may have $hard descr*"
many call many.limit x
is 'its commands have as many as it was given' "$out" 100
if command -v python3 >/dev/null && [ "$hard" -ge 500 ]; then
    python3 - many.pull >idle.out <<'END' &
import socket, sys, time
peers = []
for i in range(150):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(sys.argv[1])
    peers.append(peer)
print("idle", flush=True)
time.sleep(600)
END
    idle=$!
    processes="$processes $idle"
    await has_line idle.out idle
    many call many.echo x
    is 'peers that say nothing leave room for others' "$status/$out" 0/x
    kill "$idle"
else
    skip 'peers that say nothing leave room for others' 'no python3'
fi
stop "$pid"

# At a low limit idle peers of another address have what one address may have.
cat >few.ini <<END
[server]
kind = server
name = few
pull_address = tcp://127.0.0.1:*
pub_address = tcp://127.0.0.1:*
db_address = ipc://few.db
END
if [ "$PALM_HTTP" = yes ]; then
    printf '%s\n' '[bypass Web]' 'part = MetricsService' \
        'address = http://127.0.0.1:*' >>few.ini
fi
cat >crowd.py <<'END'
import socket, sys, time
peers = []
for port in sys.argv[1:]:
    for i in range(300):
        peer = socket.socket()
        peer.bind(("127.0.0.2", 0))
        peer.connect(("127.0.0.1", int(port)))
        peers.append(peer)
print("idle", flush=True)
time.sleep(600)
END
(
    # shellcheck disable=SC3045
    ulimit -n 256
    program palm-server few.ini
) >few.out 2>few.err &
as_behind
few() {
    run palm-client --db ipc://few.db --timeout 5s "$@"
    [ "$status" = 0 ]
}
await few get name
# Whether this system has a second address of its own, and room for a crowd.
has_crowd() {
    python3 -c 'import socket; socket.socket().bind(("127.0.0.2", 0))' \
        2>/dev/null && [ "$hard" -ge 1000 ]
}
if has_crowd; then
    ports=$(sed -n 's/^.* [a-z]*:.*:\([0-9]*\)$/\1/p' few.out)
    # shellcheck disable=SC2086 # a word each
    python3 crowd.py $ports >crowd.out &
    crowd=$!
    processes="$processes $crowd"
    await has_line crowd.out idle
    few call few.echo x
    is 'at a low limit, too: idle peers leave room for others' \
        "$status/$out" 0/x
    ok 'the log tells of those that are refused' await grep -q \
        'PALM-PART-REFUSED: .*max_connections_per_address' few.err
    if [ "$PALM_HTTP" = yes ]; then
        web=$(sed -n 's/^bypass Web //p' few.out)
        out=$(python3 -c 'import sys, urllib.request as r
print(r.urlopen(sys.argv[1] + "/healthz", timeout=60).status)' "$web" 2>&1)
        is 'so do silent HTTP clients' "$out" 200
        like 'HTTP services have a quarter of the descriptors' \
            "$(cat few.err)" '*PALM-PART-CLIENTS: *max_clients is 64, not 1000*'
    else
        skip 'so do silent HTTP clients' 'no HTTP'
        skip 'HTTP services have a quarter of the descriptors' 'no HTTP'
    fi
    kill "$crowd"
else
    skip 'at a low limit, too: idle peers leave room for others' \
        'no python3, one address or few descriptors'
    skip 'the log tells of those that are refused' 'the same'
    skip 'so do silent HTTP clients' 'the same'
    skip 'HTTP services have a quarter of the descriptors' 'the same'
fi
stop "$pid"

# --- memory -----------------------------------------------------------------
# endless.py SOCKET SIZE: a peer that sends a message of frames of that size
# without end, over a plain socket.
cat >endless.py <<'END'
import socket, sys
size = int(sys.argv[2])
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[1])
ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x04PUSH"
peer.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 1 + 31)
             + b"\x04" + bytes([len(ready)]) + ready)
frame = b"\x03" + size.to_bytes(8, "big") + bytes(size)
block = frame * max(1, (1 << 20) // len(frame))
try:
    for i in range(4096):
        peer.sendall(block)
except OSError:
    sys.exit(0)
sys.exit("4 GiB were taken")
END
# A sanitizer and an emulator have an address space of another size.
is_usual() {
    [ -z "${PALM_RUNNER-}" ] && ! nm "$PALM_BUILDDIR/.libs/palm-server" \
        2>/dev/null | grep -q '__[at]san_init'
}
if command -v python3 >/dev/null && is_usual; then
    (program palm-server --set server.memory_limit=800MiB many.ini) \
        >bounded.out 2>bounded.err &
    as_behind
    await many get name
    like 'a server says how much memory it has' "$(cat bounded.err)" \
        '*PALM-SERVER-MEMORY: *memory_limit, 838860800 bytes, *'
    ok 'frames without end end their connection at memory_limit' \
        python3 endless.py many.pull 1048576
    many call many.echo x
    is 'and others are served' "$status/$out" 0/x
    python3 endless.py many.pull 30
    is_over() {
        is_gone "$pid" || many call many.echo x
    }
    await is_over
    if is_gone "$pid"; then
        await_exit "$pid"
        case $status/$(cat bounded.err) in
        1/*'PALM-SERVER-MEMORY: aborted: the memory_limit of 838860800 bytes'*)
            end=named
            ;;
        # A thread of ZeroMQ, and abort() of glibc 2.41.
        134/*'OUT OF MEMORY'* | 134/*bad_alloc*) end=named ;;
        *) end=$status/$(cat bounded.err) ;;
        esac
        is 'small ones end theirs, or the server, which names the limit' \
            "$end" named
    else
        is 'small ones end theirs, or the server, which names the limit' \
            "$status/$out" 0/x
        stop "$pid"
    fi
else
    for what in 'a server says how much memory it has' \
        'frames without end end their connection at memory_limit' \
        'and others are served' \
        'small ones end theirs, or the server, which names the limit'; do
        skip "$what" 'no python3, or a sanitizer'
    done
fi
run palm-server --check --set server.memory_limit=lots many.ini
like 'a bad memory_limit is refused' "$status/$err" '2/*memory_limit*'

# --- process 1 --------------------------------------------------------------
# zombies PARENT: how many of its children nobody has reaped.
zombies() {
    cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' |
        awk -v parent="$1" '$1 == "Z" && $2 == parent' | wc -l
}

child_of() {
    cat "/proc/$1/task/$1/children"
}

has_no_zombies() {
    [ "$(zombies "$1")" = 0 ]
}

start_server master master.ini || bail_out 'no master'
server=$pid
if unshare --pid --fork true 2>/dev/null && [ -z "${PALM_RUNNER-}" ] &&
    [ -r "/proc/$$/task/$$/children" ]; then
    unshare --pid --fork "$PALM_BUILDDIR/palm-worker" --db ipc://db \
        --function leaves='true & echo done' >first.out 2>first.err &
    as_behind
    unshared=$pid
    await has_line first.out READY
    first=$(child_of "$unshared")
    first=${first% }
    client call leaves x
    is 'as process 1 a worker works' "$out" 'done'
    await has_no_zombies "$first"
    is 'what its commands leave behind is reaped' "$(zombies "$first")" 0
    kill -TERM "$first"
    await_exit "$unshared"
    is 'SIGTERM ends it well' "$status" 0
else
    skip 'as process 1 a worker works' 'no unshare --pid'
    skip 'what its commands leave behind is reaped' 'no unshare --pid'
    skip 'SIGTERM ends it well' 'no unshare --pid'
fi
stop "$server"

done_testing
