/* SPDX-License-Identifier: MIT */
/* http.c: implementations that break PALM-HTTP. */
#include <string.h>

#include "conformance/engine/http.h"
#include "conformance/mutants/common.h"

/* The body of what crosses. */
static struct bytes
body_of(const struct http_crossing *crossing)
{
    size_t i;

    for (i = 4; i <= crossing->text.size; i++) {
        if (memcmp(crossing->text.data + i - 4, "\r\n\r\n", 4) == 0) {
            return bytes_cut(crossing->text, i, crossing->text.size - i);
        }
    }
    return bytes_of("", 0);
}

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
    respond(crossing, 200, body_of(crossing));
}

static void
says_202(struct http_crossing *crossing)
{
    respond(crossing, 202, body_of(crossing));
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
        crossing->text =
            http_response_text(crossing->test, 200, NULL, body_of(crossing));
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

static void
ignores_stage(struct http_crossing *crossing)
{
    struct message message;

    if (crossing->request
        && message_decode(crossing->test, body_of(crossing), &message)
               == NULL) {
        message.stage = 0;
        crossing->text =
            http_request_text(crossing->test, "POST", "/", NULL,
                              message_encode(crossing->test, &message));
    }
}

/* What crosses is no PalmMessage; the target is asked for one that is. */
static void
routes_undecodable(struct http_crossing *crossing)
{
    struct message message;

    if (crossing->request
        && message_decode(crossing->test, body_of(crossing), &message)
               != NULL) {
        crossing->text = http_request_text(crossing->test, "POST", "/", NULL,
                                           bytes_text(""));
    }
}

/* --- the gateway's messages ------------------------------------------------
 */

static void
has_other_function(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "worker_push_address", &message)) {
        message.function = bytes_text("_.echo?a=b");
        crossing_replace(crossing, &message);
    }
}

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

#define WEB_FAULT(id, what, http)                                              \
    {                                                                          \
        id, what, NULL, http, NULL, NULL, LIFE_NORMAL                          \
    }

const struct fault http_faults[] = {
    WEB_FAULT("M-HTTP-001a", "answers 202", says_202),
    WEB_FAULT("M-HTTP-001b", "answers without a body", has_no_body),
    WEB_FAULT("M-HTTP-002a", "answers without a body", has_no_body),
    WEB_FAULT("M-HTTP-003a", "answers with 0", has_body_0),
    WEB_FAULT("M-HTTP-004a", "answers 200 to rubbish", says_200),
    WEB_FAULT("M-HTTP-004b", "routes rubbish as empty", routes_undecodable),
    WEB_FAULT("M-HTTP-005a", "answers 200 without a length", says_200),
    WEB_FAULT("M-HTTP-006a", "answers 200 to a large body", says_200),
    WEB_FAULT("M-HTTP-007a", "answers 200 to a GET", says_200),
    WEB_FAULT("M-HTTP-008a", "answers 200 without feedback", says_200),
    WEB_FAULT("M-HTTP-009a", "gives all one feedback", repeats_the_first),
    WEB_FAULT("M-HTTP-010a", "closes behind a response", closes),
    WEB_FAULT("M-HTTP-021a", "answers 202", says_202),
    WEB_FAULT("M-HTTP-021b", "tells no type", has_no_type),
    WEB_FAULT("M-HTTP-021c", "answers without a body", has_no_body),
    FAULT("M-HTTP-022a", "keeps the query", has_other_function),
    FAULT("M-HTTP-023a", "loses a byte of the body", cuts_payload),
    FAULT("M-HTTP-024a", "writes No Payloa", cuts_payload),
    FAULT("M-HTTP-025a", "gives one cache to all", has_one_cache),
    FAULT("M-HTTP-025b", "begins with stage 1", has_stage_1),
    WEB_FAULT("M-HTTP-026a", "gives all one result", repeats_the_first),
    WEB_FAULT("M-HTTP-028a", "answers 200 to no function", says_200),
    WEB_FAULT("M-HTTP-029a", "answers 200 to a broken path", says_200),
    WEB_FAULT("M-HTTP-030a", "answers 200 to a PUT", says_200),
    WEB_FAULT("M-HTTP-031a", "answers 200 to a large body", says_200),
    WEB_FAULT("M-HTTP-032a", "answers 200 without result", says_200),
    WEB_FAULT("M-HTTP-034a", "tells no type", has_no_type),
    WEB_FAULT("M-HTTP-034b", "answers 202", says_202),
    WEB_FAULT("M-HTTP-035a", "answers 200 to a failure", says_200),
    WEB_FAULT("M-HTTP-036a", "answers 200 to a GET", says_200),
    WEB_FAULT("M-HTTP-037a", "answers 200 to rubbish", says_200),
    WEB_FAULT("M-HTTP-038a", "ignores the stage", ignores_stage),
    END_OF_FAULTS,
};
