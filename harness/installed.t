#!/bin/sh
# SPDX-License-Identifier: MIT
# installed.t: the installed programs run, find their library, work together.
# `make installcheck` runs it; PALM_BUILDDIR is where they were installed.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

for name in palm-server palm-worker palm-client palm-bench palm-conform; do
    run $name --version
    is "$name runs" "$status" 0
done

start_server server "$PALM_SRCDIR/harness/demo/master.ini" ||
    bail_out 'no server'
db=$(endpoint server bypass Cache)
start_ready worker palm-worker --db "$db" || bail_out 'no worker'
run palm-client --db "$db" --server master call upper installed
is 'a message goes through them' "$status/$out" 0/INSTALLED

done_testing
