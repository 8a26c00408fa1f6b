/* SPDX-License-Identifier: MIT */
/* work.c: the table of works.  See work.h. */
#include "config.h"
#include "harness/bench/work.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "core/cache.h"

/* run, payload, workers, window, fill, no floor.
 * The window of large messages is smaller, so that what is under way fits the
 * caches of an ordinary machine on both sides. */
static const struct bench_work stream_100 = {
    bench_run_stream, 100, 1, 1000, false, false};
static const struct bench_work stream_100_two = {
    bench_run_stream, 100, 2, 1000, false, false};
static const struct bench_work stream_100_fill = {
    bench_run_stream, 100, 1, 1000, true, false};
static const struct bench_work stream_1k = {
    bench_run_stream, 1000, 1, 1000, false, false};
static const struct bench_work stream_100k = {
    bench_run_stream, 100000, 1, 64, false, false};
static const struct bench_work round_trip = {
    bench_run_stream, 100, 1, 1, false, false};
static const struct bench_work cache_get = {bench_run_cache, 100,  0, 8,
                                            false,           false};
static const struct bench_work lmdb_get = {
    bench_run_lmdb_get, 100, 0, 8, false, false};
static const struct bench_work lmdb_set = {
    bench_run_lmdb_set, 100, 0, 8, false, false};
static const struct bench_work redis_get = {
    bench_run_redis_get, 100, 0, 8, false, false};
static const struct bench_work redis_set = {
    bench_run_redis_set, 100, 0, 8, false, false};
static const struct bench_work idle_100 = {bench_run_idle, 100, 0, 0,
                                           false,          true};
static const struct bench_work idle_100k = {bench_run_idle, 100000, 0, 0,
                                            false,          true};

const struct bench_row bench_rows[] = {
    {"stream-100B", "100 B, one worker", &stream_100, BENCH_RATE, "msg/s",
     false, 0.8, 1.0},
    {"cpu-100B", "CPU of the server for a 100 B message", &stream_100,
     BENCH_CPU, "us/msg", true, 1.5, 1.2},
    {"stream-100B-2w", "100 B, two workers", &stream_100_two, BENCH_RATE,
     "msg/s", false, 0.8, 1.0},
    {"stream-100B-fill", "100 B, the server fills the cache field",
     &stream_100_fill, BENCH_RATE, "msg/s", false, 0, 0},
    {"stream-1kB", "1 kB, one worker", &stream_1k, BENCH_RATE, "msg/s", false,
     0.9, 1.0},
    {"stream-100kB", "100 kB, one worker", &stream_100k, BENCH_RATE, "msg/s",
     false, 0.95, 1.0},
    {"round-trip-p50", "100 B, one message under way", &round_trip, BENCH_P50,
     "us", true, 1.5, 1.2},
    {"round-trip-p99", "the same", &round_trip, BENCH_P99, "us", true, 0, 0},
    {"cache-get", "eight clients, against a bare REP", &cache_get, BENCH_RATE,
     "op/s", false, 0.8, 0.95},
    {"cache-lmdb-get", "the same, against a bare REP before bare LMDB",
     &lmdb_get, BENCH_RATE, "op/s", false, 0, 0},
    {"cache-lmdb-set", "the same; each set is on the disk", &lmdb_set,
     BENCH_RATE, "op/s", false, 0, 0},
    {"cache-redis-get", "the same, a REP before hiredis; needs --redis",
     &redis_get, BENCH_RATE, "op/s", false, 0, 0},
    {"cache-redis-set", "the same", &redis_set, BENCH_RATE, "op/s", false, 0,
     0},
    {"idle-peak", "memory of a master without workers, 100 B", &idle_100,
     BENCH_PEAK, "MiB", true, 64, 32},
    {"idle-growth", "the same, growth in the second half", &idle_100,
     BENCH_GROWTH, "MiB", true, 4, 1},
    {"idle-100kB-peak", "the same with 100 kB", &idle_100k, BENCH_PEAK, "MiB",
     true, 0, 0},
    {"idle-100kB-growth", "the same with 100 kB", &idle_100k, BENCH_GROWTH,
     "MiB", true, 0, 0},
};

const size_t bench_row_count = sizeof bench_rows / sizeof *bench_rows;

static bool
has_backend(const char *name)
{
    const char *built_in;
    for (size_t i = 0; (built_in = palm_cache_backend_name(i)); i++) {
        if (!strcmp(built_in, name)) {
            return true;
        }
    }
    return false;
}

bool
bench_row_is_wanted(const struct bench_row *row,
                    const struct bench_options *options)
{
    const char *backend = bench_run_backend(row->work);
    if (backend
        && !(strcmp(backend, "redis") ? has_backend(backend)
                                      : options->redis != NULL)) {
        return false;
    }
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
