/* SPDX-License-Identifier: MIT */
/* Tests of HttpService, as its clients and the part behind it see it. */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/http_peer.h"
#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define ANY_HTTP "http://127.0.0.1:*"

/* HttpService that routes to a REQ part; the test is who that asks. */
struct bench {
    struct rig rig;
    palm_part_options_t options; /* of HttpService */
    const char *endpoint;
    void *rep;
    struct http_peer peer;
};

static void
prepare(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    palm_part_options_init(&bench->options);
    bench->options.address = ANY_HTTP;
    bench->options.block = true;
}

/* Starts the server after the parts are added, and a client. */
static void
run(struct bench *bench)
{
    rig_start(&bench->rig);
    bench->endpoint =
        palm_server_endpoint(bench->rig.server, PALM_SIDE_INBOUND, "Http");
    http_open(&bench->peer, bench->endpoint);
}

static void
start(struct bench *bench)
{
    char endpoint[256];
    rig_init(&bench->rig, NULL);
    bench->rep = rig_bind(&bench->rig, ZMQ_REP, endpoint);
    rig_add(&bench->rig, "HttpService", "Http", "Ask", &bench->options);
    rig_add_asker(&bench->rig, "Ask", endpoint, NULL);
    run(bench);
}

/* The same with another route, to a part that gives no feedback. */
static void
start_with_push(struct bench *bench, const char *route)
{
    rig_init(&bench->rig, NULL);
    rig_add(&bench->rig, "HttpService", "Http", route, &bench->options);
    rig_add(&bench->rig, "PushService", "Push", NULL, NULL);
    run(bench);
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
    return rig_stats(&bench->rig, PALM_SIDE_INBOUND, "Http");
}

/* Posts a message with this payload. */
static void
post(struct http_peer *peer, const char *payload)
{
    char buffer[256];
    palm_message_t message = wire_message("client", "cache", payload);
    MUST(palm_message_size(&message) <= sizeof buffer);
    size_t size = palm_message_write(&message, buffer);
    http_ask_bytes(peer, "POST", "/any/path", buffer, size);
}

/* The REQ part asks with this payload and gets an answer. */
static void
answer(struct bench *bench, const char *payload, const char *text)
{
    expect_payload(bench->rep, payload);
    send_text(bench->rep, text, 0);
}

/* The whole body is this. */
static void
expect_whole(struct http_peer *peer, unsigned status, const char *body)
{
    http_expect(peer, status, body);
    EQUAL_INT(strlen(body), peer->body_size);
}

/* --- answers -------------------------------------------------------------- */

static void
the_feedback_is_the_answer(void)
{
    struct bench bench;
    prepare(&bench);
    start(&bench);
    MUST(!strncmp(bench.endpoint, "http://127.0.0.1:", 17));
    post(&bench.peer, "question");
    answer(&bench, "question", "feedback");
    expect_whole(&bench.peer, 200, "feedback");
    MUST(http_has_line(&bench.peer, "Content-Type: application/octet-stream"));
    post(&bench.peer, "again, on the same connection");
    answer(&bench, "again, on the same connection", "");
    expect_whole(&bench.peer, 200, "");
    finish(&bench);
}

static void
without_block_the_answer_is_1(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.block = false;
    start(&bench);
    post(&bench.peer, "question");
    answer(&bench, "question", "feedback");
    expect_whole(&bench.peer, 200, "1");
    finish(&bench);
}

