/* SPDX-License-Identifier: MIT */
/* outbound_waiting.c: outbound parts that wait for their peer.
 *
 * Each message that it has sent, or could not send, stands in a ring until its
 * feedback is there: the peer's answer, or "0" if it failed or nobody answered
 * in time.  Feedback goes to the router in the order of the messages. */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/outbound_impl.h"

static int
init(palm_part_t *part)
{
    struct palm__waiting *waiting = &part->out.waiting;
    bool parallel = (part->class_->traits & PALM_PARALLEL) != 0;
    waiting->most = parallel ? (size_t)part->options.max_workers : 1;
    waiting->asked = calloc(waiting->most, sizeof *waiting->asked);
    if (!waiting->asked) {
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

static void
fini(palm_part_t *part)
{
    free(part->out.waiting.asked);
    part->out.waiting.asked = NULL;
}

static bool
is_full(const palm_part_t *part)
{
    return part->out.waiting.count == part->out.waiting.most;
}

static void
begin(palm_part_t *part, palm__train_t *train)
{
    (void)part;
    (void)train;
}

/* When the message that is sent now has waited too long, INT64_MAX = never: a
 * parallel class has its own deadlines. */
int64_t
palm__feedback_deadline(const palm_part_t *part)
{
    bool timed = part->class_->waits && !(part->class_->traits & PALM_PARALLEL);
    return palm__deadline(timed ? part->options.reply_timeout : -1);
}

/* The message waits for its feedback; of one that was not sent that is "0". */
static void
end(palm_part_t *part, const palm__train_t *train, bool sent)
{
    struct palm__waiting *waiting = &part->out.waiting;
    size_t place = (waiting->head + waiting->count++) % waiting->most;
    struct palm__asked *asked = &waiting->asked[place];
    assert(waiting->count <= waiting->most);
    asked->note = train->note;
    asked->note.count = 1;
    if (train->next + 1 < train->size) { /* all bytes go with the last */
        asked->note.bytes = 0;
    }
    asked->sent = sent;
    asked->deadline = palm__feedback_deadline(part);
}

/* Each message has its feedback. */
static void
finish(palm_part_t *part, const palm__note_t *note)
{
    (void)part;
    (void)note;
}

static void
cut(palm_part_t *part, palm__note_t *note, uint32_t left)
{
    (void)part;
    note->count = left;
}

const palm__delivery_t palm__waiting_delivery = {init, fini,   is_full, begin,
                                                 end,  finish, cut};

/* Whether the answer is one frame; reads and counts what is not. */
static bool
is_one_frame(palm_part_t *part, zmq_msg_t *feedback)
{
    if (!palm__part_skip_frames(part, feedback)) {
        return true;
    }
    palm__count(&part->stats.undecodable, 1);
    palm_part_warn(part, "PALM-PART-UNDECODABLE",
                   "answer of several frames dropped");
    return false;
}

static int
receive_answer(palm_part_t *part, zmq_msg_t *feedback)
{
    if (zmq_msg_recv(feedback, part->world, ZMQ_DONTWAIT) == -1) {
        return 0;
    }
    return is_one_frame(part, feedback) ? 1 : -1;
}

/* As the operation `receive`. */
static int
receive_feedback(palm_part_t *part, zmq_msg_t *feedback)
{
    const palm_operations_t *operations = &part->class_->operations;
    int got = operations->receive ? operations->receive(part, feedback)
                                  : receive_answer(part, feedback);
    return got > 0 && palm_part_is_oversize(part, zmq_msg_size(feedback)) ? -1
                                                                          : got;
}

bool
palm__feedback_is_overdue(palm_part_t *part, int64_t deadline)
{
    if (deadline == INT64_MAX || palm__now_ms() < deadline) {
        return false;
    }
    palm__count(&part->stats.expired, 1);
    palm_part_warn(part, "PALM-PART-EXPIRED", "no answer from %s in %lld ms",
                   part->endpoint, (long long)part->options.reply_timeout);
    return true;
}

/* Gets the feedback for the first message that waits: the peer's answer, else
 * "0".  Returns false if there is none yet. */
static bool
get_feedback(palm_part_t *part, const struct palm__asked *asked,
             zmq_msg_t *feedback)
{
    int got = asked->sent ? receive_feedback(part, feedback) : -1;
    if (got == 0 && !palm__feedback_is_overdue(part, asked->deadline)) {
        return false;
    }
    if (got <= 0) {
        palm__frame_set(feedback, '0');
    }
    return true;
}

/* Passes on the feedback that is there.  Whether there was any. */
bool
palm__feedback_pass(palm_part_t *part)
{
    struct palm__waiting *waiting = &part->out.waiting;
    bool any = false;
    while (waiting->count > 0) {
        struct palm__asked *asked = &waiting->asked[waiting->head];
        zmq_msg_t feedback;
        (void)zmq_msg_init(&feedback);
        if (!get_feedback(part, asked, &feedback)) {
            (void)zmq_msg_close(&feedback);
            break;
        }
        palm__latency(part, asked->note.since, 1);
        palm__outbound_send_up(part, asked->note, PALM__FEEDBACK, &feedback, 1);
        waiting->head = (waiting->head + 1) % waiting->most;
        waiting->count--;
        any = true;
    }
    return any;
}

/* Milliseconds until the oldest request times out, in sending or in waiting for
 * its reply; -1 = never. */
int64_t
palm__feedback_left(const palm_part_t *part)
{
    const struct palm__outbound *out = &part->out;
    const struct palm__waiting *waiting = &out->waiting;
    if (waiting->count > 0) {
        return palm__left(waiting->asked[waiting->head].deadline);
    }
    return out->started ? palm__left(out->due) : -1;
}
