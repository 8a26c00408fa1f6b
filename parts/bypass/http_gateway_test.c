/* SPDX-License-Identifier: MIT */
/* Tests of HttpGateway between HTTP clients and a raw ROUTER. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "harness/support/http_peer.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

enum { MANY = 500, TEXT = 512 };

/* A server with nothing but the gateway, what stands for its GatewayRouter,
 * and a client. */
struct bench {
    struct rig rig;
    palm_part_options_t options; /* of the gateway */
    char router_address[256];
    const char *endpoint;
    void *router;
    struct http_peer peer;
};

/* A call as the router gets it. */
struct call {
    char identity[TEXT];
    size_t identity_size;
    char frame[TEXT];       /* the message */
    palm_message_t message; /* slices of it */
};

static void
prepare(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    palm_part_options_init(&bench->options);
    bench->options.address = "http://127.0.0.1:*";
    rig_init(&bench->rig, NULL);
    bench->router = rig_bind(&bench->rig, ZMQ_ROUTER, bench->router_address);
    rig_set(&bench->options, "HttpGateway", "router_address",
            bench->router_address);
}

static void
start(struct bench *bench)
{
    rig_add(&bench->rig, "HttpGateway", "Gateway", NULL, &bench->options);
    rig_start(&bench->rig);
    bench->endpoint =
        palm_server_endpoint(bench->rig.server, PALM_SIDE_BYPASS, "Gateway");
    http_open(&bench->peer, bench->endpoint);
}

static void
begin(struct bench *bench)
{
    prepare(bench);
    start(bench);
}

static void
finish(struct bench *bench)
{
    http_close(&bench->peer);
    rig_fini(&bench->rig);
}

static palm_part_stats_t
stats(struct bench *bench)
{
    return rig_stats(&bench->rig, PALM_SIDE_BYPASS, "Gateway");
}

/* Waits until a counter is n. */
#define AWAIT(bench, counter, n)                                               \
    rig_await_count(&(bench)->rig, PALM_SIDE_BYPASS, "Gateway",                \
                    offsetof(palm_part_stats_t, counter), n)

/* Receives [identity, "", message]. */
static void
take(struct bench *bench, struct call *call)
{
    int size = zmq_recv(bench->router, call->identity, TEXT, 0);
    MUST(size > 0 && size <= TEXT);
    call->identity_size = (size_t)size;
    expect_text(bench->router, "", true);
    size = zmq_recv(bench->router, call->frame, TEXT, 0);
    MUST(size >= 0 && size <= TEXT);
    MUST(!palm_message_scan(&call->message, call->frame, (size_t)size, NULL));
}

/* Sends ["", the call's message with another payload] to the gateway. */
static void
give(struct bench *bench, const struct call *call, const char *payload)
{
    palm_message_t result = call->message;
    result.payload = palm_slice(payload);
    send_bytes(bench->router, call->identity, call->identity_size, ZMQ_SNDMORE);
    send_text(bench->router, "", ZMQ_SNDMORE);
    send_message(bench->router, &result, 0);
}

static void
expect_slice(const char *text, palm_slice_t slice)
{
    EQUAL_BYTES(text, strlen(text), slice.data, slice.size);
}

/* --- calls ---------------------------------------------------------------- */

static void
a_request_becomes_a_message_and_its_result_the_answer(void)
{
    struct bench bench;
    struct call call;
    begin(&bench);
    http_ask(&bench.peer, "POST", "/server.function", "the payload");
    take(&bench, &call);
    expect_slice("server.function", call.message.function);
    expect_slice("the payload", call.message.payload);
    EQUAL_INT(0, call.message.stage);
    EQUAL_INT(36, call.message.client.size);
    EQUAL_INT('4', call.message.client.data[14]);
    EQUAL_INT(36, call.message.pipeline.size);
    EQUAL_INT(36, call.message.cache.size);
    EQUAL_INT(0, call.message.unknown_size);
    EQUAL_INT(36, call.identity_size);
    MUST(memcmp(call.identity, call.message.client.data, 36));
    give(&bench, &call, "the result");
    http_expect(&bench.peer, 200, "the result");
    EQUAL_INT(strlen("the result"), bench.peer.body_size);
    MUST(http_has_line(&bench.peer, "Content-Type: text/plain"));
    MUST(http_has_line(&bench.peer, "Content-Length: 10"));
    AWAIT_INT(1, stats(&bench).received);
    AWAIT_INT(1, stats(&bench).sent);
    finish(&bench);
}