static void
a_part_without_feedback_gives_an_empty_answer(void)
{
    struct bench bench;
    prepare(&bench);
    start_with_push(&bench, "Push");
    void *pull = rig_connect(&bench.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    post(&bench.peer, "work");
    expect_payload(pull, "work");
    expect_whole(&bench.peer, 200, "");
    finish(&bench);
}

static void
without_a_route_the_answer_is_1(void)
{
    struct bench bench;
    prepare(&bench);
    start_with_push(&bench, NULL);
    post(&bench.peer, "work");
    expect_whole(&bench.peer, 200, "1");
    finish(&bench);
}

static void
a_message_passes_unchanged(void)
{
    struct bench bench;
    zmq_msg_t frame;
    static const char sent[] = "\x22\x03s.f\x32\x02hi\x9a\x3f\x01x";
    prepare(&bench);
    start(&bench);
    http_ask_bytes(&bench.peer, "POST", "/", sent, sizeof sent - 1);
    recv_frame(bench.rep, &frame);
    EQUAL_BYTES(sent, sizeof sent - 1, zmq_msg_data(&frame),
                zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
    send_text(bench.rep, "x", 0);
    http_expect(&bench.peer, 200, "x");
    finish(&bench);
}

/* --- refusals ------------------------------------------------------------- */

static void
what_is_no_message_gets_400_and_the_reason(void)
{
    struct bench bench;
    prepare(&bench);
    start(&bench);
    http_ask(&bench.peer, "POST", "/", "\xff\xff\xff\xff");
    http_expect(&bench.peer, 400, "not a PalmMessage: ");
    MUST(bench.peer.body_size > strlen("not a PalmMessage: \n"));
    AWAIT_INT(1, stats(&bench).undecodable);
    post(&bench.peer, "good");
    answer(&bench, "good", "answer");
    expect_whole(&bench.peer, 200, "answer");
    finish(&bench);
}

static void
an_empty_body_is_the_empty_message(void)
{
    struct bench bench;
    prepare(&bench);
    start(&bench);
    http_ask(&bench.peer, "POST", "/", "");
    answer(&bench, "", "answer");
    http_expect(&bench.peer, 200, "answer");
    finish(&bench);
}

static void
other_requests_are_refused(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.max_message_size = 100;
    start(&bench);
    http_ask(&bench.peer, "GET", "/", NULL);
    http_expect(&bench.peer, 405, "");
    MUST(http_has_line(&bench.peer, "Allow: POST"));
    http_ask(&bench.peer, "POST", "/", NULL);
    http_expect(&bench.peer, 411, "");
    http_say(&bench.peer, "POST / HTTP/1.1\r\nHost: a\r\n"
                          "Content-Length: 101\r\n\r\n");
    http_expect(&bench.peer, 413, "");
    AWAIT_INT(3, stats(&bench).undecodable);
    EQUAL_INT(0, stats(&bench).received);
    finish(&bench);
}

/* --- hooks ---------------------------------------------------------------- */

static const palm_hooks_t scatter_hooks = {.scatter = scatter_by_payload};

static void
the_last_of_a_scatter_is_the_answer(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.hooks = &scatter_hooks;
    start(&bench);
    post(&bench.peer, "2");
    answer(&bench, "0", "first");
    answer(&bench, "1", "second");
    expect_whole(&bench.peer, 200, "second");
    finish(&bench);
}

static void
a_scatter_that_fails_gives_500(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.hooks = &scatter_hooks;
    start(&bench);
    post(&bench.peer, "0!");
    expect_whole(&bench.peer, 500, "0");
    AWAIT_INT(1, stats(&bench).failed);
    finish(&bench);
}

/* Makes a message whose payload is the body; "bad" is left as it is. */
static int
wrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    zmq_msg_t made;
    (void)part;
    (void)arg;
    message.payload.data = zmq_msg_data(frame);
    message.payload.size = zmq_msg_size(frame);
    if (palm_slice_is_equal(message.payload, palm_slice("\xff"))) {
        return 0;
    }
    if (palm_message_encode(&message, &made)) {
        return -1;
    }
    (void)zmq_msg_move(frame, &made);
    return zmq_msg_close(&made);
}

static const palm_hooks_t wrap_hooks = {.to_router = wrap};

static void
a_hook_may_make_a_message_of_any_body(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.hooks = &wrap_hooks;
    start(&bench);
    http_ask(&bench.peer, "POST", "/", "\xfe\xff text");
    answer(&bench, "\xfe\xff text", "answer");
    http_expect(&bench.peer, 200, "answer");
    http_ask(&bench.peer, "POST", "/", "\xff");
    http_expect(&bench.peer, 400, "not a PalmMessage\n");
    AWAIT_INT(1, stats(&bench).undecodable);
    finish(&bench);
}

/* --- time and many clients ------------------------------------------------ */

static void
without_feedback_in_time_the_answer_is_504(void)
{
    struct bench bench;
    prepare(&bench);
    rig_set_int(&bench.options, "HttpService", "reply_timeout", 1000);
    start(&bench);
    post(&bench.peer, "first");
    expect_payload(bench.rep, "first");
    http_expect(&bench.peer, 504, "no answer in time");
    AWAIT_INT(1, stats(&bench).expired);
    /* The next gets its own feedback, not the late one. */
    post(&bench.peer, "second");
    send_text(bench.rep, "late", 0);
    answer(&bench, "second", "in time");
    expect_whole(&bench.peer, 200, "in time");
    AWAIT_INT(1, stats(&bench).expired);
    finish(&bench);
}

static void
requests_that_wait_behind_another_expire_too(void)
{
    struct bench bench;
    struct http_peer other;
    prepare(&bench);
    rig_set_int(&bench.options, "HttpService", "reply_timeout", 200);
    start(&bench);
    post(&bench.peer, "first");
    expect_payload(bench.rep, "first");
    http_open(&other, bench.endpoint);
    post(&other, "never inside");
    http_expect(&bench.peer, 504, "");
    http_expect(&other, 504, "");
    http_close(&other);
    send_text(bench.rep, "late", 0);
    AWAIT_INT(2, stats(&bench).expired);
    AWAIT_INT(1, stats(&bench).received);
    finish(&bench);
}

static void
each_of_many_clients_gets_its_own_answer(void)
{
    enum { CLIENTS = 100, ROUNDS = 3 };
    struct bench bench;
    struct http_peer peers[CLIENTS];
    zmq_msg_t frame;
    prepare(&bench);
    start(&bench);
    for (int i = 0; i < CLIENTS; i++) {
        http_open(&peers[i], bench.endpoint);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CLIENTS; i++) {
            char text[40];
            (void)snprintf(text, sizeof text, "%d of round %d", i, round);
            post(&peers[i], text);
        }
        for (int i = 0; i < CLIENTS; i++) {
            palm_message_t message = recv_message(bench.rep, &frame);
            send_bytes(bench.rep, message.payload.data, message.payload.size,
                       0);
            (void)zmq_msg_close(&frame);
        }
        for (int i = 0; i < CLIENTS; i++) {
            char text[40];
            (void)snprintf(text, sizeof text, "%d of round %d", i, round);
            expect_whole(&peers[i], 200, text);
        }
    }
    for (int i = 0; i < CLIENTS; i++) {
        http_close(&peers[i]);
    }
    finish(&bench);
}

