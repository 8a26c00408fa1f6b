/* SPDX-License-Identifier: MIT */
/* router.h: moves messages between the standard parts.  One thread owns it. */
#ifndef PALM_ROUTER_H
#define PALM_ROUTER_H

#include <stdint.h>

#include "core/part_impl.h"

typedef struct palm__router palm__router_t;

/* How a part is found among the peers of a ROUTER socket. */
typedef struct palm__id {
    unsigned char bytes[3]; /* 1 (never 0), then the index, big-endian */
} palm__id_t;

static inline palm__id_t
palm__id_of(uint16_t index)
{
    palm__id_t id = {{1, (unsigned char)(index >> 8), (unsigned char)index}};
    return id;
}

/* The server's handle is one more peer on the outbound side.  Its orders are
 * notes: PALM__GO; PALM__DRAIN, with the milliseconds it may take in `bytes`
 * (-1 = as long as needed); PALM__STOP. */
#define PALM__HANDLE 0xffff

/* Makes the router of a server that has all its parts.  NULL: ENOMEM. */
palm__router_t *palm__router_new(palm_server_t *server);
void palm__router_destroy(palm__router_t **self_p);

/* The router's thread: binds, reports, routes, drains, returns. */
void palm__router_run(palm__router_t *self);

#endif
