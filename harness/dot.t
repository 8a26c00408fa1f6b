#!/bin/sh
# SPDX-License-Identifier: MIT
# palm-server --dot: how a server is wired, for Graphviz.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

master=$PALM_SRCDIR/harness/demo/master.ini

# --- the whole text ---------------------------------------------------------
cat >"$tmp/expected" <<'END'
digraph server {
    graph [rankdir=LR, fontname="sans-serif"];
    node [shape=box, fontname="sans-serif", fontsize=11];
    edge [fontname="sans-serif", fontsize=10];

    subgraph cluster_server {
        graph [style=rounded, label="relay"];
        router [shape=record, label="router|<from_0> Pull → Push"];
        cache [shape=cylinder, label="cache\n\nname\lpush_address: Push\l"];
        { rank=same; router; cache; }
        subgraph inbound {
            node [style=filled, fillcolor="#e3eefa"];
            inbound_0 [label="Pull\nPullService"];
        }
        subgraph outbound {
            node [style=filled, fillcolor="#e5f3e1"];
            outbound_1 [label="Push\nPushService"];
        }
        subgraph cluster_bypass {
            graph [style=dashed, label="bypass"];
            node [style=filled, fillcolor="#fbf0d5"];
            bypass_2 [label="Cache\nCacheService"];
        }
    }

    socket_0 [shape=box, style=solid, label="PULL binds\ntcp://*:5555"];
    socket_0 -> inbound_0 [style=solid];
    inbound_0 -> router:from_0;

    socket_1 [shape=box, style=solid, label="PUSH binds\ntcp://*:5556"];
    outbound_1 -> socket_1 [style=solid];
    router:from_0 -> outbound_1;

    socket_2 [shape=box, style=solid, label="REP binds\ntcp://*:5557"];
    socket_2 -> bypass_2 [style=solid, dir=both];
    bypass_2 -> cache [dir=both];
}
END
cat >"$tmp/relay.ini" <<'END'
[server]
name = relay
[inbound Pull]
part = PullService
address = tcp://*:5555
route = Push
[outbound Push]
part = PushService
address = tcp://*:5556
advertise_as = push_address
[bypass Cache]
part = CacheService
address = tcp://*:5557
END
run palm-server --dot "$tmp/relay.ini"
is 'a server is drawn' "$status/$err" 0/
printf '%s\n' "$out" >"$tmp/relay.dot"
ok 'the text is always the same' cmp -s "$tmp/expected" "$tmp/relay.dot"
diff "$tmp/expected" "$tmp/relay.dot" | sed 's/^/# /'

start_server one "$master" || bail_out 'no server'
taken=$(endpoint one bypass Cache)
run palm-server --dot --set "bypass Cache.address=$taken" "$master"
is 'nothing is bound' "$status/$err" 0/
like 'what --set says is drawn' "$out" \
    "*REP binds?n$taken\"*"
stop "$pid"

# --- one by one -------------------------------------------------------------
cat >"$tmp/file.ini" <<'END'
[server]
name = "R&D"\{0}
[preset]
colour = blue
[inbound Rep]
part = RepService
address = ipc:///tmp/a|b
route = Out
[inbound Sub]
part = SubConnection
address = tcp://10.0.0.1:5555
previous = first
[inbound a > {b}]
part = PullConnection
address = tcp://10.0.0.1:5556
route = "Quoted"
[outbound Out]
part = PushConnection
address = tcp://10.0.0.2:5557
route = Alone
[outbound "Quoted"]
part = PubService
address = tcp://*:5558
[outbound Alone]
part = PushService
address = tcp://*:5559
[outbound Ask]
part = PushPullService
address = tcp://*:5560
pull_address = tcp://*:5561
advertise_as = push
advertise_pull_as = pull
route = Alone
[bypass Report]
part = PushBypassConnection
address = tcp://10.0.0.3:5562
END
run palm-server --dot "$tmp/file.ini"
is 'another server is drawn' "$status/$err" 0/
printf '%s\n' "$out" >"$tmp/file.dot"

# draws NAME LINE: the text has exactly that line, blanks before it aside.
draws() {
    sed 's/^ *//' "$tmp/file.dot" >"$tmp/lines"
    ok "$1" grep -Fqx -e "$2" "$tmp/lines"
}

draws 'what binds is a box' 'socket_4 [shape=box, style=solid, '\
'label="XPUB binds\ntcp://*:5558"];'
draws 'what connects is a dashed ellipse' 'socket_2 [shape=ellipse, '\
'style=dashed, label="PULL connects\ntcp://10.0.0.1:5556"];'
draws 'and so is its arrow' 'socket_2 -> inbound_2 [style=dashed];'
draws 'a topic stands below the address' 'socket_1 [shape=ellipse, '\
'style=dashed, label="SUB connects\ntcp://10.0.0.1:5555\ntopic first"];'
draws 'who waits has two heads: in the world' \
    'socket_0 -> inbound_0 [style=solid, dir=both];'
draws 'who waits has two heads: to the router' \
    'inbound_0 -> router:from_0 [dir=both];'
draws 'each inbound part has a row of the router' 'router [shape=record, '\
'label="router|<from_0> Rep → Out|<from_1> Sub → nowhere'\
'|<from_2> a\ \>\ \{b\} → \"Quoted\""];'
draws 'a route leads through its row' 'router:from_2 -> outbound_4;'
draws 'a route of an outbound part leads to the other one' \
    'outbound_3 -> outbound_5 [label=<<table border="0" '\
'bgcolor="white"><tr><td>copy</td></tr></table>>, constraint=false];'
draws 'what no inbound part reaches keeps its column' \
    'router -> outbound_5 [style=invis];'
