/* SPDX-License-Identifier: MIT */
/* block.c: implementations that break PALM-BLOCK. */
#include "conformance/mutants/common.h"

/* --- wirings that are not those of the test ------------------------------- */

#define SETTING(name, key, value)                                              \
    static const struct fault_setting name[] = {{key, value}, {NULL, NULL}}

SETTING(unblocked, "block", "no");
SETTING(blocked, "block", "yes");
SETTING(shared, "part.* isolated", "no");
SETTING(alone, "part.* isolated", "yes");
SETTING(routed, "part.bypass", "inbound RepService block=no");
SETTING(endless, "part.work reply_timeout", "600000");

#undef SETTING

/* --- a RepService --------------------------------------------------------- */

static bool
is_asked(struct crossing *crossing)
{
    return goes_to(crossing, "rep_address")
           || goes_to(crossing, "part.in.address");
}

static bool
replies(struct crossing *crossing)
{
    return comes_from(crossing, "rep_address")
           || comes_from(crossing, "part.in.address");
}

static bool
replies_with(struct crossing *crossing, const char *text)
{
    return replies(crossing) && bytes_are(crossing->message->frame[0], text);
}

/* What the server itself says then is not heard. */
static void
answers_1_at_once(struct crossing *crossing)
{
    if (is_asked(crossing)) {
        crossing_answer(crossing, bytes_text("1"));
    } else if (replies(crossing)) {
        crossing_drop(crossing);
    }
}

static void
answers_nothing_at_once(struct crossing *crossing)
{
    if (is_asked(crossing)) {
        crossing_answer(crossing, bytes_text(""));
    } else if (replies(crossing)) {
        crossing_drop(crossing);
    }
}

static void
answers_nothing_for_1(struct crossing *crossing)
{
    if (replies_with(crossing, "1")) {
        crossing_replace_frame(crossing, 0, "");
    }
}

static void
answers_nothing_for_0(struct crossing *crossing)
{
    if (replies_with(crossing, "0")) {
        crossing_replace_frame(crossing, 0, "");
    }
}

static void
answers_1_for_0(struct crossing *crossing)
{
    if (replies_with(crossing, "0")) {
        crossing_replace_frame(crossing, 0, "1");
    }
}

/* Nor does it go on. */
static void
does_not_answer_0(struct crossing *crossing)
{
    if (replies_with(crossing, "0")) {
        crossing_drop(crossing);
    }
}

static void
stops_after_0(struct crossing *crossing)
{
    static bool stopped;

    stopped = stopped || replies_with(crossing, "0");
    if (stopped && is_asked(crossing)) {
        crossing_drop(crossing);
    }
}

static void
takes_first_frame(struct crossing *crossing)
{
    if (is_asked(crossing) && crossing->message->count > 1) {
        crossing->message->count = 1;
    }
}

/* It answers 0 all the same. */
static void
passes_first_frame_on(struct crossing *crossing)
{
    static bool passed;

    if (is_asked(crossing) && crossing->message->count > 1) {
        crossing->message->count = 1;
        passed = true;
    } else if (replies(crossing) && passed) {
        crossing_replace_frame(crossing, 0, "0");
        passed = false;
    }
}

/* As one that looks at the first bytes only. */
static void
answers_nothing_for_other_bad_frames(struct crossing *crossing)
{
    struct message message;

    if (is_asked(crossing) && !crossing_message(crossing, &message)
        && crossing->message->frame[0].size > 8) {
        crossing_answer(crossing, bytes_text(""));
        crossing_drop(crossing);
    }
}

/* What scatter yields nothing of has this payload. */
static bool
yields_nothing(struct crossing *crossing)
{
    static bool asked;
    bool nothing = asked && replies(crossing);
    struct message message;

    if (is_asked(crossing)) {
        asked = crossing_message(crossing, &message)
                && bytes_are(message.payload, "0");
    }
    return nothing;
}

static void
answers_1_for_nothing(struct crossing *crossing)
{
    if (yields_nothing(crossing)) {
        crossing_replace_frame(crossing, 0, "1");
    }
}

static void
answers_0_for_nothing(struct crossing *crossing)
{
    if (yields_nothing(crossing)) {
        crossing_replace_frame(crossing, 0, "0");
    }
}

/* Of a blocking part: its feedback, which never comes. */
static void
waits_for_feedback_of_nothing(struct crossing *crossing)
{
    static bool works;

    works = works || goes_to(crossing, "work_pull_address");
    if (yields_nothing(crossing) && works) {
        crossing_drop(crossing);
    }
}

