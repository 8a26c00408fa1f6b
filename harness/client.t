#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-client: call, and the cache's verbs.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

start_server server "$PALM_SRCDIR/harness/demo/master.ini" \
    || bail_out 'no server'
db=$(endpoint server bypass Cache)

client() {
    run palm-client --db "$db" --server master "$@"
}

# --- what must be given -----------------------------------------------------
# needs PATTERN ARGUMENT…
needs() {
    needs_pattern=$1
    shift
    run palm-client "$@"
    like "$*: what is missing" "$status $err" "2 palm-client: $needs_pattern*"
}

needs '--db is needed' get x
needs '--db is needed, or --push and --sub' call s.echo x
needs '--db is needed, or --push and --sub' \
    --push tcp://127.0.0.1:1 job s.echo
needs 'call upper: --server is needed, or SERVER.upper' --db "$db" call upper x
needs 'job upper: --server is needed' --db "$db" job upper
start_ready one palm-worker --db "$db" || bail_out 'no worker'
run palm-client --push "$(endpoint server inbound Pull)" \
    --sub "$(endpoint server outbound Pub)" call master.upper x
is 'without a cache a client calls, too' "$status$out$err" 0X
stop "$pid"

# --- the cache --------------------------------------------------------------
client set colour 'dark blue'
is 'set prints the key' "$status/$out$err" 0/colour
client get colour
is 'get prints the value' "$status/$out$err" '0/dark blue'
client set colour red
client get colour
is 'set replaces' "$out" red
client delete colour
is 'delete prints nothing' "$status/$out$err" 0/
client get colour
is 'a missing key: status' "$status/$out" 1/
like 'a missing key: it is named' "$err" 'palm-client: get colour: *'
client delete colour
is 'delete of a missing key is no error' "$status" 0
client set '' value
like 'an empty key: the server chooses one' "$out" '????????-????-4*'
client get "$out"
is 'and keeps the value under it' "$out" value
client --session 'mine.' set colour green
is 'a session stands before the key' "$out" mine.colour
client get mine.colour
is 'the full key gets the value' "$out" green

printf 'a\0b\nc\n' >"$tmp/bytes"
status=0
(program palm-client --db "$db" set bytes -) <"$tmp/bytes" >"$tmp/out" \
    || status=$?
is 'set - takes stdin' "$status/$(cat "$tmp/out")" 0/bytes
(program palm-client --db "$db" get bytes) >"$tmp/out"
ok 'get prints the very bytes' cmp "$tmp/bytes" "$tmp/out"
client set -- --key --value
is '-- ends the options' "$out" --key
client get -- --key
is 'and - - may begin a value' "$out" --value

client cas counter 1
is 'cas stores where there is nothing' "$status/$out$err" 0/
client cas counter 2
is 'cas without the old value does not replace' "$status" 1
like 'cas says why' "$err" 'palm-client: cas counter: *another value*'
client cas counter 2 1
is 'cas with the old value does' "$status/$out$err" 0/
client get counter
is 'cas stored the new one' "$out" 2
client list count
is 'list prints the keys with the prefix' "$status/$out$err" 0/counter
client list
like 'list without a prefix prints all' "
$out
" '*
counter
*name
*pull_address
*'
# A terminal, for what only it is shown otherwise.
cat >"$tmp/terminal.py" <<'END'
"""Runs a command on a terminal of its own and prints what it writes."""
import os
import pty
import sys

sys.exit(pty.spawn(sys.argv[1:]) >> 8)
END
client set "$(printf 'odd\033[2J')" x
client list odd
is 'elsewhere keys are printed as they are' "$out" "$(printf 'odd\033[2J')"
if [ -n "${PALM_PYTHON3-}" ] && [ -z "${PALM_RUNNER-}" ]; then
    # shellcheck disable=SC2059 # the escape is what is looked for
    is 'on a terminal a key cannot steer it' "$("$PALM_PYTHON3" \
        "$tmp/terminal.py" "$PALM_BUILDDIR/palm-client" --db "$db" list odd \
        </dev/null | tr -d '\r')" 'odd\033[2J'
else
    skip 'on a terminal a key cannot steer it' 'no Python, or an emulator'
fi
client delete "$(printf 'odd\033[2J')"
client set "$(printf 'wide\302\2332J')" x
if [ -n "${PALM_PYTHON3-}" ] && [ -z "${PALM_RUNNER-}" ]; then
    is 'nor by one of the control characters behind ASCII' \
        "$("$PALM_PYTHON3" "$tmp/terminal.py" "$PALM_BUILDDIR/palm-client" \
            --db "$db" list wide </dev/null | tr -d '\r')" \
        "$(printf 'wide\302\\2332J')"
else
    skip 'nor by one of the control characters behind ASCII' \
        'no Python, or an emulator'
fi
client delete "$(printf 'wide\302\2332J')"
client ttl counter 1h
is 'ttl' "$status/$out$err" 0/
client ttl nothing 1h
is 'ttl of a missing key' "$status" 1
client ttl counter soon
is 'ttl takes a duration' "$status" 2
client ttl counter 1ms
is_gone_there() {
    client get counter
    [ "$status" = 1 ]
}
ok 'a key ends at its time' await is_gone_there
client stats
like 'stats prints JSON' "$status$out" '0{*"received"*}'

# --- a server that is a cache only ------------------------------------------
cat >"$tmp/cache.ini" <<END
[server]
name = store
[bypass Cache]
part = CacheService
address = tcp://127.0.0.1:*
END
start_server store "$tmp/cache.ini" || bail_out 'no store'
store=$(endpoint store bypass Cache)
run palm-client --db "$store" --server store set key value
is 'the cache needs no other part' "$status/$out$err" 0/key
run palm-client --db "$store" get key
is 'get neither' "$status/$out$err" 0/value
run palm-client --db "$store" --server master get key
is 'the name is asked for nevertheless' "$status" 1
run palm-client --db "$store" --server store call echo x
like 'call needs more' "$status$err" '1palm-client: *pub_address*'
stop "$pid"

# --- call -------------------------------------------------------------------
client --timeout 50ms call echo x
is 'no worker: no result in time' "$status/$out" 1/
like 'it says so' "$err" 'palm-client: *echo*: *'

start_ready worker palm-worker --db "$db" || bail_out 'no worker'
client call echo x
is 'call prints the result' "$status/$out$err" 0/x
status=0
(program palm-client --db "$db" --server master call echo -) <"$tmp/bytes" \
    >"$tmp/out" || status=$?
is 'call - takes stdin' "$status" 0
ok 'call prints the very bytes' cmp "$tmp/bytes" "$tmp/out"
run palm-client --db "$db" call any.upper x
is 'without --server the function names one' "$out" X
run palm-client --db "$db" --server other call echo x
is 'another server than expected: status' "$status" 1
like 'another server than expected: names' "$err" '*master*other*'
client call fail "$(printf 'red \033[31m\302\233 text')"
like 'an error text cannot steer the terminal' "$err" \
    'palm-client: call fail: *red [?][[]31m?[?] text'
run palm-client --db "$db" --push "$(endpoint server inbound Pull)" \
    --sub "$(endpoint server outbound Pub)" --server master call echo direct
is '--push and --sub' "$out" direct

done_testing
