/* SPDX-License-Identifier: MIT */
/* stopper.h: what signals do to the server of palm-server.  All calls belong to
 * the main thread. */
#ifndef HARNESS_SERVER_STOPPER_H
#define HARNESS_SERVER_STOPPER_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

#include "harness/server/functions.h"
#include "parts/palm.h"

struct stopper {
    palm_server_t *server;              /* outlives the thread */
    struct server_functions *functions; /* the server's */
    const palm_log_t *log;
    pthread_t thread;
    sigset_t signals; /* SIGTERM and SIGINT */
    bool has_ended;   /* set, atomically, before the SIGUSR1 */
    int number;       /* of the signal that came, 0 = none */
    int stop_code;    /* errno of palm_server_stop(), 0 = all is drained */
    palm_error_t err; /* what it said */
};

/* Takes charge of the signals: before other threads are made, so that these
 * have them blocked.  One that comes before the server runs ends the process.
 * The first one after that drains the server, the second ends the process.
 * Returns -1 with errno. */
int stopper_start(struct stopper *self, palm_server_t *server,
                  struct server_functions *functions, const palm_log_t *log);

/* Waits until the started server has ended and stops it, unless a signal did.
 * Returns -1 with the reason in self->err if messages were left. */
int stopper_wait(struct stopper *self);

/* Ends the thread; the server has stopped. */
void stopper_end(struct stopper *self);

#endif
