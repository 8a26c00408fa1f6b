#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-worker with commands as functions: one process a message, or one that
# stays.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no server'
db=$(endpoint server bypass Cache)

call() {
    run palm-client --db "$db" --server master --timeout "${deadline}s" call \
        "$@"
}

# fails NAME PATTERN FUNCTION [PAYLOAD]: an error result with such a text.
fails() {
    fails_name=$1
    fails_pattern=$2
    shift 2
    call "$@"
    is "$fails_name: status" "$status/$out" 1/
    like "$fails_name" "$err" "palm-client: call $1: $fails_pattern"
}

# Frames without any tool but a shell: od writes a length, head cuts a payload.
cat >"$tmp/frames.sh" <<'END'
# frames.sh REPLY-COMMAND…: reads frames, answers each with the command.
while length=$(dd bs=1 count=4 2>/dev/null | od -An -tu1) \
    && [ -n "$length" ]; do
    set -- $length "$1"
    size=$((($1 << 24) + ($2 << 16) + ($3 << 8) + $4))
    shift 4
    payload=$(dd bs=1 count=$size 2>/dev/null)
    case $payload in
    die) exit 7 ;;
    kill) kill -KILL $$ ;;
    half) printf '\000\000'; exit 0 ;;
    mute) exec >&-; continue ;;
    extra) extra=rubbish ;;
    slow) sleep 60 ;;
    esac
    reply="$$ $payload"
    printf "\\000\\000\\000\\$(printf %03o ${#reply})%s" "$reply$extra"
    extra=
done
END

start_ready plain palm-worker --db "$db" --name P --exec 'tr a-z A-Z' \
    --function words='wc -w | tr -d " "' \
    --function status='cat >/dev/null; exit 3' \
    --function signal='kill -KILL $$' --function deaf='echo heard nothing' \
    --function cat=cat --function upper='echo mine' \
    --function talks='echo trouble >&2; exit 1' \
    --function nothing=true --function missing=/nowhere/at-all \
    --function group='ps -o pgid= -p $$; echo $$' \
    --function pipe='yes | head -n 1' || bail_out 'no worker'
worker=$pid

call exec hello
is '--exec is the function exec' "$status/$out$err" 0/HELLO
call words 'one two three'
is '--function NAME=COMMAND, with = and blanks in it' "$out" 3
call upper x
is 'a command replaces a built-in function' "$out" mine
call echo x
is 'the other built-in functions are there' "$out" x
call nothing x
is 'no output is an empty result' "$status/$out$err" 0/
call deaf "$(printf '%070000d' 0)"
is 'a command need not read its input' "$out" 'heard nothing'
call pipe
is 'a pipe that is closed early' "$out" y
is 'SIGPIPE is as a command expects it' "$(cat "$tmp/plain.err")" ''

fails 'exit status' '*ended with exit status 3' status x
fails 'signal' '*ended with signal 9 (*)' signal x
fails 'a command that is not there' '*exit status 127' missing x
fails 'a command that says why' '*exit status 1' talks x
like 'its stderr is ours' "$(cat "$tmp/plain.err")" '*trouble*'

# 1 MB both ways: more than the pipes hold.
i=0
while [ $i -lt 1000 ]; do
    printf '%01024d' $i
    i=$((i + 1))
done >"$tmp/big"
# shellcheck disable=SC2016 # for the other shell
status=0
(program palm-client --db "$db" --server master call cat -) <"$tmp/big" \
    >"$tmp/big.out" 2>"$tmp/big.err" || status=$?
is '1 MB through a command: status' "$status$(cat "$tmp/big.err")" 0
ok '1 MB through a command' cmp "$tmp/big" "$tmp/big.out"

if ps -o pgid= -p $$ >/dev/null 2>&1; then
    call group
    # shellcheck disable=SC2086 # two numbers, with blanks around them
    set -- $out
    is 'a command is a process group of its own' "$1" "$2"
else
    skip 'a command is a process group of its own' 'ps does not tell'
fi
call echo x
stop "$worker"
is 'SIGTERM ends it well' "$status" 0
like 'the summary counts the errors' "$(cat "$tmp/plain.err")" \
    '*PALM-WORKER-COUNTED: P: received=1[34] results=1[34] errors=4 *'

# --- --exec-timeout ---------------------------------------------------------
start_ready slow palm-worker --db "$db" --exec-timeout 100ms \
    --exec 'sleep 600' --function closes='exec >&-; sleep 600' \
    --function never='sleep 600 & wait'
worker=$pid
fails 'a command that takes too long' '*took too long' exec
fails 'its children too' '*took too long' never
fails 'also if it closed its stdout' '*too long*' closes
call sleep 5ms
is 'a short sleep is none' "$status$out" 05ms
fails 'sleep is one of them' '*took too long' sleep 1h
fails 'also without an end' '*took too long' sleep never
stop "$worker"

# --- what a command leaves behind -------------------------------------------
start_ready left palm-worker --db "$db" --exec-timeout ${deadline}s \
    --function leaves='tail -f /dev/null & echo $! >'"$tmp/behind"'; echo here'
