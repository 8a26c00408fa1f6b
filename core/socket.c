/* SPDX-License-Identifier: MIT */
/* socket.c: the socket with which a part meets the world. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/attach.h"
#include "core/server_impl.h"
#include "core/sockopt.h"

/* Options that every socket of the world has, and where their value is. */
static const struct {
    int option;    /* of zmq_setsockopt() */
    size_t offset; /* of an int64_t in the part's options */
} int_options[] = {
    {ZMQ_LINGER, offsetof(palm_part_options_t, linger)},
    {ZMQ_SNDHWM, offsetof(palm_part_options_t, hwm)},
    {ZMQ_RCVHWM, offsetof(palm_part_options_t, hwm)},
};

enum { INT_OPTIONS = sizeof int_options / sizeof *int_options };

/* libzmq closes a connection over its limit, with all that is in it.  So that
 * limit is there against attackers only. */
enum { HARD_FACTOR = 4, HARD_LEAST = 64 << 20 /* bytes */ };

static int64_t
hard_limit(int64_t most)
{
    if (most < 0 || most > INT64_MAX / HARD_FACTOR) {
        return -1;
    }
    return most * HARD_FACTOR < HARD_LEAST ? HARD_LEAST : most * HARD_FACTOR;
}

/* What a socket has that peers reach, whatever it is for. */
static int
set_guards(const palm_part_t *part, void *socket)
{
    int64_t most = hard_limit(part->options.max_message_size);
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most)
                   || palm__sockopt_zmtp3(socket)
                   || palm__sockopt_keepalive(socket, part->options.keepalive)
               ? -1
               : 0;
}

static int
set_options(palm_part_t *part)
{
    const palm_part_options_t *options = &part->options;
    for (int i = 0; i < INT_OPTIONS; i++) {
        int64_t value;
        memcpy(&value, (const char *)options + int_options[i].offset,
               sizeof value);
        if (palm__sockopt_int(part->world, int_options[i].option, value)) {
            return -1;
        }
    }
    /* A connection that is not there yet must not swallow messages. */
    bool immediate =
        !part->class_->binds && part->class_->direction == PALM_OUTBOUND;
    if (set_guards(part, part->world)
        || palm__sockopt_int(part->world, ZMQ_IMMEDIATE, immediate)) {
        return -1;
    }
    if (part->envelope.used
        && palm__sockopt_int(part->world, ZMQ_ROUTER_HANDOVER, 1)) {
        return -1; /* who comes back before his old connection is known to be
                      dead is answered by the new one */
    }
    if (part->class_->socket_type == ZMQ_REQ) {
        /* After a request that nobody answered the next one can be sent, and a
         * late answer is not taken for its. */
        return palm__sockopt_int(part->world, ZMQ_REQ_RELAXED, 1)
                       || palm__sockopt_int(part->world, ZMQ_REQ_CORRELATE, 1)
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
cannot_attach(palm_part_t *part, const char *address, bool binds,
              const palm_error_t *why, palm_error_t *err)
{
    return palm_error_set(err, why->code, "%s %s: cannot %s %s: %s",
                          palm__side_name(part->side), part->options.name,
                          binds ? "bind" : "connect to", address, why->text);
}

int
palm_part_attach(palm_part_t *part, void *socket, const char *address,
                 bool binds, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    watch(part, socket, binds);
    if (set_guards(part, socket)) {
        (void)palm_error_set(&why, errno, "%s", palm_strerror(errno));
    } else if (!palm__attach(socket, address, binds, &why)) {
        return 0;
    }
    return cannot_attach(part, address, binds, &why, err);
}

/* Its guards stay as the class has changed them when it was opened. */
static int
attach(palm_part_t *part, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    size_t size = sizeof part->endpoint;
    const char *address = part->options.address;
    bool binds = part->class_->binds;
    if (palm__attach(part->world, address, binds, &why)) {
        return cannot_attach(part, address, binds, &why, err);
    }
    return zmq_getsockopt(part->world, ZMQ_LAST_ENDPOINT, part->endpoint,
                          &size);
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
palm__socket_open(palm_part_t *part, palm_error_t *err)
{
    const char *side = palm__side_name(part->side);
    if (part->class_->socket_type == PALM_NO_SOCKET) {
        return open_class(part, err);
    }
    part->world = zmq_socket(part->server->zmq, palm__world_type(part));
    if (!part->world || set_options(part)) {
        return palm_error_set(err, errno, "%s %s: cannot make its socket: %s",
                              side, part->options.name, palm_strerror(errno));
    }
    watch(part, part->world, part->class_->binds);
    return open_class(part, err) || attach(part, err) ? -1 : 0;
}
