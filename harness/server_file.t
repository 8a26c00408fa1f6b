#!/bin/sh
# SPDX-License-Identifier: MIT
# Which server files palm-server accepts, and how it refuses the others.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

good='[server]
name = s
[inbound In]
part = PullService
address = tcp://127.0.0.1:*
route = Out
[outbound Out]
part = PushService
address = tcp://127.0.0.1:*'

# accepts NAME FILE ARGUMENT…
accepts() {
    accepts_name=$1
    printf '%s\n' "$2" >"$tmp/file.ini"
    shift 2
    run palm-server --check "$tmp/file.ini" "$@"
    is "$accepts_name" "$status/$out$err" 0/
}

# refuses NAME FILE MESSAGE [ARGUMENT…]: the message is a pattern that begins
# behind the file's name.
refuses() {
    refuses_name=$1
    printf '%b\n' "$2" >"$tmp/file.ini"
    refuses_pattern=$3
    shift 3
    run palm-server --check "$tmp/file.ini" "$@"
    is "$refuses_name: status" "$status" 2
    like "$refuses_name" "$err" "palm-server: $tmp/file.ini$refuses_pattern"
}

words() { # a word of $1 bytes
    printf "%0$1d" 0
}

# --- accepted ---------------------------------------------------------------
accepts 'the smallest server' '[server]
name = s'
accepts 'a server with parts' "$good"
accepts 'units, comments, blanks and a preset' "; comment
# comment
  [server]
  name = s          ; behind a value
stop_timeout = 3s

[preset]
with.dot = value = with equals
empty =
[inbound   In]
part: PullService
	address = tcp://127.0.0.1:*
max_message_size = 64MiB
window = 16"
accepts 'the longest key and title' "[server]
name = s
[preset]
$(words 49) = 1"
run palm-server --check "$PALM_SRCDIR/harness/demo/master.ini"
is 'the master of the demo' "$status/$out$err" 0/
status=0
printf '\357\273\277[server]\r\nname = s\r\n' \
    | (program palm-server --check -) 2>"$tmp/err" || status=$?
is 'stdin, a byte order mark and CRLF' "$status$(cat "$tmp/err")" 0
printf '[server]\nname = s' >"$tmp/file.ini"
run palm-server --check "$tmp/file.ini"
is 'no newline at the end' "$status$err" 0

# --- refused as text --------------------------------------------------------
refuses 'a line that is no setting' '[server]\nname' ':2: expected *'
refuses 'a value without a key' '[server]\n= s' ':2: expected a key *'
refuses 'a setting before any section' 'name = s' ':1: a setting before *'
refuses 'a title without its end' '[server\nname = s' ':1: *]*'
refuses 'text behind a title' '[server] name = s' ':1: only a comment *'
refuses 'a line that inih would cut' \
    "[server]\nname = s\n[preset]\na = $(words 300)" ':4: *too long'
refuses 'a long comment too' "[server]\n; $(words 300)" ':2: *too long'
refuses 'a key that inih would cut' \
    "[server]\nname = s\n[preset]\n$(words 50) = 1" ':4: a key has at most *'
refuses 'a title that inih would cut' \
    "[server]\nname = s\n[inbound $(words 42)]" ":3: a section's title *"
refuses 'a NUL byte' '[server]\nname = s\0000x' ':2: a NUL byte'
refuses 'an indented line is no continuation' \
    '[server]\nname = s\n  more' ':3: expected *'

# --- refused by meaning -----------------------------------------------------
server='[server]\nname = s\n'
refuses 'no section [server]' '[preset]\na = b' ': *[[]server]*'
refuses 'no name' '[server]' ':1: [[]server]: *no name'
refuses 'an empty name' '[server]\nname =' ':2: [[]server] name: *no name'
refuses 'an unknown section' "${server}[inbond In]" ':3: [[]inbond In]: *'
refuses 'a part without a name' "${server}[inbound]" \
    ':3: [[]inbound]: *no name'
refuses 'a server section with a name' '[server a]\nname = s' \
    ':1: [[]server a]: *'
refuses 'a section twice' "$server\n[server]" \
    ":4: [[]server]: stands at $tmp/file.ini:1 already"
refuses 'a section twice, with other blanks' \
    "${server}[inbound In]\n[inbound  In ]" ':4: [[]inbound In]: stands at *'
refuses 'a key twice' "[server]\nname = s\nname = t" \
    ":3: [[]server] name: stands at $tmp/file.ini:2 already"
refuses 'an unknown key of the server' "${server}colour = red" \
    ':3: [[]server] colour: *'
refuses 'a bad value of the server' "${server}stop_timeout = soon" \
    ':3: [[]server] stop_timeout: *'
refuses 'a bad log level' "${server}log_level = loud" \
    ':3: [[]server] log_level: *'

part="${server}[inbound In]\npart = PullService\naddress = inproc://a\n"
refuses 'no part' "${server}[inbound In]\naddress = inproc://a" \
    ':3: [[]inbound In]: part = *missing'
