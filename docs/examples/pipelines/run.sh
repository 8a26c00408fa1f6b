#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> first -> second -> third -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

serve first
serve second sub_address="$(address first Pub)"
serve third sub_address="$(address second Pub)"

printf '%s\n' '  hello' '    pipeline' \
    | client first third --ordered job 'first.trim second.upper third.frame'
finish
