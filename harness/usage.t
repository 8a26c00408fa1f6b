#!/bin/sh
# SPDX-License-Identifier: MIT
# How the programs answer --help, --version and wrong use.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

for name in palm-server palm-worker palm-client; do
    run $name --help
    is "$name --help succeeds" "$status" 0
    like "$name --help says how to use it" "$out" "usage: $name *--help *"
    is "$name --help writes nothing to stderr" "$err" ''

    run $name --version
    is "$name --version succeeds" "$status" 0
    like "$name --version names program and version" "$out" \
        "$name (libpalm) [0-9]*"

    run $name --no-such-option
    is "$name refuses an unknown option" "$status" 2
    like "$name names the unknown option and --help" "$err" \
        "$name: --no-such-option: no such option*'$name --help'*"

    run $name -x
    is "$name has no short options" "$status" 2

    run $name --help=now
    is "$name --help takes no value" "$status" 2

    run $name
    is "$name without arguments is wrong use" "$status" 2
    like "$name without arguments says what is missing" "$err" "$name: *"

    # /dev/full is not POSIX.
    if [ -c /dev/full ]; then
        status=0
        (program $name --help) >/dev/full 2>"$tmp/err" || status=$?
        is "$name --help to a full disk fails" "$status" 1
        like "$name says that stdout is lost" "$(cat "$tmp/err")" '*stdout*'
    fi
done

# refuses NAME PATTERN PROGRAM ARGUMENT…: exit status 2 and such a message.
refuses() {
    refuses_name=$1
    refuses_pattern=$2
    shift 2
    run "$@"
    is "$refuses_name" "$status" 2
    like "$refuses_name: message" "$err" "$refuses_pattern"
}

refuses 'palm-server takes one file' '*one FILE*' palm-server a b
refuses 'palm-server names a file that is not there' \
    '*/nowhere: *' palm-server "$tmp/nowhere"
refuses '--set needs a value' '*--set needs SECTION.KEY=VALUE*' \
    palm-server x --set

refuses 'palm-worker needs an address' '*--db*' palm-worker --pull tcp://x:1
refuses 'palm-worker takes no operands' '*stray*' palm-worker --db a stray
refuses 'a count is a number' '*--prefetch: *' \
    palm-worker --db a --prefetch many
refuses 'a duration has a known unit' '*--timeout: *' \
    palm-worker --db a --timeout 3weeks
refuses 'a level is one of four' '*--log-level: *loud*' \
    palm-worker --db a --log-level=loud
refuses 'palm-worker names an address it does not understand' \
    '*nonsense*' palm-worker --db nonsense
refuses 'a function has a name' '*NAME=COMMAND*' \
    palm-worker --pull tcp://127.0.0.1:1 --push tcp://127.0.0.1:1 \
    --function =cat
refuses 'a function has a command' '*NAME=COMMAND*' \
    palm-worker --pull tcp://127.0.0.1:1 --push tcp://127.0.0.1:1 \
    --function cat
refuses 'a function name has no dot' '*a.b*' \
    palm-worker --pull tcp://127.0.0.1:1 --push tcp://127.0.0.1:1 \
    --function a.b=cat

refuses 'palm-client needs a command' '*command is missing*' \
    palm-client --db a
refuses 'palm-client knows its commands' '*shout: no such command*' \
    palm-client --db a shout
refuses 'get takes one key' '*get: *operands*' palm-client --db a get b c
refuses 'set takes a value' '*set: *operands*' palm-client --db a set b
refuses 'palm-client needs an address' '*--db*' palm-client get b
refuses 'a window has room for a message' '*--window*' \
    palm-client --db a --window 0 job x
refuses 'palm-client names an address it does not understand' \
    '*nonsense*' palm-client --db nonsense get b
refuses 'a size has a known unit' '*--size: *' \
    palm-client --db a job x --size 3miles

# --- the man pages say all that the programs know ---------------------------
plain() { # a man page without its escapes
    sed 's/\\-/-/g; s/\\f.//g' "$PALM_SRCDIR/docs/man/$1.1"
}

for name in palm-server palm-worker palm-client palm-conform; do
    run $name --help
    missing=
    for option in $(echo "$out" | sed -n 's/^  \(--[a-z-]*\).*/\1/p'); do
        plain $name | grep -qE -e "$option([^a-z-]|\$)" \
            || missing="$missing $option"
    done
    is "$name(1) has every option" "$missing" ''
done
run palm-server --list
missing=
for key in $(echo "$out" | sed '1,/^Keys/d' \
    | sed -n 's/^  \([a-z_][a-z_]*\).*/\1/p'); do
    plain palm-server | grep -qE "^\.BR? (.*[ \"])?$key( |\$)" \
        || missing="$missing $key"
done
is 'palm-server(1) has every key' "$missing" ''
plain palm-server | sed -n '/^\[server\]/,/^\.EE/{/^\.EE/d;p;}' \
    >"$tmp/example.ini"
ok 'palm-server(1) has an example' test -s "$tmp/example.ini"
run palm-server --check "$tmp/example.ini"
is 'the example is valid' "$status$err" 0

# --- nobody there -----------------------------------------------------------
run palm-client --db tcp://127.0.0.1:1 --connect-timeout 50ms get key
is 'nobody at the address is a failure' "$status" 1
like 'nobody at the address: it is named' "$err" '*tcp://127.0.0.1:1*'

run palm-worker --db tcp://127.0.0.1:1 --timeout 50ms
is 'a worker without a server fails' "$status" 1
like 'a worker without a server names the address' "$err" \
    '*tcp://127.0.0.1:1*'

done_testing
