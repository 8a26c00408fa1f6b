#!/bin/sh
# SPDX-License-Identifier: MIT
# What palm-server --check finds in options that are not for the part, and in
# addresses of another form.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

# check SIDE CLASS ADDRESS SETTING: its place is line 6 of the file.
check() {
    printf '[server]\nname = s\n[%s P]\npart = %s\naddress = %s\n%s\n' \
        "$1" "$2" "$3" "$4" >"$tmp/file.ini"
    run palm-server --check "$tmp/file.ini"
}

# takes SIDE CLASS ADDRESS SETTING…
takes() {
    takes_side=$1 takes_class=$2 takes_address=$3
    shift 3
    for setting; do
        check "$takes_side" "$takes_class" "$takes_address" "$setting"
        is "$takes_class takes $setting" "$status$err" 0
    done
}

# refuses SIDE CLASS ADDRESS SETTING REASON
refuses() {
    check "$1" "$2" "$3" "$4"
    is "$2 does not take $4: status" "$status" 2
    like "$2 does not take $4" "$err" \
        "palm-server: $tmp/file.ini:6: [[]$1 P] ${4%% *}: $5"
}

# mistaken SIDE CLASS ADDRESS REASON: an address of another form.
mistaken() {
    check "$1" "$2" "$3" ''
    is "$2 cannot have $3: status" "$status" 2
    like "$2 cannot have $3" "$err" \
        "palm-server: $tmp/file.ini:5: [[]$1 P] address: *$4*"
}

any='tcp://127.0.0.1:*'
there='tcp://127.0.0.1:1'
web='http://127.0.0.1:*'

# --- options ----------------------------------------------------------------
takes inbound PullService "$any" 'window = 2' 'window_size = 2' \
    'fill_cache = no' 'hwm = 3' 'keepalive = 2s' 'keepalive = 0' \
    'advertise_as = pull' 'linger = 1s' 'max_message_size = 3' 'messages = 1'
takes inbound RepService "$any" 'block = yes'
takes inbound RepConnection "$there" 'block = yes'
takes outbound PubService "$any" 'hold_size = 1' 'hold_time = 1' \
    'slow_timeout = 1' 'pipelined = yes'
takes outbound PushPullService "$any" 'isolated = yes
pull_address = tcp://127.0.0.1:*' 'pull_address = tcp://127.0.0.1:*
advertise_pull_as = pull
reply_timeout = never'
takes inbound GatewayRouter "$any" 'reply_timeout = 1s'
takes bypass PushBypassConnection tcp://127.0.0.1:1 'interval = 1s' \
    'window = 3'

refuses inbound PullService "$any" 'block = yes' \
    'is for blocking inbound parts, not for PullService'
refuses inbound PullService "$any" 'previous = x' 'is for SubConnection*'
refuses inbound PullService "$any" 'reply_timeout = 1s' \
    'is for blocking outbound parts, not for PullService'
refuses inbound RepService "$any" 'isolated = yes' \
    'is for blocking outbound parts*'
refuses outbound PushService "$any" 'max_workers = 2' 'is for HttpConnection*'
refuses outbound PushService "$any" 'pipelined = yes' 'is for PubService*'
refuses outbound PushService "$any" 'interval = 1s' \
    'is for PushBypassConnection*'
refuses outbound PushService "$any" 'hold_size = 1' 'is for PubService*'
refuses outbound PushService "$any" 'hold_time = 1' 'is for PubService*'
refuses outbound PushService "$any" 'slow_timeout = 1' 'is for PubService*'
refuses outbound PushService "$any" 'slow_size = 1' 'is for PubService*'
refuses outbound PushService "$any" 'window = 1' 'is for inbound parts and *'
refuses outbound PushService "$any" 'window_size = 1' 'is for inbound parts*'
refuses outbound PushService "$any" 'fill_cache = no' 'is for inbound parts*'
refuses outbound PushService "$any" 'pull_address = inproc://a' \
    'is for PushPullService*'
refuses outbound PushService "$any" 'advertise_pull_as = a' \
    'is for PushPullService*'
refuses bypass CacheService "$any" 'fill_cache = no' 'is for inbound parts*'
refuses bypass CacheService "$any" 'window = 2' 'is for inbound parts*'
refuses bypass CacheService "$any" 'messages = many' 'expected *'

refuses inbound PullService "$any" 'advertise = tcp://a:1' 'needs advertise_as*'
refuses inbound PullService "$any" 'advertise_as = name' '*server?s name'
refuses inbound PullService "$any" 'keepalive = 1500ms' 'is in whole seconds'
refuses outbound PushService "$any" 'route = P' 'a part cannot be its own route'

# --- needed -----------------------------------------------------------------
check outbound PushPullService "$any" ''
like 'PushPullService needs pull_address' "$status$err" \
    "2palm-server: $tmp/file.ini:3: [[]outbound P]: pull_address = *missing"
refuses outbound PushPullService "$any" 'pull_address = http://a:1' \
    'expected a ZeroMQ address*'

# --- addresses --------------------------------------------------------------
for address in "$there" 'ipc:///tmp/a' 'inproc://a' \
    'tcp://eth0:0;127.0.0.1:1'; do
    takes inbound PullConnection "$address" ''
done
mistaken inbound PullService 'http://127.0.0.1:1' 'a ZeroMQ address'
mistaken inbound PullService '127.0.0.1:1' 'a ZeroMQ address'
mistaken inbound PullService 'tcp://' 'a ZeroMQ address'
mistaken inbound PullService 'tcp://127.0.0.1' 'tcp://HOST:PORT'
mistaken inbound PullService 'tcp://127.0.0.1:' 'tcp://HOST:PORT'
mistaken inbound PullService 'tcp://127.0.0.1:99999' 'at most 65535'
mistaken inbound PullService 'TCP://127.0.0.1:1' 'small letters'
mistaken inbound PullService 'foo://127.0.0.1:1' 'no such transport'
mistaken inbound PullService 'tcp://::1:5555' 'in brackets'
mistaken inbound PullConnection "$any" 'no port to connect to'
refuses inbound SubConnection "$there" 'previous = a, b' "is one server's name*"
mistaken outbound PushConnection 'https://a/b' 'a ZeroMQ address'

