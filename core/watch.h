/* SPDX-License-Identifier: MIT */
/* watch.h: who connects to the sockets of a server, for its log.
 *
 * Only where the log's level is debug: one thread hears libzmq's monitors of
 * all sockets that parts have made, and ends with the server's context. */
#ifndef PALM_WATCH_H
#define PALM_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/part.h"

struct palm__watched {
    void *events; /* PAIR, of a monitor; NULL once that has ended */
    const char *side, *part;
};

typedef struct palm__watch {
    struct palm__watched *watched;
    size_t count;
    const palm_log_t *log;
    pthread_t thread;
    bool runs;
} palm__watch_t;

/* Lets what happens to a socket, which is neither bound nor connected, be
 * heard.  Nothing unless the log wants it; without memory, too: the log then
 * has less.  The caller locks *self. */
void palm__watch_add(palm__watch_t *self, palm_part_t *part, void *zmq,
                     void *socket);

/* Begins to log, when all parts are there. */
void palm__watch_start(palm__watch_t *self);

/* Around the end of the context: closes what is not heard, so that it can end;
 * and awaits the thread, which has ended with it. */
void palm__watch_before_term(palm__watch_t *self);
void palm__watch_after_term(palm__watch_t *self);

#endif
