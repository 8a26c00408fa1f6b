/* SPDX-License-Identifier: MIT */
/* outbound_feedback.c: what a waiting outbound part hears from its peer.
 *
 * Each message that it has sent, or could not send, stands in a ring until its
 * feedback is there: the peer's answer, or "0" if it failed or nobody answered
 * in time.  Feedback goes to the router in the order of the messages. */
#include "config.h"

#include "core/compat.h"
#include "core/connect.h"
#include "core/outbound_impl.h"

/* Whether as many messages are with the peer as there may be. */
bool
palm__feedback_is_full(const palm_part_t *part)
{
    return part->out.asked_count == part->out.asked_most;
}

/* When the message that is sent now has waited too long, INT64_MAX = never: a
 * parallel class has its own deadlines. */
int64_t
palm__feedback_deadline(const palm_part_t *part)
{
    bool timed = part->class_->waits && !(part->class_->traits & PALM_PARALLEL);
    return palm__deadline(timed ? part->options.reply_timeout : -1);
}

/* Notes that a message waits for its feedback; without `sent` it failed, and
 * its feedback is "0". */
void
palm__feedback_await(palm_part_t *part, const palm__train_t *train, bool sent)
{
    struct palm__outbound *out = &part->out;
    struct palm__asked *asked =
        &out->asked[(out->asked_head + out->asked_count++) % out->asked_most];
    asked->note = train->note;
    asked->note.count = 1;
    if (train->next + 1 < train->size) { /* all bytes go with the last */
        asked->note.bytes = 0;
    }
    asked->sent = sent;
    asked->deadline = palm__feedback_deadline(part);
}

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
    struct palm__outbound *out = &part->out;
    bool any = false;
    while (out->asked_count > 0) {
        struct palm__asked *asked = &out->asked[out->asked_head];
        zmq_msg_t feedback;
        (void)zmq_msg_init(&feedback);
        if (!get_feedback(part, asked, &feedback)) {
            (void)zmq_msg_close(&feedback);
            break;
        }
        palm__latency(part, asked->note.since, 1);
        palm__outbound_send_up(part, asked->note, PALM__FEEDBACK, &feedback, 1);
        out->asked_head = (out->asked_head + 1) % out->asked_most;
        out->asked_count--;
        any = true;
    }
    return any;
}

/* Milliseconds until the first message has waited too long, for its answer or
 * for somebody to take it; -1 = never. */
int64_t
palm__feedback_left(const palm_part_t *part)
{
    const struct palm__outbound *out = &part->out;
    if (out->asked_count > 0) {
        return palm__left(out->asked[out->asked_head].deadline);
    }
    return out->started ? palm__left(out->due) : -1;
}