/* --- while it waits ------------------------------------------------------- */

static void
answers_with_late_feedback(struct crossing *crossing)
{
    static struct bytes late;
    struct message message;

    if (goes_to(crossing, "work_pull_address") && late.data == NULL) {
        late = crossing->message->frame[0];
    } else if (message_comes_from(crossing, "rep_address", &message)) {
        crossing->message->frame[0] = late;
    }
}

static void
answers_with_second_feedback(struct crossing *crossing)
{
    static struct bytes last;
    static struct bytes twice[2]; /* what came so; the later one first */
    struct bytes *frame = &crossing->message->frame[0];

    if (goes_to(crossing, "work_pull_address")) {
        if (last.data != NULL && bytes_equal(*frame, last)) {
            twice[1] = twice[0];
            twice[0] = *frame;
        }
        last = *frame;
    } else if (comes_from(crossing, "rep_address")) {
        int other = twice[0].data != NULL && bytes_equal(twice[0], *frame);

        *frame = twice[other].data == NULL ? *frame : twice[other];
    }
}

static void
routes_nothing_after_0(struct crossing *crossing)
{
    static bool stopped;

    stopped = stopped || replies_with(crossing, "0");
    if (stopped && goes_to(crossing, "part.other.address")) {
        crossing_drop(crossing);
    }
}

/* Only a message that has gone to a peer is timed. */
static void
waits_for_a_peer(struct crossing *crossing)
{
    static bool sent;

    sent = sent || comes_from(crossing, "part.work.push_address");
    if (!sent && replies(crossing)) {
        crossing_drop(crossing);
    }
}

const struct fault block_faults[] = {
    WRONG_SETTING("M-BLOCK-001a", "answers 1 for an empty frame", unblocked),
    WRONG_SETTING("M-BLOCK-002a", "answers 1, not the feedback", unblocked),
    WRONG_SETTING("M-BLOCK-003a", "answers an empty frame for 1", blocked),
    WRONG_SETTING("M-BLOCK-004a", "answers the feedback, not 1", blocked),
    FAULT("M-BLOCK-004b", "answers before the feedback", answers_1_at_once),
    FAULT("M-BLOCK-005a", "answers at once", answers_1_at_once),
    FAULT("M-BLOCK-006a", "answers an empty frame", answers_nothing_for_1),
    FAULT("M-BLOCK-007a", "answers 1", answers_1_for_0),
    FAULT("M-BLOCK-007b", "does not answer", does_not_answer_0),
    FAULT("M-BLOCK-007c", "does not go on", stops_after_0),
    FAULT("M-BLOCK-007d", "answers an empty frame to some",
          answers_nothing_for_other_bad_frames),
    FAULT("M-BLOCK-008a", "takes the first frame", takes_first_frame),
    FAULT("M-BLOCK-008b", "passes the first frame on", passes_first_frame_on),
    FAULT("M-BLOCK-009a", "answers an empty frame", answers_nothing_for_0),
    FAULT("M-BLOCK-009b", "does not answer", does_not_answer_0),
    FAULT("M-BLOCK-009c", "does not go on", stops_after_0),
    FAULT("M-BLOCK-010a", "answers 1 for nothing", answers_1_for_nothing),
    FAULT("M-BLOCK-010b", "answers 0 for nothing", answers_0_for_nothing),
    FAULT("M-BLOCK-010c", "waits for feedback of nothing",
          waits_for_feedback_of_nothing),
    WRONG_SETTING("M-BLOCK-011a", "answers 1 to a scattered one", unblocked),
    FAULT("M-BLOCK-012a", "answers with late feedback",
          answers_with_late_feedback),
    FAULT("M-BLOCK-012b", "answers with feedback that came twice",
          answers_with_second_feedback),
    WRONG_SETTING("M-BLOCK-013a", "routes others meanwhile", alone),
    WRONG_SETTING("M-BLOCK-014a", "routes what bypasses", routed),
    WRONG_SETTING("M-BLOCK-015a", "holds up all routes", shared),
    FAULT("M-BLOCK-016a", "answers before the feedback",
          answers_nothing_at_once),
    WRONG_SETTING("M-BLOCK-017a", "waits for ever", endless),
    FAULT("M-BLOCK-017b", "answers an empty frame", answers_nothing_for_0),
    FAULT("M-BLOCK-017c", "does not go on", routes_nothing_after_0),
    FAULT("M-BLOCK-017d", "waits for ever for a peer", waits_for_a_peer),
    END_OF_FAULTS,
};
