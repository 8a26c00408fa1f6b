/* SPDX-License-Identifier: MIT */
/* outbound.c: the base of outbound parts: router -> part -> world.
 *
 * Design notes
 *
 * - Trains are sent message by message.  While the socket takes no more, the
 *   part goes on reading notes, so orders reach it; trains wait in a queue that
 *   the windows of the inbound parts bound.
 * - Credit of a train is owed when its last message has been handed to the
 *   socket.  It is returned at once for an eager train, otherwise kept until
 *   the inbound part is short of it, or the server drains.
 * - A blocking part waits for its peer after each message, a parallel one after
 *   max_workers of them; each answer, or "0" after reply_timeout, goes to the
 *   router as feedback, in the order of the messages.
 * - A part that has a route passes its messages on along it (a blocking one its
 *   feedback, which the router sends).  Once only: what came along such a route
 *   (leg 1) goes no further.
 * - A message that fails is logged and counted; its credit is returned like any
 *   other's, so the router never waits in vain. */
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
    bool onward = part->route && !part->class_->waits;
    bool parallel = (part->class_->traits & PALM_PARALLEL) != 0;
    out->asked_most = parallel ? (size_t)part->options.max_workers : 1;
    out->debts = calloc(part->server->part_count, sizeof *out->debts);
    out->asked = calloc(out->asked_most, sizeof *out->asked);
    out->onward = onward ? calloc(PALM__TRAIN_MAX, sizeof *out->onward) : NULL;
    if (!out->debts || !out->asked || (onward && !out->onward)) {
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
    if (out->onward && out->started
        && palm__note_of(palm__queue_at(&out->queue, 0)).leg == 0) {
        out->onward_count++; /* the copy of the message that was not sent */
    }
    for (uint32_t i = 0; i < out->onward_count; i++) {
        (void)zmq_msg_close(&out->onward[i]);
    }
    palm__queue_fini(&out->queue);
    free(out->asked);
    free(out->debts);
    free(out->onward);
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

/* --- answers to the router ------------------------------------------------ */

static void
return_credit(palm_part_t *part, uint16_t from, palm__kind_t kind)
{
    struct palm__debt *debt = &part->out.debts[from];
    const palm__note_t note = {
        .kind = (uint8_t)kind,
        .leg = debt->leg,
        .from = from,
        .count = debt->count,
        .bytes = debt->bytes,
    };
    if (debt->count == 0) {
        return;
    }
    debt->count = 0;
    debt->bytes = 0;
    part->touched = true;
    if (palm__note_send(part->inner, &note)) {
        palm_log(palm_part_log(part), PALM_LOG_ERROR, "PALM-PART-INNER",
                 "outbound %s: cannot reach the router: %s", part->options.name,
                 palm_strerror(errno));
    }
}

static void
add_debt(palm_part_t *part, const palm__note_t *note)
{
    struct palm__debt *debt = &part->out.debts[note->from];
    debt->leg = note->leg; /* always the same from one part */
    debt->count += note->count;
    debt->bytes += note->bytes;
}

static void
owe(palm_part_t *part, const palm__note_t *note)
{
    add_debt(part, note);
    if (note->eager || part->flushing) {
        return_credit(part, note->from, PALM__CREDIT);
    }
}

static void
discard(zmq_msg_t *message)
{
    (void)zmq_msg_close(message);
    (void)zmq_msg_init(message);
}

/* Sends messages up as a train; if that cannot be done, returns their credit
 * instead.  The messages are taken. */
void
palm__outbound_send_up(palm_part_t *part, palm__note_t note, palm__kind_t kind,
                       zmq_msg_t *messages, uint32_t count)
{
    zmq_msg_t frame;
    palm__note_t up = note;
    up.kind = (uint8_t)kind;
    part->touched = true;
    if (count > 0 && !palm__train_frame(&frame, &up, messages, count)) {
        if (zmq_msg_send(&frame, part->inner, ZMQ_DONTWAIT) != -1) {
            return;
        }
        (void)zmq_msg_close(&frame);
    }
    for (uint32_t i = 0; i < count; i++) {
        discard(&messages[i]);
    }
    note.eager = 1;
    owe(part, &note);
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
prepare(palm_part_t *part, zmq_msg_t *message, const palm__note_t *note)
{
    struct palm__outbound *out = &part->out;
    if (note->leg > 0 && !is_decodable(part, message)) {
        return -1;
    }
    if (out->onward && note->leg == 0) {
        (void)zmq_msg_init(&out->onward[out->onward_count]);
        (void)zmq_msg_copy(&out->onward[out->onward_count], message);
    }
    if (part->hooks.from_router
        && part->hooks.from_router(part, message, part->options.hook_arg)) {
        if (out->onward && note->leg == 0) {
            (void)zmq_msg_close(&out->onward[out->onward_count]);
        }
        lose(part, "from_router");
        return -1;
    }
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

/* Nobody has taken the message of a waiting part in time. */
static int
give_up(palm_part_t *part, palm__train_t *train)
{
    part->out.started = false;
    palm__feedback_await(part, train, false);
    discard(&train->messages[train->next]);
    return 0;
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

/* Delivers one message.  Returns -1 if the world takes no more at the moment;
 * 0 if it is done with, sent or lost. */
static int
deliver(palm_part_t *part, palm__train_t *train)
{
    struct palm__outbound *out = &part->out;
    zmq_msg_t *message = &train->messages[train->next];
    const palm__note_t *note = &train->note;
    if (part->class_->waits && palm__feedback_is_full(part)) {
        return -1;
    }
    if (!out->started && prepare(part, message, note)) {
        if (part->class_->waits) {
            palm__feedback_await(part, train, false);
        }
        discard(message);
        return 0;
    }
    if (!out->started) {
        out->started = true;
        out->due = palm__feedback_deadline(part);
    }
    size_t size = zmq_msg_size(message);
    bool sent = !hand_over(part, message);
    if (!sent && errno == EAGAIN) {
        return palm__feedback_is_overdue(part, out->due) ? give_up(part, train)
                                                         : -1;
    }
    out->started = false;
    if (part->class_->waits) {
        palm__feedback_await(part, train, sent);
    }
    if (sent) {
        out->taken++;
        count_sent(part, size);
    } else {
        lose(part, "sending");
        discard(message);
    }
    if (out->onward && note->leg == 0) {
        if (sent) {
            out->onward_count++;
        } else {
            (void)zmq_msg_close(&out->onward[out->onward_count]);
        }
    }
    return 0;
}

/* --- one train ------------------------------------------------------------ */

/* After the last message: credit, feedback, or messages for the own route. */
static void
finish_train(palm_part_t *part, const palm__note_t *note)
{
    struct palm__outbound *out = &part->out;
    if (part->class_->waits) {
        return; /* each message has its feedback */
    }
    palm__latency(part, note->since, note->count);
    if (out->onward && note->leg == 0) {
        palm__outbound_send_up(part, *note, PALM__ONWARD, out->onward,
                               out->onward_count);
        out->onward_count = 0;
    } else {
        owe(part, note);
    }
}

static bool
is_ended(const palm_part_t *part)
{
    return part->options.messages
           && part->out.taken >= (uint64_t)part->options.messages;
}

/* Returns the credit of messages that go nowhere. */
static void
turn_away(palm_part_t *part, uint32_t messages, const palm__note_t *note)
{
    palm__count(&part->stats.unrouted, messages);
    add_debt(part, note);
    return_credit(part, note->from, PALM__UNROUTED);
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

/* Sends on what was sent of a train before the part ended; the bytes stay with
 * the rest.  Returns how many messages. */
static uint32_t
pass_onward(palm_part_t *part, const palm__note_t *note)
{
    struct palm__outbound *out = &part->out;
    palm__note_t sent = *note;
    sent.count = out->onward_count;
    sent.bytes = 0;
    if (sent.count > 0) {
        palm__outbound_send_up(part, sent, PALM__ONWARD, out->onward,
                               sent.count);
        out->onward_count = 0;
    }
    return sent.count;
}

/* Sends what is queued.  Returns false if the world takes no more. */
static bool
run_queue(palm_part_t *part)
{
    struct palm__outbound *out = &part->out;
    while (out->queue.count > 0 && !part->stopping) {
        palm__train_t *train = palm__train_of(palm__queue_at(&out->queue, 0));
        palm__note_t note = train->note;
        bool turned = is_ended(part);
        if (!turned && !run_train(part, train)) {
            return false;
        }
        uint32_t left = train->size - train->next;
        out->queued -= train->size;
        if (part->class_->waits) {
            note.count = left; /* the others have their feedback */
        }
        palm__queue_pop(&out->queue);
        assert(out->queue.count > 0 || out->queued == 0);
        if (turned || left > 0) {
            note.count -= pass_onward(part, &note);
            turn_away(part, left, &note);
        } else {
            finish_train(part, &note);
        }
    }
    return true;
}

/* --- notes from the router ------------------------------------------------ */

static void
take_train(palm_part_t *part, zmq_msg_t *frame)
{
    palm__note_t note = palm__note_of(frame);
    palm__count(&part->stats.received, note.count);
    palm__count(&part->stats.received_bytes, note.bytes);
    if (palm__queue_push(&part->out.queue, frame)) { /* no memory */
        turn_away(part, note.count, &note);
        return;
    }
    part->out.queued += note.count;
}

static void
flush_debts(palm_part_t *part)
{
    part->flushing = true;
    for (size_t i = 0; i < part->server->part_count; i++) {
        return_credit(part, (uint16_t)i, PALM__CREDIT);
    }
}

static void
take_note(palm_part_t *part, zmq_msg_t *frame)
{
    switch (palm__note_of(frame).kind) {
    case PALM__TRAIN:
        take_train(part, frame);
        break;
    case PALM__FLUSH:
        flush_debts(part);
        break;
    default:
        break;
    }
}

static bool
take_notes(palm_part_t *part, int flags)
{
    return palm__part_notes(part, flags, take_note);
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
                                          + part->out.asked_count
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
    bool full = part->class_->waits && palm__feedback_is_full(part);
    bool asks = part->out.asked_count > 0;
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
    for (;;) {
        bool any = take_notes(part, ZMQ_DONTWAIT);
        if (part->stopping) {
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
    bool empty = part->out.queue.count == 0 && part->out.asked_count == 0
                 && held_messages(part) == 0;
    if (part->draining && !part->out.done && empty) {
        part->out.done = true;
        part->touched = true;
        (void)palm__note_send(part->inner, &done);
    }
}

void
palm__outbound_run(palm_part_t *part)
{
    while (!part->stopping) {
        bool any = take_notes(part, ZMQ_DONTWAIT);
        bool blocked = !run_queue(part);
        (void)palm__feedback_pass(part);
        report_drained(part);
        if (!any && !part->touched && !part->stopping) {
            wait_for_something(part, blocked);
        }
    }
    palm__count(&part->stats.left, queued_messages(&part->out)
                                       + part->out.asked_count
                                       + held_messages(part));
}
