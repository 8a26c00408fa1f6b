#!/bin/sh
# SPDX-License-Identifier: MIT
# HTTP parts as processes: what docs/http.md says, with curl.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

web=$PALM_SRCDIR/docs/examples/gateway/web.ini

run palm-server --check "$web"
if [ "$PALM_HTTP" != yes ]; then
    is 'a part that is not built in is refused' "$status" 2
    like 'the reason is told' "$err" \
        '*no part "HttpGateway": libpalm was built without HTTP'
    done_testing
    exit
fi
is 'the example is a good server file' "$status/$out$err" 0/

# What the page quotes of the file is there.
sed -n '/^```ini$/,/^```$/p' "$PALM_SRCDIR/docs/http.md" | grep -v '^```' \
    >"$tmp/quoted"
is 'docs/http.md quotes the example' \
    "$(grep -cvxFf "$web" "$tmp/quoted")/$(wc -l <"$tmp/quoted" | tr -d ' ')" \
    0/5

if ! command -v curl >/dev/null 2>&1; then
    skip 'requests by curl' 'there is no curl'
    done_testing
    exit
fi

# ask ARGUMENT…: curl; sets $code, $body and $head.
ask() {
    code=$(curl -s -S --noproxy '*' --max-time "$deadline" -D "$tmp/head" \
        -o "$tmp/body" -w '%{http_code}' "$@" 2>"$tmp/curl.err")
    body=$(cat "$tmp/body" 2>/dev/null)
    head=$(tr -d '\r' <"$tmp/head")
}

# --- functions by HTTP ------------------------------------------------------
router=ipc://$tmp/router
start_server web "$web" --set 'bypass Gateway.address=http://127.0.0.1:*' \
    --set "bypass Gateway.router_address=$router" \
    --set "inbound gateway_router.address=$router" \
    --set "outbound gateway_dealer.address=$router" \
    --set 'bypass Cache.address=tcp://127.0.0.1:*' || bail_out 'no server'
server=$pid
url=$(endpoint web bypass Gateway)
like 'the gateway says where it listens' "$url" 'http://127.0.0.1:[1-9]*'
start_ready worker palm-worker --db "$(endpoint web bypass Cache)" --name web \
    || bail_out 'no worker'

ask -d 'some text' "$url/upper"
is 'a function is called' "$code/$body" '200/SOME TEXT'
like 'its answer is text/plain' "$head" '*Content-Type: text/plain*'
ask -d abc "$url/web.reverse/more?query"
is 'a server may be named' "$code/$body" 200/cba
ask "$url/count"
is 'a function may be got' "$code/$body" 200/3
ask "$url/echo"
is 'without a body the payload is "No Payload"' "$code/$body" \
    '200/No Payload'
ask -d 'out of paper' "$url/fail"
is 'an error result is 200, too' "$code/$body" 200/0
like 'its text is in a header' "$head" '*Palm-Error: *out of paper*'
ask "$url/no_such_function"
like 'an unknown function is an error result' "$code/$body/$head" \
    '200/0/*Palm-Error: *'

ask "$url/"
like 'no function' "$code/$body" '404/*/FUNCTION*'
ask "$url/%zz"
is 'a wrong escape' "$code" 400
ask -X PUT -d x "$url/echo"
like 'another method' "$code/$head" '405/*Allow: GET, POST*'
ask -H 'Transfer-Encoding: chunked' -d x "$url/echo"
is 'a chunked body' "$code" 411

# Binary, and larger than any buffer: 3 MB of a program.
head -c 3000000 /dev/urandom >"$tmp/large"
ask -H 'Expect:' --data-binary "@$tmp/large" "$url/echo"
is 'a large body' "$code" 200
ok 'it comes back intact' cmp -s "$tmp/large" "$tmp/body"

# Many at once, on connections of their own and on kept ones.
for i in 1 2 3 4 5 6 7 8 9 10; do
    printf 'url = "%s/echo"\ndata = "number %d"\noutput = "%s/many.%d"\n' \
        "$url" "$i" "$tmp" "$i"
    echo next
done | sed '$d' >"$tmp/many"
curl -s --noproxy '*' --max-time "$deadline" --parallel --config "$tmp/many"
is 'ten requests at once' "$(for i in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(cat "$tmp/many.$i")" = "number $i" ] && printf .
done)" ..........

stop "$server"
is 'SIGTERM ends it well' "$status" 0
like 'it has counted the requests' "$(cat "$tmp/web.err")" \
    '*PALM-SERVER-COUNTED: bypass Gateway: received=[1-9]*'

# --- messages by HTTP -------------------------------------------------------
cat >"$tmp/service.ini" <<END
[server]
name = s
[inbound Http]
part = HttpService
address = http://127.0.0.1:*
max_message_size = 1000
END
start_server service "$tmp/service.ini" || bail_out 'no second server'
server=$pid
url=$(endpoint service inbound Http)
ask --data-binary '' "$url/"
is 'a message is taken' "$code/$body" 200/1
like 'its answer is bytes' "$head" '*Content-Type: application/octet-stream*'
printf '\377\377\377\377' >"$tmp/garbage"
ask --data-binary "@$tmp/garbage" "$url/"
like 'garbage is refused' "$code/$body" '400/not a PalmMessage: *'
ask --data-binary "@$tmp/large" "$url/"
is 'and so is what is too large' "$code" 413
ask "$url/"
like 'only POST is served' "$code/$head" '405/*Allow: POST*'

run palm-server --set "inbound Http.address=$url" "$tmp/service.ini"
is 'a taken port: status' "$status" 1
like 'a taken port: part and address are named' "$err" \
    "*inbound Http: cannot bind $url*"
stop "$server"
is 'it ends well, too' "$status" 0

done_testing
