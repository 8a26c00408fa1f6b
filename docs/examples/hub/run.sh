#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> first -> hub (two workers) -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

serve first
serve hub sub_address="$(address first Pub)"
work ann hub
work bob hub

printf '%s\n' stressed desserts live evil \
    | client first hub --ordered job 'first.upper hub.reverse'
finish
