#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> first -> left or right -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

serve first
serve left sub_address="$(address first Pub)"
serve right sub_address="$(address first Pub)"
await_stream first left 'first.echo left.echo'
await_stream first right 'first.echo right.echo'

for side in left right; do
    printf '%s\n' one two \
        | client first "$side" --ordered job "first.upper $side.mark"
done
finish
