/* SPDX-License-Identifier: MIT */
/* Tests of the HTTP listener: what is said, and what is answered. */
#include "config.h"
#include "parts/http/listener.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/support/http_owner.h"
#include "harness/support/http_peer.h"
#include "harness/support/tap.h"

/* Starts a listener and connects to it. */
static void
begin(struct http_owner *owner, struct http_peer *peer)
{
    owner_prepare(owner);
    owner_start(owner);
    http_open(peer, owner->endpoint);
}

static void
finish(struct http_owner *owner, struct http_peer *peer)
{
    http_close(peer);
    owner_stop(owner);
}

/* --- requests ------------------------------------------------------------- */

static void
a_body_comes_back(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_ask(&peer, "POST", "/echo", "some text");
    http_expect(&peer, 200, "some text");
    MUST(http_has_line(&peer, "Content-Length: 9"));
    MUST(http_has_line(&peer, "Content-Type: text/plain"));
    MUST(http_has_line(&peer, "X-Test: yes"));
    finish(&owner, &peer);
}

static void
a_connection_serves_many_requests(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    for (int i = 0; i < 100; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "number %d", i);
        http_ask(&peer, "POST", "/echo", text);
        http_expect(&peer, 200, text);
        EQUAL_INT(strlen(text), peer.body_size);
    }
    http_ask(&peer, "GET", "/echo", NULL);
    http_expect(&peer, 200, "");
    EQUAL_INT(0, peer.body_size);
    finish(&owner, &peer);
}

static void
pipelined_requests_are_answered_in_order(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_ask(&peer, "POST", "/echo", "first");
    http_ask(&peer, "POST", "/keep", "second");
    http_ask(&peer, "POST", "/echo", "third");
    http_expect(&peer, 200, "first");
    owner_await(&owner, &owner.served, 2);
    http_once(owner.endpoint, "GET", "/release", NULL, 200, "");
    http_expect(&peer, 200, "released");
    http_expect(&peer, 200, "third");
    finish(&owner, &peer);
}

static void
garbage_behind_a_request_costs_only_itself(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_ask(&peer, "POST", "/echo", "good");
    http_say(&peer, "\x01\x02\xff garbage\r\n\r\n");
    http_expect(&peer, 200, "good");
    if (http_expect_refusal(&peer)) {
        http_expect_end(&peer);
        owner_await(&owner, &owner.warned, 1);
    }
    http_once(owner.endpoint, "POST", "/echo", "next", 200, "next");
    finish(&owner, &peer);
}

static void
a_body_may_come_byte_by_byte(void)
{
    struct http_owner owner;
    struct http_peer peer;
    static const char text[] =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    begin(&owner, &peer);
    for (const char *byte = text; *byte; byte++) {
        http_say_bytes(&peer, byte, 1);
    }
    http_expect(&peer, 200, "body");
    finish(&owner, &peer);
}

static void
a_large_body_passes_intact(void)
{
    enum { SIZE = 1 << 20 };
    struct http_owner owner;
    struct http_peer peer;
    unsigned char *body = malloc(SIZE);
    MUST(body != NULL);
    for (size_t i = 0; i < SIZE; i++) {
        body[i] = (unsigned char)(i * 7 + i / 251);
    }
    begin(&owner, &peer);
    http_ask_bytes(&peer, "POST", "/echo", body, SIZE);
    http_read(&peer);
    EQUAL_INT(200, peer.status);
    EQUAL_BYTES(body, SIZE, peer.body, peer.body_size);
    free(body);
    finish(&owner, &peer);
}

static void
the_target_is_left_escaped_without_its_query(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_ask(&peer, "GET", "/path%20here?query=%41", NULL);
    http_expect(&peer, 200, "/path%20here");
    EQUAL_INT(strlen("/path%20here"), peer.body_size);
    finish(&owner, &peer);
}

static void
a_client_that_expects_100_continue_gets_it(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_say(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
                    "Expect: 100-continue\r\n\r\n");
    http_read(&peer);
    EQUAL_INT(100, peer.status);
    http_say(&peer, "body");
    http_expect(&peer, 200, "body");
    finish(&owner, &peer);
}

static void
http_1_0_closes_behind_its_answer(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_say(&peer, "POST /echo HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody");
    http_expect(&peer, 200, "body");
    http_expect_end(&peer);
    finish(&owner, &peer);
}

/* --- refusals ------------------------------------------------------------- */

/* Says this on a connection of its own and expects the status. */
static void
refuses(struct http_owner *owner, unsigned status, const void *text,
        size_t size)
{
    struct http_peer peer;
    http_open(&peer, owner->endpoint);
    http_say_bytes(&peer, text, size);
    http_expect(&peer, status, "");
    http_close(&peer);
    EQUAL_INT(0, owner_get(owner, &owner->served));
}

/* The same of what is no HTTP: it is refused with 400, or the connection ends.
 */
static void
refuses_as_no_http(struct http_owner *owner, const void *text, size_t size)
{
    struct http_peer peer;
    http_open(&peer, owner->endpoint);
    http_say_bytes(&peer, text, size);
    (void)http_expect_refusal(&peer);
    http_close(&peer);
    EQUAL_INT(0, owner_get(owner, &owner->served));
}

#define REFUSES_AS_NO_HTTP(owner, text)                                        \
    refuses_as_no_http(owner, text, sizeof text - 1)

#define REFUSES(owner, status, text)                                           \
    refuses(owner, status, text, sizeof text - 1)

