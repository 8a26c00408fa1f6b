/* SPDX-License-Identifier: MIT */
/* http_gate.c: PALM-HTTP: the gateway. */
#include <string.h>

#include "conformance/suite/malformed.h"
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

struct gate {
    struct test *test;
    struct target *target;
    const char *address;
    struct peer *work;
    struct peer *done;
};

static void
start(struct gate *gate, struct test *test, const char *key, const char *value)
{
    struct target *target = target_start(test, "gateway", key, value, NULL);

    gate->test = test;
    gate->target = target;
    gate->address = target_address(target, "http_address");
    gate->work = peer_connect(test, "work", ZMQ_PULL,
                              target_address(target, "worker_push_address"));
    gate->done = peer_connect(test, "done", ZMQ_PUSH,
                              target_address(target, "worker_pull_address"));
}

static struct http *
browse(struct gate *gate, const char *method, const char *target,
       struct bytes body)
{
    struct http *http = http_connect(gate->test, "browser", gate->address);

    http_request(http, method, target, NULL, body);
    return http;
}

static struct message
take(struct gate *gate)
{
    return check_message(gate->test, "the work", peer_receive_one(gate->work));
}

static void
give(struct gate *gate, struct message message, const char *payload)
{
    message.payload = bytes_text(payload);
    peer_send(gate->done, message_encode(gate->test, &message));
}

static void
check_response(struct http *http, int status, const char *body)
{
    struct http_message response = http_receive(http);

    check_number(http->test, "the status", response.status, status);
    if (body != NULL) {
        check_text(http->test, "the body", response.body, body);
    }
}

/* The target is this function, and it is answered. */
static struct http_message
check_function(struct gate *gate, const char *target, const char *function)
{
    struct http *http = browse(gate, "GET", target, bytes_of(NULL, 0));
    struct message message = take(gate);
    struct http_message response;

    check_text(gate->test, target, message.function, function);
    give(gate, message, target);
    response = http_receive(http);
    check_number(gate->test, "the status", response.status, 200);
    check_text(gate->test, "the body", response.body, target);
    return response;
}

/* "… answer GET `/f`, and GET `/srv.f`, with status 200 and the payload of the
 * result …" */
static void
http_021_result_is_the_body(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)check_function(&gate, "/echo", "_.echo");
    (void)check_function(&gate, "/palm.echo", "palm.echo");
}

/* "… `text/plain` and a Content-Length." */
static void
http_044_result_has_type_and_length(struct test *test)
{
    struct http_message response;
    struct gate gate;
    const char *type;

    start(&gate, test, NULL, NULL);
    response = check_function(&gate, "/echo", "_.echo");
    check_that(test, http_header(test, &response, "Content-Length") != NULL,
               "a response has no Content-Length");
    type = http_header(test, &response, "Content-Type");
    check_contains(test, "Content-Type", type == NULL ? "" : type,
                   "text/plain");
}

/* "… drop the query string …" */
static void
http_022_query_is_dropped(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)check_function(&gate, "/echo?a=b", "_.echo");
    (void)check_function(&gate, "/palm.echo?palm.other/c", "palm.echo");
}

/* "… and further path segments …" */
static void
http_022_segments_are_dropped(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)check_function(&gate, "/echo/more/of.it", "_.echo");
    (void)check_function(&gate, "/palm.echo/more?a=b/c", "palm.echo");
}

/* "… and decode percent-encoded characters, to find the function." */
static void
http_022_percent_codes_are_decoded(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)check_function(&gate, "/e%63h%6F", "_.echo");
    (void)check_function(&gate, "/palm%2Eecho", "palm.echo");
    (void)check_function(&gate, "/%C3%A9", "_.\xc3\xa9");
}

/* "… take the body of a POST as the payload, byte for byte." */
static void
http_023_body_is_the_payload(struct test *test)
{
    struct bytes body = bytes_of("a\0\xff\r\n\r\n%41 ", 11);
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)browse(&gate, "POST", "/echo", body);
    check_bytes(test, "the payload", take(&gate).payload, body);
}

/* "… `No Payload` as the payload of a request without a body." */
static void
http_024_without_body_is_no_payload(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    (void)browse(&gate, "GET", "/echo", bytes_of(NULL, 0));
    check_text(test, "the payload", take(&gate).payload, "No Payload");
}

/* "… three new uuid4 texts as `pipeline`, `client` and `cache`, and `stage` 0,
 * in each message." */
static void
http_025_three_new_uuids(struct test *test)
{
    struct bytes ids[6];
    struct gate gate;
    size_t i;
    size_t j;

    start(&gate, test, NULL, NULL);
    for (i = 0; i < 6; i += 3) {
        struct message message;

        (void)browse(&gate, "GET", "/echo", bytes_of(NULL, 0));
        message = take(&gate);
        ids[i] = message.pipeline;
        ids[i + 1] = message.client;
        ids[i + 2] = message.cache;
        check_number(test, "stage", message.stage, 0);
    }
    for (i = 0; i < 6; i++) {
        check_uuid(test, "pipeline, client or cache", ids[i]);
        for (j = 0; j < i; j++) {
            check_that(test, !bytes_equal(ids[i], ids[j]), "an id comes twice");
        }
    }
}

