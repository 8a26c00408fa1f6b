#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows PALM at work: a master, two workers and a client, each a process, turn
# this project's own documents into upper case, a line a message.  Run it with
# `make demo`.  Exit status 1 if any count is off.
set -u
tmp=$(mktemp -d "${TMPDIR:-/tmp}/palm-demo-XXXXXX") || exit 1
. "$PALM_SRCDIR/harness/support/processes.sh"

give_up() {
    echo "demo: $*" >&2
    exit 1
}

lines() { # of a file
    wc -l <"$1" | tr -d ' '
}

# counted WHO NAME: a number of a worker's last words.
counted() {
    sed -n "s/.*COUNTED.* $2=\([0-9]*\).*/\1/p" "$tmp/$1.err"
}

set -- "$PALM_SRCDIR"/README.md "$PALM_SRCDIR"/HACKING.md \
    "$PALM_SRCDIR"/LICENSE "$PALM_SRCDIR"/core/*.h
cat "$@" >"$tmp/text"
echo "The text: $# files of this project, $(lines "$tmp/text") lines."

start_server master "$PALM_SRCDIR/harness/demo/master.ini" \
    || give_up 'the master did not start'
master=$pid
db=$(endpoint master bypass Cache)
echo "The master is up.  Its parts:"
sed -n 's/^\([a-z]* [A-Za-z]*\) \(.*\)/  \1 at \2/p' "$tmp/master.out"

start_ready ann palm-worker --db "$db" --name ann || give_up 'no worker ann'
ann=$pid
start_ready bob palm-worker --db "$db" --name bob || give_up 'no worker bob'
bob=$pid
echo "Two workers, ann and bob, asked its cache at $db and connected."

echo "The client sends every line as a message to upper and takes the results:"
status=0
(program palm-client --db "$db" --server master job upper --ordered) \
    <"$tmp/text" >"$tmp/results" || status=$?
[ "$status" = 0 ] || give_up "the client failed with status $status"
sed -n '/[A-Z]/{s/^/  | /;p;}' "$tmp/results" | head -n 5
echo "  | …"

stop "$ann"
[ "$status" = 0 ] || give_up "ann ended with status $status"
stop "$bob"
[ "$status" = 0 ] || give_up "bob ended with status $status"
stop "$master"
[ "$status" = 0 ] || give_up "the master ended with status $status"

sent=$(lines "$tmp/text")
came=$(lines "$tmp/results")
by_ann=$(counted ann results)
by_bob=$(counted bob results)
echo "$sent messages went out, $came results came back:" \
    "$by_ann from ann, $by_bob from bob."

LC_ALL=C tr a-z A-Z <"$tmp/text" | cmp -s - "$tmp/results" \
    || give_up 'the results are not the text in upper case'
[ $((by_ann + by_bob)) = "$sent" ] || give_up 'the counts do not add up'
[ "$by_ann" -gt 0 ] && [ "$by_bob" -gt 0 ] \
    || give_up 'a worker has done nothing'
echo "Everything is there, in order, and all processes have ended."
