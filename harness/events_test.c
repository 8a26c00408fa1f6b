/* SPDX-License-Identifier: MIT */
/* The order of events at a whole master: who comes first, who stays away, who
 * leaves in the middle.  Nothing that was accepted may be lost. */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/crew.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define RECEIVED offsetof(palm_part_stats_t, received)

static void *
connect_push(struct rig *rig, const char *part)
{
    return rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, part);
}

static void *
connect_sub(struct rig *rig, const char *topic)
{
    void *sub = rig_connect(rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, topic);
    return sub;
}

static void
start_master(struct rig *rig, const palm_part_options_t *options)
{
    rig_init(rig, NULL);
    rig_add_master(rig, options);
    rig_start(rig);
}

/* --- clients that subscribe and push at the same moment ------------------- */

static void
call_once(struct rig *rig, int number)
{
    char name[32];
    (void)snprintf(name, sizeof name, "client-%d", number);
    palm_message_t message = wire_message(name, NULL, name);
    void *sub = connect_sub(rig, name);
    void *push = connect_push(rig, "Pull");
    send_message(push, &message, 0);
    expect_published(sub, name, name);
    hang_up(rig);
    hang_up(rig);
}

static void
single_calls_are_not_lost(void)
{
    struct rig rig;
    struct hired worker;
    int calls = scaled(1000);
    start_master(&rig, NULL);
    hire(&rig, &worker, PALM_YIELDS_ONE, NULL);
    for (int i = 0; i < calls; i++) {
        call_once(&rig, i);
    }
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_OUTBOUND, "Pub").absent);
    EQUAL_INT(calls, dismiss(&worker).received);
    rig_fini(&rig);
}

/* --- no worker ------------------------------------------------------------ */

enum { WINDOW = 64, BIG = 10240, MANY = 5000 };

/* Pushes MANY big messages, waiting for room as long as needed. */
static void *
push_many(void *arg)
{
    char *payload = calloc(1, BIG);
    palm_message_t message = wire_message("client", "tag", NULL);
    int sent = 0;
    message.payload.data = payload;
    message.payload.size = BIG;
    for (zmq_msg_t frame; payload && sent < MANY; sent++) {
        if (palm_message_encode(&message, &frame)) {
            break;
        }
        if (zmq_msg_send(&frame, arg, 0) == -1) {
            (void)zmq_msg_close(&frame);
            break;
        }
    }
    free(payload);
    return sent == MANY ? arg : NULL;
}

static void
send_results(struct rig *rig, int count)
{
    void *push = connect_push(rig, "WorkerPull");
    void *sub = connect_sub(rig, "other");
    for (int i = 0; i < count; i++) {
        palm_message_t message = wire_message("other", "tag", "result");
        send_message(push, &message, 0);
        expect_published(sub, "other", "result");
    }
}

static void
results_flow_without_a_worker(void)
{
    struct rig rig;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = WINDOW;
    start_master(&rig, &options);
    void *push = connect_push(&rig, "Pull");
    for (int i = 0; i < 2 * WINDOW; i++) {
        palm_message_t message = wire_message("client", "tag", "work");
        send_message(push, &message, 0);
    }
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", RECEIVED, WINDOW);
    send_results(&rig, 1000);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_OUTBOUND, "WorkerPush").sent);
    rig_drop(&rig);
}

