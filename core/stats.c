/* SPDX-License-Identifier: MIT */
/* stats.c: what a server tells of itself while it runs.  Each number has one
 * thread that writes it; others read it without a lock. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "core/compat.h"
#include "core/server.h"
#include "core/server_impl.h"

/* --- latency -------------------------------------------------------------- */

/* Upper bounds of the steps, us; the last has none. */
static const int64_t bounds[PALM_LATENCIES - 1] = {
    10,     20,      50,      100,     200,      500,    1000,
    2000,   5000,    10000,   20000,   50000,    100000, 200000,
    500000, 1000000, 2000000, 5000000, 10000000,
};

int64_t
palm_latency_bound(size_t step)
{
    return step < PALM_LATENCIES - 1 ? bounds[step] : -1;
}

void
palm__latency(palm_part_t *part, int64_t since, uint32_t count)
{
    size_t step = 0;
    if (!since || !count) {
        return;
    }
    int64_t age = palm__now_us() - since;
    while (step < PALM_LATENCIES - 1 && age > bounds[step]) {
        step++;
    }
    palm__count(&part->stats.latency[step], count);
    palm__count(&part->stats.latency_sum, (uint64_t)age * count);
}

/* --- parts and routes ----------------------------------------------------- */

static void
add_gauges(const palm_part_t *part, palm_part_stats_t *stats)
{
    const struct palm__gauges *gauges = &part->gauges;
    uint64_t since = palm__counted(&gauges->since);
    uint64_t now = (uint64_t)palm__now_us();
    stats->credit = palm__counted(&gauges->credit);
    stats->inside = palm__counted(&gauges->inside);
    stats->queued = palm__counted(&gauges->queued);
    stats->connections = palm__counted(&gauges->connections);
    stats->refused += palm__counted(&gauges->refused);
    stats->oldest = since && now > since ? now - since : 0;
}

int
palm_server_stats(palm_server_t *self, palm_side_t side, const char *name,
                  palm_part_stats_t *stats)
{
    palm_part_t *part = palm__server_find(self, side, name);
    if (!part) {
        return -1;
    }
    /* A structure of counters and nothing else. */
    const uint64_t *from = (const uint64_t *)&part->stats;
    uint64_t *to = (uint64_t *)stats;
    for (size_t i = 0; i < sizeof *stats / sizeof *to; i++) {
        to[i] = palm__counted(&from[i]);
    }
    stats->unrouted += palm__counted(&part->routed.dropped);
    add_gauges(part, stats);
    return 0;
}

int
palm_server_route_at(const palm_server_t *self, size_t index,
                     palm_route_info_t *info)
{
    for (size_t i = 0; i < self->part_count; i++) {
        const palm_part_t *part = self->parts[i];
        if (!part->route || index-- > 0) {
            continue;
        }
        info->side = part->side;
        info->from = part->options.name;
        info->to = part->route->options.name;
        info->messages = palm__counted(&part->routed.messages);
        info->bytes = palm__counted(&part->routed.bytes);
        info->dropped = palm__counted(&part->routed.dropped);
        return 0;
    }
    errno = ENOENT;
    return -1;
}

/* --- state ---------------------------------------------------------------- */

palm_server_state_t
palm_server_state(const palm_server_t *self)
{
    return (palm_server_state_t)__atomic_load_n(&self->shown, __ATOMIC_ACQUIRE);
}

const char *
palm_server_state_name(palm_server_state_t state)
{
    static const char *const names[] = {
        [PALM_SERVER_STARTING] = "starting",
        [PALM_SERVER_RUNNING] = "running",
        [PALM_SERVER_DRAINING] = "draining",
        [PALM_SERVER_STOPPED] = "stopped",
    };
    return (unsigned)state <= PALM_SERVER_STOPPED ? names[state] : "unknown";
}
