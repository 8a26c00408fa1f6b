/* SPDX-License-Identifier: MIT */
/* hostile_web.c: PALM-HOSTILE: what HTTP brings to a gateway, an HttpService, a
 * web worker and an HttpConnection. */
#include <string.h>

#include "conformance/suite/crew.h"
#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

enum { MIB = 1024 * 1024 };

struct bad {
    const char *name;
    const char *bytes;
    size_t size;
};
#define BAD(name, bytes)                                                       \
    {                                                                          \
        name, bytes, sizeof(bytes) - 1                                         \
    }
#define POST "POST /echo HTTP/1.1\r\nHost: palm.test\r\n"

static const struct bad no_requests[] = {
    BAD("nothing", ""),
    BAD("bytes", "\x00\x01\xfe\xff\x80\r\n\r\n"),
    BAD("empty lines", "\r\n\r\n\r\n\r\n"),
    BAD("a word", "GET\r\n\r\n"),
    BAD("no version", "GET /echo\r\n\r\n"),
    BAD("an odd version", "POST /echo HTTP/9.9\r\n\r\n"),
    BAD("no HTTP", "POST /echo PALM/1.1\r\n\r\n"),
    BAD("four words", "POST /echo HTTP/1.1 more\r\n\r\n"),
    BAD("a header without a colon", "POST /echo HTTP/1.1\r\nHost\r\n\r\n"),
    BAD("a header without a name", "POST /echo HTTP/1.1\r\n: x\r\n\r\n"),
    BAD("a NUL in a header", POST "X: \x00\r\n\r\n"),
    BAD("a head that ends early", "POST /echo HTTP/1.1\r\nHos"),
    BAD("TLS", "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"),
    BAD("ZMTP", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03"),
};

static const struct bad forged_lengths[] = {
    BAD("-1", POST "Content-Length: -1\r\n\r\nabc"),
    BAD("2^31", POST "Content-Length: 2147483648\r\n\r\nabc"),
    BAD("2^32 + 3", POST "Content-Length: 4294967299\r\n\r\nabc"),
    BAD("2^63 - 1", POST "Content-Length: 9223372036854775807\r\n\r\nabc"),
    BAD("2^64 - 1", POST "Content-Length: 18446744073709551615\r\n\r\nabc"),
    BAD("2^64 + 3", POST "Content-Length: 18446744073709551619\r\n\r\nabc"),
    BAD("a word", POST "Content-Length: three\r\n\r\nabc"),
    BAD("hexadecimal", POST "Content-Length: 0x3\r\n\r\nabc"),
    BAD("empty", POST "Content-Length:\r\n\r\nabc"),
    BAD("two", POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    BAD("a forged chunk",
        POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc"),
};

static const struct bad early_ends[] = {
    BAD("no body", POST "Content-Length: 100\r\n\r\n"),
    BAD("half a body", POST "Content-Length: 100\r\n\r\n\x0a\x06stream"),
    BAD("two requests in one", POST "Content-Length: 1\r\n\r\nx" POST),
};

/* What must go on. */
struct web {
    struct test *test;
    const char *address;
    struct peer *work; /* of a gateway */
    struct peer *done;
    unsigned goods;
};

typedef void (*check_fn)(struct web *web, const char *behind);

/* Twice: from one that leaves, and from one that stays. */
static void
attack(struct web *web, const char *name, struct bytes bytes, check_fn check)
{
    struct http *http = http_connect(web->test, "leaver", web->address);

    (void)http_try(http, bytes);
    http_close(http);
    check(web, name);
    http = http_connect(web->test, "stayer", web->address);
    (void)http_try(http, bytes);
    http_shut(http);
    check(web, name);
    http_close(http);
}

static void
attack_all(struct web *web, const struct bad *bad, size_t count, check_fn check)
{
    size_t i;

    for (i = 0; i < count; i++) {
        attack(web, bad[i].name, bytes_of(bad[i].bytes, bad[i].size), check);
    }
}

/* "… headers of 1 MiB …": one, many, and a request line. */
static void
attack_headers(struct web *web, check_fn check)
{
    struct test *test = web->test;
    struct bytes large = bytes_filled(test, 'x', MIB);
    struct bytes end = bytes_text("\r\n\r\n");
    struct bytes many = bytes_filled(test, '\n', MIB);
    struct bytes head = bytes_joined(test, bytes_text(POST "X: "), large);
    size_t i;

    for (i = 0; i + 8 <= MIB; i += 8) {
        memcpy((uint8_t *)many.data + i, "X: abc\r\n", 8);
    }
    attack(web, "a header of 1 MiB without an end", head, check);
    attack(web, "a header of 1 MiB", bytes_joined(test, head, end), check);
    head = bytes_joined(test, bytes_text(POST), many);
    attack(web, "1 MiB of headers", bytes_joined(test, head, end), check);
    attack(web, "a request line of 1 MiB",
           bytes_joined(test, bytes_text("POST /"), large), check);
}

/* --- a gateway ------------------------------------------------------------ */

static void
gateway_start(struct web *web, struct test *test)
{
    struct target *target = target_start(test, "gateway", NULL);

    memset(web, 0, sizeof *web);
    web->test = test;
    web->address = target_address(target, "http_address");
    web->work = peer_connect(test, "work", ZMQ_PULL,
                             target_address(target, "worker_push_address"));
    web->done = peer_connect(test, "done", ZMQ_PUSH,
                             target_address(target, "worker_pull_address"));
}

/* The work with this payload; what came of bad requests may be before it. */
static struct message
take_work(struct web *web, const char *payload)
{
    struct message message;

    do {
        message =
            check_message(web->test, "the work", peer_receive_one(web->work));
    } while (!bytes_are(message.payload, payload));
    return message;
}

static void
check_gateway(struct web *web, const char *behind)
{
    struct test *test = web->test;
    const char *payload = test_text(test, "good %u", web->goods++);
    struct http *http = http_connect(test, "browser", web->address);
    struct http_message response;
    struct message message;

    http_request(http, "POST", "/echo", NULL, bytes_text(payload));
    message = take_work(web, payload);
    peer_send(web->done, message_encode(test, &message));
    response = http_receive(http);
    check_number(test, test_text(test, "the status behind \"%s\"", behind),
                 response.status, 200);
    check_text(test, test_text(test, "the body behind \"%s\"", behind),
               response.body, payload);
    http_close(http);
}

/* "… requests that are no HTTP …" */
static void
hostile_026_no_http(struct test *test)
{
    struct web web;

    gateway_start(&web, test);
    attack_all(&web, no_requests, COUNT_OF(no_requests), check_gateway);
}

/* "… headers of 1 MiB …" */
static void
hostile_026_large_headers(struct test *test)
{
    struct web web;

    gateway_start(&web, test);
    attack_headers(&web, check_gateway);
}

/* "… and forged lengths …" */
static void
hostile_026_forged_lengths(struct test *test)
{
    struct web web;

    gateway_start(&web, test);
    attack_all(&web, forged_lengths, COUNT_OF(forged_lengths), check_gateway);
}

/* --- an HttpService, a web worker ----------------------------------------- */

static void
service_start(struct web *web, struct test *test)
{
    memset(web, 0, sizeof *web);
    web->test = test;
    web->address =
        target_address(target_start(test, "custom", "part.web",
                                    "inbound HttpService block=yes", NULL),
                       "part.web.address");
}

static void
worker_start(struct web *web, struct test *test)
{
    memset(web, 0, sizeof *web);
    web->test = test;
    web->address =
        target_address(target_start(test, "web-worker", NULL), "http_address");
}

static struct http_message
post(struct web *web, struct bytes body, const char *behind)
{
    struct http *http = http_connect(web->test, "client", web->address);
    struct http_message response = http_ask(http, "POST", "/", NULL, body);

    check_number(web->test,
                 test_text(web->test, "the status behind \"%s\"", behind),
                 response.status, 200);
    http_close(http);
    return response;
}

static void
check_service(struct web *web, const char *behind)
{
    struct bytes body = frame_of(web->test, "palm.echo", "good");

    check_text(web->test, "the body", post(web, body, behind).body, "1");
}

static void
check_worker(struct web *web, const char *behind)
{
    struct message message =
        message_of("palm.echo", test_text(web->test, "%u", web->goods++));
    struct bytes body = message_encode(web->test, &message);

    check_same(web->test,
               test_text(web->test, "the result behind \"%s\"", behind),
               post(web, body, behind).body, &message);
}

/* "… go on after requests that are no HTTP …" */
static void
hostile_029_no_http(struct test *test)
{
    struct web web;

    service_start(&web, test);
    attack_all(&web, no_requests, COUNT_OF(no_requests), check_service);
    attack_all(&web, forged_lengths, COUNT_OF(forged_lengths), check_service);
}

/* "… headers of 1 MiB …" */
static void
hostile_029_large_headers(struct test *test)
{
    struct web web;

    service_start(&web, test);
    attack_headers(&web, check_service);
}

/* "… and bodies that end early …" */
static void
hostile_029_bodies_end_early(struct test *test)
{
    struct web web;

    service_start(&web, test);
    attack_all(&web, early_ends, COUNT_OF(early_ends), check_service);
}

/* "… go on after undecodable bodies …" */
static void
hostile_031_undecodable_bodies(struct test *test)
{
    struct web web;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    worker_start(&web, test);
    for (i = 0; i < count; i++) {
        attack(&web, spoiled[i].name,
               http_request_text(test, "POST", "/", NULL, spoiled[i].frame),
               check_worker);
    }
}

/* "… and requests that are no HTTP …" */
static void
hostile_031_no_http(struct test *test)
{
    struct web web;

    worker_start(&web, test);
    attack_all(&web, no_requests, COUNT_OF(no_requests), check_worker);
    attack_all(&web, forged_lengths, COUNT_OF(forged_lengths), check_worker);
    attack_all(&web, early_ends, COUNT_OF(early_ends), check_worker);
}

/* --- an HttpConnection ---------------------------------------------------- */

static const struct bad no_responses[] = {
    BAD("nothing", ""),
    BAD("bytes", "\x00\x01\xfe\xff\x80\r\n\r\n"),
    BAD("empty lines", "\r\n\r\n\r\n\r\n"),
    BAD("a text", "palm\r\n\r\n"),
    BAD("no status", "HTTP/1.1\r\n\r\n"),
    BAD("a status that is a word", "HTTP/1.1 good\r\n\r\n"),
    BAD("a status of 20 digits",
        "HTTP/1.1 20000000000000000000 OK\r\nContent-Length: 0\r\n\r\n"),
    BAD("a head that ends early", "HTTP/1.1 200 OK\r\nContent-Le"),
    BAD("length -1", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc"),
    BAD("length 2^63 - 1",
        "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nabc"),
    BAD("length 2^64 + 3",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551619\r\n\r\nabc"),
    BAD("a length that is a word",
        "HTTP/1.1 200 OK\r\nContent-Length: three\r\n\r\nabc"),
    BAD("no body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    BAD("half a body",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\x0a\x06stream"),
    BAD("a forged chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                          "\r\nffffffffffffffff\r\nabc"),
};

struct caller {
    struct test *test;
    struct http_server *server;
    struct peer *ask;
};

static void
caller_start(struct caller *caller, struct test *test)
{
    struct target *target;

    caller->test = test;
    caller->server = http_listen(test, "worker");
    target = target_start(test, "custom", "part.in",
                          "inbound RepService route=web block=yes", "part.web",
                          test_text(test, "outbound HttpConnection address=%s",
                                    caller->server->address),
                          NULL);
    caller->ask = wired_peer(target, "asker", ZMQ_REQ, "in");
}

/* Answers each request with the bytes `times` times, or until nobody takes
 * them, and ends the connection, until the message has its reply. */
static struct bytes
call(struct caller *caller, const struct message *message, struct bytes bytes,
     int times)
{
    struct test *test = caller->test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct frames reply;

    peer_send(caller->ask, message_encode(test, message));
    while (!peer_poll(caller->ask, 0, &reply)) {
        struct http *http = http_accept_poll(caller->server, 5);
        int i;

        if (http != NULL) {
            (void)http_receive(http);
            for (i = 0; i < times && http_try(http, bytes); i++) {
            }
            http_close(http);
        }
        check_that(test, now() < until, "no reply within %d ms", bound(test));
    }
    check_frames(test, "the reply", &reply, 1);
    return reply.frame[0];
}

static void
check_call(struct caller *caller, const char *name, struct bytes bytes,
           int times)
{
    struct test *test = caller->test;
    struct message message = message_of("palm.echo", name);
    struct message done = message;
    struct bytes response;

    message.cache = done.cache = bytes_text("tag");
    check_error_result(test, call(caller, &message, bytes, times), &message);
    done.payload = bytes_text("done");
    response = http_response_text(test, 200, "Connection: close\r\n",
                                  message_encode(test, &done));
    check_same(test, test_text(test, "the feedback behind \"%s\"", name),
               call(caller, &message, response, 1), &done);
}

/* "… responses that are no HTTP, have … forged lengths, or end early …" */
static void
hostile_030_no_http(struct test *test)
{
    struct caller caller;
    size_t i;

    caller_start(&caller, test);
    for (i = 0; i < COUNT_OF(no_responses); i++) {
        check_call(&caller, no_responses[i].name,
                   bytes_of(no_responses[i].bytes, no_responses[i].size), 1);
    }
}

/* "… endless headers …" */
static void
hostile_030_endless_headers(struct test *test)
{
    struct bytes large = bytes_filled(test, 'x', MIB);
    struct caller caller;

    caller_start(&caller, test);
    check_call(&caller, "a header without an end",
               bytes_joined(test, bytes_text("HTTP/1.1 200 OK\r\nX: "), large),
               64);
    check_call(&caller, "a first line without an end", large, 64);
}

const struct test_entry hostile_web_tests[] = {
    TEST("PALM-HOSTILE-026", hostile_026_no_http),
    TEST("PALM-HOSTILE-026", hostile_026_large_headers),
    TEST("PALM-HOSTILE-026", hostile_026_forged_lengths),
    TEST("PALM-HOSTILE-029", hostile_029_no_http),
    TEST("PALM-HOSTILE-029", hostile_029_large_headers),
    TEST("PALM-HOSTILE-029", hostile_029_bodies_end_early),
    TEST("PALM-HOSTILE-030", hostile_030_no_http),
    TEST("PALM-HOSTILE-030", hostile_030_endless_headers),
    TEST("PALM-HOSTILE-031", hostile_031_undecodable_bodies),
    TEST("PALM-HOSTILE-031", hostile_031_no_http),
    END_OF_TESTS,
};
