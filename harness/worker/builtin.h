/* SPDX-License-Identifier: MIT */
/* builtin.h: the functions that every palm-worker has, and of these
 * the ones that a server has, too.  One thread. */
#ifndef HARNESS_WORKER_BUILTIN_H
#define HARNESS_WORKER_BUILTIN_H

#include "harness/worker/either.h"

struct builtin_context {
    struct worker *worker;
    const palm_log_t *log;
    int wake;        /* can be read when the worker should stop */
    int64_t timeout; /* ms that sleep may take, -1 = as long as it likes */
};

/* Registers echo, upper, reverse, fail, sleep and count.  The context outlives
 * the worker's run.  Returns -1 with errno ENOMEM. */
int builtin_register(struct builtin_context *context);

/* Registers echo, upper, reverse and fail.  Returns -1 with errno ENOMEM, or
 * ENOTSUP (the server runs no functions). */
int builtin_register_server(palm_server_t *server);

/* Lines that describe them, for --help. */
extern const char builtin_help[];

#endif
