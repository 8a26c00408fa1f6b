#!/bin/sh
# SPDX-License-Identifier: MIT
# Each example that has a run.sh says what its `expected` says; and the C way.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

index=$(cat "$PALM_SRCDIR/docs/examples/README.md")
count=0
for script in "$PALM_SRCDIR"/docs/examples/*/run.sh; do
    folder=${script%/run.sh}
    name=${folder##*/}
    count=$((count + 1))
    status=0
    sh "$script" >"$tmp/got" 2>"$tmp/said" || status=$?
    if [ "$status" = 77 ]; then
        skip "$name" "$(cat "$tmp/said")"
    elif [ -s "$folder/expected" ]; then
        is "$name: it says what is expected" \
            "$status/$(cat "$tmp/got" "$tmp/said")" \
            "0/$(cat "$folder/expected")"
    else
        fail "$name has no expected output"
    fi
    for file in "$folder"/*.ini; do
        ok "$name/README.md shows ${file##*/}" \
            grep -q "$(basename "$file" .ini)\\.svg" "$folder/README.md"
    done
    like "$name is in the index" "$index" "*($name/README.md)*"
done
is 'all eight are there' "$count" 8

run docs/examples/streams
is 'in C each wiring does its work, too' "$status/$err" 0/
while read -r name result; do
    got=$(printf '%s\n' "$out" | sed -n "s/^$name: //p")
    case $got in
    'libpalm was built without'*) skip "in C: $name" "$got" ;;
    *) is "in C: $name" "$got" "$result" ;;
    esac
done <<'END_OF_LIST'
pipelines third: second: HELLO
tee right: HELLO
routed_tee HELLO
fan_in last: right: HELLO
master_pipeline second: HELLO
hub FIRST: HELLO
gateway HELLO
web_workers HELLO
END_OF_LIST

done_testing
