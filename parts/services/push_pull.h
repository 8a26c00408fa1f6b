/* SPDX-License-Identifier: MIT */
/* push_pull.h: what PushPullService does beside its row: it has a second
 * socket, and takes for feedback only what answers its message. */
#ifndef PALM_PUSH_PULL_H
#define PALM_PUSH_PULL_H

#include <stdbool.h>

#include "core/part.h"

struct palm__push_pull {
    void *pull;      /* where answers come from */
    int fd;          /* of pull, for waiting */
    bool asking;     /* asked holds the message that waits for its answer */
    zmq_msg_t asked; /* a copy of it */
    bool answered;   /* answer holds the answer to it */
    zmq_msg_t answer;
};

struct palm__push_pull_options {
    const char *pull_address;      /* where it binds its PULL */
    const char *advertise_pull_as; /* cache key for that address */
};
extern const palm_option_t palm__push_pull_options[];

int palm__push_pull_open(palm_part_t *part, palm_error_t *err);
void palm__push_pull_close(palm_part_t *part);
int palm__push_pull_send(palm_part_t *part, zmq_msg_t *frame);
int palm__push_pull_receive(palm_part_t *part, zmq_msg_t *frame);
void palm__push_pull_readable(palm_part_t *part);
void palm__push_pull_wait(palm_part_t *part, const int *fds, int count,
                          int64_t timeout);

#define PALM__PUSH_PULL_OPERATIONS                                             \
    {                                                                          \
        .open = palm__push_pull_open, .close = palm__push_pull_close,          \
        .send = palm__push_pull_send, .receive = palm__push_pull_receive,      \
        .readable = palm__push_pull_readable, .wait = palm__push_pull_wait     \
    }
#define PALM__PUSH_PULL_STATE_SIZE sizeof(struct palm__push_pull)

#endif
