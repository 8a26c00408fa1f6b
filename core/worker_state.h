/* SPDX-License-Identifier: MIT */
/* worker_state.h: what a worker is, for worker.c and reply.c. */
#ifndef PALM_WORKER_STATE_H
#define PALM_WORKER_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/worker.h"

#define HASH_NONFATAL_OOM         1
#define uthash_nonfatal_oom(item) ((item)->is_lost = true)
#include <uthash.h>

/* A function that is registered. */
struct palm__function {
    char *name;
    palm_yields_t yields;
    palm_function_f *function;
    void *arg;
    bool is_lost; /* there was no memory to put it into the table */
    UT_hash_handle hh;
};

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
    uint64_t messages; /* end after so many received, 0 = never */
    struct palm__function *functions;
    size_t longest; /* bytes of the longest function name */
    palm_log_t log;
    palm__limit_t dropped;     /* of lines about frames that are dropped */
    palm__limit_t failed;      /* of lines about error results */
    palm_worker_stats_t stats; /* atomic; only the worker's thread writes */
};

/* How a function answers the message it was given. */
struct palm_reply {
    palm_worker_t *worker;
    const palm_message_t *message; /* what is answered */
    palm_yields_t yields;
    bool has_result;    /* PALM_YIELDS_ONE: result is to be handed in */
    zmq_msg_t result;   /* if has_result */
    palm_error_t error; /* code 0 = none was set */
};

/* Adds one to a counter that other threads may read. */
void palm__worker_count(uint64_t *counter);

/* The function of that name, or NULL. */
struct palm__function *palm__worker_find(const palm_worker_t *self,
                                         palm_slice_t name);

/* Hands in a result.  Takes the frame; -1 with errno ECANCELED if the worker
 * was stopped and there was no room, or zmq_msg_send()'s. */
int palm__worker_hand_in(palm_worker_t *self, zmq_msg_t *frame);

/* Lets a function answer; without one (NULL) the answer is the error that is
 * set.  Returns -1 with errno if a result could not be handed in. */
int palm__reply_run(palm_reply_t *self, palm_function_f *function, void *arg);

/* Logs unless it was done within the last second. */
bool palm__worker_may_log(palm__limit_t *limit);

#endif
