/* SPDX-License-Identifier: MIT */
/* Tests of the HTTP listener: time, many clients, start and end. */
#include "config.h"
#include "parts/http/listener.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "harness/support/http_owner.h"
#include "harness/support/http_peer.h"
#include "harness/support/tap.h"

enum { MANY = 500 };

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

/* --- time ----------------------------------------------------------------- */

static void
a_request_without_answer_gets_504(void)
{
    struct http_owner owner;
    struct http_peer peer;
    owner_prepare(&owner);
    owner.settings.reply_timeout = 20;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_ask(&peer, "POST", "/never", "a");
    http_expect(&peer, 504, "no answer in time");
    EQUAL_INT(1, owner_get(&owner, &owner.expired));
    http_ask(&peer, "POST", "/echo", "the same connection");
    http_expect(&peer, 200, "the same connection");
    finish(&owner, &peer);
}

static void
requests_expire_in_their_order(void)
{
    enum { COUNT = 20 };
    struct http_owner owner;
    struct http_peer peers[COUNT];
    owner_prepare(&owner);
    owner.settings.reply_timeout = 50;
    owner_start(&owner);
    for (int i = 0; i < COUNT; i++) {
        http_open(&peers[i], owner.endpoint);
        http_ask(&peers[i], "POST", "/keep", "");
    }
    for (int i = 0; i < COUNT; i++) {
        http_expect(&peers[i], 504, "");
        http_close(&peers[i]);
    }
    EQUAL_INT(COUNT, owner_get(&owner, &owner.expired));
    owner_stop(&owner);
}

static void
a_silent_client_is_closed(void)
{
    struct http_owner owner;
    struct http_peer peer;
    owner_prepare(&owner);
    owner.settings.idle_timeout = 50;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_expect_end(&peer);
    http_close(&peer);
    http_open(&peer, owner.endpoint);
    http_ask(&peer, "POST", "/echo", "a");
    http_expect(&peer, 200, "a");
    http_expect_end(&peer); /* and so is one that has been served */
    finish(&owner, &peer);
}

/* A client that sends a byte whenever it is let; whether it was closed. */
static bool
has_dripped(void *arg)
{
    struct http_peer *peer = arg;
    return !http_try(peer, "x", 1) || http_has_come(peer);
}

static void
drip(const char *beginning)
{
    struct http_owner owner;
    struct http_peer peer;
    owner_prepare(&owner);
    owner.settings.idle_timeout = 100;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_say(&peer, beginning);
    MUST(tap_await(has_dripped, &peer));
    http_expect_end(&peer);
    EQUAL_INT(0, owner_get(&owner, &owner.served));
    finish(&owner, &peer);
}

static void
a_client_that_drips_headers_is_closed(void)
{
    drip("GET /echo HTTP/1.1\r\nHost: a\r\nSlow: ");
}

