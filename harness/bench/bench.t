#!/bin/sh
# SPDX-License-Identifier: MIT
# bench.t: palm-bench runs, counts right, and fails when it should.  What it
# measures is not judged here.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

run palm-bench --list
is "--list succeeds" "$status" 0
like "--list names the rows and the targets" "$out" \
    "*stream-100B *>= 0.8, aim 1*cache-get*idle-peak*"

run palm-bench --pairs 1 --time 50ms --only 'stream-100B*' \
    --json "$tmp/json"
is "messages stream through the floor and a master" "$status" 0
like "the table shows both" "$out" "*floor*libpalm*stream-100B *msg/s *"
like "the JSON has the row" "$(cat "$tmp/json")" \
    "{*\"name\": \"stream-100B\"*\"floor\": \[*\"libpalm\": \[*]*}"

run palm-bench --pairs 1 --time 50ms --no-cache --only 'round-trip*'
is "a master fills the cache field" "$status" 0

run palm-bench --pairs 1 --time 50ms --only cache-get
is "cache requests are answered" "$status" 0

run palm-bench --list
case $out in
*cache-lmdb-get*)
    run palm-bench --pairs 1 --time 50ms --only 'cache-lmdb-*'
    case $status$out in
    2*) skip "a cache in LMDB is measured" "built without lmdb" ;;
    *)
        like "a cache in LMDB is measured" "$status$out" \
            "0*cache-lmdb-get *op/s *cache-lmdb-set *op/s *"
        ;;
    esac
    ;;
*) fail "a cache in LMDB is listed" ;;
esac
run palm-bench --only 'cache-redis-*'
is "without a Redis its cache is not measured" "$status" 2

run palm-bench --pairs 1 --idle-time 200ms --only idle-peak
is "memory is watched" "$status" 0
like "memory is a number" "$out" "*idle-peak *MiB *[0-9].[0-9]*"

run palm-bench --pairs 1 --time 50ms --only cache-get --set Pull.nonsense=1
is "a master that does not start is a failure" "$status" 1
like "it is said why" "$err" "*nonsense*cache-get*"

run palm-bench --only nonsense
is "a pattern without match is wrong use" "$status" 2

run palm-bench --role client pull=tcp://127.0.0.1:1 pub=nonsense
is "a role that cannot connect is a failure" "$status" 1
like "the endpoint is named" "$err" "*nonsense*"

done_testing
