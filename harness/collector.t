#!/bin/sh
# SPDX-License-Identifier: MIT
# The collector of docs/metrics.md gathers what a server counts.
. "$PALM_SRCDIR/harness/support/tap.sh"
. "$PALM_SRCDIR/harness/support/processes.sh"

sed -n '/^; collector.ini/,/^```/{/^```/d;p;}' "$PALM_SRCDIR/docs/metrics.md" \
    >"$tmp/collector.ini"
start_server collector "$tmp/collector.ini" \
    --set 'inbound Reports.address=tcp://127.0.0.1:*' \
    --set 'bypass Cache.address=tcp://127.0.0.1:*' || bail_out 'no collector'
collector=$pid
db=$(endpoint collector bypass Cache)

cat >"$tmp/worth.ini" <<END
[server]
name = worth
[bypass Report]
part = PushBypassConnection
address = $(endpoint collector inbound Reports)
interval = 10ms
END
start_server worth "$tmp/worth.ini" || bail_out 'no server'
worth=$pid

has_report() {
    run palm-client --db "$db" get worth
    [ "$status" = 0 ]
}
ok 'a report is in the cache' await has_report
like 'it is what the server counts' "$out" '{*"Report"*}'
stop "$worth"
stop "$collector"
is 'the collector ends well' "$status" 0

done_testing
