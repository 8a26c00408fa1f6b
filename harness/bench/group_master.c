/* SPDX-License-Identifier: MIT */
/* group_master.c: a master against two zmq_proxy threads, and by itself. */
#include "config.h"
#include "harness/bench/work.h"

#define STREAM(bytes, crew, under_way)                                         \
    .run = bench_run_stream, .size = (bytes), .workers = (crew),               \
    .window = (under_way)

/* The window of large messages is smaller, so that what is under way fits the
 * caches of an ordinary machine on both sides. */
static const struct bench_work stream_100 = {STREAM(100, 1, 1000)};
static const struct bench_work stream_100_two = {STREAM(100, 2, 1000)};
static const struct bench_work stream_100_fill = {STREAM(100, 1, 1000),
                                                  .fill = true};
static const struct bench_work stream_1k = {STREAM(1000, 1, 1000)};
static const struct bench_work stream_100k = {STREAM(100000, 1, 64)};
static const struct bench_work round_trip = {STREAM(100, 1, 1)};
static const struct bench_work cache_get = {
    .run = bench_run_cache, .size = 100, .clients = 8, .method = "get"};
static const struct bench_work idle_100 = {
    .run = bench_run_idle, .size = 100, .no_floor = true};
static const struct bench_work idle_100k = {
    .run = bench_run_idle, .size = 100000, .no_floor = true};

const struct bench_row bench_master_rows[] = {
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
    {"idle-peak", "memory of a master without workers, 100 B", &idle_100,
     BENCH_PEAK, "MiB", true, 64, 32},
    {"idle-growth", "the same, growth in the second half", &idle_100,
     BENCH_GROWTH, "MiB", true, 4, 1},
    {"idle-100kB-peak", "the same with 100 kB", &idle_100k, BENCH_PEAK, "MiB",
     true, 0, 0},
    {"idle-100kB-growth", "the same with 100 kB", &idle_100k, BENCH_GROWTH,
     "MiB", true, 0, 0},
};

const size_t bench_master_row_count =
    sizeof bench_master_rows / sizeof *bench_master_rows;
