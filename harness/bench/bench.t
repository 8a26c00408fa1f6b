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
like "--list names the groups" "$out" \
    "master: *http: *pipeline: *parts: *cache: *fair: *flood: *"

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

run palm-bench --pairs 1 --idle-time 200ms --only idle-peak
is "memory is watched" "$status" 0
like "memory is a number" "$out" "*idle-peak *MiB *[0-9].[0-9]*"

run palm-bench --pairs 1 --time 50ms --only cache-get --set Pull.nonsense=1
is "a master that does not start is a failure" "$status" 1
like "it is said why" "$err" "*nonsense*cache-get*"

run palm-bench --only nonsense
is "a pattern without match is wrong use" "$status" 2

run palm-bench --group nonsense
is "a group that there is not is wrong use" "$status" 2
like "the group is named" "$err" "*nonsense*"

run palm-bench --only 'parts-*'
is "another group's rows are not measured unless it is chosen" "$status" 2

# --- the other groups -------------------------------------------------------
# measured SENTENCE UNIT ROW...: $out has each row with a number of the unit, or
# why it is left out; what is left out is told.
measured() {
    sentence=$1 unit=$2 wrong='' left=''
    shift 2
    for row in "$@"; do
        line=$(echo "$out" | grep "^$row  *$unit ")
        case $line in
        *skipped:*) left="$left $line" ;;
        *\ [0-9]*) ;;
        *) wrong="$wrong $row" ;;
        esac
    done
    if [ "$status$wrong" = 0 ] && [ "$left" ]; then
        skip "$sentence" "$left"
    else
        is "$sentence" "$status$wrong" 0
    fi
}

run palm-bench --quick --group pipeline
measured "a pipeline is measured" msg/s pipeline-100B pipeline-bare \
    pipeline-100kB

run palm-bench --quick --group parts
measured "a master with many parts is measured" msg/s parts-64

run palm-bench --quick --group fair
measured "many clients are measured" msg/s fair-rate fair-lowest fair-highest
measured "the worst of them is told" % fair-worst

run palm-bench --quick --group http --json "$tmp/http"
measured "an HTTP gateway is measured" req/s http-post http-get
measured "answers that are wrong are counted" req http-post-wrong
measured "it is measured beside Python" req/s http-python http-python-kept
like "rows that are left out are in the JSON, too" "$(cat "$tmp/http")" \
    "{*http-post*http-python*}"

run palm-bench --quick --group cache
measured "a cache in memory is measured" op/s cache-memory-get cache-memory-set
measured "a cache in LMDB is measured" op/s cache-lmdb-get cache-lmdb-set
like "without a Redis its cache is left out, and that is said" "$out" \
    "*cache-redis-get *skipped: *cache-tool-set *skipped: *"

run palm-bench --quick --group flood
measured "a client beside one that attacks is measured" msg/s flood-monitor \
    flood-beginning flood-trickle flood-twin flood-absent flood-names \
    flood-frames flood-subs flood-churn flood-topic
measured "so is a client of a cache" op/s flood-list
measured "what an attack costs is told" MiB flood-frames-memory \
    flood-subs-memory

run palm-bench --role client pull=tcp://127.0.0.1:1 pub=nonsense
is "a role that cannot connect is a failure" "$status" 1
like "the endpoint is named" "$err" "*nonsense*"

done_testing