is 'and what one reaches does not need that' \
    "$(grep -c invis "$tmp/file.dot")" 2
draws 'a blocking part routes its feedback' \
    'outbound_6 -> outbound_5 [label=<<table border="0" '\
'bgcolor="white"><tr><td>feedback</td></tr></table>>, constraint=false];'
draws 'a second socket is drawn' 'socket_6_pull [shape=box, style=solid, '\
'label="PULL binds\ntcp://*:5561"];'
draws 'it is on the same side of the part' \
    'outbound_6 -> socket_6_pull [dir=back];'
draws 'a bypass part that sends has its socket on the right' \
    'bypass_7 -> socket_7 [style=dashed];'
draws 'and meets the cache' 'bypass_7 -> cache [dir=both];'
draws 'the cache has what is preset, and each address' 'cache [shape=cylinder'\
', label="cache\n\nname\lcolour\lpush: Ask\lpull: Ask\l"];'
draws 'names keep their quotes and backslashes' \
    'graph [style=rounded, label="\"R&amp;D\"\\{0}"];'
printf '[server]\nname = s\n[preset]\ncaf\351 \303\251 \001 = x\n' \
    >"$tmp/bytes.ini"
run palm-server --dot "$tmp/bytes.ini"
like 'bytes that are no text are not drawn' "$out" '*caf[?] [?][?] [?]*'
printf '[server]\nname = \303\251\n' >"$tmp/bytes.ini"
run palm-server --dot "$tmp/bytes.ini"
like 'letters are' "$out" '*label="é"*'

# --- a kind -----------------------------------------------------------------
run palm-server --dot "$PALM_SRCDIR/docs/examples/hub/hub.ini"
is 'only who subscribes has a topic' \
    "$(printf '%s\n' "$out" | grep 'topic first' | sed 's/.*label="//')" \
    'SUB connects\ntcp://127.0.0.1:5512\ntopic first"];'
if [ "$PALM_HTTP" = yes ]; then
    run palm-server --dot "$PALM_SRCDIR/docs/examples/gateway/web.ini"
    like "both sockets of a gateway are on its side" "$out" \
        '*socket_0_router -> bypass_0 *'
    like 'the second one connects, dashed' "$out" \
        '*socket_0_router [[]shape=ellipse, style=dashed, label="DEALER '*
else
    skip 'both sockets of a gateway are on its side' 'built without HTTP'
fi

# --- a part of one's own ----------------------------------------------------
parts=$PALM_BUILDDIR/harness/support/.libs/test_plugin.so
if [ -f "$parts" ]; then
    cat >>"$tmp/file.ini" <<END
[inbound Twice]
plugin = $parts
part = TwicePull
address = tcp://*:5570
END
    run palm-server --dot "$tmp/file.ini"
    printf '%s\n' "$out" >"$tmp/file.dot"
    draws 'a part of a plugin is drawn' 'inbound_8 [label="Twice\nTwicePull"];'
else
    skip 'a part of a plugin is drawn' 'built without shared objects'
fi

# --- what fails -------------------------------------------------------------
run palm-server --dot --set 'inbound Pull.route=Nobody' "$master"
is 'a file that is refused is not drawn' "$status/$out" 2/
like 'and the mistake is told' "$err" '*Nobody*'
if [ -c /dev/full ]; then
    status=0
    (program palm-server --dot "$master") >/dev/full 2>"$tmp/err" || status=$?
    is 'a full disk is a failure' "$status" 1
else
    skip 'a full disk is a failure' 'no /dev/full'
fi

# --- Graphviz ---------------------------------------------------------------
texts() { # what can be read in a picture
    sed -n 's/.*<text [^>]*>\(.*\)<\/text>.*/\1/p' "$1" | sort
}

if [ -z "${PALM_DOT-}" ]; then
    skip 'Graphviz understands it' 'no dot'
    done_testing
    exit
fi
ok 'Graphviz understands it' \
    "$PALM_DOT" -Tsvg -o "$tmp/file.svg" "$tmp/file.dot"
texts "$tmp/file.svg" >"$tmp/file.texts"
for text in '&quot;R&amp;D&quot;\{0}' 'a &gt; {b}' \
    'a &gt; {b} → &quot;Quoted&quot;' 'ipc:///tmp/a|b'; do
    ok "and writes: $text" grep -Fqx -e "$text" "$tmp/file.texts"
done

cp "$PALM_BUILDDIR"/docs/examples/plugin/.libs/*.so "$tmp" 2>/dev/null
for picture in "$PALM_SRCDIR"/harness/demo/*.svg \
    "$PALM_SRCDIR"/docs/examples/*/*.svg; do
    [ -f "$picture" ] || continue
    name=${picture#"$PALM_SRCDIR"/}
    cat "${picture%.svg}.ini" >"$tmp/drawn.ini" # cp would keep a mode 0444
    if [ "$PALM_HTTP" != yes ] && grep -q '^part = Http' "$tmp/drawn.ini"; then
        skip "$name is up to date" 'built without HTTP'
        continue
    fi
    if ! [ -f "$tmp/odd_even.so" ] && grep -q '^plugin' "$tmp/drawn.ini"; then
        skip "$name is up to date" 'built without shared objects'
        continue
    fi
    run palm-server --dot "$tmp/drawn.ini"
    printf '%s\n' "$out" | "$PALM_DOT" -Tsvg >"$tmp/drawn.svg"
    is "$name is up to date (else: make docs)" "$(texts "$picture")" \
        "$(texts "$tmp/drawn.svg")"
done

done_testing
