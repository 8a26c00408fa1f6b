/* SPDX-License-Identifier: MIT */
/* ext_limits.c: implementations that break the limits of PALM-EXT. */
#include "conformance/mutants/common.h"

enum { LARGE = 2000 }; /* the limit of the tests */

static void
writes_a_unit(struct crossing *crossing)
{
    if (comes_from(crossing, "db_address")
        && bytes_are(crossing->message->frame[0], "2000")) {
        crossing_replace_frame(crossing, 0, "2000 bytes");
    }
}

static bool
is_large(struct crossing *crossing, const char *endpoint,
         struct message *message)
{
    return message_goes_to(crossing, endpoint, message)
           && message->payload.size >= LARGE;
}

/* What is over the limit gets through, as if there were none. */
static void
takes_large_ones(struct crossing *crossing)
{
    struct message message;

    if (is_large(crossing, "pull_address", &message)
        || is_large(crossing, "worker_pull_address", &message)) {
        message.payload = bytes_text("large");
        crossing_replace(crossing, &message);
    }
}

/* As ZeroMQ does when a frame is over a socket's own limit. */
static void
loses_what_is_behind(struct crossing *crossing)
{
    struct message message;

    if ((goes_to(crossing, "pull_address")
         || goes_to(crossing, "worker_pull_address"))
        && crossing_message(crossing, &message)
        && bytes_are(message.payload, "11")) {
        crossing_drop(crossing);
    }
}

/* The error result that stands for one over the limit. */
static bool
is_refusal(struct crossing *crossing, struct message *result)
{
    return message_comes_from(crossing, "worker_pull_address", result)
           && bytes_are(result->payload, "0");
}

static void
hands_in_large_results(struct crossing *crossing)
{
    struct message result;

    if (is_refusal(crossing, &result)) {
        result.payload = bytes_filled(crossing->test, 'x', LARGE);
        crossing_replace(crossing, &result);
    }
}

static void
says_nothing_of_large_results(struct crossing *crossing)
{
    struct message result;

    if (is_refusal(crossing, &result)) {
        crossing_drop(crossing);
    }
}

const struct fault ext_limits_faults[] = {
    FAULT("M-EXT-019a", "writes a unit behind its limit", writes_a_unit),
    FAULT("M-EXT-020a", "takes messages over its limit", takes_large_ones),
    FAULT("M-EXT-020b", "loses a message behind a large one",
          loses_what_is_behind),
    FAULT("M-EXT-021a", "hands in results over the limit",
          hands_in_large_results),
    FAULT("M-EXT-021b", "says nothing of a result over the limit",
          says_nothing_of_large_results),
    FAULT("M-EXT-022a", "reports no error for a large message",
          reports_no_error),
    END_OF_FAULTS,
};
