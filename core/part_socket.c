/* SPDX-License-Identifier: MIT */
/* part_socket.c: the sockets with which a part meets the world. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/attach.h"
#include "core/server_impl.h"
#include "core/socket.h"

/* What every socket of the part has. */
static palm__socket_t
socket_of(const palm_part_t *part)
{
    const palm_part_options_t *options = &part->options;
    const palm__socket_t how = {
        .hwm = options->hwm,
        .linger = options->linger,
        .max_message_size = options->max_message_size,
        .keepalive = options->keepalive,
    };
    return how;
}

/* Its own, with what its class says. */
static palm__socket_t
world_of(palm_part_t *part)
{
    const palm_part_class_t *class_ = part->class_;
    palm__socket_t how = socket_of(part);
    how.type = palm__world_type(part);
    how.address = part->options.address;
    how.binds = class_->binds;
    /* A connection that is not there yet must not swallow messages. */
    how.immediate = !class_->binds && class_->direction == PALM_OUTBOUND;
    return how;
}

/* What REQ and REP need beside. */
static int
set_pattern(palm_part_t *part)
{
    if (part->envelope.used
        && palm__socket_set(part->world, ZMQ_ROUTER_HANDOVER, 1)) {
        return -1; /* who comes back before his old connection is known to be
                      dead is answered by the new one */
    }
    if (part->class_->socket_type == ZMQ_REQ) {
        /* Allow a new request after a timeout; correlate replies, so that a
         * late one is discarded. */
        return palm__socket_set(part->world, ZMQ_REQ_RELAXED, 1)
                       || palm__socket_set(part->world, ZMQ_REQ_CORRELATE, 1)
                   ? -1
                   : 0;
    }
    return 0;
}

static void
watch(palm_part_t *part, void *socket, bool binds)
{
    palm_server_t *server = part->server;
    (void)pthread_mutex_lock(&server->mutex);
    palm__watch_add(&server->watch, part, server->zmq, socket, binds);
    (void)pthread_mutex_unlock(&server->mutex);
}

static int
cannot_make(const palm_part_t *part, palm_error_t *err)
{
    return palm_error_set(err, errno, "%s %s: cannot make its socket: %s",
                          palm__side_name(part->side), part->options.name,
                          palm_strerror(errno));
}

/* Binds or connects; endpoint gets what came of it. */
static int
attach(palm_part_t *part, void *socket, const palm__socket_t *how,
       char endpoint[PALM__ENDPOINT], palm_error_t *err)
{
    palm_error_t why = {0, ""};
    size_t size = PALM__ENDPOINT;
    if (palm__attach(socket, how->address, how->binds, &why)) {
        return palm_error_set(err, why.code, "%s %s: cannot %s %s: %s",
                              palm__side_name(part->side), part->options.name,
                              how->binds ? "bind" : "connect to", how->address,
                              why.text);
    }
    return zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size)
               ? cannot_make(part, err)
               : 0;
}

void *
palm_part_socket_new(palm_part_t *part, const palm_part_socket_t *wanted,
                     palm_error_t *err)
{
    char endpoint[PALM__ENDPOINT];
    palm__socket_t how = socket_of(part);
    how.type = wanted->type;
    how.address = wanted->address;
    how.binds = wanted->binds;
    how.hwm = wanted->hwm > 0 ? wanted->hwm : how.hwm;
    how.linger = wanted->linger;
    how.routing_id = wanted->routing_id;
    void *socket = palm__socket_new(part->server->zmq, &how);
    if (!socket) {
        (void)cannot_make(part, err);
        return NULL;
    }
    watch(part, socket, how.binds);
    if (attach(part, socket, &how, endpoint, err)) {
        palm__close(&socket);
        return NULL;
    }
    if (how.binds
        && palm__part_add_endpoint(part, endpoint, wanted->advertise_as)) {
        (void)cannot_make(part, err);
        palm__close(&socket);
    }
    return socket;
}

/* Calls the class's own code, if there is any. */
static int
open_class(palm_part_t *part, palm_error_t *err)
{
    part->opened = true;
    return part->class_->operations.open
               ? part->class_->operations.open(part, err)
               : 0;
}

int
palm__part_socket_open(palm_part_t *part, palm_error_t *err)
{
    if (part->class_->socket_type == PALM_NO_SOCKET) {
        return open_class(part, err);
    }
    const palm__socket_t how = world_of(part);
    part->world = palm__socket_new(part->server->zmq, &how);
    if (!part->world || set_pattern(part)) {
        return cannot_make(part, err);
    }
    watch(part, part->world, how.binds);
    return open_class(part, err)
                   || attach(part, part->world, &how, part->endpoint, err)
               ? -1
               : 0;
}
