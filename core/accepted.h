/* SPDX-License-Identifier: MIT */
/* accepted.h: who is connected to a server's listening sockets, and who may be.
 *
 * libzmq takes every connection.  So that one address cannot use up all
 * descriptors, connections are counted in all and by address; one over a limit
 * is ended at once.  What is known of a connection comes from libzmq's
 * monitors, some time after it happened: meanwhile the descriptor may be closed
 * or be another's, so nothing is done to it before it has been looked at.
 *
 * One thread. */
#ifndef PALM_ACCEPTED_H
#define PALM_ACCEPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { PALM__PEER_NAME = 64 }; /* bytes of a peer's name */

/* A socket that listens; it stays where it is while it has connections. */
typedef struct palm__listener {
    int fd; /* -1 = it does not listen */
    struct sockaddr_storage address;
    socklen_t size;
    uint64_t *count; /* gauge of its connections; others read it */
} palm__listener_t;

/* An address with connections: of IPv6 the network of 64 bits, which is what
 * one peer is given. */
struct palm__host;

/* A connection, by its descriptor. */
struct palm__connection {
    const palm__listener_t *listener; /* NULL = it is not counted */
    struct palm__host *host;          /* NULL = it has no address, as ipc */
    size_t place;                     /* in `counted` */
    char name[PALM__PEER_NAME];       /* "" = nobody yet */
};

typedef struct palm__accepted {
    int64_t most, most_of_host;     /* connections, -1 any */
    struct palm__connection *peers; /* by descriptor */
    size_t size;
    int *counted; /* descriptors of those that are counted, in any order */
    size_t count, room;
    size_t next; /* of them, to be looked at */
    struct palm__host *hosts;
} palm__accepted_t;

typedef enum palm__admission {
    PALM__ADMITTED,
    PALM__OVER_ALL,  /* ended: there are `most` */
    PALM__OVER_HOST, /* ended: its address has `most_of_host` */
    PALM__NOT_THERE  /* has left, or cannot be told; not counted */
} palm__admission_t;

/* What a monitor says of a socket that began to listen; nothing if the
 * descriptor is another's by now. */
void palm__listener_set(palm__listener_t *self, int fd);

/* A connection has been accepted.  If there is no room it is shut down. */
palm__admission_t palm__accepted_admit(palm__accepted_t *self, int fd,
                                       const palm__listener_t *listener);

/* Ends a connection that was admitted; it is counted until it is removed. */
void palm__accepted_end(palm__accepted_t *self, int fd);

/* A connection of a listener has ended, or all have. */
void palm__accepted_remove(palm__accepted_t *self, int fd,
                           const palm__listener_t *listener);
void palm__accepted_remove_all(palm__accepted_t *self,
                               const palm__listener_t *listener);

/* The name of who is, or was, at the other end; until the next call.  fresh:
 * the descriptor is a new one. */
const char *palm__accepted_name(palm__accepted_t *self, int fd, bool fresh);

/* Frees everything. */
void palm__accepted_fini(palm__accepted_t *self);

#endif