static void
every_request_is_a_client_of_its_own(void)
{
    struct bench bench;
    struct call first, second;
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &first);
    give(&bench, &first, "1");
    http_expect(&bench.peer, 200, "1");
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &second);
    give(&bench, &second, "2");
    http_expect(&bench.peer, 200, "2");
    MUST(!palm_slice_is_equal(first.message.client, second.message.client));
    MUST(!palm_slice_is_equal(first.message.cache, second.message.cache));
    EQUAL_BYTES(first.identity, first.identity_size, second.identity,
                second.identity_size);
    finish(&bench);
}

static void
the_path_names_the_function(void)
{
    static const struct {
        const char *target, *function;
    } cases[] = {
        {"/f", "_.f"},
        {"/server.f", "server.f"},
        {"/server.f.more", "server.f.more"},
        {"/f/further/segments", "_.f"},
        {"/server.f/", "server.f"},
        {"/f?query=1&other=%zz", "_.f"},
        {"/server%2ef", "server.f"},
        {"/%66%6F%6f", "_.foo"},
        {"/a%2Fb", "_.a/b"},
        {"/a%20b", "_.a b"},
        {"/a%09b", "_.a\tb"},
        {"/a+b", "_.a+b"},
        {"/%25", "_.%"},
        {"/%C3%a9t\xc3\xa9", "_.\xc3\xa9t\xc3\xa9"},
        {"/%F0%9F%8C%B4", "_.\xf0\x9f\x8c\xb4"},
        {"http://host:80/f", "_.f"},
    };
    struct bench bench;
    struct call call;
    begin(&bench);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        http_ask(&bench.peer, "GET", cases[i].target, NULL);
        take(&bench, &call);
        expect_slice(cases[i].function, call.message.function);
        expect_slice("No Payload", call.message.payload);
        give(&bench, &call, "result");
        http_expect(&bench.peer, 200, "result");
    }
    finish(&bench);
}

static void
a_request_without_a_body_says_so(void)
{
    struct bench bench;
    struct call call;
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    expect_slice("No Payload", call.message.payload);
    give(&bench, &call, "");
    http_expect(&bench.peer, 200, "");
    EQUAL_INT(0, bench.peer.body_size);
    http_ask(&bench.peer, "POST", "/f", ""); /* Content-Length: 0 */
    take(&bench, &call);
    expect_slice("", call.message.payload);
    give(&bench, &call, "y");
    http_expect(&bench.peer, 200, "y");
    http_ask(&bench.peer, "POST", "/f", " ");
    take(&bench, &call);
    expect_slice(" ", call.message.payload);
    give(&bench, &call, "x");
    http_expect(&bench.peer, 200, "x");
    finish(&bench);
}

static void
answers_find_their_requests_in_any_order(void)
{
    struct bench bench;
    struct http_peer other;
    struct call first, second;
    begin(&bench);
    http_open(&other, bench.endpoint);
    http_ask(&bench.peer, "POST", "/f", "first");
    take(&bench, &first);
    http_ask(&other, "POST", "/f", "second");
    take(&bench, &second);
    give(&bench, &second, "for the second");
    http_expect(&other, 200, "for the second");
    give(&bench, &first, "for the first");
    http_expect(&bench.peer, 200, "for the first");
    http_close(&other);
    finish(&bench);
}

