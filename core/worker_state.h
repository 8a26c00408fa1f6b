/* SPDX-License-Identifier: MIT */
/* worker_state.h: what a worker is, for worker.c and worker_loop.c. */
#ifndef PALM_WORKER_STATE_H
#define PALM_WORKER_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/worker.h"

/* Trouble that peers can cause is logged once a second at most. */
typedef struct palm__limit {
    int64_t next;     /* when the next line may be written */
    uint64_t skipped; /* lines that were not written since the last */
} palm__limit_t;

struct palm_worker {
    void *zmq;
    void *pull;
    void *push;
    char *name;
    int stop_pipe[2];  /* palm_worker_stop() writes, the loop polls */
    int stopping;      /* atomic; looked at without a system call */
    int64_t linger;    /* ms to hand in results after the stop */
    int64_t give_up;   /* when that is over, 0 = no stop was seen yet */
    int64_t largest;   /* bytes of a result that the server takes, -1 = any */
    uint64_t messages; /* end after so many received, 0 = never */
    palm_functions_t *functions;
    palm_results_t results; /* to push */
    palm_log_t log;
    palm__limit_t dropped;     /* of lines about frames that are dropped */
    palm__limit_t failed;      /* of lines about error results */
    palm_worker_stats_t stats; /* atomic; only the worker's thread writes */
};

/* The two ends of palm_results_t, whose arg is the worker.  hand_in() fails
 * with errno ECANCELED if the worker was stopped and there was no room, or
 * zmq_msg_send()'s. */
int palm__worker_hand_in(void *arg, zmq_msg_t *frame);
void palm__worker_on_error(void *arg, const char *text);

#endif
