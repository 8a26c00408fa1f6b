#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> server -> one of two web workers, by HTTP -> server -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

for feature in HAVE_CURL HAVE_MICROHTTPD; do
    if ! grep -q "^#define $feature 1" "$PALM_BUILDDIR/config.h"; then
        echo 'example: built without HTTP' >&2
        exit 77
    fi
done

# web_worker NAME: sets $url
web_worker() {
    start_ready "$1" palm-worker --http 'http://127.0.0.1:*' --name "$1" \
        || give_up "no web worker $1"
    await contains "$tmp/$1.out" http:// || give_up "$1 has no address"
    url=$(grep http:// "$tmp/$1.out")
}
web_worker ann
ann=$url
web_worker bob
bob=$url
serve_parts web "outbound Upper.address=$ann" "outbound Reverse.address=$bob" \
    'inbound Pull.address=tcp://127.0.0.1:*' \
    'inbound PullReverse.address=tcp://127.0.0.1:*' \
    'outbound Pub.address=tcp://127.0.0.1:*' \
    'bypass Cache.address=tcp://127.0.0.1:*'

printf '%s\n' hello web | client web web --ordered job web.upper
printf '%s\n' hello web | client web web --ordered \
    --push "$(address web PullReverse)" job web.reverse
finish
