/* SPDX-License-Identifier: MIT */
/* either.h: a worker of a master or one that is asked over HTTP, whichever
 * palm-worker is.  As of the library: one thread, and any may stop it. */
#ifndef HARNESS_WORKER_EITHER_H
#define HARNESS_WORKER_EITHER_H

#include "parts/palm.h"

/* One of them is there. */
struct worker {
    palm_worker_t *master; /* that of a master */
    palm_web_worker_t *web;
};

/* Registers a function.  -1 with errno EINVAL, ENOMEM, or ENOTSUP: a web worker
 * answers once. */
int worker_register(struct worker *self, const char *name, palm_yields_t yields,
                    palm_function_f *function, void *arg);

/* Works until it is stopped; -1 with errno if its sockets fail. */
int worker_run(struct worker *self);

/* Also for signal handlers. */
void worker_stop(struct worker *self);

void worker_stats(const struct worker *self, palm_worker_stats_t *stats);

void worker_destroy(struct worker *self);

#endif
