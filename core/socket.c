/* SPDX-License-Identifier: MIT */
/* socket.c: the socket with which a part meets the world. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
    if (zmq_setsockopt(part->world, ZMQ_MAXMSGSIZE, &options->max_message_size,
                       sizeof options->max_message_size)
        || palm__sockopt_zmtp3(part->world)
        || palm__sockopt_keepalive(part->world, options->keepalive)
        || palm__sockopt_int(part->world, ZMQ_IMMEDIATE, immediate)) {
        return -1;
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

/* libzmq silently takes an ipc path away from a server that lives. */
static bool
is_taken(const char *address)
{
    struct sockaddr_un name;
    const char *path = address + strlen("ipc://");
    bool taken;
    int fd;
    if (strncmp(address, "ipc://", strlen("ipc://")) || *path == '@'
        || *path == '*' || strlen(path) >= sizeof name.sun_path) {
        return false;
    }
    memset(&name, 0, sizeof name);
    name.sun_family = AF_UNIX;
    strcpy(name.sun_path, path);
    if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1) {
        return false;
    }
    taken = connect(fd, (struct sockaddr *)&name, sizeof name) == 0;
    (void)close(fd);
    return taken;
}

static int
attach(palm_part_t *part)
{
    const char *address = part->options.address;
    size_t size = sizeof part->endpoint;
    if (part->class_->binds) {
        if (is_taken(address)) {
            errno = EADDRINUSE;
            return -1;
        }
        if (zmq_bind(part->world, address)) {
            return -1;
        }
    } else if (zmq_connect(part->world, address)) {
        return -1;
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
    if (open_class(part, err)) {
        return -1;
    }
    if (attach(part)) {
        return palm_error_set(err, errno, "%s %s: cannot %s %s: %s", side,
                              part->options.name,
                              part->class_->binds ? "bind" : "connect to",
                              part->options.address, palm_strerror(errno));
    }
    return 0;
}