static void
a_worker_that_comes_late_gets_everything(void)
{
    struct rig rig;
    pthread_t pusher;
    void *done = NULL;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = WINDOW;
    start_master(&rig, &options);
    void *push = connect_push(&rig, "Pull");
    set_option(push, ZMQ_SNDTIMEO, -1);
    EQUAL_INT(0, pthread_create(&pusher, NULL, push_many, push));
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", RECEIVED, WINDOW);
    send_results(&rig, 1000);
    AWAIT_INT(WINDOW, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").received);
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    for (int i = 0; i < MANY; i++) {
        zmq_msg_t frame;
        EQUAL_INT(BIG, recv_message(pull, &frame).payload.size);
        (void)zmq_msg_close(&frame);
    }
    EQUAL_INT(0, pthread_join(pusher, &done));
    MUST(done);
    rig_drop(&rig); /* its drain would wait for results */
}

/* --- many results per message --------------------------------------------- */

enum { RESULTS = 20 };

static int
burst(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    static const char zeros[BIG];
    const palm_slice_t payload = {zeros, sizeof zeros};
    (void)message;
    (void)arg;
    for (int i = 0; i < RESULTS; i++) {
        if (palm_reply(reply, payload)) {
            return -1;
        }
    }
    return 0;
}

static void
expect_big(void *sub)
{
    zmq_msg_t frame;
    expect_text(sub, "client", true);
    EQUAL_INT(BIG, recv_message(sub, &frame).payload.size);
    (void)zmq_msg_close(&frame);
}

static void
bursts_of_results_all_arrive(void)
{
    struct rig rig;
    struct hired worker;
    int count = scaled(3000), sent = 0;
    start_master(&rig, NULL);
    hire(&rig, &worker, PALM_YIELDS_MANY, burst);
    void *push = connect_push(&rig, "Pull");
    void *sub = connect_sub(&rig, "client");
    for (int received = 0; received < count * RESULTS; received++) {
        for (; sent < count && sent - received / RESULTS < 100; sent++) {
            palm_message_t message = wire_message("client", NULL, "go");
            send_message(push, &message, 0);
        }
        expect_big(sub);
    }
    palm_worker_stats_t stats = dismiss(&worker);
    EQUAL_INT(count, stats.received);
    EQUAL_INT(count * RESULTS, stats.results);
    rig_fini(&rig);
}

/* --- stopped in the middle ------------------------------------------------ */

/* Unlimited queues, set before the connection is made. */
static void *
connect_roomy(struct rig *rig, int type, palm_side_t side, const char *part)
{
    const char *endpoint = palm_server_endpoint(rig->server, side, part);
    void *socket = rig_connect(rig, type, side, part);
    MUST(!zmq_disconnect(socket, endpoint));
    set_option(socket, ZMQ_SNDHWM, 0);
    set_option(socket, ZMQ_RCVHWM, 0);
    MUST(!zmq_connect(socket, endpoint));
    return socket;
}

static void
stop_in_mid_stream(int results_before, int messages)
{
    struct rig rig;
    struct hired worker;
    palm_error_t err = {0, ""};
    start_master(&rig, NULL);
    hire(&rig, &worker, PALM_YIELDS_ONE, NULL);
    void *sub = connect_roomy(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    void *push = connect_roomy(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    palm_message_t message = wire_message("client", NULL, "work");
    rig_subscribe(sub, "client");
    for (int i = 0; i < messages; i++) {
        send_message(push, &message, 0);
    }
    for (int i = 0; i < results_before; i++) {
        expect_published(sub, "client", "work");
    }
    (void)palm_server_stop(rig.server, &err);
    EQUAL_TEXT("", err.text);
    int accepted = (int)rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").received;
    for (int i = results_before; i < accepted; i++) {
        expect_published(sub, "client", "work");
    }
    expect_nothing(sub);
    (void)dismiss(&worker);
    rig_drop(&rig);
}

static void
a_stop_in_mid_stream_drains(void)
{
    for (int i = 0; i < scaled(20); i++) {
        stop_in_mid_stream(1 + 97 * i, 4000);
    }
}

static const struct tap_test tests[] = {
    {"1,000 calls by clients that push when they subscribe, none lost",
     single_calls_are_not_lost},
    {"results flow while no worker is there", results_flow_without_a_worker},
    {"a worker that comes late gets everything; until then Pull waits",
     a_worker_that_comes_late_gets_everything},
    {"20 results for each message all arrive", bursts_of_results_all_arrive},
    {"a stop in mid-stream: each message accepted has its result",
     a_stop_in_mid_stream_drains},
};

TAP_MAIN("events", tests)
