#!/bin/sh
# SPDX-License-Identifier: MIT
# client -> master (a worker) -> second -> client
# shellcheck source=docs/examples/example.sh
. "$(dirname "$0")/../example.sh"

serve master
serve second sub_address="$(address master Pub)"
work ann master

printf '%s\n' hello master \
    | client master second --ordered job 'master.upper second.frame'
finish
