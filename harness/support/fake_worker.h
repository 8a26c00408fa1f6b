/* SPDX-License-Identifier: MIT */
/* fake_worker.h: one fake master and a worker of it, for the tests of workers.
 * The worker runs on a thread of its own; everything here is called by the
 * test's. */
#ifndef HARNESS_FAKE_WORKER_H
#define HARNESS_FAKE_WORKER_H

#include <pthread.h>

#include "core/worker.h"
#include "harness/support/fake.h"
#include "harness/support/tap.h"

/* A worker and what it logged; to be read when its thread has ended. */
struct runner {
    palm_worker_t *worker;
    pthread_t thread;
    int result;
    int lines;       /* logged */
    char log_id[64]; /* of the last line */
    char log_text[512];
};

extern struct fake fake;     /* the master */
extern struct runner runner; /* the worker */

/* A function that replies with what it is given. */
palm_function_f echo;

/* Options for the fake, with generous time. */
palm_worker_options_t default_options(void);

/* Makes a worker; gives it a function; lets it run. */
void make_worker(const palm_worker_options_t *options);
void give(const char *name, palm_yields_t yields, palm_function_f *function,
          void *arg);
void start_worker(void);

/* Starts the fake and a running worker with one function. */
void start_with(const char *name, palm_yields_t yields,
                palm_function_f *function, void *arg);

/* Stops the worker, and looks that it has ended well. */
void stop_worker(void);

/* Stops the worker and ends everything. */
void stop(void);

/* Ends everything when the worker has stopped. */
void finish(void);

/* Sends a message for that function to the worker. */
void push(const char *function, int64_t stage, const char *payload);

/* The next result has this payload and no error. */
void result_is(const char *payload);

/* The next result is an error with this text. */
void error_is(const char *expected);

palm_worker_stats_t stats(void);

#endif