static void
a_client_that_says_nothing_holds_nobody_up(void)
{
    struct bench bench;
    struct http_peer silent, slow;
    prepare(&bench);
    start(&bench);
    http_open(&silent, bench.endpoint);
    http_open(&slow, bench.endpoint);
    http_say(&slow, "POST / HTTP/1.1\r\nHost: a\r\n"
                    "Content-Length: 100\r\n\r\nbeginning");
    post(&bench.peer, "question");
    answer(&bench, "question", "feedback");
    http_expect(&bench.peer, 200, "feedback");
    http_close(&silent);
    http_close(&slow);
    finish(&bench);
}

static void
while_one_is_inside_others_are_refused_at_once(void)
{
    struct bench bench;
    struct http_peer other;
    prepare(&bench);
    start(&bench);
    post(&bench.peer, "question");
    expect_payload(bench.rep, "question");
    http_open(&other, bench.endpoint);
    http_ask(&other, "GET", "/", NULL);
    http_expect(&other, 405, ""); /* the part serves while it waits */
    send_text(bench.rep, "feedback", 0);
    http_expect(&bench.peer, 200, "feedback");
    http_close(&other);
    finish(&bench);
}

static void
a_client_that_leaves_costs_only_its_request(void)
{
    struct bench bench;
    struct http_peer leaver;
    prepare(&bench);
    start(&bench);
    http_open(&leaver, bench.endpoint);
    post(&leaver, "left");
    expect_payload(bench.rep, "left");
    http_close(&leaver);
    post(&bench.peer, "stayed");
    send_text(bench.rep, "for nobody", 0);
    answer(&bench, "stayed", "for me");
    expect_whole(&bench.peer, 200, "for me");
    finish(&bench);
}

/* --- start and end -------------------------------------------------------- */

static void
a_stop_answers_those_who_wait(void)
{
    struct bench bench;
    palm_server_options_t options;
    palm_error_t err;
    char endpoint[256];
    palm_server_options_init(&options);
    options.stop_timeout = 100;
    prepare(&bench);
    rig_init(&bench.rig, &options);
    bench.rep = rig_bind(&bench.rig, ZMQ_REP, endpoint);
    rig_add(&bench.rig, "HttpService", "Http", "Ask", &bench.options);
    rig_add_asker(&bench.rig, "Ask", endpoint, NULL);
    run(&bench);
    post(&bench.peer, "question");
    expect_payload(bench.rep, "question");
    (void)palm_server_stop(bench.rig.server, &err);
    http_expect(&bench.peer, 503, "");
    http_expect_end(&bench.peer);
    http_close(&bench.peer);
    rig_drop(&bench.rig);
}

