/* SPDX-License-Identifier: MIT */
/* http.c: implementations that break PALM-HTTP. */
#include <string.h>

#include "conformance/engine/http.h"
#include "conformance/mutants/common.h"

static void
respond(struct http_crossing *crossing, int status, struct bytes body)
{
    static const char type[] = "Content-Type: application/octet-stream\r\n";

    if (!crossing->request) {
        crossing->text = http_response_text(crossing->test, status, type, body);
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
has_body_0(struct http_crossing *crossing)
{
    respond(crossing, 200, bytes_text("0"));
}

static void
has_no_type(struct http_crossing *crossing)
{
    if (!crossing->request) {
        crossing->text = http_response_text(crossing->test, 200, NULL,
                                            http_crossing_body(crossing));
    }
}

static void
closes(struct http_crossing *crossing)
{
    crossing->close = !crossing->request;
}

/* Every response is the first one. */
static void
repeats_the_first(struct http_crossing *crossing)
{
    static uint8_t data[1000];
    static size_t size;

    if (crossing->request || crossing->text.size > sizeof data) {
        return;
    }
    if (size == 0) {
        size = crossing->text.size;
        memcpy(data, crossing->text.data, size);
    }
    crossing->text = bytes_copy(crossing->test, data, size);
}

/* Asks for stage 0, and tells the stage that it was asked for. */
static void
ignores_stage(struct http_crossing *crossing)
{
    static int64_t stage;
    struct test *test = crossing->test;
    struct message message;

    if (message_decode(test, http_crossing_body(crossing), &message) != NULL) {
        return;
    }
    if (crossing->request) {
        stage = message.stage;
        message.stage = 0;
        crossing->text = http_request_text(test, "POST", "/", NULL,
                                           message_encode(test, &message));
    } else {
        message.stage = stage;
        respond(crossing, 200, message_encode(test, &message));
    }
}

static void
splits_at_white_space(struct http_crossing *crossing)
{
    struct test *test = crossing->test;
    struct message message;

    if (crossing->request
        && message_decode(test, http_crossing_body(crossing), &message) == NULL
        && blank_white_space(test, &message)) {
        crossing->text = http_request_text(test, "POST", "/", NULL,
                                           message_encode(test, &message));
    }
}

/* What crosses is no PalmMessage; the target is asked for one that is. */
static void
routes_undecodable(struct http_crossing *crossing)
{
    struct message message;

    if (crossing->request
        && message_decode(crossing->test, http_crossing_body(crossing),
                          &message)
               != NULL) {
        crossing->text = http_request_text(crossing->test, "POST", "/", NULL,
                                           bytes_text(""));
    }
}

/* --- what must not be routed ---------------------------------------------- */

/* A request was answered with an error, and is routed all the same, before the
 * next one. */
static bool bad_request;

static void
sees_errors(struct http_crossing *crossing)
{
    bad_request = bad_request || http_crossing_status(crossing) >= 400;
}

static void
routes_bad_requests(struct crossing *crossing)
{
    struct bytes good;

    if (bad_request
        && (comes_from(crossing, "part.out.address")
            || comes_from(crossing, "part.out.push_address"))) {
        bad_request = false;
        good = crossing->message->frame[0];
        crossing->message->frame[0] = bytes_of("", 0);
        crossing_pass(crossing);
        crossing->message->frame[0] = good;
    }
}

/* --- lengths -------------------------------------------------------------- */

static void
tells_length(struct http_crossing *crossing, int more)
{
    struct bytes body = http_crossing_body(crossing);

    if (!crossing->request && body.size > 0) {
        const char *head = test_text(
            crossing->test, "HTTP/1.1 200 Fine\r\nContent-Length: %d\r\n\r\n",
            (int)body.size + more);

        crossing->text = bytes_joined(crossing->test, bytes_text(head), body);
    }
}

static void
tells_short_length(struct http_crossing *crossing)
{
    tells_length(crossing, -1);
}

static void
tells_long_length(struct http_crossing *crossing)
{
    tells_length(crossing, 1);
}

static void
tells_no_length(struct http_crossing *crossing)
{
    if (!crossing->request) {
        crossing->text = bytes_joined(crossing->test,
                                      bytes_text("HTTP/1.1 200 Fine\r\n\r\n"),
                                      http_crossing_body(crossing));
        crossing->close = true;
    }
}

static const struct fault_setting blocks[] = {{"part.web block", "yes"},
                                              {NULL, NULL}};
static const struct fault_setting takes_one_more[] = {
    {"part.web max_body", "1001"}, {NULL, NULL}};
static const struct fault_setting takes_one_less[] = {
    {"part.web max_body", "999"}, {NULL, NULL}};

#define ROUTING_FAULT(id, what)                                                \
    {                                                                          \
        id, what, routes_bad_requests, sees_errors, NULL, NULL, LIFE_NORMAL    \
    }

const struct fault http_faults[] = {
    WEB_FAULT("M-HTTP-001a", "answers 202", says_202),
    WEB_FAULT("M-HTTP-001b", "answers without a body", has_no_body),
    WEB_FAULT("M-HTTP-002a", "answers without a body", has_no_body),
    WRONG_SETTING("M-HTTP-002b", "blocks where block = no", blocks),
    WEB_FAULT("M-HTTP-003a", "answers with 0", has_body_0),
    WEB_FAULT("M-HTTP-004a", "answers 200 to rubbish", says_200),
    WEB_FAULT("M-HTTP-004b", "routes rubbish as empty", routes_undecodable),
    ROUTING_FAULT("M-HTTP-004c", "routes it, too"),
    WEB_FAULT("M-HTTP-005a", "answers 200 without a length", says_200),
    ROUTING_FAULT("M-HTTP-005b", "routes it, too"),
    WEB_FAULT("M-HTTP-006a", "answers 200 to a large body", says_200),
    WRONG_SETTING("M-HTTP-006b", "takes one byte more", takes_one_more),
    WRONG_SETTING("M-HTTP-006c", "takes one byte less", takes_one_less),
    WEB_FAULT("M-HTTP-007a", "answers 200 to a GET", says_200),
    ROUTING_FAULT("M-HTTP-007b", "routes it, too"),
    WEB_FAULT("M-HTTP-008a", "answers 200 without feedback", says_200),
    WEB_FAULT("M-HTTP-009a", "gives all one feedback", repeats_the_first),
    WEB_FAULT("M-HTTP-010a", "closes behind a response", closes),
    WEB_FAULT("M-HTTP-010b", "tells too short a length", tells_short_length),
    WEB_FAULT("M-HTTP-010c", "tells too long a length", tells_long_length),
    WEB_FAULT("M-HTTP-010d", "tells no length", tells_no_length),
    WEB_FAULT("M-HTTP-039a", "answers 200 to a malformed one", says_200),
    WEB_FAULT("M-HTTP-039b", "stays open behind a malformed one",
              stays_open_behind_errors),
    ROUTING_FAULT("M-HTTP-039c", "routes it, too"),
    WEB_FAULT("M-HTTP-041a", "answers 200 to a malformed one", says_200),
    WEB_FAULT("M-HTTP-041b", "stays open behind a malformed one",
              stays_open_behind_errors),
    WEB_FAULT("M-HTTP-034a", "tells no type", has_no_type),
    WEB_FAULT("M-HTTP-034b", "answers 202", says_202),
    WEB_FAULT("M-HTTP-035a", "answers 200 to a failure", says_200),
    WEB_FAULT("M-HTTP-036a", "answers 200 to a GET", says_200),
    WEB_FAULT("M-HTTP-037a", "answers 200 to rubbish", says_200),
    WEB_FAULT("M-HTTP-038a", "ignores the stage", ignores_stage),
    WEB_FAULT("M-HTTP-042a", "splits at white space", splits_at_white_space),
    END_OF_FAULTS,
};
