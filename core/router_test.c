/* SPDX-License-Identifier: MIT */
/* How the router moves messages: order, credit, routes, blocking parts. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

static palm_part_options_t
defaults(void)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    return options;
}

static int
scaled(int n)
{
    const char *factor = getenv("PALM_TEST_TIMEOUT_FACTOR");
    return factor && atoi(factor) > 1 ? n / 10 : n;
}

static void *
connect_push(struct rig *rig, const char *part)
{
    return rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, part);
}

static void *
connect_pull(struct rig *rig, const char *part)
{
    return rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, part);
}

static void
push_text(void *push, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(push, &message, 0);
}

static void
push_number(void *push, int number)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%d", number);
    push_text(push, text);
}

static void
expect_numbers(void *pull, int count)
{
    char text[16];
    for (int i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        expect_payload(pull, text);
    }
}

/* --- order and credit ----------------------------------------------------- */

/* More than fits into the window and the sockets' queues goes through, one
 * after the other. */
static void
pass_in_order(const palm_part_options_t *options)
{
    struct rig rig;
    int total = scaled(10000), under_way = 500;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", options);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    void *pull = connect_pull(&rig, "Push");
    for (int i = 0; i < total + under_way; i++) {
        char text[16];
        if (i < total) {
            push_number(push, i);
        }
        if (i >= under_way) {
            (void)snprintf(text, sizeof text, "%d", i - under_way);
            expect_payload(pull, text);
        }
    }
    rig_fini(&rig);
}

static void
messages_keep_their_order(void)
{
    pass_in_order(NULL);
}

static void
a_window_of_one_is_enough(void)
{
    palm_part_options_t options = defaults();
    options.window = 1;
    pass_in_order(&options);
}

static void
credit_comes_back_to_the_last_message(void)
{
    palm_part_options_t options = defaults();
    options.window = 16;
    pass_in_order(&options);
}

static void
a_message_may_be_larger_than_the_window(void)
{
    palm_part_options_t options = defaults();
    options.window_size = 1;
    pass_in_order(&options);
}

/* Pushes as much as goes; whether no more did. */
static bool
is_full(void *push)
{
    static char payload[65536]; /* the kernel's buffers hold few of these */
    palm_message_t message = wire_message("client", "tag", NULL);
    zmq_msg_t frame;
    message.payload.data = payload;
    message.payload.size = sizeof payload;
    for (int i = 0; i < 100; i++) {
        MUST(!palm_message_encode(&message, &frame));
        if (zmq_msg_send(&frame, push, ZMQ_DONTWAIT) == -1) {
            (void)zmq_msg_close(&frame);
            return true;
        }
    }
    return false;
}

/* Pull -> Push with a window and queues of 10; not started yet. */
static palm_part_options_t
add_narrow(struct rig *rig)
{
    palm_part_options_t options = defaults();
    options.window = 10;
    options.hwm = 10;
    rig_init(rig, NULL);
    rig_add(rig, "PullService", "Pull", "Push", &options);
    rig_add(rig, "PushService", "Push", NULL, &options);
    return options;
}

/* What has gone in waits for a worker; nothing more goes in meanwhile. */
static void
without_a_worker_the_client_is_held_back(void)
{
    struct rig rig;
    palm_part_options_t options = add_narrow(&rig);
    rig_add(&rig, "WorkerPullService", "Results", "Pub", &options);
    rig_add(&rig, "PubService", "Pub", NULL, &options);
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    push_text(push, "first");
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(received), 1);
    for (int i = 0; i < 9; i++) {
        push_text(push, "fills the window");
    }
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(received), 10);
    push_text(push, "waits outside");
    void *results = connect_push(&rig, "Results");
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client");
    push_text(results, "a result flows");
    expect_published(sub, "client", "a result flows");
    AWAIT_INT(10, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").received);
    void *pull = connect_pull(&rig, "Push");
    expect_payload(pull, "first");
    for (int i = 0; i < 9; i++) {
        expect_payload(pull, "fills the window");
    }
    expect_payload(pull, "waits outside");
    rig_fini(&rig);
}