static void
an_error_result_has_a_header(void)
{
    struct bench bench;
    struct call call;
    char field[PALM_ERROR_FIELD_SIZE(TEXT)];
    static const char text[] = "ENOENT: no function\r\nInjected: yes";
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    call.message.extra = palm_message_error_field(palm_slice(text), field);
    give(&bench, &call, "0");
    http_expect(&bench.peer, 200, "0");
    MUST(http_has_line(&bench.peer,
                       "Palm-Error: ENOENT: no function??Injected: yes"));
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    give(&bench, &call, "0");
    http_expect(&bench.peer, 200, "0");
    MUST(!strstr(bench.peer.data, "Palm-Error"));
    finish(&bench);
}

static void
a_long_error_text_is_cut_between_characters(void)
{
    struct bench bench;
    struct call call;
    char field[PALM_ERROR_FIELD_SIZE(TEXT)];
    char text[301], line[260];
    for (int i = 0; i < 300; i++) {
        text[i] = "\xc3\xa9"[i % 2];
    }
    text[300] = '\0';
    (void)snprintf(line, sizeof line, "Palm-Error: %.198s", text);
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    call.message.extra = palm_message_error_field(palm_slice(text), field);
    give(&bench, &call, "0");
    http_expect(&bench.peer, 200, "0");
    MUST(http_has_line(&bench.peer, line));
    finish(&bench);
}

/* --- refusals ------------------------------------------------------------- */

static void
wrong_targets_are_refused(void)
{
    static const struct {
        const char *target;
        unsigned status;
    } cases[] = {
        {"/", 404},           {"/?query", 404}, {"//f", 404},
        {"http://host", 404}, {"/%", 400},      {"/%4", 400},
        {"/%g0", 400},        {"/%0", 400},     {"/a%00b", 400},
        {"/%ff", 400},        {"/\xff", 400},   {"/%C0%80", 400},
        {"/%ed%a0%80", 400},  {"/%%41", 400},   {"f", 400},
        {"*", 400},           {"http:/f", 400}, {"/f#fragment", 400},
    };
    struct bench bench;
    size_t count = sizeof cases / sizeof *cases;
    begin(&bench);
    for (size_t i = 0; i < count; i++) {
        http_once(bench.endpoint, "GET", cases[i].target, NULL, cases[i].status,
                  "\n");
    }
    AWAIT_INT(count, stats(&bench).undecodable);
    expect_nothing(bench.router);
    finish(&bench);
}

static void
other_requests_are_refused(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.max_message_size = 100;
    start(&bench);
    http_ask(&bench.peer, "PUT", "/f", "");
    http_expect(&bench.peer, 405, "");
    MUST(http_has_line(&bench.peer, "Allow: GET, POST"));
    http_ask(&bench.peer, "HEAD", "/f", NULL);
    http_expect(&bench.peer, 405, "");
    http_ask(&bench.peer, "POST", "/f", NULL);
    http_expect(&bench.peer, 411, "");
    http_say(&bench.peer, "POST /f HTTP/1.1\r\nHost: a\r\n"
                          "Content-Length: 101\r\n\r\n");
    http_expect(&bench.peer, 413, "");
    AWAIT_INT(4, stats(&bench).undecodable);
    finish(&bench);
}

static void
what_the_router_does_not_take_gets_503(void)
{
    struct bench bench;
    struct http_peer waiting;
    char nowhere[256];
    prepare(&bench);
    (void)rig_bind(&bench.rig, ZMQ_ROUTER, nowhere);
    MUST(!zmq_unbind(bench.rig.sockets[1], nowhere));
    rig_set(&bench.options, "HttpGateway", "router_address", nowhere);
    bench.options.hwm = 1;
    start(&bench);
    http_open(&waiting, bench.endpoint);
    http_ask(&waiting, "GET", "/f", NULL);
    AWAIT(&bench, received, 1);
    http_ask(&bench.peer, "GET", "/f", NULL);
    http_expect(&bench.peer, 503, "too many requests wait");
    AWAIT_INT(1, stats(&bench).failed);
    MUST(!http_has_come(&waiting));
    http_close(&waiting);
    finish(&bench);
}

