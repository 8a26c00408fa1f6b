/* SPDX-License-Identifier: MIT */
/* topics.h: who has subscribed, and results that wait for a client.
 *
 * A result waits if its client's subscription has not arrived yet (absent), or
 * if the client does not read (slow).  Waiting results of one topic leave in
 * their order.  One thread. */
#ifndef PALM_TOPICS_H
#define PALM_TOPICS_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/message.h"
#include "parts/services/peers.h"

#include "uthash.h"
#include "utlist.h"

/* A topic is the name of a client or of a server.  What is longer is none. */
#define PALM__TOPIC_MAX 1024 /* bytes */

/* A result that waits. */
struct palm__held {
    zmq_msg_t message;
    size_t cost;   /* bytes of the budget that it takes, given back with it */
    bool shared;   /* they are of what no topic has for itself */
    bool seen;     /* it has been published, but not to its client */
    bool aging;    /* among those that are given up one day */
    int64_t since; /* ms */
    struct palm__topic *topic;
    struct palm__held *prev, *next;     /* of one topic */
    struct palm__held *older, *younger; /* of all topics, by age */
};

/* A topic that somebody subscribed to, or for which results wait. */
struct palm__topic {
    UT_hash_handle hh;
    struct palm__topic *prev, *next; /* among those that are ready */
    struct palm__held *held;
    struct palm__peer *peers; /* by whom it is subscribed, as far as known */
    unsigned peer_count, peer_room;
    size_t own, shared; /* bytes that its results cost */
    int64_t moved;      /* when one of its results last left, ms */
    bool subscribed;    /* to exactly this topic */
    bool ready;         /* has results that wait for a subscriber to read */
    bool slow;          /* has been too slow: what does not fit is dropped */
    bool strict;        /* one of several who did not read has been closed */
    size_t name_size;
    char name[];
};

typedef struct palm__topics {
    struct palm__topic *all;   /* by name */
    struct palm__topic *ready; /* those whose subscribers do not read */
    struct palm__held *aging;  /* what waits for a subscription, oldest first */
    struct palm__topic *last;  /* last found, subscribed and idle */
    uint32_t key;              /* of the hash; a peer must not know it */
    unsigned lengths[PALM__TOPIC_MAX + 1]; /* subscriptions by their length */
    unsigned subscribed;                   /* topics */
    size_t subscribed_bytes;               /* of their names */
    unsigned slow;                         /* topics given up as slow */
    uint64_t count;                        /* results waiting */
    uint64_t seen;                         /* of these, those that are seen */
    size_t limit;       /* bytes that may wait for absent clients, and as many
                           for those who do not read */
    size_t own, shared; /* bytes that wait for absent clients */
    size_t waiting;     /* bytes that wait for those who do not read */
} palm__topics_t;

/* Peers choose topics, so they are hashed with a key that peers cannot know. */
void palm__topics_init(palm__topics_t *self, uint32_t key, size_t limit);
void palm__topics_fini(palm__topics_t *self);

/* Notes that a topic is now subscribed to, or no longer is. */
int palm__topics_subscribe(palm__topics_t *self, palm_slice_t topic, bool is);

/* Notes by whom a topic is subscribed; nothing if there is no memory. */
void palm__topics_join(struct palm__topic *topic, struct palm__peer peer,
                       const palm__peers_t *peers);

/* Whether a subscription matches: one that is a prefix of the topic. */
bool palm__topics_has(palm__topics_t *self, palm_slice_t topic);

/* The subscribed topics that a name begins with, from the shortest, the name
 * itself last. */
struct palm__beginnings {
    palm_slice_t name;
    size_t size; /* of the one that is looked at next */
    uint32_t hash;
};
void palm__topics_begin(struct palm__beginnings *at, palm_slice_t name);
struct palm__topic *palm__topics_next(palm__topics_t *self,
                                      struct palm__beginnings *at);

/* The topic if it is known, else NULL. */
struct palm__topic *palm__topics_find(palm__topics_t *self, palm_slice_t name);

/* The topic if results wait for it, else NULL. */
struct palm__topic *palm__topics_waiting(palm__topics_t *self,
                                         palm_slice_t topic);

/* Notes that the topic's client is given up as too slow, or reads again. */
void palm__topics_set_slow(palm__topics_t *self, struct palm__topic *topic,
                           bool is);

/* The topic if its client has been given up as too slow, else NULL. */
struct palm__topic *palm__topics_slow(palm__topics_t *self, palm_slice_t topic);

/* Makes a result wait, for its subscribers to read (ready) or for its client to
 * subscribe; takes *message on success, in which the name may lie.  NULL:
 * ENOMEM, or ENOSPC: no room is left for who has not subscribed.
 *
 * Half of that room is for everybody: a topic may use an eighth of all of it,
 * and what it needs beyond that is taken from the other half. */
struct palm__held *palm__topics_hold(palm__topics_t *self, palm_slice_t name,
                                     zmq_msg_t *message, bool ready,
                                     int64_t now);

/* Notes that others than its client have got it. */
void palm__topics_set_seen(palm__topics_t *self, struct palm__held *held);

/* Notes that what waits for a topic waits for its subscribers to read, or that
 * it waits for a subscription. */
void palm__topics_set_ready(palm__topics_t *self, struct palm__topic *topic,
                            bool is, int64_t now);

/* Puts the first topic that is ready behind the others. */
void palm__topics_rotate(palm__topics_t *self);

/* The result is not given up for its age any more. */
void palm__topics_stop_aging(palm__topics_t *self, struct palm__held *held);

/* Takes a result that waits off, frees it; its message may have been sent. */
void palm__topics_drop(palm__topics_t *self, struct palm__held *held);

/* Forgets a topic that nobody subscribed to and nothing waits for. */
void palm__topics_tidy(palm__topics_t *self, struct palm__topic *topic);

#endif
