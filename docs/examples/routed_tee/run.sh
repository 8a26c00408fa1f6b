#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> first -> odd or even -> client, by the number
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

odd_even=$PALM_BUILDDIR/docs/examples/plugin/.libs/odd_even.so
if ! [ -f "$odd_even" ]; then
    echo 'example: built without shared objects' >&2
    exit 77
fi
serve_parts first "outbound Pub.plugin=$odd_even" \
    'inbound Pull.address=tcp://127.0.0.1:*' \
    'outbound Pub.address=tcp://127.0.0.1:*' \
    'bypass Cache.address=tcp://127.0.0.1:*'
serve odd sub_address="$(address first Pub)"
serve even sub_address="$(address first Pub)"

printf '%s\n' 1 13 25 \
    | client first odd --ordered job 'first.route number.tell'
printf '%s\n' 2 14 \
    | client first even --ordered job 'first.route number.tell'
finish