/* Starts the narrow server and pushes until nothing more goes; the client. */
static void *
start_and_fill(struct rig *rig)
{
    (void)add_narrow(rig);
    rig_start(rig);
    void *push = connect_push(rig, "Pull");
    push_text(push, "connected");
    MUST(tap_await(is_full, push));
    return push;
}

static void
the_pressure_reaches_the_sender(void)
{
    struct rig rig;
    (void)start_and_fill(&rig);
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(received), 10);
    AWAIT_INT(10, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").received);
    rig_drop(&rig);
}

/* Takes messages until one has this payload. */
static void
skip_to(void *pull, const char *payload)
{
    bool found = false;
    while (!found) {
        zmq_msg_t frame;
        palm_message_t message = recv_message(pull, &frame);
        found = palm_slice_is_equal(message.payload, palm_slice(payload));
        (void)zmq_msg_close(&frame);
    }
}

/* With ZeroMQ's heartbeats this aborted the server: see socket.h. */
static void
a_client_that_leaves_while_held_back_harms_nobody(void)
{
    struct rig rig;
    void *push = start_and_fill(&rig);
    MUST(!zmq_close(push));
    rig.socket_count--;
    push = connect_push(&rig, "Pull");
    push_text(push, "from another");
    skip_to(connect_pull(&rig, "Push"), "from another");
    rig_fini(&rig);
}

static void
without_a_route_messages_are_dropped_and_counted(void)
{
    struct rig rig;
    palm_part_options_t options = defaults();
    options.window = 4;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", NULL, &options);
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    for (int i = 0; i < 100; i++) {
        push_number(push, i);
    }
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(unrouted), 100);
    AWAIT_INT(100, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").unrouted);
    rig_fini(&rig);
}

/* --- an outbound part's own route ----------------------------------------- */

static void
add_routed(struct rig *rig, const char *name, const char *route)
{
    rig_add(rig, "PushService", name, route, NULL);
}

static void
a_part_that_does_not_wait_passes_its_messages_on(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "First", NULL);
    add_routed(&rig, "First", "Second");
    add_routed(&rig, "Second", "Third"); /* once only: not followed */
    add_routed(&rig, "Third", NULL);
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    void *first = connect_pull(&rig, "First");
    void *second = connect_pull(&rig, "Second");
    for (int i = 0; i < 1000; i++) {
        push_number(push, i);
    }
    expect_numbers(first, 1000);
    expect_numbers(second, 1000);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_OUTBOUND, "Third").received);
    rig_fini(&rig);
}

/* Five messages come in one train, of which First sends two. */
static void
what_was_sent_before_a_part_ended_goes_on(void)
{
    static const palm_hooks_t hooks = {.scatter = scatter_by_payload};
    struct rig rig;
    palm_part_options_t options = defaults();
    rig_init(&rig, NULL);
    options.hooks = &hooks;
    rig_add(&rig, "PullService", "Pull", "First", &options);
    options = defaults();
    options.messages = 2;
    rig_add(&rig, "PushService", "First", "Second", &options);
    add_routed(&rig, "Second", NULL);
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    void *first = connect_pull(&rig, "First");
    void *second = connect_pull(&rig, "Second");
    push_text(push, "5");
    expect_numbers(first, 2);
    expect_numbers(second, 2);
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "First", COUNTER(unrouted), 3);
    rig_fini(&rig);
}

static void
a_part_may_route_to_itself(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    add_routed(&rig, "Push", "Push");
    rig_start(&rig);
    void *push = connect_push(&rig, "Pull");
    void *pull = connect_pull(&rig, "Push");
    push_text(push, "twice");
    expect_payload(pull, "twice");
    expect_payload(pull, "twice");
    rig_fini(&rig);
}

