/* SPDX-License-Identifier: MIT */
/* http_gate.c: PALM-HTTP: the gateway. */
#include <string.h>

#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

struct gate {
    struct test *test;
    const char *address;
    struct peer *work;
    struct peer *done;
};

static void
start(struct gate *gate, struct test *test, const char *key, const char *value)
{
    struct target *target = target_start(test, "gateway", key, value, NULL);

    gate->test = test;
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
static void
check_function(struct gate *gate, const char *target, const char *function)
{
    struct http *http = browse(gate, "GET", target, bytes_of(NULL, 0));
    struct message message = take(gate);
    struct http_message response;
    const char *type;

    check_text(gate->test, target, message.function, function);
    give(gate, message, target);
    response = http_receive(http);
    check_number(gate->test, "the status", response.status, 200);
    check_text(gate->test, "the body", response.body, target);
    check_that(gate->test,
               http_header(gate->test, &response, "Content-Length") != NULL,
               "a response has no Content-Length");
    type = http_header(gate->test, &response, "Content-Type");
    check_contains(gate->test, "Content-Type", type == NULL ? "" : type,
                   "text/plain");
}

/* "… answer GET `/f`, and GET `/srv.f`, with status 200, `text/plain`, a
 * Content-Length and the payload of the result …" */
static void
http_021_result_is_the_body(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    check_function(&gate, "/echo", "_.echo");
    check_function(&gate, "/palm.echo", "palm.echo");
}

/* "… drop the query string and further path segments, and decode
 * percent-encoded characters …" */
static void
http_022_path_is_the_function(struct test *test)
{
    struct gate gate;

    start(&gate, test, NULL, NULL);
    check_function(&gate, "/echo?a=b", "_.echo");
    check_function(&gate, "/echo/more/of.it", "_.echo");
    check_function(&gate, "/palm.echo/more?a=b/c", "palm.echo");
    check_function(&gate, "/e%63h%6F", "_.echo");
    check_function(&gate, "/%C3%A9", "_.\xc3\xa9");
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

const struct test_entry http_gate_tests[] = {
    TEST("PALM-HTTP-021", http_021_result_is_the_body),
    TEST("PALM-HTTP-022", http_022_path_is_the_function),
    TEST("PALM-HTTP-023", http_023_body_is_the_payload),
    TEST("PALM-HTTP-024", http_024_without_body_is_no_payload),
    TEST("PALM-HTTP-025", http_025_three_new_uuids),
    TEST("PALM-HTTP-026", http_026_results_in_any_order),
    TEST("PALM-HTTP-028", http_028_no_function_is_404),
    TEST("PALM-HTTP-029", http_029_broken_path_is_400),
    TEST("PALM-HTTP-030", http_030_other_methods_are_405),
    TEST("PALM-HTTP-031", http_031_large_body_is_413),
    TEST("PALM-HTTP-032", http_032_no_result_is_504),
    END_OF_TESTS,
};
