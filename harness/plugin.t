#!/bin/sh
# SPDX-License-Identifier: MIT
# Parts of a shared object in a server file: what is refused, and a run.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

parts=$PALM_BUILDDIR/harness/support/.libs/test_plugin.so
odd_even=$PALM_BUILDDIR/docs/examples/plugin/.libs/odd_even.so
if ! [ -f "$parts" ] || ! [ -f "$odd_even" ]; then
    echo '1..0 # SKIP built without shared objects'
    exit 0
fi
cp "$parts" "$tmp/parts.so"
cp "$odd_even" "$tmp/odd_even.so"

# file PLUGIN PART [SIDE]: writes $tmp/file.ini with one part.
file() {
    cat >"$tmp/file.ini" <<END
[server]
name = s
[${3:-inbound} X]
plugin = $1
part = $2
address = tcp://127.0.0.1:*
END
}

# refuses NAME MESSAGE: --check refuses that file; the message is a pattern
# that begins behind the file's name.
refuses() {
    run palm-server --check "$tmp/file.ini"
    is "$1: status" "$status" 2
    like "$1" "$err" "palm-server: $tmp/file.ini$2"
}

accepts() {
    run palm-server --check "$tmp/file.ini"
    is "$1" "$status/$out$err" 0/
}

# --- paths ------------------------------------------------------------------
file ./parts.so TwicePull
accepts 'a path is taken from the folder of the file'
file parts.so TwicePull
accepts 'also without a slash'
file "$tmp/parts.so" TwicePull
accepts 'or is absolute'
file ./parts.so TwicePull
status=0
(cd "$tmp" && program palm-server --check - <file.ini) 2>"$tmp/err" \
    || status=$?
is 'of stdin, from the working folder' "$status$(cat "$tmp/err")" 0
status=0
(cd / && program palm-server --check - <"$tmp/file.ini") 2>"$tmp/err" \
    || status=$?
is 'and from no other' "$status" 2
file ./nowhere.so TwicePull
run palm-server --check --set 'inbound X.plugin=./parts.so' "$tmp/file.ini"
is '--set names another one' "$status/$out$err" 0/

# --- refused ----------------------------------------------------------------
refuses 'a plugin that is not there' \
    ":4: [[]inbound X] plugin: $tmp/./nowhere.so: No such file *"
file '' TwicePull
refuses 'an empty path' ':4: [[]inbound X] plugin: a plugin without a path'
file ./file.ini TwicePull
refuses 'a file that is no shared object' \
    ":4: [[]inbound X] plugin: *cannot be loaded: *file.ini: *"
file ./parts.so Missing
refuses 'a symbol that is not there' \
    ':5: [[]inbound X] part: *parts.so: there is no symbol "Missing"'
file ./parts.so PullService
refuses 'a class of the library is no symbol of the plugin' \
    ':5: [[]inbound X] part: *parts.so: there is no symbol "PullService"'
file ./parts.so Ancient
refuses 'a class of another part interface' \
    ':5: [[]inbound X] part: *Ancient: made for part interface 77, this is *'
file ./parts.so Orphan
refuses 'a class of an unknown base' \
    ':5: [[]inbound X] part: *Orphan: there is no class "PoolService" *'
file ./parts.so Contrary outbound
refuses 'a class that contradicts its base' \
    ':5: [[]outbound X] part: *waits contradicts its base PubService'
file ./parts.so Nameless outbound
refuses 'a class without a name' ':5: [[]outbound X] part: *has no name'
file ./parts.so TwicePull outbound
refuses 'a class in a section of another side' \
    ':5: [[]outbound X] part: TwicePull belongs into [[]inbound *]'
file ./parts.so TwicePull
sed '/^part/d' "$tmp/file.ini" >"$tmp/other.ini"
mv "$tmp/other.ini" "$tmp/file.ini"
refuses 'a plugin without a part' ':3: [[]inbound X]: part = *missing'

# --- a run ------------------------------------------------------------------
# What is pushed to Pull goes to the topics odd and even of Pub; the other
# server listens to each of them and publishes to the client.
cat >"$tmp/first.ini" <<END
[server]
name = first
[inbound Pull]
part = PullService
address = tcp://127.0.0.1:*
route = Pub
[inbound Twice]
plugin = ./parts.so
part = DerivedPull
address = tcp://127.0.0.1:*
route = Pub
[outbound Pub]
plugin = ./odd_even.so
part = OddEvenPub
address = tcp://127.0.0.1:*
[bypass Cache]
part = CacheService
address = tcp://127.0.0.1:*
END
start_server first "$tmp/first.ini" || bail_out 'no first server'
first=$pid
like 'a plugin that binds is in the list of endpoints' \
    "$(endpoint first outbound Pub)" 'tcp://127.0.0.1:[1-9]*'