static void
a_client_that_drips_a_body_is_closed(void)
{
    drip("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
}

/* Sends a piece of a body and waits until more time than idle_timeout has
 * passed for all pieces together. */
static void
a_long_body_may_take_longer_than_idle_timeout(void)
{
    enum { PIECE = 64 << 10, LIMIT = 500 };
    struct http_owner owner;
    struct http_peer peer;
    static char piece[PIECE];
    owner_prepare(&owner);
    owner.settings.idle_timeout = LIMIT;
    owner.settings.max_body = -1;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_say(&peer, "POST /echo HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 655360\r\n\r\n");
    for (int i = 0; i < 10; i++) {
        struct http_peer other; /* closed at its time: a clock */
        http_say_bytes(&peer, piece, sizeof piece);
        if (i % 3 == 0) {
            http_open(&other, owner.endpoint);
            http_expect_end(&other);
            http_close(&other);
        }
    }
    http_read(&peer);
    EQUAL_INT(200, peer.status);
    EQUAL_INT(655360, peer.body_size);
    finish(&owner, &peer);
}

/* --- clients that leave, and many of them --------------------------------- */

static void
a_client_that_leaves_before_its_answer_harms_nobody(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    for (int i = 0; i < 20; i++) {
        struct http_peer leaver;
        http_open(&leaver, owner.endpoint);
        http_ask(&leaver, "POST", "/keep", "a");
        owner_await(&owner, &owner.served, (unsigned)i + 1);
        http_close(&leaver);
    }
    http_ask(&peer, "POST", "/release", "a");
    http_expect(&peer, 200, "a");
    http_ask(&peer, "POST", "/echo", "b");
    http_expect(&peer, 200, "b");
    finish(&owner, &peer);
}

static void
a_client_that_leaves_in_mid_request_harms_nobody(void)
{
    static const char *const parts[] = {
        "", "P", "POST /echo HTTP/1.1\r\nHo",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbo"};
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct http_peer leaver;
        http_open(&leaver, owner.endpoint);
        http_say(&leaver, parts[i]);
        http_close(&leaver);
    }
    http_ask(&peer, "POST", "/echo", "b");
    http_expect(&peer, 200, "b");
    EQUAL_INT(1, owner_get(&owner, &owner.served));
    finish(&owner, &peer);
}

/* What is waited for is shorter than idle_timeout. */
static void
a_client_that_leaves_in_mid_request_gives_its_place_up(void)
{
    enum { LEAVERS = 20 };
    struct http_owner owner;
    struct http_peer leavers[LEAVERS], peer;
    owner_prepare(&owner);
    owner.settings.max_clients = LEAVERS;
    owner_start(&owner);
    for (int i = 0; i < LEAVERS; i++) {
        http_open(&leavers[i], owner.endpoint);
    }
    for (int i = 0; i < LEAVERS; i++) { /* bytes and end in one event */
        http_say(&leavers[i], "POST /echo HTTP/1.1\r\nHo");
        http_close(&leavers[i]);
    }
    for (int i = 0; i < LEAVERS; i++) {
        http_open(&leavers[i], owner.endpoint);
        http_ask(&leavers[i], "POST", "/echo", "stays");
    }
    for (int i = 0; i < LEAVERS; i++) {
        http_expect(&leavers[i], 200, "stays");
    }
    for (int i = 1; i < LEAVERS; i++) {
        http_close(&leavers[i]);
    }
    http_open(&peer, owner.endpoint);
    http_ask(&peer, "POST", "/echo", "b");
    http_expect(&peer, 200, "b");
    http_close(&leavers[0]);
    finish(&owner, &peer);
}

static void
one_that_says_all_at_once_is_answered_and_closed(void)
{
    struct http_owner owner;
    struct http_peer peer;
    begin(&owner, &peer);
    http_ask(&peer, "POST", "/echo", "all I say");
    MUST(!shutdown(peer.fd, SHUT_WR));
    http_expect(&peer, 200, "all I say");
    http_expect_end(&peer);
    finish(&owner, &peer);
}

/* Its answer fills all buffers; it has the only place. */
static void
a_client_that_does_not_read_gives_its_place_up(void)
{
    enum { SIZE = 32 << 20 };
    struct http_owner owner;
    struct http_peer stuck, peer;
    char *body = calloc(1, SIZE);
    MUST(body != NULL);
    owner_prepare(&owner);
    owner.settings.max_body = -1;
    owner.settings.max_clients = 1;
    owner.settings.idle_timeout = 1000;
    owner_start(&owner);
    http_open(&stuck, owner.endpoint);
    http_ask_bytes(&stuck, "POST", "/echo", body, SIZE);
    free(body);
    http_open(&peer, owner.endpoint);
    http_ask(&peer, "POST", "/echo", "b");
    http_expect(&peer, 200, "b");
    http_close(&stuck);
    finish(&owner, &peer);
}

/* Each has 1,000 bytes, where 1,500 may be here at once. */
static void
bodies_over_the_limit_of_all_are_refused(void)
{
    struct http_owner owner;
    struct http_peer first, second;
    char body[1000];
    memset(body, 'x', sizeof body);
    owner_prepare(&owner);
    owner.settings.max_bodies = 1500;
    owner_start(&owner);
    http_open(&first, owner.endpoint);
    http_open(&second, owner.endpoint);
    http_ask_bytes(&first, "POST", "/keep", body, sizeof body);
    owner_await(&owner, &owner.served, 1);
    http_ask_bytes(&second, "POST", "/echo", body, sizeof body);
    http_expect(&second, 503, "too many bytes wait");
    EQUAL_INT(503, owner_get(&owner, &owner.refused));
    http_ask_bytes(&second, "POST", "/echo", body, 500);
    http_expect(&second, 200, "x");
    http_once(owner.endpoint, "POST", "/release", "", 200, "");
    http_expect(&first, 200, "released");
    http_ask_bytes(&second, "POST", "/echo", body, sizeof body);
    http_expect(&second, 200, "x");
    http_close(&first);
    finish(&owner, &second);
}

/* The only one there is. */
static void
a_single_body_always_fits(void)
{
    struct http_owner owner;
    struct http_peer peer;
    char body[1000];
    memset(body, 'x', sizeof body);
    owner_prepare(&owner);
    owner.settings.max_bodies = 10;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    for (int i = 0; i < 3; i++) {
        http_ask_bytes(&peer, "POST", "/echo", body, sizeof body);
        http_expect(&peer, 200, "x");
    }
    finish(&owner, &peer);
}

static void
clients_over_the_limit_wait_for_a_place(void)
{
    struct http_owner owner;
    struct http_peer first, second;
    owner_prepare(&owner);
    owner.settings.max_clients = 1;
    owner_start(&owner);
    http_open(&first, owner.endpoint);
    http_ask(&first, "POST", "/echo", "first");
    http_expect(&first, 200, "first");
    http_open(&second, owner.endpoint);
    http_ask(&second, "POST", "/echo", "second");
    http_ask(&first, "POST", "/echo", "first again");
    http_expect(&first, 200, "first again");
    MUST(!http_has_come(&second));
    http_close(&first);
    http_expect(&second, 200, "second");
    finish(&owner, &second);
}

/* One that comes from an address with enough of them is closed, so that it
 * stands in nobody's way. */
static void
an_address_leaves_places_to_others(void)
{
    struct http_owner owner;
    struct http_peer first, second, other;
    owner_prepare(&owner);
    owner.settings.max_clients = 2;
    owner.settings.max_of_host = 1;
    owner_start(&owner);
    http_open_from(&first, owner.endpoint, "127.0.0.2");
    http_ask(&first, "POST", "/echo", "first");
    http_expect(&first, 200, "first");
    http_open_from(&second, owner.endpoint, "127.0.0.2");
    http_expect_end(&second);
    http_open_from(&other, owner.endpoint, "127.0.0.1");
    http_ask(&other, "POST", "/echo", "other");
    http_expect(&other, 200, "other");
    http_ask(&first, "POST", "/echo", "first again");
    http_expect(&first, 200, "first again");
    http_close(&first);
    http_close(&second);
    finish(&owner, &other);
}

/* Room for both ends of so many connections; ends the test if there is none. */
static void
need_descriptors(rlim_t count)
{
    struct rlimit limit;
    MUST(!getrlimit(RLIMIT_NOFILE, &limit));
    if (limit.rlim_cur < count) {
        limit.rlim_cur = count;
        if (setrlimit(RLIMIT_NOFILE, &limit)) {
            tap_skip("the system gives too few descriptors");
        }
    }
}

static void
hold(bool without_epoll, int count)
{
    struct http_owner owner;
    struct http_peer *peers = calloc((size_t)count, sizeof *peers);
    MUST(peers != NULL);
    owner_prepare(&owner);
    owner.settings.without_epoll = without_epoll;
    owner_start(&owner);
    for (int i = 0; i < count; i++) {
        http_open(&peers[i], owner.endpoint);
        http_ask(&peers[i], "POST", "/keep", "a");
    }
    owner_await(&owner, &owner.served, (unsigned)count);
    http_once(owner.endpoint, "GET", "/release", NULL, 200, "");
    for (int i = 0; i < count; i++) {
        http_expect(&peers[i], 200, "released");
        http_close(&peers[i]);
    }
    free(peers);
    owner_stop(&owner);
}

static void
five_hundred_clients_wait_at_once(void)
{
    need_descriptors(2 * MANY + 100);
    hold(false, MANY);
}

static void
without_epoll_it_works_as_well(void)
{
    hold(true, 100);
}

static void
without_epoll_requests_expire_and_silence_ends(void)
{
    struct http_owner owner;
    struct http_peer peer;
    owner_prepare(&owner);
    owner.settings.without_epoll = true;
    owner.settings.reply_timeout = 20;
    owner.settings.idle_timeout = 50;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_ask(&peer, "POST", "/never", "a");
    http_expect(&peer, 504, "");
    http_expect_end(&peer);
    finish(&owner, &peer);
}

/* --- start and end -------------------------------------------------------- */

static void
at_the_end_everybody_is_answered(void)
{
    struct http_owner owner;
    struct http_peer peer, silent;
    begin(&owner, &peer);
    http_open(&silent, owner.endpoint);
    http_ask(&peer, "POST", "/keep", "a");
    owner_await(&owner, &owner.served, 1);
    owner_stop(&owner);
    EQUAL_INT(1, owner.gone);
    http_expect(&peer, 503, "the server stops");
    http_expect_end(&peer);
    http_expect_end(&silent);
    http_close(&peer);
    http_close(&silent);
}

static bool
nobody_listens(void *endpoint)
{
    struct http_peer peer;
    bool open = http_try_open(&peer, endpoint);
    http_close(&peer);
    return !open;
}

static void
at_the_end_what_is_answered_leaves(void)
{
    enum { SIZE = 32 << 20 };
    struct http_owner owner;
    struct http_peer peer;
    char *body = calloc(1, SIZE);
    MUST(body != NULL);
    owner_prepare(&owner);
    owner.settings.max_body = -1;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_ask_bytes(&peer, "POST", "/echo", body, SIZE);
    owner_await(&owner, &owner.served, 1);
    owner_order_stop(&owner);
    MUST(tap_await(nobody_listens, owner.endpoint));
    http_read(&peer);
    EQUAL_INT(200, peer.status);
    EQUAL_BYTES(body, SIZE, peer.body, peer.body_size);
    free(body);
    http_close(&peer);
    owner_join(&owner);
}

/* While an answer still leaves, a client that stayed may ask again. */
static void
at_the_end_new_requests_are_refused(void)
{
    enum { SIZE = 32 << 20 };
    struct http_owner owner;
    struct http_peer slow, late;
    char *body = calloc(1, SIZE);
    MUST(body != NULL);
    owner_prepare(&owner);
    owner.settings.max_body = -1;
    owner_start(&owner);
    http_open(&late, owner.endpoint);
    http_ask(&late, "POST", "/echo", "early");
    http_expect(&late, 200, "early");
    http_open(&slow, owner.endpoint);
    http_ask_bytes(&slow, "POST", "/echo", body, SIZE);
    owner_await(&owner, &owner.served, 2);
    owner_order_stop(&owner);
    MUST(tap_await(nobody_listens, owner.endpoint));
    http_ask(&late, "POST", "/echo", "late");
    http_expect(&late, 503, "the server stops");
    http_read(&slow);
    EQUAL_INT(200, slow.status);
    free(body);
    http_close(&late);
    http_close(&slow);
    owner_join(&owner);
}

static void
the_end_does_not_wait_for_one_that_does_not_read(void)
{
    enum { SIZE = 32 << 20 };
    struct http_owner owner;
    struct http_peer peer;
    char *body = calloc(1, SIZE);
    MUST(body != NULL);
    owner_prepare(&owner);
    owner.settings.max_body = -1;
    owner.flush = 20;
    owner_start(&owner);
    http_open(&peer, owner.endpoint);
    http_ask_bytes(&peer, "POST", "/echo", body, SIZE);
    owner_await(&owner, &owner.served, 1);
    int64_t before = tap_now();
    owner_stop(&owner);
    MUST(tap_now() - before < tap_deadline());
    free(body);
    http_close(&peer);
}

static void
the_longest_timeouts_never_pass(void)
{
    static const int64_t longest[] = {INT64_MAX, -1};
    for (int i = 0; i < 2; i++) {
        struct http_owner owner;
        struct http_peer peer;
        owner_prepare(&owner);
        owner.settings.idle_timeout = INT64_MAX;
        owner.settings.reply_timeout = longest[i];
        owner_start(&owner);
        http_open(&peer, owner.endpoint);
        http_ask(&peer, "POST", "/keep", "a");
        owner_await(&owner, &owner.served, 1);
        http_once(owner.endpoint, "GET", "/release", NULL, 200, "");
        http_expect(&peer, 200, "released");
        finish(&owner, &peer);
    }
}

static void
an_address_is_bound_as_it_says(void)
{
    static const struct {
        const char *address, *bound;
    } good[] = {
        {"http://127.0.0.1:*", "http://127.0.0.1:"},
        {"http://127.0.0.1:0/", "http://127.0.0.1:"},
        {"HTTP://localhost:*", "http://"},
        {"http://*:*", "http://0.0.0.0:"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct http_owner owner;
        owner_prepare(&owner);
        owner.settings.address = good[i].address;
        owner_start(&owner);
        MUST(!strncmp(good[i].bound, owner.endpoint, strlen(good[i].bound)));
        MUST(atoi(strrchr(owner.endpoint, ':') + 1) > 0);
        owner_stop(&owner);
    }
}

static void
an_ipv6_address_is_bound_in_brackets(void)
{
    struct http_owner owner;
    palm_error_t err;
    owner_prepare(&owner);
    owner.settings.address = "http://[::1]:*";
    if (!(owner.http = palm__http_new(&owner.settings, &err))) {
        MUST(err.code != EINVAL); /* it is an address everywhere */
        tap_skip("no IPv6 here");
        return;
    }
    palm__http_destroy(&owner.http, 0);
    owner_start(&owner);
    MUST(!strncmp("http://[::1]:", owner.endpoint, 13));
    http_once(owner.endpoint, "POST", "/echo", "six", 200, "six");
    owner_stop(&owner);
}

static void
a_wrong_address_is_refused(void)
{
    static const char *const wrong[] = {"tcp://127.0.0.1:80",
                                        "http://",
                                        "http://127.0.0.1",
                                        "http://127.0.0.1:",
                                        "http://:80",
                                        "http://a:b",
                                        "http://a:80/path",
                                        "http://[::1:80",
                                        "http://no.such.host.invalid:1",
                                        "",
                                        "http://[::1]80",
                                        "http://a:99999999999999999"};
    struct http_owner owner;
    palm_error_t err;
    owner_prepare(&owner);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        owner.settings.address = wrong[i];
        err.text[0] = '\0';
        FAILS(EINVAL, palm__http_new(&owner.settings, &err) ? 0 : -1);
        MUST(*err.text);
    }
}

static void
an_address_in_use_is_refused(void)
{
    struct http_owner owner;
    palm__http_settings_t settings;
    palm_error_t err;
    owner_prepare(&owner);
    owner_start(&owner);
    settings = owner.settings;
    settings.address = owner.endpoint;
    FAILS(EADDRINUSE, palm__http_new(&settings, &err) ? 0 : -1);
    CONTAINS(palm_strerror(EADDRINUSE), err.text);
    owner_stop(&owner);
    palm__http_t *again = palm__http_new(&settings, &err);
    MUST(again != NULL);
    palm__http_destroy(&again, 0);
}

static const struct tap_test tests[] = {
    {"a request without answer gets 504", a_request_without_answer_gets_504},
    {"requests expire in their order", requests_expire_in_their_order},
    {"a silent client is closed", a_silent_client_is_closed},
    {"a client that drips headers is closed",
     a_client_that_drips_headers_is_closed},
    {"a client that drips a body is closed",
     a_client_that_drips_a_body_is_closed},
    {"a long body may take longer than idle_timeout",
     a_long_body_may_take_longer_than_idle_timeout},
    {"a client that leaves before its answer harms nobody",
     a_client_that_leaves_before_its_answer_harms_nobody},
    {"a client that leaves in mid-request harms nobody",
     a_client_that_leaves_in_mid_request_harms_nobody},
    {"a client that leaves in mid-request gives its place up",
     a_client_that_leaves_in_mid_request_gives_its_place_up},
    {"one that says all at once is answered, and closed",
     one_that_says_all_at_once_is_answered_and_closed},
    {"a client that does not read gives its place up",
     a_client_that_does_not_read_gives_its_place_up},
    {"bodies over the limit of all are refused",
     bodies_over_the_limit_of_all_are_refused},
    {"a single body always fits", a_single_body_always_fits},
    {"an address leaves places to others", an_address_leaves_places_to_others},
    {"clients over the limit wait for a place",
     clients_over_the_limit_wait_for_a_place},
    {"five hundred clients wait at once", five_hundred_clients_wait_at_once},
    {"without epoll it works as well", without_epoll_it_works_as_well},
    {"without epoll requests expire, and silence ends",
     without_epoll_requests_expire_and_silence_ends},
    {"at the end everybody is answered", at_the_end_everybody_is_answered},
    {"at the end what is answered leaves", at_the_end_what_is_answered_leaves},
    {"at the end new requests are refused",
     at_the_end_new_requests_are_refused},
    {"the end does not wait for one that does not read",
     the_end_does_not_wait_for_one_that_does_not_read},
    {"the longest timeouts never pass", the_longest_timeouts_never_pass},
    {"an address is bound as it says", an_address_is_bound_as_it_says},
    {"an IPv6 address is bound in brackets",
     an_ipv6_address_is_bound_in_brackets},
    {"a wrong address is refused", a_wrong_address_is_refused},
    {"an address in use is refused", an_address_in_use_is_refused},
};

TAP_MAIN("http listener", tests)
