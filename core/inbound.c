/* SPDX-License-Identifier: MIT */
/* inbound.c: the base of inbound parts: world -> part -> router.
 *
 * Design notes
 *
 * - The part takes one message and whatever else is waiting, at most a train,
 *   and hands the train to the router.  With little load a train is one message
 *   and nothing waits for company.
 * - Each message costs credit, in messages and bytes, which comes back when an
 *   outbound part has handed it over.  Without credit the part does not read
 *   its socket, so the pressure reaches the sender.  Below half of its window
 *   it marks its trains eager; above, the outbound part may keep the credit
 *   for a while, which saves two wake-ups per train.
 * - After a long train the part rests for a moment before it looks again (this
 *   is interrupt coalescing): every wake-up of the threads behind it then
 *   serves more messages.  Short trains are never held back.
 * - A blocking part (REP) answers each request exactly once, with what became
 *   of its last message (PALM-BLOCK-001 to 010); it has one message inside at a
 *   time.
 * - Whatever is wrong with a message costs that message only.
 * - On PALM__DRAIN the part stops listening, hands over what has already
 *   arrived, closes its socket, says PALM__DONE and waits for PALM__STOP. */
#include "config.h"
#include "core/part_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/server_impl.h"

enum {
    RECEIVED,
    NOTHING,
    DROPPED,
    NOBODY /* dropped, and there is nobody to answer */
};
enum {
    ROUNDS_PER_LOOK = 16, /* trains between two looks at the notes */
    LONG_TRAIN = 16,      /* messages after which the part rests */
    REST = 150000         /* ns */
};

static bool handle_notes(palm_part_t *part, int flags);

int
palm__inbound_init(palm_part_t *part)
{
    struct palm__inbound *in = &part->in;
    /* A blocking part on either side is served one message at a time, or as
     * many as it can wait for. */
    const palm_part_t *route = part->route;
    if (route && route->class_->waits) {
        in->window = route->class_->traits & PALM_PARALLEL
                         ? route->options.max_workers
                         : 1;
    } else {
        in->window = part->class_->waits ? 1 : part->options.window;
    }
    in->credit = in->window;
    in->credit_size = part->options.window_size;
    in->train_max =
        in->credit < PALM__TRAIN_MAX ? (uint32_t)in->credit : PALM__TRAIN_MAX;
    in->drain_left = 2 * part->options.hwm;
    return zmq_msg_init(&in->feedback);
}

static void
close_batch(struct palm__inbound *in)
{
    for (; in->count > 0; in->count--) {
        (void)zmq_msg_close(&in->batch[in->count - 1]);
    }
    in->bytes = 0;
}

void
palm__inbound_fini(palm_part_t *part)
{
    close_batch(&part->in);
    (void)zmq_msg_close(&part->in.feedback);
}

/* --- to the router -------------------------------------------------------- */

static bool
has_credit(const palm_part_t *part)
{
    return part->in.credit > 0 && part->in.credit_size > 0;
}

static bool
is_short_of_credit(const palm_part_t *part)
{
    return part->in.credit * 2 < part->options.window
           || part->in.credit_size * 2 < part->options.window_size;
}

/* Drops the batch, for which there is no memory.  Its credit is ours again. */
static int
lose_batch(palm_part_t *part)
{
    struct palm__inbound *in = &part->in;
    palm__count(&part->stats.failed, in->count);
    in->credit += in->count;
    in->credit_size += (int64_t)in->bytes;
    close_batch(in);
    errno = ENOMEM;
    return -1;
}

