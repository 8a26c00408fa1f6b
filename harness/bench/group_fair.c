/* SPDX-License-Identifier: MIT */
/* group_fair.c: many clients and workers at once. */
#include "config.h"
#include "harness/bench/work.h"

/* Few messages of each client are under way, so that the server's order of
 * service decides, and not the sockets' queues. */
static const struct bench_work crowd = {.run = bench_run_crowd,
                                        .size = 100,
                                        .workers = 50,
                                        .window = 4,
                                        .clients = 200,
                                        .no_floor = true};

const struct bench_row bench_fair_rows[] = {
    {"fair-rate", "all clients together", &crowd, BENCH_RATE, "msg/s", false, 0,
     0},
    {"fair-lowest", "the slowest client", &crowd, BENCH_LOWEST, "msg/s", false,
     0, 0},
    {"fair-mean", "the mean of the clients", &crowd, BENCH_MEAN, "msg/s", false,
     0, 0},
    {"fair-highest", "the fastest client", &crowd, BENCH_HIGHEST, "msg/s",
     false, 0, 0},
    {"fair-worst", "how far one is from the mean", &crowd, BENCH_WORST, "%",
     true, 20, 10},
};

const size_t bench_fair_row_count =
    sizeof bench_fair_rows / sizeof *bench_fair_rows;
