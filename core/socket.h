/* SPDX-License-Identifier: MIT */
/* socket.h: the one way to make a socket that peers reach: a part's, a class's
 * further ones, a client's, a worker's.
 *
 * All have the same protections.
 *
 * - Peers that speak less than ZMTP 3.0 are refused.  libzmq takes any bytes
 * for a peer of ZMTP 1.0: a browser at a PUSH would be handed messages.
 * - A tcp connection whose peer has vanished is noticed by the system's
 *   keepalive, not by ZeroMQ's heartbeats.  A heartbeat is read by the peer's
 *   I/O thread, which stops reading while its queue is full: a worker with much
 *   to do, or a server that holds its clients back, would be taken for dead.
 *   And where a connection ends while its reading is stopped, the next
 *   heartbeat aborts the process (libzmq 4.3.4, "Assertion failed:
 *   !_io_error"): any client could end a server by leaving at a bad moment.
 * - A message has a largest size.  libzmq closes a connection over its limit,
 *   with all that is in it, so that limit is far above what is accepted, and
 *   there against attackers only.
 * - An ipc path of a server that lives, or a file, is not taken away: attach.h.
 */
#ifndef PALM_SOCKET_H
#define PALM_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#define PALM__KEEPALIVE 30000 /* ms, the default */

/* What a socket is to be. */
typedef struct palm__socket {
    int type;            /* ZMQ_PUSH … */
    const char *address; /* where to bind or connect */
    bool binds;          /* else it connects */
    int64_t hwm;         /* messages in each of its queues, 0 = any number */
    int64_t linger;      /* ms to flush when it is closed */
    int64_t max_message_size; /* bytes that are accepted, -1 = any */
    int64_t keepalive;        /* ms of silence before tcp asks, 0 = never */
    bool immediate;           /* queue nothing while there is no connection */
    const char *routing_id;   /* NULL = none */
    const char *topic;        /* what a SUB subscribes to, NULL = nothing */
} palm__socket_t;

/* What a peer's socket (client, worker) begins with: it has asked for what
 * comes, so any size is good. */
#define PALM__PEER_SOCKET                                                      \
    {                                                                          \
        .max_message_size = -1, .keepalive = PALM__KEEPALIVE                   \
    }

/* Makes a socket and sets it so; palm__attach() then binds or connects it. NULL
 * with errno as zmq_socket(), EINVAL. */
void *palm__socket_new(void *zmq, const palm__socket_t *how);

/* Closes a socket (which may be NULL) and sets it to NULL.  Keeps errno. */
void palm__close(void **socket_p);

/* Ends a context (which may be NULL) whose sockets are closed, and sets it to
 * NULL; waits for what they still flush.  Keeps errno. */
void palm__term(void **zmq_p);

/* Sets an int option; a larger value becomes the largest int.  -1 with errno as
 * zmq_setsockopt(). */
int palm__socket_set(void *socket, int option, int64_t value);

/* Sets what bytes of a message end its connection: above most. */
int palm__socket_set_limit(void *socket, int64_t most);

#endif
