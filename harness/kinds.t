#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-server with a kind: files, and a pipeline of all five as processes.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

any='tcp://127.0.0.1:*'
master="[server]
kind = master
name = m
db_address = $any
pull_address = $any
pub_address = $any
worker_push_address = $any
worker_pull_address = $any"
server="[server]
kind = server
name = s
db_address = $any
pull_address = $any
pub_address = $any"
sink="[server]
kind = sink
name = k
db_address = $any
sub_address = tcp://127.0.0.1:1 tcp://127.0.0.1:2
previous = a b
pub_address = $any"

# accepts NAME FILE
accepts() {
    printf '%s\n' "$2" >"$tmp/file.ini"
    run palm-server --check "$tmp/file.ini"
    is "$1" "$status/$out$err" 0/
}

# refuses NAME FILE MESSAGE: the message is a pattern that begins behind the
# file's name.
refuses() {
    printf '%s\n' "$2" >"$tmp/file.ini"
    run palm-server --check "$tmp/file.ini"
    is "$1: status" "$status" 2
    like "$1" "$err" "palm-server: $tmp/file.ini$3"
}

# without LINE-PATTERN FILE
without() {
    printf '%s\n' "$2" | grep -v "$1"
}

# --- files ------------------------------------------------------------------
accepts 'a master' "$master"
accepts 'a server' "$server"
accepts 'a sink' "$sink"
accepts 'a kind with what every server has' "$master
log_level = error
stop_timeout = 3s
to_client = no
[preset]
a = b"
accepts 'a part of the kind may be set otherwise' "$master
[outbound Pub]
hold_time = 1min
[inbound Pull]
advertise = tcp://example.org:5555"
accepts 'further parts may route to those of the kind' "$master
[inbound Rep]
part = RepService
address = $any
route = WorkerPush"
accepts 'functions that live on' "$server
persistent = a b
[functions]
b = cat
a = cat"
accepts 'all functions live on' "$server
persistent = yes"
accepts 'functions' "$server
exec_timeout = 10s
exec_output = 1MiB
builtins = no
[functions]
sort = sort -n
lines = wc -l; true"

refuses 'an unknown kind' '[server]
kind = slave
name = m' ':2: [[]server] kind: *"slave"*master, hub, server, pipeline, sink'
refuses 'no name' '[server]
kind = master' ':1: [[]server]: *no name'
refuses 'a missing address' "$(without pull_a "$server")" \
    ':1: [[]server]: a server needs pull_address'
refuses 'no previous' "$(without previous "$sink")" \
    ':1: [[]server]: a sink needs previous'
refuses 'an address that the kind does not have' "$server
worker_push_address = $any" ':7: [[]server] worker_push_address: a server has *'
refuses 'an empty address' "$(without pub_a "$server")
pub_address =" ':6: [[]server] pub_address: *'
refuses 'lists that do not fit together' \
    "$(printf '%s\n' "$sink" | sed 's/a b/a b c/')" \
    ':6: [[]server] previous: 2 of sub_address, but 3 of previous*'
refuses 'a bad truth' "$server
to_client = perhaps" ':7: [[]server] to_client: *'
refuses 'an unknown key beside a kind' "$server
colour = red" ':7: [[]server] colour: *'
refuses 'a key of a kind without one' '[server]
name = m
pull_address = tcp://127.0.0.1:1' \
    ':3: [[]server] pull_address: *needs kind = *'
refuses 'a part that the kind does not have' "$server
[inbound Pool]
hwm = 5" ':7: [[]inbound Pool]: part = *missing'
refuses 'a part on the wrong side' "$server
[outbound Pull]
hwm = 5" ':7: [[]outbound Pull]: part = *missing'
refuses "a part's key that is wrong" "$server
[inbound Pull]
hwm = many" ':8: [[]inbound Pull] hwm: *'
refuses "a part's key that the kind decides" "$server
[inbound Pull]
address = $any" ':8: [[]inbound Pull] address: the kind *'
refuses 'a second part of that name' "$server
[inbound Pull]
part = PullService
address = $any" ':8: [[]inbound Pull] part: *leave part away, or *'
refuses "a plugin that is not there in the section of a kind's part" "$server
[inbound Pull]
plugin = ./none.so" ':8: [[]inbound Pull] plugin: *none.so: No such file *'
refuses 'an option that is not for the part' "$server
[outbound Pub]
hold_time = 1s
interval = 1s" ':9: [[]outbound Pub] interval: is for PushBypassConnection, *'
refuses 'an address of another form' '[server]
kind = sink
name = k
sub_address = tcp://127.0.0.1:1 http://127.0.0.1:2' \
    ':4: [[]server] sub_address: expected a ZeroMQ address*'
refuses 'a list with commas' '[server]
kind = sink
name = k
previous = a, b' ':4: [[]server] previous: several are separated by blanks*'
refuses 'a list of addresses with commas' '[server]
kind = sink
name = k
sub_address = tcp://127.0.0.1:1, tcp://127.0.0.1:2' \
    ':4: [[]server] sub_address: several are separated by blanks*'
