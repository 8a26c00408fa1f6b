/* SPDX-License-Identifier: MIT */
/* part_life.c: how a part opens and closes its sockets. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "core/part_impl.h"
#include "core/server_impl.h"
#include "core/socket.h"
#include "core/wait.h"

void
palm__part_close_world(palm_part_t *part)
{
    if (part->opened && part->class_->operations.close) {
        part->class_->operations.close(part);
    }
    part->opened = false;
    palm__envelope_clear(&part->envelope);
    palm__close(&part->world);
}

void
palm__part_close(palm_part_t *part)
{
    int saved = errno;
    palm__part_close_world(part);
    palm__close(&part->inner);
    errno = saved;
}

/* A standard part is a DEALER peer of the router and is found by its index; a
 * bypass part hears from the server's handle alone. */
static int
open_inner(palm_part_t *part)
{
    char address[64];
    const int none = 0;
    bool bypass = part->side == PALM_SIDE_BYPASS;
    if (!(part->inner =
              zmq_socket(part->server->zmq, bypass ? ZMQ_PAIR : ZMQ_DEALER))
        || zmq_setsockopt(part->inner, ZMQ_LINGER, &none, sizeof none)
        || zmq_setsockopt(part->inner, ZMQ_SNDHWM, &none, sizeof none)
        || zmq_setsockopt(part->inner, ZMQ_RCVHWM, &none, sizeof none)) {
        return -1;
    }
    if (bypass) {
        (void)snprintf(address, sizeof address, PALM__BYPASS_ADDRESS,
                       (unsigned)part->index);
        return zmq_connect(part->inner, address);
    }
    palm__id_t id = palm__id_of(part->index);
    return zmq_setsockopt(part->inner, ZMQ_ROUTING_ID, id.bytes,
                          sizeof id.bytes)
                   || zmq_connect(part->inner, part->side == PALM_SIDE_INBOUND
                                                   ? PALM__INBOUND_ADDRESS
                                                   : PALM__OUTBOUND_ADDRESS)
               ? -1
               : 0;
}

int
palm__part_open(palm_part_t *part, palm_error_t *err)
{
    palm_id_init(&part->ids);
    if (open_inner(part)) {
        (void)palm_error_set(err, errno, "%s %s: cannot meet the router: %s",
                             palm__side_name(part->side), part->options.name,
                             palm_strerror(errno));
    } else if (!palm__part_socket_open(part, err)) {
        part->world_fd = part->world ? palm__wait_fd(part->world) : -1;
        part->inner_fd = palm__wait_fd(part->inner);
        return 0;
    }
    palm__part_close(part);
    return -1;
}