/* Hands the batch to the router.  On failure (-1) it is lost and counted. */
static int
send_train(palm_part_t *part)
{
    struct palm__inbound *in = &part->in;
    zmq_msg_t frame;
    palm__note_t note = {
        .kind = PALM__TRAIN,
        .eager = is_short_of_credit(part),
        .from = part->index,
        .count = in->count,
        .bytes = in->bytes,
        .since = in->since,
    };
    if (in->count == 0) {
        return 0;
    }
    if (palm__train_frame(&frame, &note, in->batch, in->count)) {
        return lose_batch(part);
    }
    palm__count(&part->stats.sent, in->count);
    palm__count(&part->stats.sent_bytes, in->bytes);
    in->tired = in->count >= LONG_TRAIN;
    in->count = 0;
    in->bytes = 0;
    if (zmq_msg_send(&frame, part->inner, ZMQ_DONTWAIT) == -1) {
        (void)zmq_msg_close(&frame);
        return -1;
    }
    return 0;
}

/* Waits for a note from the router, and serves a world that needs it. */
static void
await_note(palm_part_t *part)
{
    const palm_operations_t *operations = &part->class_->operations;
    if (!operations->readable && !operations->tick) {
        (void)handle_notes(part, 0);
    } else if (!handle_notes(part, ZMQ_DONTWAIT)) {
        palm__part_wait(part, false);
    }
}

/* Blocking part: hands the batch over, waits until each message has its answer.
 * Those whose feedback has come may still be inside, on their way to a second
 * outbound part. */
static int
settle(palm_part_t *part)
{
    struct palm__inbound *in = &part->in;
    bool lost = send_train(part) != 0;
    while (in->credit + (int64_t)in->early < in->window
           && !palm__part_stops(part)) {
        await_note(part);
    }
    return lost || palm__part_stops(part) ? -1 : 0;
}

/* Takes a message for the router.  On failure (-1) it is still the caller's. */
static int
put(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__inbound *in = &part->in;
    size_t size = zmq_msg_size(frame);
    while (!has_credit(part)) { /* only a scatter can get here without */
        if (send_train(part)) {
            return -1;
        }
        await_note(part);
        if (palm__part_stops(part)) {
            errno = ECANCELED;
            return -1;
        }
    }
    if (in->count == 0) {
        in->since = palm__now_us();
    }
    (void)zmq_msg_init(&in->batch[in->count]);
    (void)zmq_msg_move(&in->batch[in->count++], frame);
    in->bytes += size;
    in->credit--;
    assert(in->credit >= 0);
    in->credit_size -= (int64_t)size;
    return in->count == in->train_max ? send_train(part) : 0;
}

/* --- one message ---------------------------------------------------------- */

static void
fail(palm_part_t *part, const char *what)
{
    palm__count(&part->stats.failed, 1);
    palm_part_warn(part, "PALM-PART-FAILED", "message lost in %s: %s", what,
                   palm_strerror(errno));
}

/* Gives an empty cache field a new id. */
static int
fill_cache(palm_part_t *part, zmq_msg_t *frame, palm_message_t *message)
{
    char id[PALM_ID_SIZE + 1];
    zmq_msg_t filled;
    if (palm_id_next(&part->ids, id)) {
        return -1;
    }
    message->cache = palm_slice(id);
    if (palm_message_encode(message, &filled)) {
        return -1;
    }
    (void)zmq_msg_move(frame, &filled);
    (void)zmq_msg_close(&filled);
    return palm_message_scan(message, zmq_msg_data(frame), zmq_msg_size(frame),
                             NULL);
}

int
palm__inbound_yield(palm_part_t *part, const palm_message_t *message)
{
    zmq_msg_t frame;
    if (palm_message_encode(message, &frame)) {
        part->in.yield_failed = true;
        return -1;
    }
    if (put(part, &frame)) {
        (void)zmq_msg_close(&frame);
        part->in.yield_failed = true;
        return -1;
    }
    return 0;
}

static int
scatter(palm_part_t *part, const palm_message_t *message)
{
    part->in.yield_failed = false;
    errno = 0;
    if (part->hooks.scatter(part, message, part->options.hook_arg)
        || part->in.yield_failed) {
        fail(part, "scatter");
        return -1;
    }
    return 0;
}

