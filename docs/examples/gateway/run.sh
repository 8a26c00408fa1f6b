#!/bin/sh
# SPDX-License-Identifier: MIT
# curl -> gateway -> a worker -> curl
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

if ! command -v curl >/dev/null 2>&1; then
    echo 'example: there is no curl' >&2
    exit 77
fi
if ! grep -q '^#define HAVE_MICROHTTPD 1' "$PALM_BUILDDIR/config.h"; then
    echo 'example: built without HTTP' >&2
    exit 77
fi
router=ipc://$tmp/router
serve_parts web 'bypass Gateway.address=http://127.0.0.1:*' \
    "bypass Gateway.router_address=$router" \
    "inbound gateway_router.address=$router" \
    "outbound gateway_dealer.address=$router" \
    'bypass Cache.address=tcp://127.0.0.1:*'
work ann web
url=$(address web Gateway)

ask() {
    curl -sS --noproxy '*' --max-time "$deadline" "$@" \
        || give_up "no answer from $url"
    echo
}
ask -d hello "$url/upper"
ask -d hello "$url/web.reverse"
# A function that fails answers 0; the reason is in a header.
ask -d 'out of paper' "$url/fail"
finish