static void *
stop(void *arg)
{
    palm_error_t err;
    return palm_server_stop(arg, &err) ? arg : NULL;
}

static bool
is_draining(void *arg)
{
    return palm_server_state(arg) == PALM_SERVER_DRAINING;
}

/* Who asked on would be cut off. */
static void
an_answer_in_a_drain_ends_its_connection(void)
{
    struct bench bench;
    struct http_peer late;
    pthread_t thread;
    void *failed;
    prepare(&bench);
    start(&bench);
    http_open(&late, bench.endpoint);
    post(&late, "early");
    answer(&bench, "early", "feedback");
    http_expect(&late, 200, "feedback");
    MUST(!http_has_line(&late, "Connection: close"));
    post(&bench.peer, "question");
    expect_payload(bench.rep, "question");
    MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
    MUST(tap_await(is_draining, bench.rig.server));
    post(&late, "late");
    http_expect(&late, 503, "the server stops");
    MUST(http_has_line(&late, "Connection: close"));
    http_expect_end(&late);
    http_close(&late);
    send_text(bench.rep, "feedback", 0);
    http_expect(&bench.peer, 200, "feedback");
    MUST(http_has_line(&bench.peer, "Connection: close"));
    http_expect_end(&bench.peer);
    MUST(!pthread_join(thread, &failed));
    MUST(!failed);
    http_close(&bench.peer);
    rig_drop(&bench.rig);
}

static void
messages_ends_it_after_so_many(void)
{
    struct bench bench;
    prepare(&bench);
    bench.options.messages = 1;
    start(&bench);
    post(&bench.peer, "question");
    answer(&bench, "question", "feedback");
    http_expect(&bench.peer, 200, "feedback");
    http_expect_end(&bench.peer);
    finish(&bench);
}

static void
a_taken_address_is_told_with_the_part(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_error_t err = {0, ""};
    struct rig second;
    prepare(&bench);
    start(&bench);
    options = bench.options;
    options.address = bench.endpoint;
    rig_init(&second, NULL);
    rig_add(&second, "HttpService", "Second", NULL, &options);
    FAILS(EADDRINUSE, palm_server_start(second.server, &err));
    CONTAINS("inbound Second: cannot bind http://127.0.0.1:", err.text);
    rig_drop(&second);
    finish(&bench);
}

static const struct tap_test tests[] = {
    {"the feedback is the answer", the_feedback_is_the_answer},
    {"without block the answer is 1", without_block_the_answer_is_1},
    {"a part without feedback gives an empty answer",
     a_part_without_feedback_gives_an_empty_answer},
    {"without a route the answer is 1", without_a_route_the_answer_is_1},
    {"a message passes unchanged", a_message_passes_unchanged},
    {"what is no message gets 400 and the reason",
     what_is_no_message_gets_400_and_the_reason},
    {"an empty body is the empty message", an_empty_body_is_the_empty_message},
    {"other requests are refused", other_requests_are_refused},
    {"the last of a scatter is the answer",
     the_last_of_a_scatter_is_the_answer},
    {"a scatter that fails gives 500", a_scatter_that_fails_gives_500},
    {"a hook may make a message of any body",
     a_hook_may_make_a_message_of_any_body},
    {"without feedback in time the answer is 504",
     without_feedback_in_time_the_answer_is_504},
    {"requests that wait behind another expire too",
     requests_that_wait_behind_another_expire_too},
    {"each of many clients gets its own answer",
     each_of_many_clients_gets_its_own_answer},
    {"a client that says nothing holds nobody up",
     a_client_that_says_nothing_holds_nobody_up},
    {"while one is inside, others are refused at once",
     while_one_is_inside_others_are_refused_at_once},
    {"a client that leaves costs only its request",
     a_client_that_leaves_costs_only_its_request},
    {"a stop answers those who wait", a_stop_answers_those_who_wait},
    {"an answer in a drain ends its connection",
     an_answer_in_a_drain_ends_its_connection},
    {"messages ends it after so many", messages_ends_it_after_so_many},
    {"a taken address is told with the part",
     a_taken_address_is_told_with_the_part},
};

TAP_MAIN("http service", tests)
