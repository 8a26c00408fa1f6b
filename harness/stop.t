#!/bin/sh
# SPDX-License-Identifier: MIT
# How palm-server ends: whatever it is at, and whoever ends it.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

cat >"$tmp/server.ini" <<END
[server]
kind = server
name = s
db_address = tcp://127.0.0.1:*
pull_address = tcp://127.0.0.1:*
pub_address = tcp://127.0.0.1:*
[functions]
hang = echo x >>$tmp/begun; exec tail -f /dev/null
deaf = echo x >>$tmp/begun; exec tail -f /dev/null >/dev/null 2>&1
END

# Of it, the last quarter is for the result.
stop_timeout=2s
[ "${PALM_TEST_TIMEOUT_FACTOR:-1}" = 1 ] || stop_timeout=4s

# begin AS SETTING…: starts it, with --set; sets $server.
begin() {
    begin_as=$1
    shift
    for setting; do
        shift
        set -- "$@" --set "$setting"
    done
    start_server "$begin_as" "$tmp/server.ini" "$@" || bail_out "no $begin_as"
    server=$pid
}

# call AS FUNCTION [OPTION…]: a client waits for its result; sets $client.
call() {
    call_as=$1
    rm -f "$tmp/begun"
    shift
    call_function=$1
    shift
    start "$call_as.call" palm-client \
        --db "$(endpoint "$call_as" bypass Cache)" --timeout 60s "$@" \
        call "$call_function" x
    client=$pid
}

# killed WHAT: the last call's command was killed, the server has drained.
killed() {
    await_exit "$server"
    is "$1: the server has drained" "$status" 0
    await_exit "$client"
    is "$1: the client has a result" "$status" 1
    like "$1: it says why" "$(cat "$tmp/$begin_as.call.err")" '*took too long*'
}

# --- a command that hangs ---------------------------------------------------
for function in hang deaf; do
    begin "$function" server.messages=1 "server.stop_timeout=$stop_timeout"
    call "$function" "s.$function"
    killed "$function, messages = 1"
    begin "$function" "server.stop_timeout=$stop_timeout"
    call "$function" "s.$function"
    await test -s "$tmp/begun" || bail_out 'the command does not run'
    kill -TERM "$server"
    kill -TERM "$server" # at once: the same
    killed "$function, SIGTERM"
done

begin part 'inbound Pull.messages=1' "server.stop_timeout=$stop_timeout"
call part s.hang
killed 'the last inbound part ends'

# --- signals while it ends by itself ----------------------------------------
begin patient server.messages=1 server.stop_timeout=never
call patient s.hang
await test -s "$tmp/begun" || bail_out 'the command does not run'
kill -TERM "$server"
ok 'never: the first signal is heard' \
    await contains "$tmp/patient.err" PALM-SERVER-STOPPING
insist "$server"
is 'never: the second leaves at once' "$status" 1
like 'never: and says so' "$(cat "$tmp/patient.err")" '*second signal*'
stop "$client"

# Code of a plugin cannot be killed.
plugin=$PALM_BUILDDIR/harness/support/.libs/test_plugin.so
if [ -f "$plugin" ]; then
    cat "$tmp/server.ini" - >"$tmp/stuck.ini" <<END
[inbound Side]
part = PullService
address = tcp://127.0.0.1:*
route = Stuck
[outbound Stuck]
plugin = $plugin
part = StuckPush
address = tcp://127.0.0.1:*
END
    start_server stuck "$tmp/stuck.ini" --set server.messages=1 \
        --set server.stop_timeout=50ms || bail_out 'no stuck server'
    server=$pid
    call stuck s.echo --push="$(endpoint stuck inbound Side)"
    ok 'a hook that hangs: the server cannot end' \
        await contains "$tmp/stuck.err" PALM-SERVER-STUCK
    kill -TERM "$server"
    ok 'a signal is heard nevertheless' \
        await contains "$tmp/stuck.err" PALM-SERVER-STOPPING
    insist "$server"
    is 'and a second one leaves at once' "$status" 1
    like 'and says so' "$(cat "$tmp/stuck.err")" '*second signal*'
    stop "$client"
else
    skip 'a hook that hangs' 'no shared objects'
fi

# --- signals before it runs -------------------------------------------------
# The system takes connections for a process that is stopped; it answers none.
if (program palm-server --list | grep -q '^  redis$'); then
    begin silent
    silent=$server
    address=$(endpoint silent bypass Cache)
    kill -STOP "$silent"
    for signal in TERM INT; do
        start "early$signal" palm-server "$tmp/server.ini" \
            --set cache.backend=redis --set "cache.address=$address" \
            --set cache.timeout=1h
        await contains "$tmp/early$signal.err" PALM-SERVER-STARTING \
            || bail_out 'it does not begin to start'
        stop "$pid" "$signal"
        is "SIG$signal while it starts: status" "$status" 1
        like "SIG$signal while it starts: it says so" \
            "$(cat "$tmp/early$signal.err")" '*before the server runs*'
        is "SIG$signal while it starts: never READY" \
            "$(cat "$tmp/early$signal.out")" ''
    done
    kill -CONT "$silent"
    stop "$silent"
else
    skip 'signals while it starts' 'built without redis'
fi

# --- a log that nobody reads ------------------------------------------------
mkfifo "$tmp/log" || bail_out 'no fifo'
exec 7<>"$tmp/log"
dd if=/dev/zero of="$tmp/log" bs=1024 count=9999 oflag=nonblock 2>/dev/null
: >"$tmp/unread.out"
(program palm-server "$tmp/server.ini") >"$tmp/unread.out" 2>"$tmp/log" 7>&- &
server=$!
processes="$processes $server"
await has_line "$tmp/unread.out" READY
ok 'a server whose log nobody reads starts' has_line "$tmp/unread.out" READY
stop "$server"
is 'and stops' "$status" 0
exec 7>&-

done_testing
