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
dies_of_answers(struct crossing *crossing)
{
    dies_at(crossing, "work_pull_address");
}

static void
dies_of_router_requests(struct crossing *crossing)
{
    dies_at(crossing, "router_address");
}

/* Dies of another number of frames at the endpoint. */
static void
wants(struct crossing *crossing, const char *endpoint, size_t count)
{
    if (goes_to(crossing, endpoint) && crossing->message->count != count) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
wants_one_of_work(struct crossing *crossing)
{
    wants(crossing, "pull_address", 1);
}

static void
wants_one_answer(struct crossing *crossing)
{
    wants(crossing, "work_pull_address", 1);
}

static void
wants_two_published(struct crossing *crossing)
{
    /* What the target sends there are subscriptions. */
    wants(crossing, "sub_address", 2);
}

static void
wants_one_request(struct crossing *crossing)
{
    wants(crossing, "db_address", 1);
}

static void
wants_few_frames(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address") && crossing->message->count > 3) {
        crossing_die(crossing, 1);
    }
}

static void
wants_one_router_request(struct crossing *crossing)
{
    wants(crossing, "router_address", 1);
}

static void
wants_one_bypass_request(struct crossing *crossing)
{
    wants(crossing, "part.back.address", 1);
}

static void
dies_of_empty_request(struct crossing *crossing)
{
    if (goes_to(crossing, "part.back.address")
        && crossing->message->frame[0].size == 0) {
        crossing_die(crossing, 128 + 11);
    }
}

/* --- subscriptions -------------------------------------------------------- */

