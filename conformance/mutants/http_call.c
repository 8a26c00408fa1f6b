/* SPDX-License-Identifier: MIT */
/* http_call.c: HttpConnections that break PALM-HTTP. */
#include <string.h>

#include "conformance/engine/http.h"
#include "conformance/mutants/common.h"

/* What an HttpConnection asks, and what it is answered. */
static bool
is_asked(const struct http_crossing *crossing)
{
    return crossing->request && !crossing->to_target;
}

static bool
is_answered(const struct http_crossing *crossing)
{
    return !crossing->request && crossing->to_target;
}

static void
ask(struct http_crossing *crossing, const char *method, const char *target,
    struct bytes body)
{
    if (is_asked(crossing)) {
        crossing->text =
            http_request_text(crossing->test, method, target, NULL, body);
    }
}

static void
answer(struct http_crossing *crossing, int status, struct bytes body)
{
    crossing->text = http_response_text(crossing->test, status, NULL, body);
}

/* --- requests ------------------------------------------------------------- */

static void
puts_it(struct http_crossing *crossing)
{
    ask(crossing, "PUT", "/web/a", http_crossing_body(crossing));
}

static void
posts_to_root(struct http_crossing *crossing)
{
    ask(crossing, "POST", "/", http_crossing_body(crossing));
}

static void
posts_payload(struct http_crossing *crossing)
{
    struct message message;

    if (message_decode(crossing->test, http_crossing_body(crossing), &message)
        == NULL) {
        ask(crossing, "POST", "/web/a", message.payload);
    }
}

static void
posts_chunks(struct http_crossing *crossing)
{
    struct test *test = crossing->test;
    struct bytes body = http_crossing_body(crossing);
    struct bytes head;

    if (is_asked(crossing)) {
        head = bytes_text(test_text(test,
                                    "POST /web/a HTTP/1.1\r\nHost: a\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n"
                                    "%zx\r\n",
                                    body.size));
        crossing->text = bytes_joined(test, bytes_joined(test, head, body),
                                      bytes_text("\r\n0\r\n\r\n"));
    }
}

/* --- responses ------------------------------------------------------------ */

/* The body of the last request. */
static struct bytes asked;

static void
feeds_back_request(struct http_crossing *crossing)
{
    if (is_asked(crossing)) {
        asked = http_crossing_body(crossing);
    } else if (is_answered(crossing)) {
        answer(crossing, 200, asked);
    }
}

static void
takes_200_for_error(struct http_crossing *crossing)
{
    if (is_answered(crossing) && http_crossing_status(crossing) == 200) {
        answer(crossing, 500, http_crossing_body(crossing));
    }
}

/* A status of this class is as good as 200. */
static void
takes_class(struct http_crossing *crossing, int class)
{
    if (is_answered(crossing)
        && http_crossing_status(crossing) / 100 == class) {
        answer(crossing, 200, http_crossing_body(crossing));
    }
}

static void
takes_3xx(struct http_crossing *crossing)
{
    takes_class(crossing, 3);
}

static void
takes_4xx(struct http_crossing *crossing)
{
    takes_class(crossing, 4);
}

static void
takes_5xx(struct http_crossing *crossing)
{
    takes_class(crossing, 5);
}

static void
follows(struct http_crossing *crossing)
{
    struct http_message message;
    const char *location;

    memset(&message, 0, sizeof message);
    message.head = crossing->text;
    location = http_header(crossing->test, &message, "Location");
    if (is_answered(crossing) && location != NULL) {
        struct http *http = http_connect(crossing->test, "follower", location);

        http_request(http, "POST", "/elsewhere", NULL, asked);
        crossing->text = bytes_of("", 0);
    } else if (is_asked(crossing)) {
        asked = http_crossing_body(crossing);
    }
}

/* --- bodies that are no answers ------------------------------------------- */

/* What was sent with the payload "mended", instead of what is no message. */
static void
mends_rubbish(struct http_crossing *crossing)
{
    struct message message;
    struct test *test = crossing->test;

    if (is_asked(crossing)) {
        asked = http_crossing_body(crossing);
    } else if (is_answered(crossing)
               && message_decode(test, http_crossing_body(crossing), &message)
                      != NULL
               && message_decode(test, asked, &message) == NULL) {
        message.payload = bytes_text("mended");
        answer(crossing, 200, message_encode(test, &message));
    }
}

static void
mend(struct http_crossing *crossing, enum field field)
{
    struct test *test = crossing->test;
    struct message sent;
    struct message got;

    if (is_asked(crossing)) {
        asked = http_crossing_body(crossing);
        return;
    }
    if (!is_answered(crossing) || message_decode(test, asked, &sent) != NULL
        || message_decode(test, http_crossing_body(crossing), &got) != NULL) {
        return;
    }
    got.pipeline = field == FIELD_PIPELINE ? sent.pipeline : got.pipeline;
    got.client = field == FIELD_CLIENT ? sent.client : got.client;
    got.stage = field == FIELD_STAGE ? sent.stage : got.stage;
    got.function = field == FIELD_FUNCTION ? sent.function : got.function;
    got.cache = field == FIELD_CACHE ? sent.cache : got.cache;
    answer(crossing, 200, message_encode(test, &got));
}

static void
mends_pipeline(struct http_crossing *crossing)
{
    mend(crossing, FIELD_PIPELINE);
}

static void
mends_client(struct http_crossing *crossing)
{
    mend(crossing, FIELD_CLIENT);
}

static void
mends_stage(struct http_crossing *crossing)
{
    mend(crossing, FIELD_STAGE);
}

