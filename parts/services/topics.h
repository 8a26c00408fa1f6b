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

#include "uthash.h"
#include "utlist.h"

/* A result that waits. */
struct palm__held {
    zmq_msg_t message;
    int64_t since; /* ms */
    struct palm__held *prev, *next;
};

/* A topic that somebody subscribed to, or for which results wait. */
struct palm__topic {
    UT_hash_handle hh;
    struct palm__topic *prev, *next; /* among those with results waiting */
    struct palm__held *held;
    int64_t moved;   /* when one of its results last left, ms */
    bool subscribed; /* to exactly this topic */
    bool slow;       /* has been too slow: what does not fit is dropped */
    size_t name_size;
    char name[];
};

typedef struct palm__topics {
    struct palm__topic *all;     /* by name */
    struct palm__topic *waiting; /* those with results waiting */
    struct palm__topic *last;    /* last found, subscribed and idle */
    unsigned lengths[256];       /* subscriptions by length of the topic */
    unsigned longer;             /* subscriptions of 256 bytes and more */
    unsigned slow;               /* topics that are given up as slow */
    uint64_t count;              /* results waiting */
    size_t bytes;                /* of them */
} palm__topics_t;

void palm__topics_init(palm__topics_t *self);
void palm__topics_fini(palm__topics_t *self);

/* Notes that a topic is now subscribed to, or no longer is. */
int palm__topics_subscribe(palm__topics_t *self, palm_slice_t topic, bool is);

/* Whether a subscription matches: one that is a prefix of the topic. */
bool palm__topics_has(palm__topics_t *self, palm_slice_t topic);

/* The topic if results wait for it, else NULL. */
struct palm__topic *palm__topics_waiting(palm__topics_t *self,
                                         palm_slice_t topic);

/* The topic if somebody subscribed to exactly it and nothing waits for it. */
struct palm__topic *palm__topics_idle(palm__topics_t *self, palm_slice_t topic);

/* Notes that the topic's client is given up as too slow, or reads again. */
void palm__topics_set_slow(palm__topics_t *self, struct palm__topic *topic,
                           bool is);

/* The topic if its client has been given up as too slow, else NULL. */
struct palm__topic *palm__topics_slow(palm__topics_t *self, palm_slice_t topic);

/* Makes a result wait; takes *message on success.  -1: ENOMEM. */
int palm__topics_hold(palm__topics_t *self, palm_slice_t topic,
                      zmq_msg_t *message, int64_t now);

/* Takes the first result that waits for a topic off, frees it. */
void palm__topics_drop_first(palm__topics_t *self, struct palm__topic *topic);

/* Forgets a topic that nobody subscribed to and nothing waits for. */
void palm__topics_tidy(palm__topics_t *self, struct palm__topic *topic);

#endif
