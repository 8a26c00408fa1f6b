/* SPDX-License-Identifier: MIT */
/* work.c: the table of groups, and how a work is run.  See work.h. */
#include "config.h"
#include "harness/bench/work.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#define GROUP(name) bench_##name##_rows, &bench_##name##_row_count

const struct bench_group bench_groups[] = {
    {"master", "a master, against two zmq_proxy threads", GROUP(master)},
    {"http", "HttpGateway and a worker, against HTTP servers that echo",
     GROUP(http)},
    {"pipeline", "three servers, against three processes of zmq_proxy",
     GROUP(pipeline)},
    {"parts", "a master with 64 parts, against one with 5", GROUP(parts)},
    {"cache", "caches in memory, LMDB and Redis, against bare ones",
     GROUP(cache)},
    {"fair", "50 workers and 200 clients at one master", GROUP(fair)},
    {"flood", "one client while a peer attacks, against the same without",
     GROUP(flood)},
};

const size_t bench_group_count = sizeof bench_groups / sizeof *bench_groups;

bool
bench_group_is_wanted(const struct bench_group *group,
                      const struct bench_options *options)
{
    if (options->all) {
        return true;
    }
    return options->group ? fnmatch(options->group, group->name, 0) == 0
                          : group == bench_groups;
}

bool
bench_row_is_wanted(const struct bench_row *row,
                    const struct bench_options *options)
{
    return !options->only || fnmatch(options->only, row->name, 0) == 0;
}

/* The order changes from pair to pair, so that neither side always has the
 * warmer machine. */
static int
run_pair(const struct bench_work *work, const struct bench_options *options,
         struct bench_series *series)
{
    int first = series->count % 2;
    for (int turn = 0; turn < BENCH_SERVERS; turn++) {
        enum bench_server server = turn ^ first ? BENCH_MASTER : BENCH_FLOOR;
        if (work->no_floor && server == BENCH_FLOOR) {
            continue;
        }
        if (work->run(work, options, server,
                      &series->sample[server][series->count])) {
            return -1;
        }
    }
    series->count++;
    return 0;
}

int
bench_work_run(const struct bench_work *work,
               const struct bench_options *options, struct bench_series *series)
{
    int64_t pairs = work->no_floor ? 1 : options->pairs;
    memset(series, 0, sizeof *series);
    while (series->count < pairs) {
        if (run_pair(work, options, series)) {
            return -1;
        }
    }
    return 0;
}
