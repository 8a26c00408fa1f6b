/* SPDX-License-Identifier: MIT */
/* router_drain.c: how a router ends without losing anything.
 *
 * First the intake closes, then the results that the workers still owe are
 * awaited, then the way back from the workers closes, then the outbound parts
 * hand over what they hold.  A phase is complete when nothing of it is inside
 * any more; the deadline ends them all. */
#include "config.h"
#include "core/router_impl.h"

#include <stddef.h>

#include "core/compat.h"

static bool
is_intake(const struct palm__row *row)
{
    return palm__is_inbound(row) && !palm__has_trait(row, PALM_FROM_WORKERS);
}

static bool
is_results(const struct palm__row *row)
{
    return palm__is_inbound(row) && palm__has_trait(row, PALM_FROM_WORKERS);
}

static bool
is_empty(palm__router_t *self, palm__side_f *side)
{
    for (size_t i = 0; i < self->count; i++) {
        if (side(&self->rows[i]) && self->rows[i].inside > 0) {
            return false;
        }
    }
    return palm__router_ended(self, side);
}

void
palm__router_drain(palm__router_t *self, int64_t timeout)
{
    self->phase = PALM__DRAINING_INTAKE;
    palm__server_show(self->server, PALM_SERVER_DRAINING);
    self->deadline = timeout < 0 ? -1 : palm__now_ms() + timeout;
    self->last_result = palm__now_ms();
    palm__router_order(self, palm__is_outbound, PALM__FLUSH);
    palm__router_order(self, is_intake, PALM__DRAIN);
}

static bool
has_rows(palm__router_t *self, palm__side_f *side)
{
    for (size_t i = 0; i < self->count; i++) {
        if (side(&self->rows[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the workers have handed in what they were given.  Nobody knows how
 * many results a message has, so: at least one for each, and then quiet. */
static bool
are_results_in(palm__router_t *self)
{
    if (!has_rows(self, is_results) || palm__router_ended(self, is_results)) {
        return true;
    }
    int64_t quiet = palm__now_ms() - self->last_result;
    return self->from_workers >= self->to_workers
           && quiet >= self->server->options.quiet_time;
}

static bool
is_intake_empty(palm__router_t *self)
{
    return is_empty(self, is_intake);
}

static bool
is_inbound_empty(palm__router_t *self)
{
    return is_empty(self, palm__is_inbound);
}

static bool
is_outbound_ended(palm__router_t *self)
{
    return palm__router_ended(self, palm__is_outbound);
}

/* What must be true to leave a phase, and what is then ordered. */
static const struct {
    bool (*is_complete)(palm__router_t *self);
    palm__phase_t next;
    palm__side_f *side;
} phases[] = {
    [PALM__DRAINING_INTAKE] = {is_intake_empty, PALM__AWAITING_RESULTS, NULL},
    [PALM__AWAITING_RESULTS] = {are_results_in, PALM__DRAINING_RESULTS,
                                is_results},
    [PALM__DRAINING_RESULTS] = {is_inbound_empty, PALM__DRAINING_OUTBOUND,
                                palm__is_outbound},
    [PALM__DRAINING_OUTBOUND] = {is_outbound_ended, PALM__OVER, NULL},
};

void
palm__router_advance(palm__router_t *self)
{
    while (self->phase > PALM__ROUTING && self->phase < PALM__OVER
           && phases[self->phase].is_complete(self)) {
        palm__side_f *side = phases[self->phase].side;
        self->phase = phases[self->phase].next;
        if (side) {
            palm__router_order(self, side, PALM__DRAIN);
        }
    }
    if (self->phase > PALM__ROUTING && self->deadline >= 0
        && palm__now_ms() >= self->deadline) {
        self->phase = PALM__OVER;
    }
}

int64_t
palm__router_next_look(palm__router_t *self)
{
    if (self->phase <= PALM__ROUTING) {
        return -1;
    }
    int64_t now = palm__now_ms();
    int64_t left = self->deadline < 0 ? -1 : self->deadline - now;
    if (self->phase == PALM__AWAITING_RESULTS
        && self->from_workers >= self->to_workers) {
        int64_t quiet =
            self->last_result + self->server->options.quiet_time - now;
        left = left < 0 || quiet < left ? quiet : left;
        left = left < 0 ? 0 : left;
    }
    return left;
}
