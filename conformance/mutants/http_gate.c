/* SPDX-License-Identifier: MIT */
/* http_gate.c: gateways that break PALM-HTTP. */
#include <string.h>

#include "conformance/engine/http.h"
#include "conformance/mutants/common.h"

/* --- responses ------------------------------------------------------------ */

static void
respond(struct http_crossing *crossing, int status, struct bytes body)
{
    if (!crossing->request) {
        crossing->text = http_response_text(
            crossing->test, status, "Content-Type: text/plain\r\n", body);
    }
}

static void
says_200(struct http_crossing *crossing)
{
    respond(crossing, 200, http_crossing_body(crossing));
}

static void
says_202(struct http_crossing *crossing)
{
    respond(crossing, 202, http_crossing_body(crossing));
}

static void
has_no_body(struct http_crossing *crossing)
{
    respond(crossing, 200, bytes_of("", 0));
}

static void
says_404_only(struct http_crossing *crossing)
{
    respond(crossing, 404, bytes_of("", 0));
}

static void
has_no_type(struct http_crossing *crossing)
{
    if (!crossing->request) {
        crossing->text = http_response_text(crossing->test, 200, NULL,
                                            http_crossing_body(crossing));
    }
}

/* Every response is the first one. */
static void
repeats_the_first(struct http_crossing *crossing)
{
    static struct bytes first;

    if (!crossing->request) {
        first = first.size == 0 ? crossing->text : first;
        crossing->text = first;
    }
}

static void
answers_twice(struct http_crossing *crossing)
{
    if (!crossing->request) {
        crossing->text =
            bytes_joined(crossing->test, crossing->text, crossing->text);
    }
}

/* What a gateway asks before the next message: that of a request that it has
 * answered with an error. */
static bool bad_request;

static void
sees_errors(struct http_crossing *crossing)
{
    bad_request = bad_request || http_crossing_status(crossing) >= 400;
}

static void
asks_for_bad_requests(struct crossing *crossing)
{
    struct message message;
    struct bytes good;

    if (bad_request
        && message_comes_from(crossing, "worker_push_address", &message)) {
        bad_request = false;
        good = crossing->message->frame[0];
        message.function = bytes_text("_.echo");
        crossing_replace(crossing, &message);
        crossing_pass(crossing);
        crossing->message->frame[0] = good;
    }
}

/* --- paths ---------------------------------------------------------------- */

/* This character of the path, but the first slash, stands for itself. */
static void
takes_as_it_is(struct http_crossing *crossing, char special)
{
    struct test *test = crossing->test;
    struct bytes text = crossing->text;
    struct bytes path = bytes_of("", 0);
    size_t end = 5; /* of "GET /" */
    size_t i;

    if (!crossing->request || text.size < end
        || memcmp(text.data, "GET /", end) != 0) {
        return;
    }
    while (end < text.size && text.data[end] != ' ') {
        end++;
    }
    for (i = 5; i < end; i++) {
        char byte = (char)text.data[i];
        const char *part = byte == special ? test_text(test, "%%%02X", byte)
                                           : test_text(test, "%c", byte);

        path = bytes_joined(test, path, bytes_text(part));
    }
    crossing->text =
        bytes_joined(test, bytes_joined(test, bytes_text("GET /"), path),
                     bytes_cut(text, end, text.size - end));
}

static void
keeps_query(struct http_crossing *crossing)
{
    takes_as_it_is(crossing, '?');
}

static void
keeps_segments(struct http_crossing *crossing)
{
    takes_as_it_is(crossing, '/');
}

static void
decodes_nothing(struct http_crossing *crossing)
{
    takes_as_it_is(crossing, '%');
}

/* --- messages ------------------------------------------------------------- */

static void
cuts_payload(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)
        && message.payload.size > 0) {
        message.payload.size--;
        crossing_replace(crossing, &message);
    }
}

