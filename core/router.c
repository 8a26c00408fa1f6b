/* SPDX-License-Identifier: MIT */
/* router.c: the switch of a server.
 *
 * Design notes
 *
 * Who sends what to whom.  Inbound parts send trains to the ROUTER socket `in`;
 * the routing table says which outbound part gets them, through the ROUTER
 * socket `out`.  An outbound part answers with credit, or with feedback if it
 * waits for its peer, and the router hands that to the inbound part that the
 * messages came from.  The router looks at notes only, never at messages.
 *
 * The invariant of credit.  Every message of a train is covered by the
 * credit of one inbound part, and each unit of credit goes back exactly once:
 * when the (last) outbound part has handed the message over, or at once when it
 * has no route.  So what is inside a server is bounded by the windows, and the
 * router's own sockets need no high-water mark: sending never blocks, and one
 * route that is stuck holds up only the parts that route to it.
 *
 * Blocking parts.  After a message for a part that waits for its peer the
 * router routes nothing until the feedback is there (PALM-BLOCK-013); credit
 * from other parts is still passed on.  A parallel part gets more of its own
 * messages meanwhile, up to max_workers; the first train for another part is
 * parked until all are answered.  An isolated part is not waited for.
 *
 * Along an outbound part's own route goes its feedback, or what it sent if it
 * has none; once only.  The credit travels with it; a copy of the feedback goes
 * to the inbound part at once.
 *
 * On stop (router_drain.c): the intake is drained, then the way back from the
 * workers, then the outbound parts; each phase begins when the one before has
 * nothing inside any more.  A deadline cuts it short.
 *
 * Queues have no limit of their own; the windows bound them.  A route is
 * checked at start; a part that ends later turns its messages away itself. */
#include "config.h"
#include "core/router_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/wait.h"

enum { TRAINS_AT_ONCE = 16 }; /* before credit is looked at again */

/* Gives credit back to the inbound part. */
static void
give_back(palm__router_t *self, const palm__note_t *note, palm__kind_t kind)
{
    struct palm__row *row = &self->rows[note->from];
    palm__note_t back = *note;
    assert(row->inside >= note->count);
    row->inside -= note->count;
    back.kind = (uint8_t)kind;
    palm__router_send_note(self, row, &back);
}

/* --- routing -------------------------------------------------------------- */

/* Drops messages that go nowhere; counted at the part whose route it is. */
static void
drop(palm__router_t *self, struct palm__row *sender, const palm__note_t *note,
     zmq_msg_t *frame)
{
    palm__count(&sender->part->routed.dropped, note->count);
    give_back(self, note, PALM__UNROUTED);
    (void)zmq_msg_close(frame);
}

/* Whether the whole server waits for the feedback of a part. */
static bool
holds_up(const struct palm__row *row)
{
    return row->part->class_->waits && !row->part->options.isolated;
}

/* Sends a train along the route of a part.  Takes the frame, of which the note
 * is a copy. */
static void
forward(palm__router_t *self, struct palm__row *sender,
        const palm__note_t *note, zmq_msg_t *frame)
{
    struct palm__row *route = sender->route;
    if (!route || palm__router_send(self, route, frame)) {
        drop(self, sender, note, frame);
        return;
    }
    palm__count(&sender->part->routed.messages, note->count);
    palm__count(&sender->part->routed.bytes, note->bytes);
    if (holds_up(route)) {
        route->awaited += note->count;
        self->awaited += note->count;
        self->focus = route;
    }
}

/* A part has answered, or turned away, so many messages. */
static void
answered(palm__router_t *self, struct palm__row *row, uint32_t count)
{
    if (holds_up(row)) {
        assert(row->awaited >= count && self->awaited >= row->awaited);
        row->awaited -= count;
        self->awaited -= count;
    }
}

/* Whether a train of an inbound part may be looked at. */
static bool
may_route(const palm__router_t *self)
{
    const struct palm__row *focus = self->focus;
    if (self->awaited == 0) {
        return true;
    }
    return !self->parked && palm__has_trait(focus, PALM_PARALLEL)
           && focus->awaited == self->awaited;
}

/* Forwards a train of an inbound part, or parks it.  Takes the frame. */
static void
forward_or_park(palm__router_t *self, struct palm__row *row,
                const palm__note_t *note, zmq_msg_t *frame)
{
    if (self->awaited == 0 || row->route == self->focus) {
        forward(self, row, note, frame);
        return;
    }
    (void)zmq_msg_init(&self->parked_train);
    (void)zmq_msg_move(&self->parked_train, frame);
    (void)zmq_msg_close(frame);
    self->parked = row;
}