refuses 'functions of a kind that runs none' "$master
[functions]
f = cat" ':9: [[]functions]: only servers of kind *'
refuses 'functions without a kind' '[server]
name = s
[functions]
f = cat' ':3: [[]functions]: only servers of kind *'
refuses 'exec_timeout of a kind that runs nothing' "$master
exec_timeout = 1s" ':9: [[]server] exec_timeout: only servers of kind *'
refuses 'builtins of a kind that runs nothing' "$master
builtins = no" ':9: [[]server] builtins: only servers of kind *'
refuses 'the name of a part for what a kind calls otherwise' "$server
pipelined = yes" ':7: [[]server] pipelined: *to_client = no*'
refuses 'the name of a kind for what a part calls otherwise' "$server
[outbound Pub]
to_client = no" ':8: [[]outbound Pub] to_client: *pipelined = yes*'
refuses 'a name that is no function' "$server
persistent = sort lines
[functions]
sort = sort" ":7: [[]server] persistent: *no 'lines'"
refuses 'a function that lives on and yields' "$server
persistent = sort
yield = yes
[functions]
sort = sort" ":10: [[]functions] sort: persistent and yield *"
refuses 'a bad exec_output' "$server
exec_output = much" ':7: [[]server] exec_output: *'
refuses 'a bad exec_timeout' "$server
exec_timeout = soon" ':7: [[]server] exec_timeout: *'
refuses 'a function name with a dot' "$server
[functions]
a.b = cat" ':8: [[]functions] a.b: *'
refuses 'a function without a command' "$server
[functions]
f =" ':8: [[]functions] f: *'
refuses 'a command that would be cut' "$server
[functions]
f = cat ; rm x" ':8: a blank and ;*'
printf '%s\n' "$server" >"$tmp/file.ini"
run palm-server --check "$tmp/file.ini" --set server.kind=hub
like '--set of a kind' "$err" '*:5: [[]server] pull_address: a hub has none'

run palm-server --list
like '--list names the kinds' "$out" '*Kinds*master*hub*server*pipeline*sink*'
like '--list names their keys' "$out" '*kind*sub_address*to_client*'

printf '%s\n' "$sink" >"$tmp/file.ini"
run palm-server --dot "$tmp/file.ini"
like '--dot draws the parts of a kind' "$out" \
    '*Sub0*Sub1*Pub*tcp://127.0.0.1:2*'

# --- a server ---------------------------------------------------------------
# begin AS FILE ARGUMENT…: starts it; sets $pid.
begin() {
    begin_as=$1
    printf '%s\n' "$2" >"$tmp/$1.ini"
    shift 2
    start_server "$begin_as" "$tmp/$begin_as.ini" "$@" \
        || bail_out "no $begin_as"
}

begin server "$server
[functions]
sort = sort
fail = echo oops; exit 3
slow = echo begun >>$tmp/slow.txt; tail -f /dev/null"
server_pid=$pid
is 'READY lists the parts of the kind' \
    "$(sed 's/ [^ ]*$//' "$tmp/server.out" | tr '\n' ',')" \
    'READY,inbound Pull,outbound Pub,bypass Cache,,'
db=$(endpoint server bypass Cache)

# call FUNCTION PAYLOAD [OPTION…]
call() {
    run palm-client --db "$db" "$@"
}
call --server s call echo hello
is 'echo is built in' "$status/$out$err" 0/hello
call call s.upper hello
is 'upper is built in' "$status/$out$err" 0/HELLO
call call s.reverse hello
is 'reverse is built in' "$status/$out$err" 0/olleh
printf 'b\na\n' >"$tmp/in"
run palm-client --db "$db" call s.sort - <"$tmp/in"
is 'a command is a function' "$status/$(echo "$out" | tr '\n' ,)$err" '0/a,b,'
call call s.fail x
is 'a failing command is an error result' "$status" 1
like 'a failing command: why' "$err" '*EIO*exit status 3*'
call call other.echo x
like 'another server is not this one' "$err" "*ENOENT no server 'other'*'s'*"
call call s.missing x
like 'an unknown function' "$err" "*ENOENT no function 'missing'*"
run palm-client --db "$db" --server s job echo --count 1000 --ordered
is 'a job of a thousand' "$status/$(echo "$out" | wc -l | tr -d ' ')" 0/1000
for pair in 'pull_address inbound Pull' 'pub_address outbound Pub'; do
    # shellcheck disable=SC2086 # three words
    set -- $pair
    run palm-client --db "$db" get "$1"
    is "$1 is what $2 $3 has bound" "$out" "$(endpoint server "$2" "$3")"
done
stop "$server_pid"
is 'SIGTERM ends it well' "$status" 0
like 'its parts have counted' "$(cat "$tmp/server.err")" \
    '*PALM-SERVER-COUNTED: outbound Pub: received=*'