if [ "$PALM_HTTP" = yes ]; then
    takes inbound HttpService "$web" 'max_clients = 1' 'idle_timeout = 1s' \
        'reply_timeout = 1s' 'block = yes'
    takes inbound HttpService 'http://[::1]:*/' ''
    takes bypass MetricsService "$web" 'max_clients = 1'
    takes bypass HttpGateway "$web" 'router_address = tcp://127.0.0.1:1'
    takes outbound HttpConnection 'http://a/b' 'max_workers = 3' \
        'isolated = yes' 'reply_timeout = 1s'
    takes outbound HttpConnection 'https://a:1/b?c' ''
    refuses outbound HttpConnection 'http://a/b' 'keepalive = 1s' \
        'is for parts with a ZeroMQ socket*'
    refuses inbound HttpService "$web" 'max_workers = 2' \
        'is for HttpConnection*'
    refuses bypass MetricsService "$web" 'route = A' \
        'is for inbound and outbound parts*'
    refuses inbound PullService "$any" "router_address = $any" \
        'is for HttpGateway*'
    web_parts='is for HttpService, HttpGateway, MetricsService, not for *'
    refuses outbound PushService "$any" 'max_clients = 1' "$web_parts"
    refuses outbound PushService "$any" 'max_clients_per_address = 1' \
        "$web_parts"
    refuses outbound PushService "$any" 'idle_timeout = 1' "$web_parts"
    mistaken inbound HttpService "$any" http://HOST:PORT
    mistaken bypass HttpGateway "$any" http://HOST:PORT
    mistaken bypass MetricsService 'http://127.0.0.1' http://HOST:PORT
    mistaken bypass MetricsService 'https://127.0.0.1:1' http://HOST:PORT
    mistaken outbound HttpConnection "$any" 'an http:// or https:// URL'
    mistaken outbound HttpConnection 'http://' 'an http:// or https:// URL'
    check bypass HttpGateway "$web" ''
    like 'HttpGateway needs router_address' "$status$err" \
        "2palm-server: $tmp/file.ini:3: [[]bypass P]: router_address = *missing"
    refuses bypass HttpGateway "$web" 'router_address = http://a:1' \
        'expected a ZeroMQ address*'
else
    skip 'parts of HTTP' 'built without HTTP'
fi

# --- parts of one's own -----------------------------------------------------
plugin=$PALM_BUILDDIR/harness/support/.libs/test_plugin.so
if [ -f "$plugin" ]; then
    takes inbound OwnPull "$any" "plugin = $plugin
pause = 1s
word = x
window = 3"
    check inbound OwnPull "$any" "plugin = $plugin
interval = 1s"
    like 'a class has the options that it names' "$status$err" \
        "2*:7: [[]inbound P] interval: is for *, not for OwnPull"
    check inbound OwnPull "$any" "plugin = $plugin
pause = soon"
    like 'and these have a type' "$status$err" \
        "2*:7: [[]inbound P] pause: expected a duration*"
    takes outbound OwnPub "$any" "plugin = $plugin
modulus = 3
hold_size = 1MiB"
    check inbound DerivedPull "$any" "plugin = $plugin
interval = 1s"
    like 'a class that is derived takes what its base does' "$status$err" \
        "2*:7: [[]inbound P] interval: is for *, not for DerivedPull"
else
    skip "parts of one's own" 'no shared objects'
fi

# --- [preset] and [cache] ---------------------------------------------------
# other SECTION SETTINGS LINE REASON
other() {
    printf '[server]\nname = s\n[%s]\n%s\n' "$1" "$2" >"$tmp/file.ini"
    run palm-server --check "$tmp/file.ini"
    like "[$1] $2" "$status$err" "2palm-server: $tmp/file.ini:$3: [[]$1] $4"
}

other preset 'name = x' 4 "name: *server's name*"
other cache 'sync = no' 4 'sync: is for lmdb, not for memory'
other cache 'prefix = a' 4 'prefix: is for redis, not for memory'
other cache 'evict = yes' 4 'evict: back end memory: evict needs a size'
list=$(program palm-server --list)
case $list in
*'  redis'*)
    other cache 'backend = redis
address = foo' 5 'address: *foo: expected tcp://HOST:PORT or ipc://PATH'
    other cache 'backend = redis
map_size = 2GB' 5 'map_size: is for lmdb, not for redis'
    other cache 'size = 3
backend = redis' 4 'size: *'
    ;;
*) skip '[cache] of redis' 'built without redis' ;;
esac
case $list in
*'  lmdb'*)
    other cache 'backend = lmdb' 4 'backend: *needs a path'
    other cache 'backend = lmdb
path = /tmp
timeout = 1s' 6 'timeout: is for redis, not for lmdb'
    ;;
*) skip '[cache] of lmdb' 'built without lmdb' ;;
esac

# --- what only the start can know -------------------------------------------
check bypass CacheService "$any" ''
start_server taken "$tmp/file.ini" || bail_out 'no server'
check bypass CacheService "$(endpoint taken bypass P)" ''
is 'a taken port is no mistake in the file' "$status$err" 0
run palm-server "$tmp/file.ini"
like 'a taken port: where its part stands' "$status$err" \
    "1*palm-server: $tmp/file.ini:3: bypass P: *"
stop "$pid"

done_testing