static bool
fills_cache(const palm_part_t *part)
{
    return part->options.fill_cache == PALM_BY_CLASS
               ? (part->class_->traits & PALM_FILLS_CACHE) != 0
               : part->options.fill_cache;
}

/* Makes a message of what came and puts it into the batch.  Takes *frame in any
 * case. */
static palm_outcome_t
take_message(palm_part_t *part, zmq_msg_t *frame)
{
    palm_message_t message;
    palm_error_t why;
    palm_outcome_t outcome = PALM_FAILED;
    if (part->hooks.to_router
        && part->hooks.to_router(part, frame, part->options.hook_arg)) {
        fail(part, "to_router");
    } else if (palm_message_scan(&message, zmq_msg_data(frame),
                                 zmq_msg_size(frame), &why)) {
        palm_part_refuse(part, "message", why.text);
        outcome = PALM_REFUSED;
    } else if (fills_cache(part) && !message.cache.size
               && fill_cache(part, frame, &message)) {
        fail(part, "filling its cache field");
    } else if (part->hooks.scatter) {
        outcome = scatter(part, &message) ? PALM_FAILED : PALM_ACCEPTED;
    } else if (put(part, frame)) {
        fail(part, "handing over");
    } else {
        outcome = PALM_ACCEPTED;
    }
    (void)zmq_msg_close(frame);
    return outcome;
}

/* --- from the world ------------------------------------------------------- */

/* Receives a message if there is one; *frame is then the caller's.  Returns
 * RECEIVED, NOTHING, DROPPED or NOBODY. */
static int
receive(palm_part_t *part, zmq_msg_t *frame)
{
    const palm_operations_t *operations = &part->class_->operations;
    (void)zmq_msg_init(frame);
    int got = operations->receive ? operations->receive(part, frame)
                                  : palm__world_receive(part, frame);
    int what = RECEIVED;
    if (got == 0) {
        what = NOTHING;
    } else if (got < 0) {
        what = operations->receive ? DROPPED : NOBODY;
    }
    if (what != NOTHING) {
        palm__count(&part->stats.received, 1);
        palm__count(&part->stats.received_bytes, zmq_msg_size(frame));
    }
    if (what == RECEIVED && palm__part_skip_frames(part, frame)) {
        palm_part_refuse(part, "message", "several frames, expected one");
        what = DROPPED;
    }
    if (what == RECEIVED && palm_part_is_oversize(part, zmq_msg_size(frame))) {
        what = DROPPED;
    }
    if (what != RECEIVED) {
        (void)zmq_msg_close(frame);
    }
    return what;
}

static bool
is_last(palm_part_t *part)
{
    if (part->phase >= PALM__PART_DRAINS && part->in.drain_left-- <= 0) {
        return true;
    }
    return part->options.messages
           && part->stats.received >= (uint64_t)part->options.messages;
}

static bool
end_if_last(palm_part_t *part)
{
    bool last = is_last(part);
    if (last) {
        palm__part_reach(part, PALM__PART_ENDED);
    }
    return last;
}

/* Fills a train from what is waiting and sends it.  Returns false if nothing
 * was waiting, or nothing more is to be read. */
static bool
run_train(palm_part_t *part)
{
    zmq_msg_t frame;
    int what = NOTHING;
    for (uint32_t i = 0; i < part->in.train_max && has_credit(part); i++) {
        if ((what = receive(part, &frame)) == NOTHING) {
            break;
        }
        if (what == RECEIVED) {
            (void)take_message(part, &frame);
        }
        if (end_if_last(part)) {
            break;
        }
    }
    if (send_train(part)) {
        palm_part_warn(part, "PALM-PART-FAILED", "a train is lost: %s",
                       palm_strerror(errno));
    }
    return what != NOTHING;
}

/* --- blocking parts ------------------------------------------------------- */

/* Makes the reply (PALM-BLOCK-001 to 006) from the last answer of the router.
 */
