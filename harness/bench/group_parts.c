/* SPDX-License-Identifier: MIT */
/* group_parts.c: a master with many parts, against one with few. */
#include "config.h"
#include "harness/bench/work.h"

/* 5 + 59 = 64 parts. */
static const struct bench_work stream = {.run = bench_run_stream,
                                         .size = 100,
                                         .workers = 1,
                                         .window = 1000,
                                         .idle = 59};
static const struct bench_work round_trip = {.run = bench_run_stream,
                                             .size = 100,
                                             .workers = 1,
                                             .window = 1,
                                             .idle = 59};

const struct bench_row bench_parts_rows[] = {
    {"parts-64", "100 B, one worker; the floor is a master with 5 parts",
     &stream, BENCH_RATE, "msg/s", false, 0.9, 1.0},
    {"parts-64-cpu", "CPU of the server for a message", &stream, BENCH_CPU,
     "us/msg", true, 1.1, 1.0},
    {"parts-64-p50", "one message under way", &round_trip, BENCH_P50, "us",
     true, 1.1, 1.0},
};

const size_t bench_parts_row_count =
    sizeof bench_parts_rows / sizeof *bench_parts_rows;
