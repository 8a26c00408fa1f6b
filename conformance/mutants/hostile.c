/* SPDX-License-Identifier: MIT */
/* hostile.c: implementations that break PALM-HOSTILE. */

#include "conformance/mutants/common.h"

static bool
is_good(struct crossing *crossing)
{
    struct message message;

    return crossing->message->count == 1
           && crossing_message(crossing, &message);
}

/* Dies of an undecodable frame that comes to the endpoint. */
static void
dies_at(struct crossing *crossing, const char *endpoint)
{
    struct message message;

    if (goes_to(crossing, endpoint) && !crossing_message(crossing, &message)) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_work(struct crossing *crossing)
{
    dies_at(crossing, "pull_address");
}

static void
dies_of_results(struct crossing *crossing)
{
    dies_at(crossing, "worker_pull_address");
}

static void
dies_of_requests(struct crossing *crossing)
{
    dies_at(crossing, "db_address");
}

static void
dies_of_rep_requests(struct crossing *crossing)
{
    dies_at(crossing, "rep_address");
}

static void
dies_of_published(struct crossing *crossing)
{
    dies_at(crossing, "sub_address");
}

static void
worker_dies(struct crossing *crossing)
{
    dies_at(crossing, "worker_push_address");
}

static void
client_dies(struct crossing *crossing)
{
    dies_at(crossing, "pub_address");
}

static void
takes_first_frame(struct crossing *crossing)
{
    if (goes_to(crossing, "pull_address") && crossing->message->count > 1) {
        crossing->message->count = 1;
    }
}

static void
takes_first_frame_of_results(struct crossing *crossing)
{
    if (goes_to(crossing, "worker_pull_address")
        && crossing->message->count > 1) {
        crossing->message->count = 1;
    }
}

/* The answers to what is no good request. */
static void
answers_1(struct crossing *crossing)
{
    if (crossing->to_target && !is_good(crossing)) {
        crossing_answer(crossing, bytes_text("1"));
        crossing_drop(crossing);
    }
}

static void
answers_empty_keys(struct crossing *crossing)
{
    struct message message;

    if (message_goes_to(crossing, "db_address", &message)
        && message.payload.size == 0) {
        crossing_answer(crossing, bytes_text("0"));
        crossing_drop(crossing);
    }
}

static void
answers_odd_functions_never(struct crossing *crossing)
{
    struct message message;

    if (crossing->to_target && crossing_message(crossing, &message)
        && message.function.size > 0
        && (message.function.data[0] == '.' || message.function.data[0] == ' '
            || message.function.size > 1000)) {
        crossing_drop(crossing);
    }
}

/* Answers only those that come alone: all but some are lost. */
static void
answers_some(struct crossing *crossing)
{
    if (goes_to(crossing, "rep_address") && crossing->number % 2 == 1) {
        crossing_drop(crossing);
    }
}

static void
never_complains(struct crossing *crossing)
{
    if (comes_from(crossing, "control")
        && bytes_are(crossing->message->frame[0], "ERROR")) {
        crossing_drop(crossing);
    }
}

const struct fault hostile_faults[] = {
    FAULT("M-HOSTILE-001a", "dies of undecodable work", dies_of_work),
    FAULT("M-HOSTILE-002a", "dies of an undecodable result", dies_of_results),
    FAULT("M-HOSTILE-003a", "takes the first frame", takes_first_frame),
    FAULT("M-HOSTILE-003b", "takes the first frame of results",
          takes_first_frame_of_results),
    FAULT("M-HOSTILE-009a", "dies of undecodable requests", dies_of_requests),
    FAULT("M-HOSTILE-009b", "answers 1", answers_1),
    FAULT("M-HOSTILE-010a", "answers several frames with 1", answers_1),
    FAULT("M-HOSTILE-011a", "answers 0 to an empty key", answers_empty_keys),
    FAULT("M-HOSTILE-014a", "does not answer odd functions",
          answers_odd_functions_never),
    FAULT("M-HOSTILE-015a", "dies of undecodable requests",
          dies_of_rep_requests),
    FAULT("M-HOSTILE-015b", "answers 1", answers_1),
    FAULT("M-HOSTILE-016a", "answers every second request", answers_some),
    FAULT("M-HOSTILE-018a", "dies of what is published", dies_of_published),
    FAULT("M-HOSTILE-021a", "dies of undecodable work", worker_dies),
    FAULT("M-HOSTILE-022a", "has no result for odd functions",
          answers_odd_functions_never),
    FAULT("M-HOSTILE-024a", "does not complain", never_complains),
    FAULT("M-HOSTILE-025a", "dies of an undecodable result", client_dies),
    END_OF_FAULTS,
};