/* "… match results to requests by `client`, in whatever order they come." */
static void
http_026_results_in_any_order(struct test *test)
{
    struct gate gate;
    struct http *first;
    struct http *second;
    struct message one;
    struct message two;

    start(&gate, test, NULL, NULL);
    first = browse(&gate, "GET", "/one", bytes_of(NULL, 0));
    one = take(&gate);
    second = browse(&gate, "GET", "/two", bytes_of(NULL, 0));
    two = take(&gate);
    give(&gate, two, "second");
    check_response(second, 200, "second");
    give(&gate, one, "first");
    check_response(first, 200, "first");
}

/* --- results that nobody waits for -----------------------------------------
 */

/* A request is served, and the browser that has its response gets no more. */
static void
check_goes_on(struct gate *gate, struct http *served)
{
    struct http_message more;

    (void)check_function(gate, "/next", "_.next");
    check_that(gate->test, !http_poll(served, 0, &more),
               "a browser gets a second response");
}

/* "… drop a result that comes a second time …" */
static void
http_027_second_result_is_dropped(struct test *test)
{
    struct gate gate;
    struct http *first;
    struct http *waits;
    struct message one;
    struct message other;

    start(&gate, test, NULL, NULL);
    first = browse(&gate, "GET", "/one", bytes_of(NULL, 0));
    one = take(&gate);
    waits = browse(&gate, "GET", "/other", bytes_of(NULL, 0));
    other = take(&gate);
    give(&gate, one, "first");
    give(&gate, one, "second");
    check_response(first, 200, "first");
    give(&gate, one, "third");
    give(&gate, other, "other");
    check_response(waits, 200, "other");
    check_goes_on(&gate, first);
}

/* "… comes late …" */
static void
http_027_late_result_is_dropped(struct test *test)
{
    struct gate gate;
    struct http *late;
    struct http *waits;
    struct message one;
    struct message other;

    start(&gate, test, "reply_timeout", "1000");
    late = browse(&gate, "GET", "/one", bytes_of(NULL, 0));
    one = take(&gate);
    check_response(late, 504, NULL);
    waits = browse(&gate, "GET", "/other", bytes_of(NULL, 0));
    other = take(&gate);
    give(&gate, one, "late");
    give(&gate, other, "other");
    check_response(waits, 200, "other");
    check_goes_on(&gate, late);
}

/* "… or belongs to no request, and go on." */
static void
http_027_unknown_result_is_dropped(struct test *test)
{
    static const char *const clients[] = {OTHER_CLIENT, "", "dealer", "nobody"};
    struct gate gate;
    struct http *waits;
    struct message message;
    size_t i;

    start(&gate, test, NULL, NULL);
    waits = browse(&gate, "GET", "/one", bytes_of(NULL, 0));
    message = take(&gate);
    for (i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct message unknown = message;

        unknown.client = bytes_text(clients[i]);
        give(&gate, unknown, "unknown");
    }
    give(&gate, message, "known");
    check_response(waits, 200, "known");
    check_goes_on(&gate, waits);
}

/* --- the router ----------------------------------------------------------- */

static struct peer *
dealer(struct gate *gate, const char *client)
{
    return peer_connect_as(gate->test, client, ZMQ_DEALER,
                           target_address(gate->target, "router_address"),
                           client);
}

/* The dealer's message is to be what the worker gets, but for `cache`; returns
 * what that is. */
static struct message
route(struct gate *gate, struct peer *from, const char *payload)
{
    struct message message = message_of("palm.echo", payload);
    struct message taken;
    struct bytes frames[2];

    message.client = bytes_text(from->label);
    message.cache = bytes_text("key");
    message.unknown = field_bytes(gate->test, 99, bytes_text("kept"));
    frames[0] = bytes_of("", 0);
    frames[1] = message_encode(gate->test, &message);
    peer_send_frames(from, frames, 2);
    frames[1] = peer_receive_one(gate->work);
    taken = check_message(gate->test, "the work", frames[1]);
    message.cache = taken.cache;
    check_same(gate->test, "the work", frames[1], &message);
    return message;
}

static void
check_result(struct peer *to, struct message message, const char *payload)
{
    struct frames frames = peer_receive(to);

    message.payload = bytes_text(payload);
    check_frames(to->test, "the result", &frames, 2);
    check_text(to->test, "the first frame", frames.frame[0], "");
    message.cache =
        check_message(to->test, "the result", frames.frame[1]).cache;
    check_same(to->test, "the result", frames.frame[1], &message);
}

/* "… take [empty, message] from a DEALER whose identity is the message's
 * `client`, and hand the result back to it as [empty, message]." */
static void
http_033_dealer_gets_its_result(struct test *test)
{
    struct gate gate;
    struct peer *peer;
    int i;

    start(&gate, test, NULL, NULL);
    peer = dealer(&gate, CLIENT);
    for (i = 0; i < 2; i++) {
        struct message message = route(&gate, peer, "question");

        give(&gate, message, "answer");
        check_result(peer, message, "answer");
    }
}