static void
make_reply(palm_part_t *part, zmq_msg_t *reply)
{
    struct palm__inbound *in = &part->in;
    if (in->answer == PALM__FEEDBACK && part->options.block) {
        (void)zmq_msg_copy(reply, &in->feedback);
    } else if (in->answer == PALM__UNROUTED
               || (in->answer && !part->options.block)) {
        palm__frame_set(reply, '1');
    } /* else empty: nothing was yielded, or nobody gives feedback */
}

static int
send_reply(palm_part_t *part, zmq_msg_t *frame, palm_outcome_t outcome)
{
    if (part->class_->operations.reply) {
        return part->class_->operations.reply(part, frame, outcome);
    }
    if (palm__world_reply(part, frame)) {
        (void)zmq_msg_close(frame);
        return -1;
    }
    return 0;
}

static void
reply(palm_part_t *part, palm_outcome_t outcome)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    if (outcome == PALM_ACCEPTED) {
        make_reply(part, &frame);
    } else {
        palm__frame_set(&frame, '0');
    }
    if (part->hooks.reply_feedback
        && part->hooks.reply_feedback(part, &frame, part->options.hook_arg)) {
        fail(part, "reply_feedback");
    }
    if (send_reply(part, &frame, outcome)) {
        fail(part, "replying");
    }
}

/* Serves one request.  Returns false if there was none. */
static bool
run_request(palm_part_t *part)
{
    zmq_msg_t frame;
    int what = receive(part, &frame);
    if (what == NOTHING) {
        return false;
    }
    if (what == NOBODY) {
        end_if_last(part);
        return true;
    }
    part->in.answer = 0;
    palm_outcome_t outcome =
        what == RECEIVED ? take_message(part, &frame) : PALM_REFUSED;
    if (settle(part)) {
        if (palm__part_stops(part)) {
            return false;
        }
        outcome = PALM_FAILED;
    }
    reply(part, outcome);
    end_if_last(part);
    return true;
}

/* --- notes from the router ------------------------------------------------ */

static void
take_credit(palm_part_t *part, const palm__note_t *note)
{
    struct palm__inbound *in = &part->in;
    in->credit += note->count;
    in->credit_size += (int64_t)note->bytes;
    in->answer = note->kind;
    assert(in->credit <= in->window);
    assert(in->credit < in->window || in->count > 0
           || in->credit_size == part->options.window_size);
}

/* Credit of messages whose feedback came before: that counts, not this. */
static void
take_late_credit(palm_part_t *part, const palm__note_t *note)
{
    uint8_t answer = part->in.answer;
    part->in.early -= note->count;
    take_credit(part, note);
    part->in.answer = answer;
}

static void
on_credit(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    (void)frame;
    if (note->leg == 1 && part->in.early >= note->count) {
        take_late_credit(part, note);
    } else {
        take_credit(part, note);
    }
}

static void
on_feedback(palm_part_t *part, const palm__note_t *note, zmq_msg_t *frame)
{
    zmq_msg_t *feedback = &part->in.feedback;
    take_credit(part, note);
    part->in.early += note->count == 0; /* it went on, with the credit */
    (void)zmq_msg_move(feedback, &palm__train_of(frame)->messages[0]);
    if (part->hooks.handle_feedback
        && part->hooks.handle_feedback(part, feedback,
                                       part->options.hook_arg)) {
        fail(part, "handle_feedback");
    }
}

static palm__note_f *const handlers[PALM__KINDS] = {
    [PALM__GO] = palm__part_ignore,    [PALM__DRAIN] = palm__part_drain,
    [PALM__FLUSH] = palm__part_ignore, [PALM__STOP] = palm__part_stop,
    [PALM__TRAIN] = palm__part_ignore, [PALM__ONWARD] = palm__part_ignore,
    [PALM__CREDIT] = on_credit,        [PALM__UNROUTED] = on_credit,
    [PALM__FEEDBACK] = on_feedback,    [PALM__DONE] = palm__part_ignore,
};

static bool
handle_notes(palm_part_t *part, int flags)
{
    return palm__part_notes(part, flags, handlers);
}

