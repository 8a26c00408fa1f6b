#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> first -> left or right -> last -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

serve first
serve left sub_address="$(address first Pub)"
serve right sub_address="$(address first Pub)"
serve last sub_address="$(address left Pub) $(address right Pub)"
await_stream first last 'first.echo left.echo last.echo'
await_stream first last 'first.echo right.echo last.echo'

# Both ways end at one server, so the client listens in one place.
for side in left right; do
    printf '%s\n' one two | client first last --ordered \
        job "first.upper $side.mark last.frame"
done
finish