/* --- answers that match nothing ------------------------------------------- */

static void
double_and_unknown_answers_are_dropped(void)
{
    struct bench bench;
    struct call call, unknown;
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    unknown = call;
    unknown.message.client = palm_slice("5b1a6b1e-0000-4000-8000-000000000000");
    give(&bench, &unknown, "unknown");
    unknown.message.client = palm_slice("short");
    give(&bench, &unknown, "unknown");
    give(&bench, &call, "first");
    give(&bench, &call, "double");
    http_expect(&bench.peer, 200, "first");
    AWAIT(&bench, absent, 3);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    give(&bench, &call, "next");
    http_expect(&bench.peer, 200, "next");
    finish(&bench);
}

static void
without_a_result_in_time_the_answer_is_504(void)
{
    struct bench bench;
    struct call late, call;
    prepare(&bench);
    rig_set_int(&bench.options, "HttpGateway", "reply_timeout", 300);
    start(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &late);
    http_expect(&bench.peer, 504, "no answer in time");
    AWAIT_INT(1, stats(&bench).expired);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    give(&bench, &late, "late");
    give(&bench, &call, "in time");
    http_expect(&bench.peer, 200, "in time");
    AWAIT(&bench, absent, 1);
    finish(&bench);
}

static void
answers_of_another_form_are_dropped(void)
{
    struct bench bench;
    struct call call;
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    for (int frames = 1; frames <= 4; frames++) {
        send_bytes(bench.router, call.identity, call.identity_size,
                   ZMQ_SNDMORE);
        if (frames > 1) { /* 2: not empty; 3 and 4: too many */
            send_text(bench.router, frames == 2 ? "x" : "", ZMQ_SNDMORE);
        }
        for (int i = 3; i < frames; i++) {
            send_text(bench.router, "", ZMQ_SNDMORE);
        }
        if (frames > 2) {
            send_message(bench.router, &call.message, ZMQ_SNDMORE);
        }
        send_message(bench.router, &call.message, 0);
    }
    send_bytes(bench.router, call.identity, call.identity_size, ZMQ_SNDMORE);
    send_text(bench.router, "", ZMQ_SNDMORE);
    send_bytes(bench.router, "\xff\xff\xff\xff", 4, 0);
    AWAIT(&bench, undecodable, 5);
    MUST(!http_has_come(&bench.peer));
    give(&bench, &call, "good");
    http_expect(&bench.peer, 200, "good");
    finish(&bench);
}

static void
a_client_that_leaves_costs_only_its_request(void)
{
    struct bench bench;
    struct http_peer leaver;
    struct call left, call;
    begin(&bench);
    http_open(&leaver, bench.endpoint);
    http_ask(&leaver, "GET", "/f", NULL);
    take(&bench, &left);
    http_close(&leaver);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    give(&bench, &left, "for nobody");
    give(&bench, &call, "for me");
    http_expect(&bench.peer, 200, "for me");
    finish(&bench);
}

/* --- many ----------------------------------------------------------------- */