begin slow "$(cat "$tmp/server.ini")" --set server.stop_timeout=100ms
slow_pid=$pid
db=$(endpoint slow bypass Cache)
(program palm-client --db "$db" call s.slow x) >"$tmp/slow.call" 2>&1 &
client=$!
processes="$processes $client"
await test -s "$tmp/slow.txt" || bail_out 'the command does not run'
stop "$slow_pid"
like 'a stop does not wait for a command longer than stop_timeout' \
    "$status/$(cat "$tmp/slow.err")" '[01]/*PALM-SERVER-STOP*'
stop "$client"

begin limited "$(cat "$tmp/server.ini")" --set server.exec_timeout=50ms
db=$(endpoint limited bypass Cache)
call call s.slow x
like 'a command that takes too long is killed' "$err" '*ETIMEDOUT*too long*'
stop "$pid"

printf '%s\n' a,b '' c >"$tmp/commas"
begin living "$(cat "$tmp/server.ini")" --set 'server.persistent=frames' \
    --set 'functions.frames=cat' --set 'functions.plain=cat' \
    --set server.yield=lines --set 'functions.lines=tr , "\n"' \
    --set 'functions.who=sh -c "echo $$"' --set 'functions.ends=exit 4'
db=$(endpoint living bypass Cache)
run palm-client --db "$db" --server s job frames --count 500 --size 20
is 'a command that lives on answers each message' \
    "$status/$(printf '%s\n' "$out" | wc -l | tr -d ' ')" 0/500
call call s.plain abc
is 'another of that server runs once' "$status/$out" 0/abc
call call s.who x
first=$out
call call s.who x
ok 'in another process each time' test "$first" != "$out"
call call s.ends x
(program palm-client --db "$db" --server s job lines --until-idle 300ms) \
    <"$tmp/commas" >"$tmp/lines.out"
is 'a function may yield several results, or none' \
    "$(sort "$tmp/lines.out" | tr -d '\n')" abc
like 'what only a shell knows is left to one' "$err" '*exit status 4*'
stop "$pid"

begin bounded "$(cat "$tmp/server.ini")" --set server.exec_output=10 \
    --set server.builtins=no --set 'functions.much=printf 12345678901' \
    --set 'functions.tells=printf %s "$PALM_FUNCTION"'
db=$(endpoint bounded bypass Cache)
call call s.much x
like 'a command that writes too much is killed' "$err" '*EMSGSIZE*10 bytes*'
call call s.tells x
is 'a command sees its message' "$out" s.tells
call call s.upper x
like 'without built-in functions' "$status$err" '1*upper*'
stop "$pid"

# --- all five, one behind the other -----------------------------------------
# server -> master -> hub (both have a worker) -> pipeline, pipeline -> sink
begin first "$(printf '%s\n' "$server" | sed 's/= s$/= first/')
to_client = no"
first_db=$(endpoint first bypass Cache)

sub_kind() { # sub_kind KIND NAME SUB-ADDRESSES PREVIOUS
    printf '[server]\nkind = %s\nname = %s\nsub_address = %s\n' "$1" "$2" "$3"
    printf 'previous = %s\ndb_address = %s\npub_address = %s\n' "$4" "$any" \
        "$any"
}

begin hub "$(sub_kind hub hub "$(endpoint first outbound Pub)" first)
worker_push_address = $any
worker_pull_address = $any
to_client = no"
start_ready worker palm-worker --db "$(endpoint hub bypass Cache)" \
    || bail_out 'no worker'
hub_pub=$(endpoint hub outbound Pub)
begin left "$(sub_kind pipeline left "$hub_pub" hub)
to_client = no
[functions]
mark = sed s/^/left:/"
begin right "$(sub_kind pipeline right "$hub_pub" hub)
to_client = no
[functions]
mark = sed s/^/right:/"
begin last "$(sub_kind sink last "$(endpoint left outbound Pub) \
$(endpoint right outbound Pub)" 'left right')
[functions]
sort = sort"
db=$first_db
for side in left right; do
    run palm-client --db "$db" --server first \
        --sub "$(endpoint last outbound Pub)" \
        call "first.reverse hub.upper $side.mark last.sort" olleh
    is "a message goes through a server, a hub, a pipeline ($side) and a sink" \
        "$status/$out$err" "0/$side:HELLO"
done
# Who cannot push anything asks the cache alone.
get() { # get AS KEY
    run palm-client --db "$(endpoint "$1" bypass Cache)" \
        --push "$(endpoint first inbound Pull)" get "$2"
}
get last sub_address_1
is 'a sink numbers what it hears' "$out" "$(endpoint right outbound Pub)"
get left sub_address
is 'a pipeline has the address that it hears' "$out" "$hub_pub"

begin master "$master"
db=$(endpoint master bypass Cache)
start_ready other palm-worker --db "$db" || bail_out 'no second worker'
run palm-client --db "$db" --server m call upper hello
is 'a master works' "$status/$out$err" 0/HELLO

statuses=
for id in $processes; do
    stop "$id"
    statuses="$statuses$status "
done
is 'everything ends well' "$statuses" '0 0 0 0 0 0 0 0 '

done_testing