/* Forwards the train that was parked.  Whether there was one. */
static bool
unpark(palm__router_t *self)
{
    struct palm__row *row = self->parked;
    if (!row || self->awaited > 0) {
        return false;
    }
    const palm__note_t note = palm__note_of(&self->parked_train);
    self->parked = NULL;
    forward(self, row, &note, &self->parked_train);
    return true;
}

/* What the router does with a frame, by the kind of its note, which has been
 * read.  Each takes the frame. */
typedef void handler_f(palm__router_t *self, struct palm__row *row,
                       const palm__note_t *note, zmq_msg_t *frame);

static void
on_train(palm__router_t *self, struct palm__row *row, const palm__note_t *note,
         zmq_msg_t *frame)
{
    int64_t limit = self->server->options.messages;
    row->inside += note->count;
    self->routed += note->count;
    if (palm__has_trait(row, PALM_FROM_WORKERS)) {
        self->from_workers += note->count;
        if (self->phase != PALM__ROUTING) {
            self->last_result = palm__now_ms();
        }
    }
    forward_or_park(self, row, note, frame);
    if (limit && self->routed >= (uint64_t)limit
        && self->phase == PALM__ROUTING) {
        palm__router_drain(self, self->server->options.stop_timeout);
    }
}

static void
on_credit(palm__router_t *self, struct palm__row *row, const palm__note_t *note,
          zmq_msg_t *frame)
{
    if (palm__has_trait(row, PALM_TO_WORKERS)) {
        self->to_workers += note->count;
    }
    answered(self, row, note->count); /* it could not ask its peer */
    give_back(self, note, (palm__kind_t)note->kind);
    (void)zmq_msg_close(frame);
}

/* Sends a train along the part's own route, as its second and last leg. */
static void
forward_again(palm__router_t *self, struct palm__row *row, bool eager,
              zmq_msg_t *frame)
{
    palm__note_t *note = &palm__train_of(frame)->note;
    note->kind = PALM__TRAIN;
    note->leg = 1;
    note->eager |= eager;
    const palm__note_t sent = *note;
    forward(self, row, &sent, frame);
}

/* Sends a copy of the feedback to the inbound part, and the feedback along the
 * part's own route.  The credit goes with the latter. */
static void
forward_feedback(palm__router_t *self, struct palm__row *row,
                 const palm__note_t *note, zmq_msg_t *frame)
{
    const palm__note_t without = {.kind = PALM__FEEDBACK, .from = note->from};
    struct palm__row *asker = &self->rows[note->from];
    zmq_msg_t copy, feedback;
    (void)zmq_msg_init(&copy);
    (void)zmq_msg_copy(&copy, &palm__train_of(frame)->messages[0]);
    if (asker->part->class_->waits
        && !palm__train_frame(&feedback, &without, &copy, 1)
        && palm__router_send(self, asker, &feedback)) {
        (void)zmq_msg_close(&feedback);
    }
    (void)zmq_msg_close(&copy);
    forward_again(self, row, true, frame);
}

static void
on_feedback(palm__router_t *self, struct palm__row *row,
            const palm__note_t *note, zmq_msg_t *frame)
{
    answered(self, row, note->count);
    if (row->route && note->leg == 0) {
        forward_feedback(self, row, note, frame);
        return;
    }
    if (note->leg == 1) { /* the first part's feedback counts */
        give_back(self, note, PALM__CREDIT);
        (void)zmq_msg_close(frame);
        return;
    }
    struct palm__row *asker = &self->rows[note->from];
    assert(asker->inside >= note->count);
    asker->inside -= note->count;
    if (palm__router_send(self, asker, frame)) {
        (void)zmq_msg_close(frame);
    }
}

static void
on_onward(palm__router_t *self, struct palm__row *row, const palm__note_t *note,
          zmq_msg_t *frame)
{
    if (palm__has_trait(row, PALM_TO_WORKERS)) {
        self->to_workers += note->count;
    }
    forward_again(self, row, false, frame);
}

static void
on_done(palm__router_t *self, struct palm__row *row, const palm__note_t *note,
        zmq_msg_t *frame)
{
    (void)note;
    (void)zmq_msg_close(frame);
    row->ended = true;
    /* Nothing more can come in: the server ends by itself. */
    if (self->phase == PALM__ROUTING && palm__is_inbound(row)
        && palm__router_ended(self, palm__is_inbound)) {
        palm__router_drain(self, self->server->options.stop_timeout);
    }
}

/* An order, which no part gives. */
static void
ignore(palm__router_t *self, struct palm__row *row, const palm__note_t *note,
       zmq_msg_t *frame)
{
    (void)self;
    (void)row;
    (void)note;
    (void)zmq_msg_close(frame);
}

