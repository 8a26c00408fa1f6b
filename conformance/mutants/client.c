/* SPDX-License-Identifier: MIT */
/* client.c: implementations that break PALM-CLIENT. */
#include <string.h>

#include "conformance/mutants/common.h"

static bool
is_request(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "db_address", message);
}

/* What the client pushes. */
static bool
is_pushed(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "pull_address", message);
}

static bool
is_subscription(struct crossing *crossing)
{
    return comes_from(crossing, "pub_address");
}

static bool
verb_is(struct crossing *crossing, const struct message *request,
        const char *verb)
{
    return strstr(bytes_string(crossing->test, request->function), verb)
           != NULL;
}

static void
replace_at(struct crossing *crossing, struct bytes *field, const char *text,
           const struct message *message)
{
    *field = bytes_text(text);
    crossing_replace(crossing, message);
}

/* --- lookups -------------------------------------------------------------- */

static void
never_asks_for_name(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && bytes_are(request.payload, "name")) {
        crossing_drop(crossing);
        crossing_answer(crossing, bytes_text("palm"));
    }
}

static void
takes_any_name(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address")
        && bytes_are(crossing->message->frame[crossing->message->count - 1],
                     "palmer")) {
        crossing_replace_frame(crossing, crossing->message->count - 1, "palm");
    }
}

static void
names_no_server(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".get")) {
        replace_at(crossing, &request.function, "_.get", &request);
    }
}

static void
puts_key_into_cache(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".get")) {
        request.cache = request.payload;
        replace_at(crossing, &request.payload, "", &request);
    }
}

static void
asks_for_one_address(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request)
        && bytes_are(request.payload, "pub_address")) {
        replace_at(crossing, &request.payload, "pull_address", &request);
    }
}

static void
other_uuid_in_messages(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        replace_at(crossing, &message.client,
                   "7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b423", &message);
    }
}

static void
never_answers(struct crossing *crossing)
{
    if (comes_from(crossing, "control")
        && bytes_are(crossing->message->frame[0], "ERROR")) {
        crossing_drop(crossing);
    }
}

/* The target is given no address, so it takes those of the cache. */
static const struct fault_setting no_given_addresses[] = {
    {"pull_address", NULL}, {"pub_address", NULL}, {NULL, NULL}};

/* --- subscription --------------------------------------------------------- */

static void
subscribes_to_all(struct crossing *crossing)
{
    if (is_subscription(crossing)) {
        crossing->message->frame[0] =
            bytes_cut(crossing->message->frame[0], 0, 1);
    }
}

static void
loses_first_result(struct crossing *crossing)
{
    if (goes_to(crossing, "pub_address") && crossing->number == 0) {
        crossing_drop(crossing);
    }
}

static void
unsubscribes_after_a_result(struct crossing *crossing)
{
    if (goes_to(crossing, "pub_address")) {
        crossing_answer(crossing,
                        bytes_joined(crossing->test, bytes_of("\0", 1),
                                     crossing->message->frame[0]));
    }
}

/* --- messages ------------------------------------------------------------- */

static void
client_is_short(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        message.client = bytes_cut(message.client, 0, 35);
        crossing_replace(crossing, &message);
    }
}

static void
pipeline_changes(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message) && crossing->number > 0) {
        replace_at(crossing, &message.pipeline,
                   "7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b424", &message);
    }
}

static void
begins_at_stage_1(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        message.stage = 1;
        crossing_replace(crossing, &message);
    }
}

static void
cuts_payload_at_nul(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        message.payload =
            bytes_text(bytes_string(crossing->test, message.payload));
        crossing_replace(crossing, &message);
    }
}

static void
sends_first_element(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        const char *function = bytes_string(crossing->test, message.function);

        message.function =
            bytes_cut(message.function, 0, strcspn(function, " "));
        crossing_replace(crossing, &message);
    }
}

static void
joins_by_commas(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        char *function = test_memory(crossing->test, message.function.size + 1);
        size_t i;

        memcpy(function, message.function.data, message.function.size);
        for (i = 0; i < message.function.size; i++) {
            if (function[i] == ' ') {
                function[i] = ',';
            }
        }
        replace_at(crossing, &message.function, function, &message);
    }
}

/* As if each blank were two. */
static void
keeps_each_blank(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)) {
        struct test *test = crossing->test;
        char *function = test_memory(test, 2 * message.function.size + 1);
        size_t length = 0;
        size_t i;

        for (i = 0; i < message.function.size; i++) {
            function[length++] = (char)message.function.data[i];
            if (message.function.data[i] == ' ') {
                function[length++] = ' ';
            }
        }
        replace_at(crossing, &message.function, function, &message);
    }
}

static void
gives_function_alone(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)
        && bytes_are(message.function, "palm.echo")) {
        replace_at(crossing, &message.function, "echo", &message);
    }
}

static void
names_its_server_always(struct crossing *crossing)
{
    struct message message;

    if (is_pushed(crossing, &message)
        && bytes_are(message.function, "palm.reverse other.echo palm.echo")) {
        replace_at(crossing, &message.function,
                   "palm.reverse palm.other.echo palm.echo", &message);
    }
}

/* --- results -------------------------------------------------------------- */

static bool
is_answer(struct crossing *crossing)
{
    return comes_from(crossing, "control")
           && bytes_are(crossing->message->frame[0], "RESULT")
           && crossing->message->count > 1;
}

static void
returns_first_result_again(struct crossing *crossing)
{
    static const char *first;

    if (is_answer(crossing)) {
        if (first == NULL) {
            first = strdup(
                bytes_string(crossing->test, crossing->message->frame[1]));
        }
        crossing_replace_frame(crossing, 1, first);
    }
}