static void
mends_function(struct http_crossing *crossing)
{
    mend(crossing, FIELD_FUNCTION);
}

static void
mends_cache(struct http_crossing *crossing)
{
    mend(crossing, FIELD_CACHE);
}

static void
takes_no_body(struct http_crossing *crossing)
{
    if (is_asked(crossing)) {
        asked = http_crossing_body(crossing);
    } else if (is_answered(crossing)
               && http_crossing_body(crossing).size == 0) {
        answer(crossing, 200, asked);
    }
}

/* --- feedback along the route --------------------------------------------- */

static bool
is_error(struct crossing *crossing, struct message *message)
{
    return message_comes_from(crossing, "part.out.address", message)
           && bytes_are(message->payload, "0");
}

/* "… never the message itself, which would look like a result." */
static void
feeds_back_itself(struct crossing *crossing)
{
    static struct bytes payload;
    struct message message;

    if (message_goes_to(crossing, "part.in.address", &message)) {
        payload = message.payload;
    } else if (is_error(crossing, &message)) {
        message.payload = payload;
        crossing_replace(crossing, &message);
    }
}

static void
loses_errors(struct crossing *crossing)
{
    struct message message;

    if (is_error(crossing, &message)) {
        crossing_drop(crossing);
    }
}

static void
loses_unknown_fields(struct crossing *crossing)
{
    struct message message;

    if (message_comes_from(crossing, "part.out.address", &message)) {
        message.unknown = bytes_of("", 0);
        crossing_replace(crossing, &message);
    }
}

static void
is_out_of_order(struct crossing *crossing)
{
    if (comes_from(crossing, "part.out.address") && crossing->number == 0) {
        crossing_swap(crossing);
    }
}

static const struct fault_setting three_workers[] = {
    {"part.call max_workers", "3"}, {NULL, NULL}};
static const struct fault_setting one_worker[] = {
    {"part.call max_workers", "1"}, {NULL, NULL}};
static const struct fault_setting five_unless_set[] = {
    {"part.call HttpConnection", "HttpConnection max_workers=5"}, {NULL, NULL}};
static const struct fault_setting three_unless_set[] = {
    {"part.call HttpConnection", "HttpConnection max_workers=3"}, {NULL, NULL}};
static const struct fault_setting never_late[] = {
    {"part.call reply_timeout", "60000"}, {NULL, NULL}};

static void
takes_202_for_error(struct http_crossing *crossing)
{
    if (!crossing->request && http_crossing_status(crossing) == 202) {
        answer(crossing, 500, bytes_of("", 0));
    }
}

static const struct fault_setting alone[] = {{"part.* isolated", "yes"},
                                             {NULL, NULL}};

const struct fault http_call_faults[] = {
    WEB_FAULT("M-HTTP-012a", "PUTs", puts_it),
    WEB_FAULT("M-HTTP-012b", "posts to /", posts_to_root),
    WEB_FAULT("M-HTTP-012c", "posts the payload only", posts_payload),
    WEB_FAULT("M-HTTP-012d", "posts chunks", posts_chunks),
    WEB_FAULT("M-HTTP-013a", "feeds back what it sent", feeds_back_request),
    WEB_FAULT("M-HTTP-013b", "takes 200 for an error", takes_200_for_error),
    FAULT("M-HTTP-013c", "loses unknown fields", loses_unknown_fields),
    FAULT("M-HTTP-014a", "passes feedback on in another order",
          is_out_of_order),
    WRONG_SETTING("M-HTTP-015a", "has one more under way", three_workers),
    WRONG_SETTING("M-HTTP-015b", "has one under way", one_worker),
    WRONG_SETTING("M-HTTP-015c", "has five unless set", five_unless_set),
    WRONG_SETTING("M-HTTP-015d", "has three unless set", three_unless_set),
    WEB_FAULT("M-HTTP-016a", "takes the body of a 5xx", takes_5xx),
    WEB_FAULT("M-HTTP-016b", "takes the body of a 4xx", takes_4xx),
    FAULT("M-HTTP-016c", "feeds back the message itself", feeds_back_itself),
    FAULT("M-HTTP-017a", "feeds back the message itself", feeds_back_itself),
    FAULT("M-HTTP-017b", "gives no feedback", loses_errors),
    WRONG_SETTING("M-HTTP-018a", "has no reply_timeout", never_late),
    FAULT("M-HTTP-018b", "feeds back the message itself", feeds_back_itself),
    WEB_FAULT("M-HTTP-019a", "takes rubbish for an answer", mends_rubbish),
    WEB_FAULT("M-HTTP-019b", "does not look at pipeline", mends_pipeline),
    WEB_FAULT("M-HTTP-019c", "does not look at client", mends_client),
    WEB_FAULT("M-HTTP-019d", "does not look at stage", mends_stage),
    WEB_FAULT("M-HTTP-019e", "does not look at function", mends_function),
    WEB_FAULT("M-HTTP-019f", "does not look at cache", mends_cache),
    WEB_FAULT("M-HTTP-019g", "takes no body for an answer", takes_no_body),
    FAULT("M-HTTP-019h", "feeds back the message itself", feeds_back_itself),
    WEB_FAULT("M-HTTP-020a", "follows a redirect", follows),
    WEB_FAULT("M-HTTP-020b", "takes the body of a redirect", takes_3xx),
    WRONG_SETTING("M-HTTP-043a", "routes others meanwhile", alone),
    WEB_FAULT("M-HTTP-045a", "takes 202 for an error", takes_202_for_error),
    END_OF_FAULTS,
};
