/* SPDX-License-Identifier: MIT */
/* pub.h: what PubService does beside its row. */
#ifndef PALM_PUB_H
#define PALM_PUB_H

#include "core/part.h"
#include "parts/services/topics.h"

struct palm__pub {
    palm__topics_t topics; /* who subscribed, what is held for whom */
    int yielded;           /* of a gather hook: 0, or -1 if one failed */
    bool waits;            /* for slow clients: a message has been refused */
};

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

#endif
