#!/bin/sh
# SPDX-License-Identifier: MIT
# attach.t: palm-conform at a server that runs already.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

cat >"$tmp/cache.ini" <<END
[server]
name = palm
[bypass Cache]
part = CacheService
address = tcp://127.0.0.1:*
END
start_server cache "$tmp/cache.ini" || bail_out "no server"
{
    echo name=a cache that runs
    echo version=1
    echo spec=1
    echo profiles=cache
    echo "db_address=$(endpoint cache bypass Cache)"
} >"$tmp/facts"

run palm-conform --attach "$tmp/facts" --profile cache
is 'a server that runs is tested' "$status" 0
like 'it is found conformant' "$out" '*# CONFORMANT to cache*'
is 'no test failed' "$(echo "$out" | grep -c '^not ok')" 0

run palm-conform --attach "$tmp/facts" --run 'PALM-LIFE-001'
is 'what needs another profile is not run' "$status" 3
like 'it is skipped' "$out" '*# SKIP the target does not claim*'

sed 's/^profiles=.*/profiles=cache master/' "$tmp/facts" >"$tmp/more"
run palm-conform --attach "$tmp/more" --run 'PALM-CACHE-018'
is 'what needs a start makes the run partial' "$status" 3
like 'it is not run, for a reason' "$out" '*verdict: "NOT-RUN"*needs a start*'

{
    cat "$tmp/more"
    for key in pull pub worker_push worker_pull; do
        echo "${key}_address=tcp://127.0.0.1:1"
    done
} >"$tmp/all"
run palm-conform --attach "$tmp/all" --run 'life_001_server_ends_after_sigterm'
is 'what ends the server is not run' "$status" 3
like 'it is left alone, for a reason' "$out" '*verdict: "NOT-RUN"*to end it*'

sed 's/^db_address=.*/db_address=tcp:\/\/127.0.0.1:1/' "$tmp/facts" \
    >"$tmp/gone"
run palm-conform --attach "$tmp/gone" --jobs 1 --timeout-factor 0.1
is 'behind a test that ended the server nothing is run' \
    "$(echo "$out" | grep -c 'verdict: "FAIL"')" 1
like 'and said so' "$out" \
    '*verdict: "NOT-RUN"*not listen any more, since *'

run palm-conform --attach "$tmp/none"
is 'a file that is not there is an error' "$status" 3
like 'it is named' "$err" "*$tmp/none*"
done_testing