static void
has_one_cache(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.cache = bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11");
        crossing_replace(crossing, &message);
    }
}

static void
has_stage_1(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.stage = 1;
        crossing_replace(crossing, &message);
    }
}

static void
has_one_pipeline(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.pipeline = bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11");
        crossing_replace(crossing, &message);
    }
}

static void
has_one_client(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.client = bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11");
        crossing_replace(crossing, &message);
    }
}

/* Three names for one text. */
static void
has_one_uuid(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.pipeline = message.client;
        crossing_replace(crossing, &message);
    }
}

static void
has_no_cache(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.cache = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

/* --- results that nobody waits for ---------------------------------------- */

enum { REQUESTS_MAX = 32 };

/* Of the messages that went to the workers. */
static struct {
    struct bytes client;
    bool over; /* has a result, or its response was 504 */
} requests[REQUESTS_MAX];
static size_t request_count;

static size_t
find_waiting(void)
{
    size_t i = 0;

    while (i < request_count && requests[i].over) {
        i++;
    }
    return i;
}

static void
sees_504(struct http_crossing *crossing)
{
    size_t waiting = find_waiting();

    if (http_crossing_status(crossing) == 504 && waiting < request_count) {
        requests[waiting].over = true;
    }
}

/* True for a result that nobody waits for. */
static bool
is_stray(struct crossing *crossing, struct message *message, bool *known)
{
    size_t i;

    if (message_comes_from(crossing, "worker_push_address", message)
        && request_count < REQUESTS_MAX) {
        requests[request_count++].client = message->client;
    }
    if (!message_goes_to(crossing, "worker_pull_address", message)) {
        return false;
    }
    *known = false;
    for (i = 0; i < request_count; i++) {
        if (bytes_equal(requests[i].client, message->client)) {
            bool over = requests[i].over;

            *known = true;
            requests[i].over = true;
            return over;
        }
    }
    return true;
}

/* Known, or unknown, ones go to whoever waits. */
static void
give_stray(struct crossing *crossing, bool these)
{
    struct message message;
    bool known;
    size_t waiting;

    if (is_stray(crossing, &message, &known) && known == these) {
        waiting = find_waiting();
        if (waiting < request_count) {
            message.client = requests[waiting].client;
            crossing_replace(crossing, &message);
        }
    }
}

static void
gives_second_to_others(struct crossing *crossing)
{
    give_stray(crossing, true);
}

static void
gives_unknown_to_others(struct crossing *crossing)
{
    give_stray(crossing, false);
}

static void
die_of_stray(struct crossing *crossing, bool these)
{
    struct message message;
    bool known;

    if (is_stray(crossing, &message, &known) && known == these) {
        crossing_die(crossing, 128 + 11);
    }
}

static void
dies_of_second(struct crossing *crossing)
{
    die_of_stray(crossing, true);
}

static void
dies_of_unknown(struct crossing *crossing)
{
    die_of_stray(crossing, false);
}

/* --- the router ----------------------------------------------------------- */

static void
takes_one_message(struct crossing *crossing)
{
    if (goes_to(crossing, "router_address") && crossing->number > 0) {
        crossing_drop(crossing);
    }
}

static void
hands_back_nothing(struct crossing *crossing)
{
    if (comes_from(crossing, "router_address")) {
        crossing_drop(crossing);
    }
}

static void
hands_back_two_frames(struct crossing *crossing)
{
    if (comes_from(crossing, "router_address")) {
        crossing->message->frame[1] = crossing->message->frame[0];
        crossing->message->count = 2;
    }
}

/* The result of another client. */
static void
hands_back_another(struct crossing *crossing)
{
    static struct bytes last;
    struct bytes frame;

    if (comes_from(crossing, "router_address")) {
        frame = crossing->message->frame[0];
        crossing->message->frame[0] = last.size > 0 ? last : frame;
        last = frame;
    }
}

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "router_address", &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static const struct fault_setting takes_one_more[] = {{"max_body", "101"},
                                                      {NULL, NULL}};
static const struct fault_setting takes_one_less[] = {{"max_body", "99"},
                                                      {NULL, NULL}};
static const struct fault_setting never_late[] = {{"reply_timeout", "60000"},
                                                  {NULL, NULL}};

#define STRAY_FAULT(id, what, frames)                                          \
    {                                                                          \
        id, what, frames, sees_504, NULL, NULL, LIFE_NORMAL                    \
    }

const struct fault http_gate_faults[] = {
    WEB_FAULT("M-HTTP-021a", "answers 202", says_202),
    WEB_FAULT("M-HTTP-044a", "tells no type", has_no_type),
    WEB_FAULT("M-HTTP-021b", "answers without a body", has_no_body),
    WEB_FAULT("M-HTTP-022a", "keeps the query", keeps_query),
    WEB_FAULT("M-HTTP-022b", "keeps segments", keeps_segments),
    WEB_FAULT("M-HTTP-022c", "decodes nothing", decodes_nothing),
    FAULT("M-HTTP-023a", "loses a byte of the body", cuts_payload),
    FAULT("M-HTTP-024a", "writes No Payloa", cuts_payload),
    FAULT("M-HTTP-025a", "gives one cache to all", has_one_cache),
    FAULT("M-HTTP-025b", "begins with stage 1", has_stage_1),
    FAULT("M-HTTP-025c", "gives one pipeline to all", has_one_pipeline),
    FAULT("M-HTTP-025d", "gives one client to all", has_one_client),
    FAULT("M-HTTP-025e", "has one uuid for two fields", has_one_uuid),
    FAULT("M-HTTP-025f", "leaves cache empty", has_no_cache),
    WEB_FAULT("M-HTTP-026a", "gives all one result", repeats_the_first),
    STRAY_FAULT("M-HTTP-027a", "gives a second result to another",
                gives_second_to_others),
    STRAY_FAULT("M-HTTP-027b", "gives an unknown result to another",
                gives_unknown_to_others),
    FAULT("M-HTTP-027c", "dies of a second result", dies_of_second),
    FAULT("M-HTTP-027d", "dies of an unknown result", dies_of_unknown),
    WEB_FAULT("M-HTTP-027e", "answers twice", answers_twice),
    WEB_FAULT("M-HTTP-028a", "answers 200 to no function", says_200),
    WEB_FAULT("M-HTTP-028b", "answers 404 without a body", says_404_only),
    WEB_FAULT("M-HTTP-029a", "answers 200 to a broken path", says_200),
    WEB_FAULT("M-HTTP-030a", "answers 200 to a PUT", says_200),
    WEB_FAULT("M-HTTP-040a", "answers 200 to a malformed one", says_200),
    WEB_FAULT("M-HTTP-040b", "stays open behind a malformed one",
              stays_open_behind_errors),
    {"M-HTTP-040c", "asks for it, too", asks_for_bad_requests, sees_errors,
     NULL, NULL, LIFE_NORMAL},
    WEB_FAULT("M-HTTP-031a", "answers 200 to a large body", says_200),
    WRONG_SETTING("M-HTTP-031b", "takes one byte more", takes_one_more),
    WRONG_SETTING("M-HTTP-031c", "takes one byte less", takes_one_less),
    WEB_FAULT("M-HTTP-032a", "answers 200 without result", says_200),
    WRONG_SETTING("M-HTTP-032b", "has no reply_timeout", never_late),
    FAULT("M-HTTP-033a", "takes one message only", takes_one_message),
    FAULT("M-HTTP-033b", "hands back nothing", hands_back_nothing),
    FAULT("M-HTTP-033c", "hands back two frames", hands_back_two_frames),
    FAULT("M-HTTP-033d", "hands back another result", hands_back_another),
    FAULT("M-HTTP-033e", "loses unknown fields", loses_unknown_fields),
    END_OF_FAULTS,
};