static handler_f *const handlers[PALM__KINDS] = {
    [PALM__GO] = ignore,
    [PALM__DRAIN] = ignore,
    [PALM__FLUSH] = ignore,
    [PALM__STOP] = ignore,
    [PALM__TRAIN] = on_train,
    [PALM__ONWARD] = on_onward,
    [PALM__CREDIT] = on_credit,
    [PALM__UNROUTED] = on_credit,
    [PALM__FEEDBACK] = on_feedback,
    [PALM__DONE] = on_done,
};

/* An order of the server's handle.  Takes the frame. */
static void
take_order(palm__router_t *self, const palm__note_t *order, zmq_msg_t *frame)
{
    (void)zmq_msg_close(frame);
    if (order->kind == PALM__GO) {
        self->phase = PALM__ROUTING;
        palm__router_order(self, palm__is_outbound, PALM__GO);
        palm__router_order(self, palm__is_inbound, PALM__GO);
    } else if (self->phase == PALM__STARTING || order->kind == PALM__STOP) {
        self->phase = PALM__OVER;
    } else if (self->phase == PALM__ROUTING) {
        palm__router_drain(self, (int64_t)order->bytes);
    }
}

/* Handles one frame of a socket.  Returns false if there is none. */
static bool
serve(palm__router_t *self, void *socket)
{
    palm__id_t id;
    zmq_msg_t frame;
    if (zmq_recv(socket, id.bytes, sizeof id.bytes, ZMQ_DONTWAIT) == -1) {
        return false;
    }
    (void)zmq_msg_init(&frame);
    (void)zmq_msg_recv(&frame, socket, 0); /* frames arrive together */
    unsigned index = (unsigned)(id.bytes[1] << 8 | id.bytes[2]);
    const palm__note_t note = palm__note_of(&frame);
    assert(note.kind < PALM__KINDS);
    if (index == PALM__HANDLE) {
        take_order(self, &note, &frame);
    } else {
        handlers[note.kind](self, &self->rows[index], &note, &frame);
    }
    return true;
}

/* --- the loop ------------------------------------------------------------- */

/* Credit is served before new trains.  Returns false if there was nothing. */
static bool
serve_all(palm__router_t *self)
{
    bool busy = false;
    while (serve(self, self->out)) {
        busy = true;
    }
    busy |= unpark(self);
    for (int i = 0;
         i < TRAINS_AT_ONCE && may_route(self) && serve(self, self->in); i++) {
        busy = true;
    }
    return busy;
}

/* Both sockets have said EAGAIN, or `in` is not to be read now. */
static void
wait_for_something(palm__router_t *self)
{
    palm__wait(self->fds, may_route(self) ? 2 : 1,
               palm__router_next_look(self));
}

static void
route(palm__router_t *self)
{
    while (self->phase != PALM__OVER) {
        bool busy = serve_all(self);
        palm__router_advance(self);
        if (!busy && self->phase != PALM__OVER) {
            wait_for_something(self);
        }
    }
    palm__router_order(self, palm__is_inbound, PALM__STOP);
    palm__router_order(self, palm__is_outbound, PALM__STOP);
}

/* --- the thread ----------------------------------------------------------- */

static void *
open_router(palm__router_t *self, const char *address)
{
    const int none = 0, one = 1;
    void *socket = zmq_socket(self->server->zmq, ZMQ_ROUTER);
    if (!socket || zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none)
        || zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none)
        || zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &one, sizeof one)
        || zmq_bind(socket, address)) {
        palm__close(&socket); /* sets it to NULL */
    }
    return socket;
}

static int
open_sockets(palm__router_t *self, palm_error_t *err)
{
    if (!(self->in = open_router(self, PALM__INBOUND_ADDRESS))
        || !(self->out = open_router(self, PALM__OUTBOUND_ADDRESS))) {
        return palm_error_set(err, errno, "router: cannot make its sockets: %s",
                              palm_strerror(errno));
    }
    self->fds[0] = palm__wait_fd(self->out);
    self->fds[1] = palm__wait_fd(self->in);
    return 0;
}

/* Messages that are inside when the router ends. */
static uint64_t
count_inside(palm__router_t *self)
{
    uint64_t n = 0;
    while (serve(self, self->out)) { /* credit that came meanwhile */
    }
    for (size_t i = 0; i < self->count; i++) {
        n += self->rows[i].inside;
    }
    return n;
}

void
palm__router_run(palm__router_t *self)
{
    palm_error_t err = {0, ""};
    self->deadline = -1;
    if (open_sockets(self, &err)) {
        palm__server_report(self->server, &err);
    } else {
        palm__server_report(self->server, NULL);
        route(self);
        self->server->left = count_inside(self);
        self->server->with_workers = self->to_workers > self->from_workers
                                         ? self->to_workers - self->from_workers
                                         : 0;
    }
    palm__close(&self->in);
    palm__close(&self->out);
}
