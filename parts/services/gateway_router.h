/* SPDX-License-Identifier: MIT */
/* gateway_router.h: what GatewayRouter does beside its row. */
#ifndef PALM_GATEWAY_ROUTER_H
#define PALM_GATEWAY_ROUTER_H

#include <stdint.h>

#include "core/hash.h"
#include "core/part.h"
#include "uthash.h"

#define PALM__IDENTITY_MAX 255 /* bytes, of ZeroMQ */

/* A client whose request came through a peer of another identity. */
struct palm__borrower {
    UT_hash_handle hh;
    int64_t since; /* ms */
    size_t client_size, peer_size;
    char peer[PALM__IDENTITY_MAX];
    char client[];
};

/* A request that waits for credit. */
struct palm__pending {
    struct palm__pending *prev, *next;
    size_t size; /* of the request */
    zmq_msg_t request;
};

struct palm__gateway_router {
    struct palm__borrower *borrowers; /* by client; in the order they came */
    struct palm__pending *pending;
    int64_t pending_count;
    int64_t pending_bytes;
    uint64_t answers; /* that have come from the dealer */
};

struct palm__gateway_router_options {
    int64_t reply_timeout; /* ms, -1 = for ever */
};
extern const palm_option_t palm__gateway_router_options[];

int palm__gateway_router_open(palm_part_t *part, palm_error_t *err);
void palm__gateway_router_close(palm_part_t *part);
int palm__gateway_router_receive(palm_part_t *part, zmq_msg_t *frame);
void palm__gateway_router_readable(palm_part_t *part);
int64_t palm__gateway_router_tick(palm_part_t *part);

#define PALM__GATEWAY_ROUTER_OPERATIONS                                        \
    {                                                                          \
        .open = palm__gateway_router_open,                                     \
        .close = palm__gateway_router_close,                                   \
        .receive = palm__gateway_router_receive,                               \
        .readable = palm__gateway_router_readable,                             \
        .tick = palm__gateway_router_tick                                      \
    }
#define PALM__GATEWAY_ROUTER_STATE_SIZE sizeof(struct palm__gateway_router)

#endif
