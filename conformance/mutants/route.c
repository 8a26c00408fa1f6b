/* SPDX-License-Identifier: MIT */
/* route.c: implementations that break PALM-ROUTE. */
#include "conformance/mutants/common.h"

/* --- wirings that are not those of the test ------------------------------- */

#define SETTING(name, key, value)                                              \
    static const struct fault_setting name[] = {{key, value}, {NULL, NULL}}

SETTING(one_route, "part.b route", "x");
SETTING(copies, "part.x", "outbound PushService route=y");
SETTING(first_only, "part.b", "inbound PullService");
SETTING(last_only, "part.a", "inbound PullService");
SETTING(waits, "part.x", "outbound PushPullService isolated=no");
SETTING(default_route, "part.a", "inbound PullService route=x");
SETTING(feedback_ends, "part.work", "outbound PushPullService");
SETTING(message_ends, "part.first", "outbound PushService");
SETTING(refused, "part.same", "inbound PullService route=same");
SETTING(no_count, "messages", NULL);
SETTING(no_count_of_part, "part.a messages", NULL);
SETTING(counts_for_all, "messages", "2");
SETTING(no_count_outbound, "part.x messages", NULL);

/* --- what crosses --------------------------------------------------------- */

static void
stands_still(struct crossing *crossing)
{
    static bool stopped;

    stopped = stopped || goes_to(crossing, "part.a.address");
    if (stopped && goes_to(crossing, "part.b.address")) {
        crossing_drop(crossing);
    }
}

static void
passes_the_question_on(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.next.address", &message)) {
        message.payload = bytes_text("question");
        crossing_replace(crossing, &message);
    }
}

static void
raises_the_stage(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.second.address", &message)) {
        message.stage++;
        crossing_replace(crossing, &message);
    }
}

/* What is seen goes ahead of what "third" sends next. */
static void
goes_ahead_of_third(struct crossing *crossing, bool is_seen)
{
    static struct bytes seen;
    struct bytes *frame = &crossing->message->frame[0];

    if (is_seen) {
        seen = *frame;
    } else if (comes_from(crossing, "part.third.address")
               && seen.data != NULL) {
        struct bytes next = *frame;

        *frame = seen;
        crossing_pass(crossing);
        *frame = next;
        seen.data = NULL;
    }
}

/* What "second" has sent. */
static void
follows_the_second_route(struct crossing *crossing)
{
    goes_ahead_of_third(crossing, comes_from(crossing, "part.second.address"));
}

/* What the peer of "second" has said. */
static void
follows_the_second_feedback(struct crossing *crossing)
{
    goes_ahead_of_third(crossing,
                        goes_to(crossing, "part.second.pull_address"));
}

static void
passes_on_twice(struct crossing *crossing)
{
    if (comes_from(crossing, "part.second.address")) {
        crossing_pass(crossing);
    }
}

static void
gives_second_feedback(struct crossing *crossing)
{
    static struct bytes second;

    if (goes_to(crossing, "part.next.pull_address")) {
        second = crossing->message->frame[0];
    } else if (comes_from(crossing, "part.in.address")) {
        crossing->message->frame[0] =
            second.data == NULL ? bytes_text("") : second;
    }
}

static void
passes_0_on(struct crossing *crossing)
{
    struct bytes good = crossing->message->frame[0];

    if (comes_from(crossing, "part.next.address")) {
        crossing_replace_frame(crossing, 0, "0");
        crossing_pass(crossing);
        crossing->message->frame[0] = good;
    }
}

static void
passes_no_more_on(struct crossing *crossing)
{
    if (comes_from(crossing, "part.next.address")) {
        crossing_drop(crossing);
    }
}

static void
keeps_0_to_itself(struct crossing *crossing)
{
    if (comes_from(crossing, "part.in.address")
        && bytes_are(crossing->message->frame[0], "0")) {
        crossing_drop(crossing);
    }
}

const struct fault route_faults[] = {
    WRONG_SETTING("M-ROUTE-001a", "has one route for all", one_route),
    WRONG_SETTING("M-ROUTE-001b", "gives others a copy", copies),
    WRONG_SETTING("M-ROUTE-002a", "lets the first one have it", first_only),
    WRONG_SETTING("M-ROUTE-002b", "lets the last one have it", last_only),
    WRONG_SETTING("M-ROUTE-003a", "waits for a peer with all", waits),
    WRONG_SETTING("M-ROUTE-004a", "has a default route", default_route),
    FAULT("M-ROUTE-004b", "does not go on without a route", stands_still),
    WRONG_SETTING("M-ROUTE-005a", "ends with the feedback", feedback_ends),
    FAULT("M-ROUTE-005b", "passes the question on", passes_the_question_on),
    WRONG_SETTING("M-ROUTE-006a", "ends at the first part", message_ends),
    FAULT("M-ROUTE-006b", "raises the stage", raises_the_stage),
    FAULT("M-ROUTE-007a", "follows the second route", follows_the_second_route),
    FAULT("M-ROUTE-007b", "passes a message on twice", passes_on_twice),
    FAULT("M-ROUTE-007c", "passes the second feedback on",
          follows_the_second_feedback),
    FAULT("M-ROUTE-008a", "gives the second feedback", gives_second_feedback),
    FAULT("M-ROUTE-009a", "passes 0 on", passes_0_on),
    FAULT("M-ROUTE-009b", "passes no good one on", passes_no_more_on),
    FAULT("M-ROUTE-009c", "keeps 0 to itself", keeps_0_to_itself),
    WRONG_LIFE("M-ROUTE-010a", "starts with a route to nowhere",
               LIFE_STARTS_ANYWAY),
    WRONG_LIFE("M-ROUTE-010b", "gives no reason", LIFE_REFUSES_SILENTLY),
    WRONG_LIFE("M-ROUTE-011a", "starts with two parts of one name",
               LIFE_STARTS_ANYWAY),
    WRONG_LIFE("M-ROUTE-011b", "gives no reason", LIFE_REFUSES_SILENTLY),
    WRONG_LIFE("M-ROUTE-012a", "starts with an empty name", LIFE_STARTS_ANYWAY),
    WRONG_SETTING("M-ROUTE-013a", "refuses one name for two", refused),
    WRONG_SETTING("M-ROUTE-014a", "goes on after its messages", no_count),
    WRONG_LIFE("M-ROUTE-014b", "ends with status 1", LIFE_EXITS_1_ON_SIGTERM),
    WRONG_SETTING("M-ROUTE-015a", "goes on with the part", no_count_of_part),
    WRONG_SETTING("M-ROUTE-015b", "ends with the part", counts_for_all),
    WRONG_SETTING("M-ROUTE-015c", "goes on with an outbound part",
                  no_count_outbound),
    END_OF_FAULTS,
};
#undef SETTING