cat >"$tmp/second.ini" <<END
[server]
name = second
[inbound SubOdd]
part = SubConnection
address = $(endpoint first outbound Pub)
previous = odd
route = PubOdd
[inbound SubEven]
part = SubConnection
address = $(endpoint first outbound Pub)
previous = even
route = PubEven
[outbound PubOdd]
part = PubService
address = tcp://127.0.0.1:*
[outbound PubEven]
part = PubService
address = tcp://127.0.0.1:*
END
start_server second "$tmp/second.ini" || bail_out 'no second server'
second=$pid

# job INBOUND OUTBOUND LINE…: pushes the lines there, prints what comes here.
job() {
    job_push=$(endpoint first inbound "$1")
    job_sub=$(endpoint second outbound "$2")
    shift 2
    printf '%s\n' "$@" | (program palm-client --push "$job_push" \
        --sub "$job_sub" --db "$(endpoint first bypass Cache)" --ordered \
        job function) 2>"$tmp/job.err" | tr '\n' ' '
}

is 'the hook of the plugin sends odd numbers to one topic' \
    "$(job Pull PubOdd 1 13 25)$(cat "$tmp/job.err")" '1 13 25 '
is 'and even ones to the other' \
    "$(job Pull PubEven 2 14)$(cat "$tmp/job.err")" '2 14 '
is 'two plugins work in one server' "$(job Twice PubOdd 7)" '7 '
stop "$second"
is 'the second server drains' "$status" 0
stop "$first"
is 'the server with the plugins drains' "$status" 0
like 'the class of another symbol has done its work' \
    "$(cat "$tmp/first.err")" '*inbound Twice: received=1 sent=2 *'
like 'no other topic got anything' "$(cat "$tmp/second.err")" \
    '*SubEven: received=2 *'

# --- a part of a kind --------------------------------------------------------
# kind SECTION: writes $tmp/file.ini with a server of the kind "server".
kind() {
    cat >"$tmp/file.ini" <<END
[server]
kind = server
name = s
db_address = tcp://127.0.0.1:*
pull_address = tcp://127.0.0.1:*
pub_address = tcp://127.0.0.1:*
[functions]
upper = tr a-z A-Z
$1
END
}

kind '[outbound Pub]
plugin = ./odd_even.so
part = OddEvenPub'
accepts 'three lines give a part of a kind a class'
kind '[outbound Pub]
plugin = ./odd_even.so'
refuses 'without part the symbol is the name of the part' \
    ':10: [[]outbound Pub] plugin: *odd_even.so: there is no symbol "Pub"'
kind '[inbound Pull]
plugin = ./parts.so'
accepts 'which a plugin may have'
kind '[outbound Pub]
part = PubService'
refuses 'without a plugin there is no part' \
    ':10: [[]outbound Pub] part: the kind *leave part away, or name a plugin*'
kind '[inbound Pull]
plugin = ./parts.so
part = Rep'
refuses 'a class that is unlike the one of the kind' \
    ':10: [[]inbound Pull] plugin: the class of Pull is not derived from Pull*'
kind '[outbound Pub]
plugin = ./parts.so
part = GatheringPub'
refuses 'functions beside a gather hook' \
    ':7: [[]functions]: only *, and only if the class of Pub has no gather *'
kind '[outbound Pub]
plugin = ./odd_even.so
part = OddEvenPub
hold_size = 1000'
start_server kind "$tmp/file.ini" || bail_out 'no server of a kind'
kind=$pid
is 'the kind runs its functions, the plugin sends their results' \
    "$(program palm-client --push "$(endpoint kind inbound Pull)" \
        --sub "$(endpoint kind outbound Pub)" call s.upper no-digit 2>&1)" \
    NO-DIGIT
stop "$kind"
is 'the server with the plugin drains' "$status" 0

# --- options of its own ------------------------------------------------------
kind '[outbound Pub]
plugin = ./odd_even.so
part = OddEvenPub
modulus = 0'
refuses 'an option of the class is checked' \
    ':12: [[]outbound Pub] modulus: expected at least 1*'
kind '[inbound Pull]
modulus = 3'
refuses 'other parts do not have it' \
    ':10: [[]inbound Pull] modulus: no such key: modulus'
kind '[outbound Pub]
plugin = ./odd_even.so
part = OddEvenPub
modulus = 3
hold_time = 1min'
start_server three "$tmp/file.ini" || bail_out 'no server of three topics'
three=$pid
cat >"$tmp/behind.ini" <<END
[server]
name = s
[inbound Sub]
part = SubConnection
address = $(endpoint three outbound Pub)
previous = 2
route = Pub
[outbound Pub]
part = PubService
address = tcp://127.0.0.1:*
END
start_server behind "$tmp/behind.ini" || bail_out 'no server behind it'
behind=$pid
is 'the class does what its option says' \
    "$(program palm-client --push "$(endpoint three inbound Pull)" \
        --sub "$(endpoint behind outbound Pub)" call s.echo 5 2>&1)" 5
stop "$behind"
is 'the server behind drains' "$status" 0
stop "$three"
is 'the server of three topics drains' "$status" 0

done_testing
