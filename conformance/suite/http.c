/* SPDX-License-Identifier: MIT */
/* http.c: PALM-HTTP: the HttpService. */
#include <string.h>

#include "conformance/suite/malformed.h"
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum { LIMIT = 1000 };

struct site {
    struct test *test;
    const char *address;
    struct peer *work; /* PULL at the outbound part */
    struct peer *done; /* PUSH to it; NULL if it does not block */
};

static void
start(struct site *site, struct test *test, const char *service,
      const char *outbound)
{
    struct target *target = target_start(test, "custom", "part.web", service,
                                         "part.out", outbound, NULL);

    memset(site, 0, sizeof *site);
    site->test = test;
    site->address = target_address(target, "part.web.address");
    if (target_fact(target, "part.out.push_address") == NULL) {
        site->work = peer_connect(test, "out", ZMQ_PULL,
                                  target_address(target, "part.out.address"));
        return;
    }
    site->work = peer_connect(test, "work", ZMQ_PULL,
                              target_address(target, "part.out.push_address"));
    site->done = peer_connect(test, "done", ZMQ_PUSH,
                              target_address(target, "part.out.pull_address"));
}

static void
start_blocking(struct site *site, struct test *test)
{
    start(site, test, "inbound HttpService route=out block=yes",
          "outbound PushPullService");
}

/* Where it does not matter what comes back. */
static void
start_plain(struct site *site, struct test *test)
{
    start(site, test, "inbound HttpService route=out block=no",
          "outbound PushService");
}

static struct http *
client(struct site *site)
{
    return http_connect(site->test, "client", site->address);
}

static struct bytes
frame(struct test *test, const char *payload)
{
    struct message message = message_of("palm.echo", payload);

    message.cache = bytes_text("key");
    return message_encode(test, &message);
}

/* Takes the work, which must be this frame, and gives feedback; returns it. */
static struct bytes
feed_back(struct site *site, struct bytes expected, const char *payload)
{
    struct message message =
        check_message(site->test, "what was posted", expected);

    check_same(site->test, "what is routed", peer_receive_one(site->work),
               &message);
    message.payload = bytes_text(payload);
    expected = message_encode(site->test, &message);
    peer_send(site->done, expected);
    return expected;
}

static void
check_status(struct test *test, const struct http_message *response, int status)
{
    check_number(test, "the status", response->status, status);
}

/* This POST goes all the way: nothing else may have been routed before it. */
static void
check_served(struct site *site, struct bytes sent)
{
    struct http *http = client(site);
    struct bytes expected = bytes_text("1");
    struct http_message response;

    http_request(http, "POST", "/", NULL, sent);
    if (site->done != NULL) {
        expected = feed_back(site, sent, "fenced");
    } else {
        struct message message =
            check_message(site->test, "what was posted", sent);

        check_same(site->test, "what is routed", peer_receive_one(site->work),
                   &message);
    }
    response = http_receive(http);
    check_status(site->test, &response, 200);
    check_bytes(site->test, "the body", response.body, expected);
}

static void
fence(struct site *site)
{
    check_served(site, frame(site->test, "fence"));
}

/* "… take the body of a POST as a message, route it, and answer with status 200
 * and the feedback of its outbound part as the body." */
static void
http_001_feedback_is_the_body(struct test *test)
{
    struct site site;

    start_blocking(&site, test);
    fence(&site);
    fence(&site);
}

static void
check_one(struct test *test, const char *address)
{
    struct http *http = http_connect(test, "client", address);
    struct http_message response =
        http_ask(http, "POST", "/", NULL, frame(test, "one"));

    check_text(test, "the body", response.body, "1");
}

/* "… with `block = no` … MUST answer with the body `1`." */
static void
http_002_no_block_answers_1(struct test *test)
{
    struct site site;

    start(&site, test, "inbound HttpService route=out block=no",
          "outbound PushService");
    check_one(test, site.address);
    (void)peer_receive_one(site.work);
}

