/* SPDX-License-Identifier: MIT */
/* crew.h: workers of the library around a rig's master, each in a thread of its
 * own.  A worker's thread asserts nothing; what it did is in its counters. */
#ifndef HARNESS_CREW_H
#define HARNESS_CREW_H

#include <pthread.h>

#include "core/worker.h"
#include "harness/support/wire.h"

struct hired {
    palm_worker_t *worker;
    pthread_t thread;
    int result; /* of palm_worker_run() */
};

/* Starts a worker at WorkerPush and WorkerPull; function is its "echo", NULL =
 * one that answers with its payload. */
void hire(struct rig *rig, struct hired *hired, palm_yields_t yields,
          palm_function_f *function);

/* Ends it; it must have run without an error.  Returns what it has counted. */
palm_worker_stats_t dismiss(struct hired *hired);

/* n divided by PALM_TEST_TIMEOUT_FACTOR, at least 1. */
int scaled(int n);

/* Closes the peer's socket that was made last. */
void hang_up(struct rig *rig);

/* Sets an integer option of a socket. */
void set_option(void *socket, int option, int value);

#endif