refuses 'an unknown part' "${server}[inbound In]\npart = PoolService" \
    ':4: [[]inbound In] part: *"PoolService"*'
refuses 'no address' "${server}[inbound In]\npart = PullService" \
    ':3: [[]inbound In]: address = *missing'
refuses 'an unknown key of a part' "${part}colour = red" \
    ':6: [[]inbound In] colour: *'
refuses 'a name beside the title' "${part}name = Other" \
    ':6: [[]inbound In] name: *title*'
refuses 'a bad number' "${part}window = many" ':6: [[]inbound In] window: *'
refuses 'a window of nothing' "${part}window = 0" ':[36]: [[]inbound In]*'
refuses 'a bad size' "${part}max_message_size = 3miles" \
    ':6: [[]inbound In] max_message_size: *'
refuses 'a bad truth' "${part}block = perhaps" ':6: [[]inbound In] block: *'
refuses 'a route to nowhere' "${part}route = Away" \
    ':6: [[]inbound In] route: *[[]outbound Away]*'
refuses 'a route to an inbound part' "${part}route = In" \
    ':6: [[]inbound In] route: *[[]outbound In]*'
refuses 'an inbound part as outbound' \
    "${server}[outbound O]\npart = PullService" \
    ':4: [[]outbound O] part: PullService belongs into [[]inbound *'
refuses 'an outbound part as inbound' \
    "${server}[inbound I]\npart = PubService" \
    ':4: [[]inbound I] part: PubService belongs into [[]outbound *'
refuses 'a bypass part as inbound' \
    "${server}[inbound I]\npart = CacheService" \
    ':4: [[]inbound I] part: CacheService belongs into [[]bypass *'

# --- [cache] ----------------------------------------------------------------
cache="${server}[cache]\n"
accepts 'a cache with a limit' '[server]
name = s
[cache]
size = 1MiB
evict = yes
ttl = 1h'
refuses 'an unknown back end' "${cache}backend = paper" \
    ':4: [[]cache] backend: *"paper"*memory*'
refuses 'an unknown key of the cache' "${cache}colour = red" \
    ':4: [[]cache] colour: *'
refuses 'a bad value of the cache' "${cache}ttl = soon" ':4: [[]cache] ttl: *'
refuses 'keys of another back end' "${cache}path = /tmp" \
    ':4: [[]cache] path: *path is for lmdb'
refuses 'a cache section with a name' "${server}[cache a]" ':3: [[]cache a]: *'
run palm-server --list
list=$out
for backend in lmdb redis; do
    case $list in
    *"  $backend
"*) ;;
    *)
        refuses "$backend is not built in" "${cache}backend = $backend" \
            ":4: [[]cache] backend: *built without $backend"
        continue
        ;;
    esac
    path=
    [ $backend = redis ] || path='path = cache'
    accepts "a cache in $backend" "[server]
name = s
[cache]
backend = $backend
$path"
done

# --- --set ------------------------------------------------------------------
# refuses_set NAME TEXT MESSAGE
refuses_set() {
    printf '%s\n' "$good" >"$tmp/file.ini"
    run palm-server --check "$tmp/file.ini" --set "$2"
    is "$1: status" "$status" 2
    like "$1" "$err" "palm-server: --set '$2': $3"
}

accepts '--set replaces a bad value' \
    "$(printf '%s\n' "$good" | sed 's/route = Out/route = Away/')" \
    --set 'inbound In.route=Out'
accepts '--set adds a section' '[preset]
a = b' --set server.name=t --set 'inbound A.b.part=PullService' \
    --set='inbound A.b.address=tcp://127.0.0.1:*' --set preset.c.d=e=f
refuses_set '--set without a value' 'server.name' 'expected *'
refuses_set '--set without a key' 'name=x' 'expected *'
refuses_set '--set with an empty key' 'server.=x' 'expected *'
refuses_set '--set in an unknown section' 'sever.name=x' '[[]sever]: *'
refuses_set '--set of an unknown key' 'inbound In.colour=red' \
    '[[]inbound In] colour: *'
refuses_set '--set of a bad value' 'outbound Out.window=many' \
    '[[]outbound Out] window: *'
refuses_set '--set of a route to nowhere' 'inbound In.route=Away' \
    '[[]inbound In] route: *[[]outbound Away]*'
refuses_set '--set of an unknown part' 'inbound In.part=Pool' \
    '[[]inbound In] part: *"Pool"*'

# --- --list -----------------------------------------------------------------
run palm-server --list
is '--list succeeds' "$status$err" 0
like '--list names parts with their side' "$out" '*inbound *PullService*'
like '--list names the keys' "$out" '*stop_timeout*address*route*'
like '--list says which parts a key is for' "$out" \
    '*Keys of a part:*  address  *Keys of a PubService:*  hold_size  *'
like '--list says of what type and of what default it is' "$out" \
    '*  window  *number, default 1024*inbound parts and *: messages *'

done_testing