/* Each DEALER its own, in whatever order they come. */
static void
http_033_each_dealer_gets_its_own(struct test *test)
{
    struct gate gate;
    struct peer *first;
    struct peer *second;
    struct message one;
    struct message two;

    start(&gate, test, NULL, NULL);
    first = dealer(&gate, CLIENT);
    second = dealer(&gate, OTHER_CLIENT);
    one = route(&gate, first, "one");
    two = route(&gate, second, "two");
    give(&gate, two, "for the second");
    check_result(second, two, "for the second");
    give(&gate, one, "for the first");
    check_result(first, one, "for the first");
}

/* "… 404 to `/` and to `/` with a query, with a body that is not empty." */
static void
http_028_no_function_is_404(struct test *test)
{
    static const char *const targets[] = {"/", "/?a=b"};
    struct gate gate;
    size_t i;

    start(&gate, test, NULL, NULL);
    for (i = 0; i < 2; i++) {
        struct http_message response =
            http_receive(browse(&gate, "GET", targets[i], bytes_of(NULL, 0)));

        check_number(test, targets[i], response.status, 404);
        check_that(test, response.body.size > 0, "the body is empty");
    }
}

/* "… 400 to a path with a broken percent code, a NUL or bytes that are no
 * UTF-8." */
static void
http_029_broken_path_is_400(struct test *test)
{
    static const char *const targets[] = {"/e%4", "/e%zz", "/e%", "/e%00",
                                          "/%ff"};
    struct gate gate;
    size_t i;

    start(&gate, test, NULL, NULL);
    for (i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        check_response(browse(&gate, "GET", targets[i], bytes_of(NULL, 0)), 400,
                       NULL);
    }
}

/* "… 405 to other methods than GET and POST." */
static void
http_030_other_methods_are_405(struct test *test)
{
    static const char *const methods[] = {"PUT", "DELETE", "PALM"};
    struct gate gate;
    size_t i;

    start(&gate, test, NULL, NULL);
    for (i = 0; i < 3; i++) {
        check_response(browse(&gate, methods[i], "/echo", bytes_text("x")), 405,
                       NULL);
    }
}

/* "… 413 to a body larger than `max_body`." */
static void
http_031_large_body_is_413(struct test *test)
{
    struct gate gate;

    start(&gate, test, "max_body", "100");
    check_response(browse(&gate, "POST", "/echo", bytes_filled(test, 'x', 101)),
                   413, NULL);
    (void)browse(&gate, "POST", "/echo", bytes_filled(test, 'y', 100));
    check_bytes(test, "the payload", take(&gate).payload,
                bytes_filled(test, 'y', 100));
}

/* "… 504 when no result has come within `reply_timeout`, at most 5 s later." */
static void
http_032_no_result_is_504(struct test *test)
{
    struct gate gate;
    struct http_message response;

    start(&gate, test, "reply_timeout", "300");
    check_that(test,
               http_poll(browse(&gate, "GET", "/echo", bytes_of(NULL, 0)),
                         300 + bound(test), &response),
               "no response within reply_timeout and %d ms", bound(test));
    check_number(test, "the status", response.status, 504);
}

/* "… 400 to a request with a blank or a tab before the colon of a field,
 * without Host or with two, or with a Content-Length that is no number or is
 * there twice with two values …" */
static void
http_040_malformed_is_400(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    check_malformed(test, gate.address, "/echo");
    (void)check_function(&gate, "/reverse", "_.reverse");
}

const struct test_entry http_gate_tests[] = {
    TEST("PALM-HTTP-021", http_021_result_is_the_body),
    TEST("PALM-HTTP-044", http_044_result_has_type_and_length),
    TEST("PALM-HTTP-022", http_022_query_is_dropped),
    TEST("PALM-HTTP-022", http_022_segments_are_dropped),
    TEST("PALM-HTTP-022", http_022_percent_codes_are_decoded),
    TEST("PALM-HTTP-023", http_023_body_is_the_payload),
    TEST("PALM-HTTP-024", http_024_without_body_is_no_payload),
    TEST("PALM-HTTP-025", http_025_three_new_uuids),
    TEST("PALM-HTTP-026", http_026_results_in_any_order),
    TEST("PALM-HTTP-027", http_027_second_result_is_dropped),
    TEST("PALM-HTTP-027", http_027_late_result_is_dropped),
    TEST("PALM-HTTP-027", http_027_unknown_result_is_dropped),
    TEST("PALM-HTTP-028", http_028_no_function_is_404),
    TEST("PALM-HTTP-029", http_029_broken_path_is_400),
    TEST("PALM-HTTP-030", http_030_other_methods_are_405),
    TEST("PALM-HTTP-031", http_031_large_body_is_413),
    TEST("PALM-HTTP-032", http_032_no_result_is_504),
    TEST("PALM-HTTP-033", http_033_dealer_gets_its_result),
    TEST("PALM-HTTP-033", http_033_each_dealer_gets_its_own),
    TEST("PALM-HTTP-040", http_040_malformed_is_400),
    END_OF_TESTS,
};
