/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/queue.h"

#include <errno.h>
#include <stdlib.h>

enum { ROOM_AT_FIRST = 4 };

void
palm__queue_fini(palm__queue_t *self)
{
    while (self->count > 0) {
        palm__queue_pop(self);
    }
    free(self->frames);
    self->frames = NULL;
    self->room = 0;
}

zmq_msg_t *
palm__queue_at(palm__queue_t *self, size_t index)
{
    return &self->frames[(self->head + index) % self->room];
}

static int
grow(palm__queue_t *self)
{
    size_t room = self->room ? 2 * self->room : ROOM_AT_FIRST;
    zmq_msg_t *frames = calloc(room, sizeof *frames);
    if (!frames) {
        errno = ENOMEM;
        return -1;
    }
    for (size_t i = 0; i < self->count; i++) {
        (void)zmq_msg_init(&frames[i]);
        (void)zmq_msg_move(&frames[i], palm__queue_at(self, i));
    }
    free(self->frames);
    self->frames = frames;
    self->head = 0;
    self->room = room;
    return 0;
}

int
palm__queue_push(palm__queue_t *self, zmq_msg_t *frame)
{
    if (self->count == self->room && grow(self)) {
        return -1;
    }
    zmq_msg_t *slot = palm__queue_at(self, self->count++);
    (void)zmq_msg_init(slot);
    (void)zmq_msg_move(slot, frame);
    return 0;
}

void
palm__queue_pop(palm__queue_t *self)
{
    (void)zmq_msg_close(&self->frames[self->head]);
    self->head = (self->head + 1) % self->room;
    self->count--;
}