/* Rep -> Ask -> Behind, where Ask is a blocking part. */
static void *
start_asking(struct rig *rig, const char *behind, void **rep)
{
    char endpoint[256];
    palm_part_options_t options = defaults();
    options.block = true;
    rig_init(rig, NULL);
    rig_add(rig, "RepService", "Rep", "Ask", &options);
    rig_add(rig, behind, "Behind", NULL, NULL);
    *rep = rig_bind(rig, ZMQ_REP, endpoint);
    options = defaults();
    options.route = "Behind";
    rig_add_asker(rig, "Ask", endpoint, &options);
    rig_start(rig);
    return rig_connect(rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
}

static void
a_blocking_part_passes_its_feedback_on(void)
{
    struct rig rig;
    void *rep;
    void *req = start_asking(&rig, "PushService", &rep);
    void *pull = connect_pull(&rig, "Behind");
    palm_message_t answer = wire_message("client", "tag", "answer");
    push_text(req, "question");
    expect_payload(rep, "question");
    send_message(rep, &answer, 0);
    expect_payload(pull, "answer");
    expect_payload(req, "answer"); /* the first part's feedback */
    rig_fini(&rig);
}

static void
feedback_goes_on_once_only(void)
{
    struct rig rig;
    char first[256], second[256];
    palm_part_options_t options = defaults();
    options.block = true;
    rig_init(&rig, NULL);
    rig_add(&rig, "RepService", "Rep", "First", &options);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    void *rep_first = rig_bind(&rig, ZMQ_REP, first);
    void *rep_second = rig_bind(&rig, ZMQ_REP, second);
    options = defaults();
    options.route = "Second";
    rig_add_asker(&rig, "First", first, &options);
    options.route = "Push"; /* not followed */
    rig_add_asker(&rig, "Second", second, &options);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    palm_message_t answer = wire_message("client", "tag", "of the first");
    push_text(req, "question");
    expect_payload(rep_first, "question");
    send_message(rep_first, &answer, 0);
    expect_payload(rep_second, "of the first");
    answer.payload = palm_slice("of the second");
    send_message(rep_second, &answer, 0);
    expect_payload(req, "of the first");
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_OUTBOUND, "Push").received);
    rig_fini(&rig);
}

static void
feedback_that_is_no_message_is_dropped_and_answered(void)
{
    struct rig rig;
    void *rep;
    void *req = start_asking(&rig, "PubService", &rep);
    push_text(req, "question");
    expect_payload(rep, "question");
    send_bytes(rep, "\xff\xff\xff\xff", 4, 0);
    expect_text(req, "\xff\xff\xff\xff", false);
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Behind", COUNTER(undecodable),
                    1);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"messages keep their order", messages_keep_their_order},
    {"a window of one message is enough", a_window_of_one_is_enough},
    {"all credit comes back", credit_comes_back_to_the_last_message},
    {"a message may be larger than window_size",
     a_message_may_be_larger_than_the_window},
    {"without a worker the client is held back, and results flow",
     without_a_worker_the_client_is_held_back},
    {"the pressure reaches the sender", the_pressure_reaches_the_sender},
    {"a client that leaves while held back harms nobody",
     a_client_that_leaves_while_held_back_harms_nobody},
    {"without a route messages are dropped, counted, and go on",
     without_a_route_messages_are_dropped_and_counted},
    {"a part that does not wait passes its messages on, once",
     a_part_that_does_not_wait_passes_its_messages_on},
    {"a part may route to itself", a_part_may_route_to_itself},
    {"a blocking part passes its feedback on",
     a_blocking_part_passes_its_feedback_on},
    {"what was sent before a part ended goes on",
     what_was_sent_before_a_part_ended_goes_on},
    {"feedback goes on once only", feedback_goes_on_once_only},
    {"feedback that is no message is dropped, and the asker answered",
     feedback_that_is_no_message_is_dropped_and_answered},
};

TAP_MAIN("router", tests)
