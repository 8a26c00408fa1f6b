/* SPDX-License-Identifier: MIT */
/* watch.h: who connects to the sockets of a server.
 *
 * One thread hears libzmq's monitors of the sockets that parts have bound, and
 * ends with the server's context.  It refuses connections over the server's
 * limits (accepted.h).  Where the log's level is debug it hears all sockets
 * that parts have made, and tells who comes and goes. */
#ifndef PALM_WATCH_H
#define PALM_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <zmq.h>

#include "core/part.h"
#include "core/accepted.h"

struct palm__watched {
    void *events; /* PAIR, of a monitor; NULL once that has ended */
    palm_part_t *part;
    palm__listener_t listener;
    int64_t told;     /* when the log last told of refusals, ms; 0 = never */
    uint64_t refused; /* connections since then */
};

typedef struct palm__watch {
    struct palm__watched *watched;
    size_t count;
    palm__accepted_t accepted; /* its limits are set before */
    const palm_log_t *log;
    int spare; /* a descriptor for when there is no other; -1 = none */
    zmq_pollitem_t *items; /* what the thread waits for, */
    size_t *which;         /* and whose it is; by index into watched */
    pthread_t thread;
    bool runs;
} palm__watch_t;

/* Lets what happens to a socket, which is neither bound nor connected, be
 * heard.  binds: it will be bound.  Nothing if nobody wants to know; without
 * memory, too: then it has no limit, and the log less.  The caller locks *self.
 */
void palm__watch_add(palm__watch_t *self, palm_part_t *part, void *zmq,
                     void *socket, bool binds);

/* Begins to hear, when all parts are there.  -1 with errno ENOMEM or EAGAIN. */
int palm__watch_start(palm__watch_t *self);

/* Around the end of the context: closes what is not heard, so that it can end;
 * and awaits the thread, which has ended with it. */
void palm__watch_before_term(palm__watch_t *self);
void palm__watch_after_term(palm__watch_t *self);

#endif
