/* SPDX-License-Identifier: MIT */
/* functions.h: the functions that a server of palm-server runs: those that are
 * built in, and the commands of [functions].  One thread. */
#ifndef HARNESS_SERVER_FUNCTIONS_H
#define HARNESS_SERVER_FUNCTIONS_H

#include "harness/server/file.h"
#include "harness/worker/command.h"
#include "parts/palm.h"

/* Keys of [server] that are about functions; NULL behind the last. */
const char *server_functions_key(size_t index);

struct server_functions {
    struct command *commands;
    size_t count;
    int64_t stop_timeout;  /* of the server, -1 = never */
    palm_server_t *server; /* that runs them */
    bool is_stopping;      /* the limit has been set; atomic */
};

/* Registers the functions.  *self, which is empty before, holds the commands:
 * it outlives the server, then server_functions_fini().  Returns -1 with the
 * place of the mistake in *err and errno EINVAL (also: the server runs no
 * functions, but some are given), or ENOMEM. */
int server_functions_add(struct server_functions *self, palm_server_t *server,
                         const struct server_file *file, palm_error_t *err);

/* The server begins to stop: a little before its stop_timeout is over, so that
 * the result still leaves, a command that runs is killed.  Who ends a server is
 * not asked: one that drains by itself has the same limit.  Counts once, from
 * any thread. */
void server_functions_stop(struct server_functions *self);

void server_functions_fini(struct server_functions *self);

#endif
