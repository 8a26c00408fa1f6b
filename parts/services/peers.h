/* SPDX-License-Identifier: MIT */
/* peers.h: the connections by which subscriptions come.
 *
 * libzmq tells with each subscription the descriptor of its connection.  The
 * descriptor is libzmq's: it may be closed at any time, and be another socket's
 * then, so a connection is known by its inode as well, and whatever is asked or
 * done works on a copy of the descriptor.  One thread. */
#ifndef PALM_PEERS_H
#define PALM_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct palm__connection;

/* A connection, as a topic remembers it. */
struct palm__peer {
    int fd;      /* -1: not known, as of transports without one */
    uint32_t id; /* another one by the same descriptor has another */
};

typedef struct palm__peers {
    struct palm__connection *at; /* by descriptor */
    size_t size;
    uint32_t last_id;
    int64_t strict_until; /* ms; until then new ones may send little */
} palm__peers_t;

typedef enum {
    PALM__PEER_GONE, /* or it never was known */
    PALM__PEER_FULL, /* takes no byte more: its reader does not read */
    PALM__PEER_READS
} palm__peer_state_t;

void palm__peers_fini(palm__peers_t *self);

/* Who has sent a frame by this descriptor; its fd is -1 if nobody knows. */
struct palm__peer palm__peers_find(palm__peers_t *self, int fd);

palm__peer_state_t palm__peers_state(const palm__peers_t *self,
                                     struct palm__peer peer);

/* Whether another connection has taken this one's place. */
bool palm__peers_is_gone(const palm__peers_t *self, struct palm__peer peer);

/* Takes cost from what the connection may send.  False: it is used up, or the
 * connection has been ended. */
bool palm__peers_charge(palm__peers_t *self, struct palm__peer peer,
                        unsigned cost, int64_t now);

/* From now on, and for a minute, new connections may send less. */
void palm__peers_be_strict(palm__peers_t *self, int64_t now);

/* Counts a subscription; how many there were before. */
unsigned palm__peers_take(palm__peers_t *self, struct palm__peer peer);

/* Whether the connection has been given up as one that does not read. */
bool palm__peers_is_slow(const palm__peers_t *self, struct palm__peer peer);
void palm__peers_set_slow(palm__peers_t *self, struct palm__peer peer, bool is);

/* Ends a connection.  Its peer notices, and may connect again. */
void palm__peers_cut(palm__peers_t *self, struct palm__peer peer);
bool palm__peers_is_cut(const palm__peers_t *self, struct palm__peer peer);

#endif