worker=$pid
call leaves x
is 'it is not waited for' "$status$out" 0here
ok 'and goes on' is_running "$(cat "$tmp/behind")"
kill "$(cat "$tmp/behind")"
stop "$worker"

# --- --exec-output, --no-builtins -------------------------------------------
# resident PID: KiB of its memory.
resident() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) .*/\1/p' "/proc/$1/status"
}

# A sanitizer keeps what is freed for a while.
is_sanitized() {
    cat "$PALM_BUILDDIR/palm-worker" "$PALM_BUILDDIR/.libs/palm-worker" \
        2>/dev/null | grep -q '__[at]san_init'
}

start_ready much palm-worker --db "$db" --exec-output 40MB --no-builtins \
    --exec 'head -c 40000000 /dev/zero' --function endless=yes \
    --function more='head -c 40000001 /dev/zero; tail -f /dev/null'
worker=$pid
before=$(resident "$worker")
(program palm-client --db "$db" --server master --timeout "${deadline}s" \
    call exec x) >"$tmp/much.out" 2>"$tmp/much.err"
is 'as much as it may' "$(wc -c <"$tmp/much.out" | tr -d ' ')" 40000000
if is_sanitized; then
    skip 'its memory is given back' 'a sanitizer'
elif [ -z "${PALM_RUNNER-}" ] && [ -r "/proc/$worker/status" ]; then
    ok 'its memory is given back' \
        test "$(resident "$worker")" -lt $((before + 20000))
else
    skip 'its memory is given back' 'no /proc, or an emulator'
fi
fails 'one byte more' '*EMSGSIZE*more than 40000000 bytes' more
fails 'output without end' '*more than 40000000 bytes' endless
fails 'no built-in function' '*upper*' upper x
stop "$worker"

# --- the environment --------------------------------------------------------
# shellcheck disable=SC2016 # the command's shell is to read it
(
    PALM_CACHE=old
    export PALM_CACHE
    program palm-worker --db "$db" \
        --exec 'env | grep -E "^PALM_(CACHE|FUNCTION|PIPELINE|STAGE)=" | sort' \
        --function client='test ${#PALM_CLIENT} -gt 8; echo $?' \
        --function odd='printf %s "$PALM_FUNCTION"'
) >"$tmp/sees.out" 2>"$tmp/sees.err" &
worker=$!
processes="$processes $worker"
await has_line "$tmp/sees.out" READY
call exec x
like 'a command sees what else is in its message' \
    "$(printf %s "$out" | tr '\n' ' ')" 'PALM_CACHE=?*'\
'PALM_FUNCTION=master.exec PALM_PIPELINE=?*PALM_STAGE=0*'
like 'and not what we were given' "$out" '*PALM_CACHE=[!o]*'
call client x
is 'its client, too' "$out" 0
stop "$worker"

# --- --persistent -----------------------------------------------------------
start_ready frames palm-worker --db "$db" --persistent \
    --exec "exec sh '$tmp/frames.sh'" --function cat='exec cat' \
    --function dies='exit 5' || bail_out 'no worker'
worker=$pid
call exec one
first=${out%% *}
like 'a persistent command answers' "$status/$out$err" '0/*[0-9] one'
call exec two
is 'the same process answers again' "$out" "$first two"
call exec ''
is 'an empty payload is a frame too' "$out" "$first "
fails 'it ends: the message gets an error result' \
    '*without an answer: exit status 7' exec die
call exec three
like 'it is started again for the next message' "$out" '*[0-9] three'
ok 'that is another process' test "${out%% *}" != "$first"
fails 'it is killed' '*without an answer: signal 9*' exec kill
fails 'half a header' '*without an answer: exit status 0' exec half
call exec extra
like 'a frame is taken without what follows it' "$out" '*[0-9] extra'
first=${out%% *}
call exec four
like 'what it said unasked is not taken for an answer' "$out" '*[0-9] four'
ok 'it was started again for that' test "${out%% *}" != "$first"
fails 'a command that ends at once' '*without an answer: exit status 5' dies x

# cat gives each frame back as it is: header and all.
status=0
(program palm-client --db "$db" --server master call cat -) <"$tmp/big" \
    >"$tmp/big.out" 2>"$tmp/big.err" || status=$?
is '1 MB through a persistent command: status' "$status$(cat "$tmp/big.err")" 0
ok '1 MB through a persistent command' cmp "$tmp/big" "$tmp/big.out"

call exec five
first=${out%% *}
stop "$worker"
is 'SIGTERM ends it well' "$status" 0
ok 'and its commands' is_gone "$first"

# --- a second signal --------------------------------------------------------
start_ready twice palm-worker --db "$db" --exec "echo \$\$ >'$tmp/pid'; \
    exec sleep 600"
worker=$pid
(program palm-client --db "$db" --server master call exec) \
    >/dev/null 2>&1 &
client=$!
processes="$processes $client"
await test -s "$tmp/pid"
kill -TERM "$worker"
insist "$worker"
is 'a second signal ends it at once' "$status" 1
ok 'and the command that runs' await is_gone "$(cat "$tmp/pid")"
kill -KILL "$client"
await_exit "$client"

done_testing