static void
job_sorts_results(struct crossing *crossing)
{
    struct frames *answer = crossing->message;

    if (is_answer(crossing) && answer->count > 3) {
        struct bytes held = answer->frame[1];

        answer->frame[1] = answer->frame[answer->count - 1];
        answer->frame[answer->count - 1] = held;
    }
}

static void
job_returns_one_less(struct crossing *crossing)
{
    if (is_answer(crossing) && crossing->message->count > 3) {
        crossing->message->count--;
    }
}

static void
late_result_is_next(struct crossing *crossing)
{
    if (is_answer(crossing) && bytes_are(crossing->message->frame[1], "next")) {
        crossing_replace_frame(crossing, 1, "late");
    }
}

/* --- values --------------------------------------------------------------- */

static void
set_names_no_server(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".set")) {
        replace_at(crossing, &request.function, "_.set", &request);
    }
}

static void
set_key_is_payload(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".set")) {
        struct bytes key = request.cache;

        request.cache = request.payload;
        request.payload = key;
        crossing_replace(crossing, &request);
    }
}

static const struct fault_setting no_session[] = {{"session", NULL},
                                                  {NULL, NULL}};

static void
session_has_separator(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".set")) {
        replace_at(crossing, &request.cache, "s1.key", &request);
    }
}

static void
returns_short_key(struct crossing *crossing)
{
    if (is_answer(crossing)
        && bytes_are(crossing->message->frame[1], "s1key")) {
        crossing_replace_frame(crossing, 1, "key");
    }
}

static void
get_has_session(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request) && verb_is(crossing, &request, ".get")
        && bytes_are(request.payload, "other")) {
        replace_at(crossing, &request.payload, "s1other", &request);
    }
}

static void
delete_has_session(struct crossing *crossing)
{
    struct message request;

    if (is_request(crossing, &request)
        && verb_is(crossing, &request, ".delete")) {
        replace_at(crossing, &request.payload, "s1key", &request);
    }
}

static void
takes_the_first_frame(struct crossing *crossing)
{
    if (goes_to(crossing, "db_address") && crossing->message->count > 1) {
        crossing->message->count = 1;
    }
}

const struct fault client_faults[] = {
    FAULT("M-CLIENT-001a", "does not ask for the name", never_asks_for_name),
    FAULT("M-CLIENT-001b", "takes any name", takes_any_name),
    FAULT("M-CLIENT-002a", "names no server in its lookups", names_no_server),
    FAULT("M-CLIENT-002b", "puts the key of get into cache",
          puts_key_into_cache),
    FAULT("M-CLIENT-003a", "asks for one address only", asks_for_one_address),
    WRONG_SETTING("M-CLIENT-003b", "uses the addresses of the cache instead",
                  no_given_addresses),
    FAULT("M-CLIENT-004a", "has another identity than client",
          other_uuid_in_messages),
    FAULT("M-CLIENT-005a", "takes a missing address", reports_no_error),
    FAULT("M-CLIENT-005b", "waits for ever for a cache", never_answers),
    FAULT("M-CLIENT-006a", "subscribes to everything", subscribes_to_all),
    FAULT("M-CLIENT-006b", "subscribes to another uuid",
          other_uuid_in_messages),
    FAULT("M-CLIENT-007a", "loses its first result", loses_first_result),
    FAULT("M-CLIENT-008a", "unsubscribes after each result",
          unsubscribes_after_a_result),
    FAULT("M-CLIENT-009a", "has a client of 35 characters", client_is_short),
    FAULT("M-CLIENT-009b", "has the uuid of another client",
          other_uuid_in_messages),
    WRONG_SETTING("M-CLIENT-010a", "ignores the session", no_session),
    FAULT("M-CLIENT-010b", "has another pipeline in each message",
          pipeline_changes),
    FAULT("M-CLIENT-011a", "begins at stage 1", begins_at_stage_1),
    FAULT("M-CLIENT-011b", "cuts the payload at a NUL", cuts_payload_at_nul),
    FAULT("M-CLIENT-012a", "sends the first function only",
          sends_first_element),
    FAULT("M-CLIENT-012b", "joins functions by commas", joins_by_commas),
    FAULT("M-CLIENT-012c", "keeps each blank", keeps_each_blank),
    FAULT("M-CLIENT-013a", "returns the first result again",
          returns_first_result_again),
    FAULT("M-CLIENT-014a", "gives results in another order", job_sorts_results),
    FAULT("M-CLIENT-014b", "returns a result too few", job_returns_one_less),
    FAULT("M-CLIENT-015a", "never ends an eval", never_answers),
    FAULT("M-CLIENT-015b", "ends an eval without an error", reports_no_error),
    FAULT("M-CLIENT-016a", "takes a late result for the next",
          late_result_is_next),
    FAULT("M-CLIENT-018a", "names no server in set", set_names_no_server),
    FAULT("M-CLIENT-018b", "puts the key of set into payload",
          set_key_is_payload),
    WRONG_SETTING("M-CLIENT-019a", "puts no session before the key",
                  no_session),
    FAULT("M-CLIENT-019b", "separates session and key by a dot",
          session_has_separator),
    FAULT("M-CLIENT-019c", "returns the key without the session",
          returns_short_key),
    FAULT("M-CLIENT-020a", "puts the session before the key of get",
          get_has_session),
    FAULT("M-CLIENT-020b", "puts the session before the key of delete",
          delete_has_session),
    FAULT("M-CLIENT-021a", "names no server", gives_function_alone),
    FAULT("M-CLIENT-021b", "names its server before others",
          names_its_server_always),
    FAULT("M-CLIENT-022a", "takes the first of several frames",
          takes_the_first_frame),
    END_OF_FAULTS,
};