/* "… or without a route, MUST answer with the body `1`." */
static void
http_002_no_route_answers_1(struct test *test)
{
    struct target *target = target_start(test, "custom", "part.web",
                                         "inbound HttpService block=yes", NULL);

    check_one(test, target_address(target, "part.web.address"));
}

/* "… whose outbound part does not block MUST answer with an empty body." */
static void
http_003_push_answers_empty(struct test *test)
{
    struct site site;
    struct http_message response;

    start(&site, test, "inbound HttpService route=out block=yes",
          "outbound PushService");
    response =
        http_ask(client(&site), "POST", "/", NULL, frame(test, "payload"));
    check_text(test, "the body", response.body, "");
    (void)peer_receive_one(site.work);
}

/* "… answer 400 to a body that cannot be decoded, and route nothing." */
static void
http_004_undecodable_is_400(struct test *test)
{
    struct site site;
    struct http_message response;

    start_plain(&site, test);
    response =
        http_ask(client(&site), "POST", "/", NULL, bytes_of("\x0a\xff", 2));
    check_status(test, &response, 400);
    fence(&site);
}

/* "… answer 411 to a POST without Content-Length …" */
static void
http_005_no_length_is_411(struct test *test)
{
    struct site site;
    struct http_message response;

    start_plain(&site, test);
    response = http_ask(client(&site), "POST", "/", NULL, bytes_of(NULL, 0));
    check_status(test, &response, 411);
    fence(&site);
}

/* "… one with a chunked body included." */
static void
http_005_chunked_is_411(struct test *test)
{
    struct site site;
    struct http *http;
    struct http_message response;

    start_plain(&site, test);
    http = client(&site);
    (void)http_try(http, bytes_text("POST / HTTP/1.1\r\nHost: palm.test\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n"
                                    "0\r\n\r\n"));
    response = http_receive(http);
    check_status(test, &response, 411);
    fence(&site);
}

/* A message of just so many bytes, between 300 and 16,000. */
static struct bytes
sized(struct test *test, size_t size)
{
    struct message message = message_of("palm.echo", "");
    size_t rest;

    message.cache = bytes_text("key");
    message.payload = bytes_filled(test, 'x', 200);
    rest = message_encode(test, &message).size - 200;
    message.payload = bytes_filled(test, 'x', size - rest);
    return message_encode(test, &message);
}

/* "… answer 413 to a body larger than `max_body`." */
static void
http_006_large_body_is_413(struct test *test)
{
    struct site site;
    struct http_message response;

    start(&site, test, "inbound HttpService route=out block=no max_body=1000",
          "outbound PushService");
    response =
        http_ask(client(&site), "POST", "/", NULL, sized(test, LIMIT + 1));
    check_status(test, &response, 413);
    check_served(&site, sized(test, LIMIT));
}

/* "… answer 405 to GET, PUT, DELETE and unknown methods." */
static void
http_007_other_methods_are_405(struct test *test)
{
    static const char *const methods[] = {"GET", "PUT", "DELETE", "PALM"};
    struct site site;
    size_t i;

    start_plain(&site, test);
    for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct http_message response = http_ask(client(&site), methods[i], "/",
                                                NULL, frame(test, methods[i]));

        check_status(test, &response, 405);
    }
    fence(&site);
}

/* "… answer 504 when it has no feedback within `reply_timeout`, at most 5 s
 * later." */
static void
http_008_no_feedback_is_504(struct test *test)
{
    struct site site;
    struct http *http;
    struct http_message response;

    start(&site, test,
          "inbound HttpService route=out block=yes reply_timeout=300",
          "outbound PushPullService reply_timeout=60000");
    http = client(&site);
    http_request(http, "POST", "/", NULL, frame(test, "late"));
    check_that(test, http_poll(http, 300 + bound(test), &response),
               "no response within reply_timeout and %d ms", bound(test));
    check_status(test, &response, 504);
}

/* "… take several connections at once, and answer each request with its own
 * feedback." */