/* --- the loop ------------------------------------------------------------- */

/* Closes the door; libzmq closes what came through it as well, which a part
 * that stays open still needs, and one that has to answer what it took. */
static void
stop_listening(palm_part_t *part)
{
    if (part->class_->binds && part->world && !part->class_->waits
        && !(part->class_->traits & PALM_STAYS_OPEN)) {
        (void)zmq_unbind(part->world, part->endpoint);
    }
}

/* Closes the intake, tells the router and waits for its order to leave. */
static void
end(palm_part_t *part)
{
    const palm__note_t done = {.kind = PALM__DONE, .from = part->index};
    bool stays = (part->class_->traits & PALM_STAYS_OPEN) != 0;
    if (!stays) {
        palm__part_close_world(part);
    }
    (void)palm__note_send(part->inner, &done);
    while (!palm__part_stops(part)) {
        if (stays) {
            await_note(part);
        } else { /* there is no world to serve any more */
            (void)handle_notes(part, 0);
        }
    }
}

static void
rest(palm_part_t *part)
{
    const struct timespec moment = {0, REST};
    part->in.tired = false;
    (void)nanosleep(&moment, NULL);
}

static void
show_credit(palm_part_t *part)
{
    int64_t credit = part->in.credit;
    palm__gauge(&part->gauges.credit, credit > 0 ? (uint64_t)credit : 0);
    palm__gauge(&part->gauges.inside, (uint64_t)(part->in.window - credit));
}

/* Serves the world and waits.  The socket's descriptor is edge-triggered: if
 * serving has brought messages, waiting would miss them. */
static void
serve_and_wait(palm_part_t *part, bool able, bool (*run)(palm_part_t *))
{
    uint64_t received = part->stats.received;
    int64_t due = palm__part_serve(part);
    if (able && part->class_->operations.readable) {
        (void)run(part);
        if (part->stats.received != received) {
            return;
        }
    }
    palm__part_sleep(part, able, due);
}

/* What a part does, by its phase, that has nothing to read at the moment; able:
 * it has had credit to read with. */
typedef void idle_f(palm_part_t *part, bool able, bool (*run)(palm_part_t *));

static void
idle(palm_part_t *part, bool able, bool (*run)(palm_part_t *))
{
    if (part->in.tired) {
        rest(part);
    } else if (able || !has_credit(part)) {
        serve_and_wait(part, able, run);
    }
}

static void
close_door(palm_part_t *part, bool able, bool (*run)(palm_part_t *))
{
    (void)able;
    (void)run;
    stop_listening(part);
    palm__part_reach(part, PALM__PART_CLOSED);
}

static void
end_if_empty(palm_part_t *part, bool able, bool (*run)(palm_part_t *))
{
    if (able) {
        palm__part_reach(part, PALM__PART_ENDED);
    } else {
        idle(part, able, run);
    }
}

static idle_f *const idles[] = {
    [PALM__PART_RUNS] = idle,
    [PALM__PART_FLUSHES] = idle,
    [PALM__PART_DRAINS] = close_door,
    [PALM__PART_CLOSED] = end_if_empty,
};

/* One round: what is there, then the notes, then a wait. */
static void
run_once(palm_part_t *part, bool (*run)(palm_part_t *))
{
    bool able = has_credit(part);
    bool busy = able && run(part);
    if (busy && ++part->in.rounds % ROUNDS_PER_LOOK != 0) {
        return;
    }
    (void)handle_notes(part, ZMQ_DONTWAIT);
    show_credit(part);
    if (!busy && part->phase < PALM__PART_ENDED) {
        idles[part->phase](part, able, run);
    }
}

void
palm__inbound_run(palm_part_t *part)
{
    bool (*run)(palm_part_t *) = part->class_->waits ? run_request : run_train;
    while (part->phase < PALM__PART_ENDED) {
        run_once(part, run);
    }
    if (!palm__part_stops(part)) {
        end(part);
    }
}
