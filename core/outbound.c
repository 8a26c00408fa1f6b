/* SPDX-License-Identifier: MIT */
/* outbound.c: the base of outbound parts: router -> part -> world.
 *
 * Design notes
 *
 * - Trains are sent message by message.  While the socket takes no more, the
 *   part goes on reading notes, so orders reach it; trains wait in a queue that
 *   the windows of the inbound parts bound.
 * - A blocking part waits for its peer after each message, a parallel one after
 *   max_workers of them; each answer, or "0" after reply_timeout, goes to the
 *   router as feedback, in the order of the messages.
 * - A part that has a route passes its messages on along it, a blocking one its
 *   feedback, which the router sends.
 * - A message that fails is logged and counted; its credit is returned like any
 *   other's, so the router never waits for what cannot come. */
#include "config.h"
#include "core/outbound_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/server_impl.h"
#include "core/wait.h"

int
palm__outbound_init(palm_part_t *part)
{
    struct palm__outbound *out = &part->out;
    out->delivery =
        part->class_->waits ? &palm__waiting_delivery : &palm__plain_delivery;
    out->debts = calloc(part->server->part_count, sizeof *out->debts);
    if (!out->debts || out->delivery->init(part)) {
        palm__outbound_fini(part);
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void
palm__outbound_fini(palm_part_t *part)
{
    struct palm__outbound *out = &part->out;
    if (out->delivery) {
        out->delivery->fini(part);
    }
    palm__queue_fini(&out->queue);
    free(out->debts);
    memset(out, 0, sizeof *out);
}

/* --- the queue of trains -------------------------------------------------- */

/* Of the first train some may have gone already. */
static uint64_t
queued_messages(struct palm__outbound *out)
{
    uint64_t gone = out->queue.count
                        ? palm__train_of(palm__queue_at(&out->queue, 0))->next
                        : 0;
    return out->queued - gone;
}

/* --- one message ---------------------------------------------------------- */

static void
lose(palm_part_t *part, const char *where)
{
    palm__count(&part->stats.failed, 1);
    palm_part_warn(part, "PALM-PART-FAILED", "message lost in %s: %s", where,
                   palm_strerror(errno));
}

/* What came along another outbound part's route may be anything. */
static bool
is_decodable(palm_part_t *part, zmq_msg_t *message)
{
    palm_message_t scanned;
    palm_error_t why;
    if (part->class_->traits & PALM_RAW
        || !palm_message_scan(&scanned, zmq_msg_data(message),
                              zmq_msg_size(message), &why)) {
        return true;
    }
    palm_part_refuse(part, "feedback", why.text);
    return false;
}

/* Once for each message, however often it is tried.  -1: it is not to be sent.
 */
static int
prepare(palm_part_t *part, palm__train_t *train)
{
    zmq_msg_t *message = &train->messages[train->next];
    if (train->note.leg > 0 && !is_decodable(part, message)) {
        return -1;
    }
    part->out.delivery->begin(part, train);
    if (part->hooks.from_router
        && part->hooks.from_router(part, message, part->options.hook_arg)) {
        lose(part, "from_router");
        return -1;
    }
    part->out.started = true;
    part->out.due = palm__feedback_deadline(part);
    return 0;
}

static int
hand_over(palm_part_t *part, zmq_msg_t *message)
{
    if (part->class_->operations.send) {
        return part->class_->operations.send(part, message);
    }
    return zmq_msg_send(message, part->world, ZMQ_DONTWAIT) == -1 ? -1 : 0;
}

/* A class that may hold messages counts those that it sends. */
static void
count_sent(palm_part_t *part, size_t size)
{
    if (!part->class_->operations.held) {
        palm__count(&part->stats.sent_bytes, size);
        palm__count(&part->stats.sent, 1);
    }
}

/* The message is done with. */
static int
end(palm_part_t *part, palm__train_t *train, bool sent)
{
    part->out.started = false;
    part->out.delivery->end(part, train, sent);
    if (!sent) {
        palm__outbound_discard(&train->messages[train->next]);
    }
    return 0;
}

/* Delivers one message.  Returns -1 if the world takes no more at the moment;
 * 0 if it is done with, sent or lost. */
static int
deliver(palm_part_t *part, palm__train_t *train)
{
    struct palm__outbound *out = &part->out;
    if (out->delivery->is_full(part)) {
        return -1;
    }
    if (!out->started && prepare(part, train)) {
        return end(part, train, false);
    }
    size_t size = zmq_msg_size(&train->messages[train->next]);
    if (!hand_over(part, &train->messages[train->next])) {
        out->taken++;
        count_sent(part, size);
        return end(part, train, true);
    }
    if (errno != EAGAIN) {
        lose(part, "sending");
        return end(part, train, false);
    }
    /* Nobody takes it; a part that waits does so for a time. */
    return palm__feedback_is_overdue(part, out->due) ? end(part, train, false)
                                                     : -1;
}

/* --- one train ------------------------------------------------------------ */

static bool
is_ended(const palm_part_t *part)
{
    return part->options.messages
           && part->out.taken >= (uint64_t)part->options.messages;
}

/* Sends the messages of a train.  Returns false if the world takes no more. */
static bool
run_train(palm_part_t *part, palm__train_t *train)
{
    for (; train->next < train->size && !is_ended(part); train->next++) {
        if (deliver(part, train)) {
            return false;
        }
    }
    return true;
}

/* Takes the first train out of the queue, of which nothing is left to be done,
 * or, as the part has ended, nothing more is done. */
static void
end_train(palm_part_t *part, palm__train_t *train, bool is_whole)
{
    struct palm__outbound *out = &part->out;
    palm__note_t note = train->note;
    uint32_t left = train->size - train->next;
    out->queued -= train->size;
    palm__queue_pop(&out->queue);
    assert(out->queue.count > 0 || out->queued == 0);
    if (is_whole) {
        out->delivery->finish(part, &note);
    } else {
        out->delivery->cut(part, &note, left);
        palm__outbound_turn_away(part, left, &note);
    }
}

/* Sends what is queued.  Returns false if the world takes no more. */
static bool
run_queue(palm_part_t *part)
{
    struct palm__outbound *out = &part->out;
    while (out->queue.count > 0 && !palm__part_stops(part)) {
        palm__train_t *train = palm__train_of(palm__queue_at(&out->queue, 0));
        bool turned = is_ended(part);
        if (!turned && !run_train(part, train)) {
            return false;
        }
        end_train(part, train, !turned && train->next == train->size);
    }
    return true;
}

/* --- notes from the router ------------------------------------------------ */

static void
on_train(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    palm__count(&part->stats.received, note->count);
    palm__count(&part->stats.received_bytes, note->bytes);
    if (palm__queue_push(&part->out.queue, frame)) { /* no memory */
        palm__outbound_turn_away(part, note->count, note);
        return;
    }
    part->out.queued += note->count;
}

static void
on_flush(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)note;
    (void)frame;
    palm__outbound_flush(part);
}

static palm__note_f *const handlers[PALM__KINDS] = {
    [PALM__GO] = palm__part_ignore,
    [PALM__DRAIN] = palm__part_drain,
    [PALM__FLUSH] = on_flush,
    [PALM__STOP] = palm__part_stop,
    [PALM__TRAIN] = on_train,
    [PALM__ONWARD] = palm__part_ignore,
    [PALM__CREDIT] = palm__part_ignore,
    [PALM__UNROUTED] = palm__part_ignore,
    [PALM__FEEDBACK] = palm__part_ignore,
    [PALM__DONE] = palm__part_ignore,
};

static bool
take_notes(palm_part_t *part, int flags)
{
    return palm__part_notes(part, flags, handlers);
}

/* --- the loop ------------------------------------------------------------- */

static uint64_t
held_messages(palm_part_t *part)
{
    return part->class_->operations.held ? part->class_->operations.held(part)
                                         : 0;
}

static void
show_queue(palm_part_t *part)
{
    palm__queue_t *queue = &part->out.queue;
    palm__gauge(&part->gauges.queued, queued_messages(&part->out)
                                          + part->out.waiting.count
                                          + held_messages(part));
    palm__gauge(&part->gauges.since,
                queue->count
                    ? (uint64_t)palm__note_of(palm__queue_at(queue, 0)).since
                    : 0);
}

/* Serves the world, then waits for a note, and for the world if it took no more
 * or may say something.  The sockets have said EAGAIN. */
static void
wait_for_something(palm_part_t *part, bool blocked)
{
    bool full = part->out.delivery->is_full(part);
    bool asks = part->out.waiting.count > 0;
    show_queue(part);
    int64_t due = palm__part_serve(part);
    if (asks && palm__feedback_pass(part)) {
        return;
    }
    /* What was in the way may be gone by now, also by what was just due. */
    if (blocked && !full && due < 0 && part->world
        && palm__wait_is_writable(part->world)) {
        return;
    }
    palm__part_sleep(part, blocked || asks,
                     palm__sooner(due, palm__feedback_left(part)));
}

/* A hook may yield much more than came in, so it is held back, too; orders
 * reach the part meanwhile.  Trains that come are queued. */
int
palm__outbound_yield(palm_part_t *part, const palm_message_t *message)
{
    if (!part->class_->operations.yield) {
        errno = ENOTSUP;
        return -1;
    }
    for (;;) {
        bool any = take_notes(part, ZMQ_DONTWAIT);
        if (palm__part_stops(part)) {
            errno = ECANCELED;
            return -1;
        }
        if (!part->class_->operations.yield(part, message)) {
            return 0;
        }
        if (errno != EAGAIN) {
            return -1;
        }
        if (!any && !part->touched) {
            wait_for_something(part, true);
        }
    }
}

/* Tells the router once that everything has been handed to the socket. */
static void
report_drained(palm_part_t *part)
{
    const palm__note_t done = {.kind = PALM__DONE, .from = part->index};
    bool empty = part->out.queue.count == 0 && part->out.waiting.count == 0
                 && held_messages(part) == 0;
    if (part->phase == PALM__PART_DRAINS && empty) {
        palm__part_reach(part, PALM__PART_ENDED);
        part->touched = true;
        (void)palm__note_send(part->inner, &done);
    }
}

void
palm__outbound_run(palm_part_t *part)
{
    while (!palm__part_stops(part)) {
        bool any = take_notes(part, ZMQ_DONTWAIT);
        bool blocked = !run_queue(part);
        (void)palm__feedback_pass(part);
        report_drained(part);
        if (!any && !part->touched && !palm__part_stops(part)) {
            wait_for_something(part, blocked);
        }
    }
    palm__count(&part->stats.left, queued_messages(&part->out)
                                       + part->out.waiting.count
                                       + held_messages(part));
}