static void
http_009_connections_have_their_feedback(struct test *test)
{
    enum { CLIENTS = 5 };
    struct site site;
    struct http *http[CLIENTS];
    int i;

    start_blocking(&site, test);
    http_send(client(&site), bytes_text("POST / HTTP/1.1\r\nHost: x\r\n"));
    for (i = 0; i < CLIENTS; i++) {
        http[i] = client(&site);
        http_request(http[i], "POST", "/", NULL,
                     frame(test, test_text(test, "%d", i)));
    }
    for (i = 0; i < CLIENTS; i++) {
        struct message work =
            check_message(test, "what is routed", peer_receive_one(site.work));

        work.payload = bytes_joined(test, bytes_text("to "), work.payload);
        peer_send(site.done, message_encode(test, &work));
    }
    for (i = 0; i < CLIENTS; i++) {
        struct http_message response = http_receive(http[i]);

        check_bytes(test, "the body", response.body,
                    frame(test, test_text(test, "to %d", i)));
    }
}

/* "… serve several requests on one connection of HTTP/1.1, and give every
 * response a Content-Length that is the size of its body." */
static void
http_010_connection_serves_several(struct test *test)
{
    static const char *const payloads[] = {"a", "", "a longer one", "z"};
    struct site site;
    struct http *http;
    size_t i;

    start_blocking(&site, test);
    http = client(&site);
    for (i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        struct bytes sent = frame(test, "sent");
        struct http_message response;
        struct bytes feedback;

        http_request(http, "POST", "/", NULL, sent);
        feedback = feed_back(&site, sent, payloads[i]);
        response = http_receive(http);
        check_that(test, http_header(test, &response, "Content-Length") != NULL,
                   "a response has no Content-Length");
        check_bytes(test, "the body", response.body, feedback);
    }
}

/* "… close a connection on which no whole request has come for 60 s", or for as
 * long as it is told, where it can be. */
static void
http_011_idle_connection_is_closed(struct test *test)
{
    enum { LONG = 60000, SHORT = 1000 }; /* ms */
    bool knows =
        target_knows(target_start(test, "describe", NULL), "idle_timeout");
    int idle = knows ? SHORT : LONG;
    struct site site;
    struct http *http;

    start(&site, test,
          knows ? "inbound HttpService route=out block=no idle_timeout=1000"
                : "inbound HttpService route=out block=no",
          "outbound PushService");
    http = client(&site);
    http_send(http, bytes_text("POST / HTTP/1.1\r\nHost: x\r\n"));
    check_that(test, http_ends(http, idle + bound(test)),
               "the connection is open after %d ms", idle + bound(test));
}

/* "… 400 to a request with a blank or a tab before the colon of a field,
 * without Host or with two, or with a Content-Length that is no number or is
 * there twice with two values …" */
static void
http_039_malformed_is_400(struct test *test)
{
    struct site site;

    start_plain(&site, test);
    check_malformed(test, site.address, "/");
    fence(&site);
}

const struct test_entry http_tests[] = {
    TEST("PALM-HTTP-001", http_001_feedback_is_the_body),
    TEST("PALM-HTTP-002", http_002_no_block_answers_1),
    TEST("PALM-HTTP-002", http_002_no_route_answers_1),
    TEST("PALM-HTTP-003", http_003_push_answers_empty),
    TEST("PALM-HTTP-004", http_004_undecodable_is_400),
    TEST("PALM-HTTP-005", http_005_no_length_is_411),
    TEST("PALM-HTTP-005", http_005_chunked_is_411),
    TEST("PALM-HTTP-006", http_006_large_body_is_413),
    TEST("PALM-HTTP-007", http_007_other_methods_are_405),
    TEST("PALM-HTTP-008", http_008_no_feedback_is_504),
    TEST("PALM-HTTP-009", http_009_connections_have_their_feedback),
    TEST("PALM-HTTP-010", http_010_connection_serves_several),
    TEST("PALM-HTTP-011", http_011_idle_connection_is_closed),
    TEST("PALM-HTTP-039", http_039_malformed_is_400),
    END_OF_TESTS,
};
