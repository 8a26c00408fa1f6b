/* SPDX-License-Identifier: MIT */
/* connect.c: implementations that break PALM-CONNECT. */
#include "conformance/mutants/common.h"

static const struct fault_setting rep_does_not_block[] = {
    {"part.in block", "no"}, {NULL, NULL}};

static void
leaves_cache_empty(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.out.address", &message)
        && message.cache.size == 36) {
        message.cache = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static void
replaces_cache(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.out.address", &message)) {
        message.cache = bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e00");
        crossing_replace(crossing, &message);
    }
}

static void
sends_two_frames(struct crossing *crossing)
{
    struct frames *frames = crossing->message;

    if (comes_from(crossing, "part.out.address")) {
        frames->frame[1] = frames->frame[0];
        frames->frame[0] = bytes_of("", 0);
        frames->count = 2;
    }
}

static void
loses_what_waits(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address") && crossing->number < 3) {
        crossing_drop(crossing);
    }
}

static void
answers_nonsense_with_nothing(struct crossing *crossing)
{
    if (comes_from(crossing, "part.in.address")
        && bytes_are(crossing->message->frame[0], "0")) {
        crossing_replace_frame(crossing, 0, "");
    }
}

static bool
is_published(struct crossing *crossing)
{
    return goes_to(crossing, "part.in.address");
}

static void
takes_nothing(struct crossing *crossing)
{
    if (is_published(crossing)) {
        crossing_drop(crossing);
    }
}

static void
changes_pipeline(struct crossing *crossing)
{
    struct message message;

    if (message_goes_to(crossing, "part.in.address", &message)) {
        message.pipeline = crossing->message->frame[0];
        crossing_replace(crossing, &message);
    }
}

static void
takes_longer_topics(struct crossing *crossing)
{
    if (is_published(crossing)) {
        crossing->message->frame[0] =
            bytes_cut(crossing->message->frame[0], 0, 5);
    }
}

static void
takes_three_frames(struct crossing *crossing)
{
    if (is_published(crossing) && crossing->message->count == 3) {
        crossing->message->count = 2;
    }
}

static void
dies_of_one_frame(struct crossing *crossing)
{
    if (is_published(crossing) && crossing->message->count == 1) {
        crossing_die(crossing, 1);
    }
}

static void
does_not_come_back_to_give(struct crossing *crossing)
{
    if (is_published(crossing) && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

static void
does_not_come_back_to_take(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address") && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

const struct fault connect_faults[] = {
    FAULT("M-CONNECT-001a", "PullConnection leaves cache empty",
          leaves_cache_empty),
    FAULT("M-CONNECT-001b", "PullConnection replaces cache", replaces_cache),
    FAULT("M-CONNECT-002a", "PushConnection sends two frames",
          sends_two_frames),
    FAULT("M-CONNECT-003a", "PushConnection loses what waits",
          loses_what_waits),
    WRONG_SETTING("M-CONNECT-004a", "RepConnection never blocks",
                  rep_does_not_block),
    FAULT("M-CONNECT-004b", "RepConnection answers nonsense with nothing",
          answers_nonsense_with_nothing),
    FAULT("M-CONNECT-005a", "SubConnection takes nothing", takes_nothing),
    FAULT("M-CONNECT-005b", "SubConnection changes the message",
          changes_pipeline),
    FAULT("M-CONNECT-006a", "SubConnection takes longer topics",
          takes_longer_topics),
    FAULT("M-CONNECT-007a", "SubConnection takes three frames",
          takes_three_frames),
    FAULT("M-CONNECT-007b", "SubConnection dies of one frame",
          dies_of_one_frame),
    FAULT("M-CONNECT-008a", "PullConnection and SubConnection do not come back",
          does_not_come_back_to_give),
    FAULT("M-CONNECT-008b", "PushConnection does not come back",
          does_not_come_back_to_take),
    END_OF_FAULTS,
};