static void
other_methods_are_refused_with_allow(void)
{
    static const char *const methods[] = {"HEAD",    "PUT",   "DELETE",
                                          "OPTIONS", "TRACE", "get",
                                          "GE",      "GETT",  "STRANGE"};
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        http_ask(&peer, methods[i], "/echo", NULL);
        http_expect(&peer, 405, "");
        MUST(http_has_line(&peer, "Allow: GET, POST"));
    }
    http_ask(&peer, "POST", "/echo", "the same connection");
    http_expect(&peer, 200, "the same connection");
    EQUAL_INT(405, owner_get(&owner, &owner.refused));
    finish(&owner, &peer);
}

static void
a_body_needs_a_length(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    REFUSES(&owner, 411, "POST /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    REFUSES(&owner, 411,
            "POST /echo HTTP/1.1\r\nHost: a\r\n"
            "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
    REFUSES(&owner, 411,
            "GET /echo HTTP/1.1\r\nHost: a\r\n"
            "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
    EQUAL_INT(411, owner_get(&owner, &owner.refused));
    finish(&owner, &peer);
}

static void
a_body_that_is_too_large_is_not_read(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_say(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 1048577\r\n\r\n");
    http_expect(&peer, 413, "too large");
    http_expect_end(&peer);
    EQUAL_INT(413, owner_get(&owner, &owner.refused));
    REFUSES(&owner, 413,
            "POST /echo HTTP/1.1\r\nHost: a\r\n"
            "Content-Length: 9223372036854775807\r\n\r\n");
    http_once(owner.endpoint, "POST", "/echo", "next", 200, "next");
    finish(&owner, &peer);
}

static void
forged_lengths_are_refused(void)
{
    static const char *const headers[] = {
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4, 4",
        "Content-Length: -4",
        "Content-Length: +4",
        "Content-Length: 0x4",
        "Content-Length: 4 4",
        "Content-Length: four",
        "Content-Length:",
        "Host: b\r\nContent-Length: 4"};
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char text[256];
        int size = snprintf(text, sizeof text,
                            "POST /echo HTTP/1.1\r\nHost: a\r\n%s\r\n\r\nbody",
                            headers[i]);
        refuses_as_no_http(&owner, text, (size_t)size);
    }
    finish(&owner, &peer);
}

static void
what_is_no_http_is_refused(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    REFUSES_AS_NO_HTTP(&owner, "GET /echo HTTP/1.1\r\n\r\n"); /* no Host */
    REFUSES_AS_NO_HTTP(&owner, "GET /echo\r\n\r\n");
    REFUSES_AS_NO_HTTP(&owner,
                       "GET /echo HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n");
    finish(&owner, &peer);
}

static void
one_word_ends_the_connection(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_say(&peer, "hello\r\n\r\n");
    http_expect_end(&peer);
    http_once(owner.endpoint, "POST", "/echo", "next", 200, "next");
    finish(&owner, &peer);
}

static void
headers_that_are_too_large_are_refused(void)
{
    struct http_owner owner;
    struct http_peer peer;
    char name[2048];
    memset(name, 'h', sizeof name);
    memcpy(name + sizeof name - 6, ": v\r\n", 6);
    begin(&owner, &peer);
    http_say(&peer, "GET /echo HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 64 && http_try(&peer, name, strlen(name)); i++) {
    }
    http_expect(&peer, 431, "");
    http_once(owner.endpoint, "POST", "/echo", "next", 200, "next");
    EQUAL_INT(1, owner_get(&owner, &owner.served));
    finish(&owner, &peer);
}

static void
a_target_that_is_too_long_is_refused(void)
{
    struct http_owner owner;
    struct http_peer peer;
    char target[2048];
    memset(target, 't', sizeof target);
    begin(&owner, &peer);
    http_say(&peer, "GET /");
    for (int i = 0; i < 64 && http_try(&peer, target, sizeof target); i++) {
    }
    http_expect(&peer, 414, "");
    EQUAL_INT(0, owner_get(&owner, &owner.served));
    finish(&owner, &peer);
}

static const struct tap_test tests[] = {
    {"a body comes back", a_body_comes_back},
    {"a connection serves many requests", a_connection_serves_many_requests},
    {"pipelined requests are answered in order",
     pipelined_requests_are_answered_in_order},
    {"garbage behind a request costs only itself",
     garbage_behind_a_request_costs_only_itself},
    {"a body may come byte by byte", a_body_may_come_byte_by_byte},
    {"a large body passes intact", a_large_body_passes_intact},
    {"the target is left escaped, without its query",
     the_target_is_left_escaped_without_its_query},
    {"a client that expects 100 Continue gets it",
     a_client_that_expects_100_continue_gets_it},
    {"HTTP/1.0 closes behind its answer", http_1_0_closes_behind_its_answer},
    {"other methods are refused with Allow",
     other_methods_are_refused_with_allow},
    {"a body needs a length", a_body_needs_a_length},
    {"a body that is too large is not read",
     a_body_that_is_too_large_is_not_read},
    {"forged lengths are refused", forged_lengths_are_refused},
    {"what is no HTTP is refused", what_is_no_http_is_refused},
    {"one word ends the connection", one_word_ends_the_connection},
    {"headers that are too large are refused",
     headers_that_are_too_large_are_refused},
    {"a target that is too long is refused",
     a_target_that_is_too_long_is_refused},
};

TAP_MAIN("http requests", tests)
