/* SPDX-License-Identifier: MIT */
/* pub.h: what PubService does beside its row.
 *
 *   pub.c                a message: publish it, hold it or wait
 *   pub_subscriptions.c  what subscribers send
 *   pub_slow.c           subscribers who do not read
 *   topics.c             who subscribed to what, and what waits for whom
 *   peers.c              the connections by which subscriptions came */
#ifndef PALM_PUB_H
#define PALM_PUB_H

#include "core/part.h"
#include "parts/services/topics.h"

enum { PALM__BACKOFFS = 64 };

/* For how long those who subscribe to a topic are not let in, after one of them
 * held up others. */
struct palm__backoff {
    uint32_t hash; /* of the topic */
    int64_t until; /* ms */
    int64_t time;  /* ms */
};

/* How long those have been waited for who have no promise of it. */
struct palm__patience {
    int64_t spent; /* ms */
    int64_t since; /* when it was last counted, ms */
    bool waiting;
};

struct palm__pub {
    palm__topics_t topics; /* who subscribed, what is held for whom */
    palm__peers_t peers;   /* by which connections */
    int yielded;           /* of a gather hook: 0, or -1 if one failed */
    bool waits;            /* for slow clients: a message has been refused */
    bool hindered;         /* lately, by who subscribed to a beginning */
    int64_t flooded;       /* since when memory may be given back, ms; or 0 */
    unsigned published;    /* since slow clients were last tried */
    struct palm__patience patience; /* with who subscribed to a beginning */
    struct palm__backoff backoffs[PALM__BACKOFFS];
};

struct palm__pub_options {
    bool pipelined;       /* topic = server's name, stage + 1 */
    int64_t hold_size;    /* bytes held for late clients */
    int64_t hold_time;    /* ms a result is held for one */
    int64_t slow_timeout; /* ms a slow client is waited for */
    int64_t slow_size;    /* bytes that may wait for one client, -1 = others
                             wait for the slowest */
};
extern const palm_option_t palm__pub_options[];

int palm__pub_open(palm_part_t *part, palm_error_t *err);
void palm__pub_close(palm_part_t *part);
int palm__pub_send(palm_part_t *part, zmq_msg_t *frame);
void palm__pub_readable(palm_part_t *part);
int64_t palm__pub_tick(palm_part_t *part);
uint64_t palm__pub_held(palm_part_t *part);
int palm__pub_yield(palm_part_t *part, const palm_message_t *message);

#define PALM__PUB_OPERATIONS                                                   \
    {                                                                          \
        .open = palm__pub_open, .close = palm__pub_close,                      \
        .send = palm__pub_send, .readable = palm__pub_readable,                \
        .tick = palm__pub_tick, .held = palm__pub_held,                        \
        .yield = palm__pub_yield                                               \
    }
#define PALM__PUB_STATE_SIZE sizeof(struct palm__pub)

/* --- between the files ---------------------------------------------------- */

struct palm__pub *palm__pub_of(palm_part_t *part);
const struct palm__pub_options *palm__pub_set(const palm_part_t *part);
palm_slice_t palm__pub_name(const struct palm__topic *topic);

/* Whether the socket drops what a subscriber has no room for.  -1 with errno.
 */
int palm__pub_set_lossy(palm_part_t *part, bool is);

/* Marks all who subscribe to a topic as slow or not. */
void palm__pub_mark_slow(palm_part_t *part, const struct palm__topic *topic,
                         bool is);

/* Takes the message on success; -1 with EAGAIN if a subscriber is full. */
int palm__pub_try(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message);

/* Sends to those who are not full, and takes the message.  For who has no
 * promise to get it. */
void palm__pub_send_lossy(palm_part_t *part, palm_slice_t topic,
                          zmq_msg_t *message);

/* Sends what waits for a topic, until its client is full. */
void palm__pub_send_waiting(palm_part_t *part, struct palm__topic *topic,
                            int64_t now);

/* What was much, and now is free, is given back soon. */
void palm__pub_flood(palm_part_t *part);

/* Sets the socket up.  -1 with errno. */
int palm__pub_open_subscriptions(palm_part_t *part);

/* Ends a connection, with a warning that says why. */
void palm__pub_cut(palm_part_t *part, struct palm__peer peer, const char *why);

/* Whether those who subscribe to a topic are not let in at the moment. */
bool palm__pub_backs_off(palm_part_t *part, const struct palm__topic *topic);

/* Whether one more result, of that size, may wait for a client who is there and
 * does not take it at once. */
bool palm__pub_may_wait(palm_part_t *part, palm_slice_t name, size_t size);

/* Notes that slow clients of a topic read again. */
void palm__pub_forgive(palm_part_t *part, struct palm__topic *topic);

/* Tries slow clients again, a few of them.  When to try again, ms from now. */
int64_t palm__pub_retry(palm_part_t *part, int64_t now);

#endif
