/* SPDX-License-Identifier: MIT */
/* bypass.c: the base of bypass parts, which never meet the router.
 *
 * Inbound: reads the world and lets the class, or the user's hook, answer; a
 * part that waits (REP) sends one reply for each request, whatever it was.
 * Outbound: sends what the server's handle gives it (palm_server_emit()).  Both
 * run the class's tick, and take orders only from the server's handle. */
#include "config.h"
#include "core/part_impl.h"

#include <errno.h>

#include "core/wait.h"

static void
send_reply(palm_part_t *part, zmq_msg_t *reply)
{
    size_t size = zmq_msg_size(reply);
    if (part->class_->waits && !palm__world_reply(part, reply)) {
        palm__count(&part->stats.sent_bytes, size);
        palm__count(&part->stats.sent, 1);
        return;
    }
    (void)zmq_msg_close(reply);
}

/* The user's hook goes before the class's own answer. */
static int
answer(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply)
{
    if (part->hooks.answer && request) {
        return part->hooks.answer(part, request, reply, part->options.hook_arg);
    }
    return part->class_->operations.answer
               ? part->class_->operations.answer(part, request, reply)
               : 0;
}

/* Serves one request.  Returns false if there is none. */
static bool
serve(palm_part_t *part)
{
    zmq_msg_t request, reply;
    (void)zmq_msg_init(&request);
    int got = palm__world_receive(part, &request);
    if (got) {
        palm__count(&part->stats.received, 1);
        palm__count(&part->stats.received_bytes, zmq_msg_size(&request));
    }
    if (got <= 0) {
        (void)zmq_msg_close(&request);
        return got < 0;
    }
    bool oversize = palm_part_is_oversize(part, zmq_msg_size(&request));
    bool single = !palm__part_skip_frames(part, &request);
    (void)zmq_msg_init(&reply);
    errno = 0;
    if (!oversize && answer(part, single ? &request : NULL, &reply)) {
        palm__count(&part->stats.failed, 1);
        palm_part_warn(part, "PALM-PART-FAILED", "request failed: %s",
                       palm_strerror(errno));
    }
    (void)zmq_msg_close(&request);
    send_reply(part, &reply);
    return true;
}

static bool
has_ended(const palm_part_t *part)
{
    return part->options.messages
           && (part->class_->direction == PALM_INBOUND ? part->stats.received
                                                       : part->stats.sent)
                  >= (uint64_t)part->options.messages;
}

/* Serves the world for a while.  Returns false if there is more to do. */
static bool
serve_world(palm_part_t *part)
{
    int burst = PALM__TRAIN_MAX; /* between two looks at the orders */
    while (burst > 0 && !has_ended(part) && serve(part)) {
        burst--;
    }
    return burst > 0;
}

/* --- outbound ------------------------------------------------------------- */

static void
take_given(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)note;
    palm__count(&part->stats.received, 1);
    if (palm__queue_push(&part->out.queue,
                         &palm__train_of(frame)->messages[0])) {
        (void)__atomic_sub_fetch(&part->given, 1, __ATOMIC_RELAXED);
        palm__count(&part->stats.failed, 1);
        palm_part_warn(part, "PALM-PART-FAILED", "message lost: %s",
                       palm_strerror(errno));
    }
}

/* It hears of the server's handle alone. */
static palm__note_f *const handlers[PALM__KINDS] = {
    [PALM__GO] = palm__part_ignore,       [PALM__DRAIN] = palm__part_drain,
    [PALM__FLUSH] = palm__part_ignore,    [PALM__STOP] = palm__part_stop,
    [PALM__TRAIN] = take_given,           [PALM__ONWARD] = palm__part_ignore,
    [PALM__CREDIT] = palm__part_ignore,   [PALM__UNROUTED] = palm__part_ignore,
    [PALM__FEEDBACK] = palm__part_ignore, [PALM__DONE] = palm__part_ignore,
};

/* Sends what it was given.  Returns false if the world takes no more. */
static bool
send_given(palm_part_t *part)
{
    palm__queue_t *queue = &part->out.queue;
    while (queue->count > 0 && !has_ended(part)) {
        size_t size = zmq_msg_size(palm__queue_at(queue, 0));
        if (zmq_msg_send(palm__queue_at(queue, 0), part->world, ZMQ_DONTWAIT)
            == -1) {
            return false;
        }
        palm__queue_pop(queue);
        palm__count(&part->stats.sent_bytes, size);
        palm__count(&part->stats.sent, 1);
        (void)__atomic_sub_fetch(&part->given, 1, __ATOMIC_RELAXED);
    }
    return true;
}

/* --- the loop ------------------------------------------------------------- */

/* Whether there is nothing to do but wait; the sockets have said EAGAIN. */
static bool
run_once(palm_part_t *part, bool reads, bool *blocked)
{
    bool idle = !reads || serve_world(part);
    (void)palm__part_notes(part, ZMQ_DONTWAIT, handlers);
    *blocked = !send_given(part);
    palm__gauge(&part->gauges.queued, part->out.queue.count);
    if (*blocked && palm__wait_is_writable(part->world)) {
        return false;
    }
    return idle && !palm__part_stops(part);
}

void
palm__bypass_run(palm_part_t *part)
{
    bool listens = part->class_->direction == PALM_INBOUND && part->world;
    bool blocked;
    while (!palm__part_stops(part)) {
        bool reads = listens && !has_ended(part);
        if (run_once(part, reads, &blocked)) {
            palm__part_wait(part, reads || blocked);
        }
    }
    (void)send_given(part);
    palm__count(&part->stats.left, part->out.queue.count);
    palm__queue_fini(&part->out.queue);
}