static void
dies_of_5000_topics(struct crossing *crossing)
{
    if (goes_to(crossing, "pub_address") && crossing->number >= 5000) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_large_topics(struct crossing *crossing)
{
    if (goes_to(crossing, "pub_address")
        && crossing->message->frame[0].size > 1024 * 1024) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_long_clients(struct crossing *crossing)
{
    struct message message;

    if (message_goes_to(crossing, "worker_pull_address", &message)
        && message.client.size >= 1024 * 1024) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_no_subscription(struct crossing *crossing)
{
    struct bytes frame = crossing->message->frame[0];

    if (goes_to(crossing, "pub_address")
        && (frame.size == 0 || frame.data[0] > 1)) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_900_requests(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address") && crossing->number >= 900) {
        crossing_die(crossing, 128 + 11);
    }
}

/* --- messages with something odd in them ---------------------------------- */

static void
dies_of_odd_functions(struct crossing *crossing)
{
    struct message message;

    if (message_goes_to(crossing, "pull_address", &message)
        && (message.function.size == 0 || message.function.size > 1000
            || message.function.data[0] == '.'
            || message.function.data[0] == ' ')) {
        crossing_die(crossing, 128 + 11);
    }
}

/* A client that a gateway cannot have made. */
static void
wants_uuid(struct crossing *crossing, const char *endpoint)
{
    struct message message;

    if (message_goes_to(crossing, endpoint, &message)
        && message.client.size != 36) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
wants_uuid_in_results(struct crossing *crossing)
{
    wants_uuid(crossing, "worker_pull_address");
}

static void
wants_uuid_in_requests(struct crossing *crossing)
{
    wants_uuid(crossing, "router_address");
}

static void
takes_first_frame_of_replies(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address") && crossing->message->count > 1) {
        crossing->message->count = 1;
    }
}

/* The reply to a message that its worker has not answered. */
static void
passes_failure_off(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.in.address", &message)
        && bytes_are(message.payload, "0")) {
        message.payload = bytes_text("1");
        crossing_replace(crossing, &message);
    }
}

/* A web worker. */
static void
dies_of_undecodable_bodies(struct http_crossing *crossing)
{
    struct message message;

    if (crossing->request
        && message_decode(crossing->test, http_crossing_body(crossing),
                          &message)
               != NULL) {
        raw_die(128 + 11);
    }
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

static void
takes_last_frame_of_work(struct crossing *crossing)
{
    struct frames *message = crossing->message;

    if (goes_to(crossing, "worker_push_address") && message->count > 1) {
        message->frame[0] = message->frame[message->count - 1];
        message->count = 1;
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
    FAULT("M-HOSTILE-006a", "dies of 5,000 topics", dies_of_5000_topics),
    FAULT("M-HOSTILE-035a", "dies of a large topic", dies_of_large_topics),
    FAULT("M-HOSTILE-036a", "dies of what is no subscription",
          dies_of_no_subscription),
    FAULT("M-HOSTILE-009a", "dies of undecodable requests", dies_of_requests),
    FAULT("M-HOSTILE-009b", "answers 1", answers_1),
    FAULT("M-HOSTILE-010a", "answers several frames with 1", answers_1),
    FAULT("M-HOSTILE-011a", "answers 0 to an empty key", answers_empty_keys),
    FAULT("M-HOSTILE-012a", "dies of a request without a delimiter",
          wants_one_request),
    FAULT("M-HOSTILE-012b", "dies of many frames without a delimiter",
          wants_few_frames),
    FAULT("M-HOSTILE-013a", "dies of 900 requests", dies_of_900_requests),
    FAULT("M-HOSTILE-014a", "does not answer odd functions",
          answers_odd_functions_never),
    FAULT("M-HOSTILE-015a", "dies of undecodable requests",
          dies_of_rep_requests),
    FAULT("M-HOSTILE-016a", "answers every second request", answers_some),
    FAULT("M-HOSTILE-017a", "dies of an undecodable answer", dies_of_answers),
    FAULT("M-HOSTILE-017b", "dies of an answer of several frames",
          wants_one_answer),
    FAULT("M-HOSTILE-018a", "dies of what is published", dies_of_published),
    FAULT("M-HOSTILE-019a", "dies of undecodable frames", dies_of_work),
    FAULT("M-HOSTILE-019b", "dies of several frames", wants_one_of_work),
    FAULT("M-HOSTILE-019c", "dies of odd functions", dies_of_odd_functions),
    FAULT("M-HOSTILE-020a", "dies of what is published", dies_of_published),
    FAULT("M-HOSTILE-020b", "dies of a wrong number of frames",
          wants_two_published),
    FAULT("M-HOSTILE-021a", "dies of undecodable work", worker_dies),
    FAULT("M-HOSTILE-022a", "has no result for odd functions",
          answers_odd_functions_never),
    FAULT("M-HOSTILE-023a", "does not complain", never_complains),
    FAULT("M-HOSTILE-023b", "takes the first frame",
          takes_first_frame_of_replies),
    FAULT("M-HOSTILE-024a", "does not complain", never_complains),
    FAULT("M-HOSTILE-024b", "takes the first frame",
          takes_first_frame_of_replies),
    FAULT("M-HOSTILE-025a", "dies of an undecodable result", client_dies),
    FAULT("M-HOSTILE-027a", "dies of an undecodable result", dies_of_results),
    FAULT("M-HOSTILE-027b", "dies of an odd client", wants_uuid_in_results),
    FAULT("M-HOSTILE-028a", "dies of an undecodable request",
          dies_of_router_requests),
    FAULT("M-HOSTILE-028b", "dies of several frames", wants_one_router_request),
    FAULT("M-HOSTILE-028c", "dies of an odd client", wants_uuid_in_requests),
    FAULT("M-HOSTILE-030f", "passes a failure off as a result",
          passes_failure_off),
    WEB_FAULT("M-HOSTILE-031a", "dies of an undecodable body",
              dies_of_undecodable_bodies),
    FAULT("M-HOSTILE-032a", "dies of several frames", wants_one_bypass_request),
    FAULT("M-HOSTILE-032b", "dies of the empty frame", dies_of_empty_request),
    FAULT("M-HOSTILE-033a", "dies of a long client", dies_of_long_clients),
    FAULT("M-HOSTILE-034a", "takes the last frame", takes_last_frame_of_work),
    WRONG_LIFE("M-HOSTILE-037a", "takes peers of ZMTP 1.0",
               LIFE_TAKES_OLD_PEERS),
    WRONG_LIFE("M-HOSTILE-038a", "takes peers of ZMTP 1.0",
               LIFE_TAKES_OLD_PEERS),
    END_OF_FAULTS,
};
