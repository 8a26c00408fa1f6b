/* SPDX-License-Identifier: MIT */
/* queue.h: frames that wait, first in, first out.  One thread. */
#ifndef PALM_QUEUE_H
#define PALM_QUEUE_H

#include <stddef.h>
#include <zmq.h>

/* A ring; {NULL, 0, 0, 0} is an empty one, which grows as it must. */
typedef struct palm__queue {
    zmq_msg_t *frames;
    size_t head, count, room;
} palm__queue_t;

/* Closes what is in it and frees it; it is empty then. */
void palm__queue_fini(palm__queue_t *self);

/* Takes the frame.  -1 with errno ENOMEM, and then the frame is not taken. */
int palm__queue_push(palm__queue_t *self, zmq_msg_t *frame);

/* The frame number index, 0 for the first; there must be one. */
zmq_msg_t *palm__queue_at(palm__queue_t *self, size_t index);

/* Closes and removes the first frame; there must be one. */
void palm__queue_pop(palm__queue_t *self);

#endif