static void
five_hundred_clients_are_served_at_once(void)
{
    struct bench bench;
    struct http_peer *peers = calloc(MANY, sizeof *peers);
    struct call *calls = calloc(MANY, sizeof *calls);
    struct rlimit limit;
    MUST(peers && calls && !getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_cur < 4096 ? 4096 : limit.rlim_cur;
    if (setrlimit(RLIMIT_NOFILE, &limit)) {
        tap_skip("the system gives too few descriptors");
    }
    begin(&bench);
    for (int i = 0; i < MANY; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", i);
        http_open(&peers[i], bench.endpoint);
        http_ask(&peers[i], "POST", "/f", text);
    }
    for (int i = 0; i < MANY; i++) { /* all are there before the first answer */
        take(&bench, &calls[i]);
    }
    for (int i = MANY - 1; i >= 0; i--) {
        char text[16] = "";
        memcpy(text, calls[i].message.payload.data,
               calls[i].message.payload.size);
        give(&bench, &calls[i], text);
    }
    for (int i = 0; i < MANY; i++) {
        char text[16];
        int size = snprintf(text, sizeof text, "%d", i);
        http_read(&peers[i]);
        EQUAL_INT(200, peers[i].status);
        EQUAL_BYTES(text, (size_t)size, peers[i].body, peers[i].body_size);
        http_close(&peers[i]);
    }
    AWAIT_INT(MANY, stats(&bench).sent);
    free(peers);
    free(calls);
    finish(&bench);
}

/* --- start and end -------------------------------------------------------- */

static void
a_stop_answers_those_who_wait(void)
{
    struct bench bench;
    struct call call;
    palm_error_t err = {0, ""};
    begin(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    MUST(!palm_server_stop(bench.rig.server, &err));
    http_expect(&bench.peer, 503, "the server stops");
    http_expect_end(&bench.peer);
    finish(&bench);
}

static void
after_its_messages_it_asks_for_nothing(void)
{
    struct bench bench;
    struct call call;
    prepare(&bench);
    bench.options.messages = 1;
    start(&bench);
    http_ask(&bench.peer, "GET", "/f", NULL);
    take(&bench, &call);
    give(&bench, &call, "one");
    http_expect(&bench.peer, 200, "one");
    http_ask(&bench.peer, "GET", "/f", NULL);
    http_expect(&bench.peer, 503, "has ended");
    expect_nothing(bench.router);
    finish(&bench);
}

/* The server does not take the gateway, for that reason. */
static void
expect_refusal(struct bench *bench, const char *words)
{
    palm_error_t err = {0, ""};
    bench->options.name = "Gateway";
    FAILS(EINVAL, palm_library_add(bench->rig.server, "HttpGateway",
                                   &bench->options, &err));
    CONTAINS(words, err.text);
    rig_drop(&bench->rig);
}

static void
a_gateway_needs_a_router_address(void)
{
    struct bench bench;
    prepare(&bench);
    palm_part_options_init(&bench.options);
    expect_refusal(&bench, "bypass Gateway: router_address = … is missing");
}

static void
a_wrong_router_address_is_told_with_the_part(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.own[0].text = "nonsense";
    expect_refusal(&bench, "bypass Gateway: router_address: expected");
}

static const struct tap_test tests[] = {
    {"a request becomes a message, and its result the answer",
     a_request_becomes_a_message_and_its_result_the_answer},
    {"every request is a client of its own",
     every_request_is_a_client_of_its_own},
    {"the path names the function", the_path_names_the_function},
    {"a request without a body has the payload No Payload",
     a_request_without_a_body_says_so},
    {"answers find their requests in any order",
     answers_find_their_requests_in_any_order},
    {"an error result has a header", an_error_result_has_a_header},
    {"a long error text is cut between characters",
     a_long_error_text_is_cut_between_characters},
    {"wrong targets are refused", wrong_targets_are_refused},
    {"other requests are refused", other_requests_are_refused},
    {"what the router does not take gets 503",
     what_the_router_does_not_take_gets_503},
    {"double and unknown answers are dropped",
     double_and_unknown_answers_are_dropped},
    {"without a result in time the answer is 504",
     without_a_result_in_time_the_answer_is_504},
    {"answers of another form are dropped",
     answers_of_another_form_are_dropped},
    {"a client that leaves costs only its request",
     a_client_that_leaves_costs_only_its_request},
    {"five hundred clients are served at once",
     five_hundred_clients_are_served_at_once},
    {"a stop answers those who wait", a_stop_answers_those_who_wait},
    {"after its messages it asks for nothing",
     after_its_messages_it_asks_for_nothing},
    {"a gateway needs a router_address", a_gateway_needs_a_router_address},
    {"a wrong router_address is told with the part",
     a_wrong_router_address_is_told_with_the_part},
};

TAP_MAIN("http gateway", tests)
