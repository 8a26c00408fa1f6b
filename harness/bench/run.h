/* SPDX-License-Identifier: MIT */
/* run.h: the processes of one run, and what they are told.  Functions return -1
 * after saying on stderr what went wrong. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "harness/bench/child.h"
#include "harness/bench/work.h"

#define BENCH_START_TIMEOUT 20000 /* ms for a child to be ready */
#define BENCH_RUN_TIMEOUT   60000 /* ms beyond the measured time */
#define BENCH_SERVERS_MAX   3     /* of a run */
#define BENCH_WORKERS_MAX   2

struct bench_run {
    const struct bench_options *options;
    const struct bench_work *work;
    struct bench_child server[BENCH_SERVERS_MAX];
    int servers;
    struct bench_child worker[BENCH_WORKERS_MAX];
    int workers;
    struct bench_child client;
    struct bench_child attack;
    struct bench_words endpoints; /* what servers printed, and for the peers */
};

/* Says that a child did not answer (got = 0) or has gone; returns -1. */
int bench_run_complain(const char *who, int got);

/* Reads lines up to "ready"; the others are endpoints. */
int bench_run_await(struct bench_run *run, struct bench_child *child,
                    const char *role);

/* Starts a server with the user's settings and more words, which may be NULL,
 * and a worker. */
int bench_run_serve(struct bench_run *run, const char *role,
                    const struct bench_words *more);
int bench_run_hire(struct bench_run *run);

/* Starts the client, which then warms up. */
int bench_run_ask(struct bench_run *run, const char *role, int64_t time);

/* From the client's "warm" to its "right". */
int bench_run_measure(struct bench_run *run, int64_t time,
                      struct bench_sample *sample);

/* MiB that the servers have in memory. */
int bench_run_memory(struct bench_run *run, double *memory);

/* Ends what runs. */
void bench_run_end(struct bench_run *run);

#endif
