/* SPDX-License-Identifier: MIT */
/* router_table.c: the router's rows, and what is sent to them. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/router_impl.h"

palm__router_t *
palm__router_new(palm_server_t *server)
{
    palm__router_t *self = calloc(1, sizeof *self);
    if (!self
        || !(self->rows = calloc(server->part_count + 1, sizeof *self->rows))) {
        free(self);
        errno = ENOMEM;
        return NULL;
    }
    self->server = server;
    self->count = server->part_count;
    for (size_t i = 0; i < self->count; i++) {
        palm_part_t *part = server->parts[i];
        if (part->side != PALM_SIDE_BYPASS) {
            self->rows[i].part = part;
            self->rows[i].route =
                part->route ? &self->rows[part->route->index] : NULL;
        }
    }
    return self;
}

void
palm__router_destroy(palm__router_t **self_p)
{
    palm__router_t *self = *self_p;
    if (!self) {
        return;
    }
    if (self->parked) {
        (void)zmq_msg_close(&self->parked_train);
    }
    free(self->rows);
    free(self);
    *self_p = NULL;
}

bool
palm__router_ended(palm__router_t *self, palm__side_f *side)
{
    for (size_t i = 0; i < self->count; i++) {
        if (side(&self->rows[i]) && !self->rows[i].ended) {
            return false;
        }
    }
    return true;
}

/* Sends a frame to a part; takes it on success. */
int
palm__router_send(palm__router_t *self, const struct palm__row *row,
                  zmq_msg_t *frame)
{
    void *socket = palm__is_inbound(row) ? self->in : self->out;
    palm__id_t id = palm__id_of(row->part->index);
    if (zmq_send(socket, id.bytes, sizeof id.bytes, ZMQ_SNDMORE) == -1) {
        return -1;
    }
    return zmq_msg_send(frame, socket, 0) == -1 ? -1 : 0;
}

void
palm__router_send_note(palm__router_t *self, const struct palm__row *row,
                       const palm__note_t *note)
{
    zmq_msg_t frame;
    if (zmq_msg_init_size(&frame, sizeof *note)) {
        return;
    }
    memcpy(zmq_msg_data(&frame), note, sizeof *note);
    if (palm__router_send(self, row, &frame)) {
        (void)zmq_msg_close(&frame);
    }
}

static void
send_order(palm__router_t *self, const struct palm__row *row, palm__kind_t kind)
{
    const palm__note_t note = {.kind = (uint8_t)kind};
    palm__router_send_note(self, row, &note);
}

void
palm__router_order(palm__router_t *self, palm__side_f *side, palm__kind_t kind)
{
    for (size_t i = 0; i < self->count; i++) {
        if (side(&self->rows[i])) {
            send_order(self, &self->rows[i], kind);
        }
    }
}
