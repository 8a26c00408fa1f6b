/* SPDX-License-Identifier: MIT */
/* router_impl.h: the inside of the router, for router.c and router_drain.c. */
#ifndef PALM_ROUTER_IMPL_H
#define PALM_ROUTER_IMPL_H

#include <stdbool.h>

#include "core/router.h"
#include "core/server_impl.h"

typedef enum palm__phase {
    PALM__STARTING, /* waits for PALM__GO */
    PALM__ROUTING,
    PALM__DRAINING_INTAKE,  /* inbound parts, but not those from workers */
    PALM__AWAITING_RESULTS, /* that are still with the workers */
    PALM__DRAINING_RESULTS, /* inbound parts from workers */
    PALM__DRAINING_OUTBOUND,
    PALM__OVER
} palm__phase_t;

/* A row of the routing table: a standard part. */
struct palm__row {
    palm_part_t *part;       /* NULL: a bypass part, which is not ours */
    struct palm__row *route; /* where its messages go; NULL = nowhere */
    bool ended;              /* has said PALM__DONE */
    uint64_t inside;         /* inbound: messages without their credit back */
    uint64_t awaited; /* outbound that waits: messages without feedback */
};

struct palm__router {
    palm_server_t *server;
    void *in, *out; /* ROUTER: inbound and outbound parts */
    int fds[2];     /* of out and in, see wait.h */
    struct palm__row *rows;
    size_t count;
    uint64_t awaited;         /* messages that everybody waits for */
    struct palm__row *focus;  /* blocking part that got the last of them */
    struct palm__row *parked; /* whose train waits until they are answered */
    zmq_msg_t parked_train;
    uint64_t routed;       /* messages */
    uint64_t to_workers;   /* messages handed over to workers */
    uint64_t from_workers; /* results that came back */
    palm__phase_t phase;
    int64_t deadline;    /* of the drain, -1 = none */
    int64_t last_result; /* when a drain last saw a result */
};

/* Sides of the router, as a test of a row. */
static inline bool
palm__is_inbound(const struct palm__row *row)
{
    return row->part && row->part->side == PALM_SIDE_INBOUND;
}

static inline bool
palm__is_outbound(const struct palm__row *row)
{
    return row->part && row->part->side == PALM_SIDE_OUTBOUND;
}

static inline bool
palm__has_trait(const struct palm__row *row, unsigned trait)
{
    return (row->part->class_->traits & trait) != 0;
}

/* Which rows are meant. */
typedef bool palm__side_f(const struct palm__row *row);

/* Sends a frame to a part; takes it on success. */
int palm__router_send(palm__router_t *self, const struct palm__row *row,
                      zmq_msg_t *frame);

/* Sends a note without messages to a part. */
void palm__router_send_note(palm__router_t *self, const struct palm__row *row,
                            const palm__note_t *note);

/* Sends a note without messages to every row of a side. */
void palm__router_order(palm__router_t *self, palm__side_f *side,
                        palm__kind_t kind);

/* Begins to drain; timeout in ms, -1 = as long as needed. */
void palm__router_drain(palm__router_t *self, int64_t timeout);

/* Goes on to the next phase of a drain if this one is complete. */
void palm__router_advance(palm__router_t *self);

/* Milliseconds until the router must look by itself, -1 = never. */
int64_t palm__router_next_look(palm__router_t *self);

/* Whether all parts of a side have ended. */
bool palm__router_ended(palm__router_t *self, palm__side_f *side);

#endif
