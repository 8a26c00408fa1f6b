/* SPDX-License-Identifier: MIT */
/* Tests of GatewayRouter and GatewayDealer, as clients and workers see them. */
#include "config.h"

#include <pthread.h>
#include <stddef.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* gateway_router -> Work, Done -> gateway_dealer, and the sockets of a worker.
 */
struct bench {
    struct rig rig;
    void *tasks; /* PULL, from Work */
    void *done;  /* PUSH, to Done */
};

/* A dealer needs the router's address, so that is chosen before. */
static void
start_with(struct bench *bench, const palm_server_options_t *server,
           const palm_part_options_t *chosen)
{
    char endpoint[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    if (chosen) {
        options = *chosen;
    }
    rig_init(&bench->rig, server);
    void *probe = rig_bind(&bench->rig, ZMQ_ROUTER, endpoint);
    MUST(!zmq_unbind(probe, endpoint));
    MUST(tap_await(wire_is_free, endpoint));
    options.address = endpoint;
    rig_add(&bench->rig, "GatewayRouter", "gateway_router", "Work", &options);
    rig_add(&bench->rig, "GatewayDealer", "gateway_dealer", NULL, &options);
    rig_add(&bench->rig, "WorkerPushService", "Work", NULL, NULL);
    rig_add(&bench->rig, "WorkerPullService", "Done", "gateway_dealer", NULL);
    rig_start(&bench->rig);
    bench->tasks = NULL;
    bench->done = rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Done");
}

static void
start(struct bench *bench, const palm_part_options_t *chosen)
{
    start_with(bench, NULL, chosen);
}

/* Connects the worker to its tasks. */
static void
hire(struct bench *bench)
{
    bench->tasks =
        rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Work");
}

/* A socket of that identity, at the router. */
static void *
connect_peer(struct bench *bench, int type, const char *identity)
{
    void *socket =
        rig_connect(&bench->rig, type, PALM_SIDE_INBOUND, "gateway_router");
    const char *endpoint = palm_server_endpoint(
        bench->rig.server, PALM_SIDE_INBOUND, "gateway_router");
    MUST(!zmq_disconnect(socket, endpoint)); /* that was without its name */
    MUST(!zmq_setsockopt(socket, ZMQ_ROUTING_ID, identity, strlen(identity)));
    MUST(!zmq_connect(socket, endpoint));
    return socket;
}

/* Sends a request of a client through a DEALER. */
static void
request(void *dealer, const char *client, const char *payload)
{
    palm_message_t message = wire_message(client, client, payload);
    send_text(dealer, "", ZMQ_SNDMORE);
    send_message(dealer, &message, 0);
}

/* Hands in a worker's result for a client. */
static void
answer(struct bench *bench, const char *client, const char *payload)
{
    palm_message_t message = wire_message(client, client, payload);
    send_message(bench->done, &message, 0);
}

static void
expect_answer(void *dealer, const char *payload)
{
    expect_text(dealer, "", true);
    expect_payload(dealer, payload);
}

static palm_part_stats_t
counted(struct bench *bench)
{
    return rig_stats(&bench->rig, PALM_SIDE_INBOUND, "gateway_router");
}

static void
a_peer_with_its_clients_name_gets_its_answer(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *req = connect_peer(&bench, ZMQ_REQ, "client-1");
    palm_message_t message = wire_message("client-1", "tag", "question");
    send_message(req, &message, 0);
    expect_payload(bench.tasks, "question");
    answer(&bench, "client-1", "answer");
    expect_payload(req, "answer");
    rig_fini(&bench.rig);
}

static void
one_peer_may_ask_for_many_clients(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    request(gateway, "a", "of a");
    request(gateway, "b", "of b");
    expect_payload(bench.tasks, "of a");
    expect_payload(bench.tasks, "of b");
    answer(&bench, "b", "for b");
    answer(&bench, "a", "for a");
    expect_answer(gateway, "for b");
    expect_answer(gateway, "for a");
    rig_fini(&bench.rig);
}

static void
an_answer_for_nobody_is_dropped_and_counted(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    request(gateway, "a", "question");
    expect_payload(bench.tasks, "question");
    answer(&bench, "stranger", "lost");
    answer(&bench, "a", "answer");
    answer(&bench, "a", "once more");
    expect_answer(gateway, "answer");
    rig_await_count(&bench.rig, PALM_SIDE_INBOUND, "gateway_router",
                    COUNTER(absent), 2);
    expect_nothing(gateway);
    rig_fini(&bench.rig);
}

static void
answers_flow_while_requests_wait(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = 1;
    start(&bench, &options);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    request(gateway, "a", "1");
    request(gateway, "b", "2"); /* no worker: these have no credit */
    request(gateway, "c", "3");
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Work", COUNTER(received),
                    1);
    answer(&bench, "a", "answer");
    expect_answer(gateway, "answer");
    hire(&bench);
    expect_payload(bench.tasks, "1");
    expect_payload(bench.tasks, "2");
    expect_payload(bench.tasks, "3");
    answer(&bench, "b", "for b");
    answer(&bench, "c", "for c");
    expect_answer(gateway, "for b");
    expect_answer(gateway, "for c");
    rig_fini(&bench.rig);
}

static void
more_than_hwm_requests_do_not_wait(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = 1;
    options.hwm = 2;
    start(&bench, &options);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    for (int i = 0; i < 10; i++) {
        request(gateway, "a", "question");
    }
    expect_answer(gateway, "0"); /* at once, not when its time is over */
    EQUAL_INT(0, counted(&bench).undecodable);
    MUST(counted(&bench).failed > 0);
    rig_drop(&bench.rig);
}

static void
more_than_window_size_bytes_do_not_wait(void)
{
    static char large[10000];
    struct bench bench;
    palm_part_options_t options;
    memset(large, 'x', sizeof large - 1);
    palm_part_options_init(&options);
    options.window = 1;
    options.window_size = 15000;
    start(&bench, &options);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    for (int i = 0; i < 10; i++) {
        request(gateway, "a", large);
    }
    expect_answer(gateway, "0");
    hire(&bench);
    expect_payload(bench.tasks, large);
    rig_drop(&bench.rig);
}

static void
a_client_that_asks_itself_gets_its_answer_itself(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *stranger = connect_peer(&bench, ZMQ_DEALER, "stranger");
    request(stranger, "client-1", "in its name");
    expect_payload(bench.tasks, "in its name");
    void *req = connect_peer(&bench, ZMQ_REQ, "client-1");
    palm_message_t message = wire_message("client-1", "tag", "question");
    send_message(req, &message, 0);
    expect_payload(bench.tasks, "question");
    answer(&bench, "client-1", "answer");
    expect_payload(req, "answer");
    expect_nothing(stranger);
    rig_drop(&bench.rig); /* the stranger's work has no result */
}

static void
what_is_malformed_is_dropped_and_counted(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *peer = connect_peer(&bench, ZMQ_DEALER, "gateway");
    palm_message_t nobody = wire_message(NULL, NULL, "question");
    send_text(peer, "one frame", 0);
    send_text(peer, "not empty", ZMQ_SNDMORE);
    send_text(peer, "message", 0);
    send_text(peer, "", ZMQ_SNDMORE);
    send_bytes(peer, "\xff\xff\xff\xff", 4, 0);
    send_text(peer, "", ZMQ_SNDMORE);
    send_message(peer, &nobody, 0);
    for (int i = 0; i < 9; i++) {
        send_text(peer, "", i < 8 ? ZMQ_SNDMORE : 0);
    }
    send_text(peer, "a", ZMQ_SNDMORE); /* only the dealer may answer */
    send_text(peer, "", ZMQ_SNDMORE);
    send_message(peer, &nobody, 0);
    request(peer, "a", "question");
    expect_payload(bench.tasks, "question");
    AWAIT_INT(6, counted(&bench).undecodable);
    answer(&bench, "a", "answer");
    expect_answer(peer, "answer");
    rig_fini(&bench.rig);
}

static void
a_result_without_a_client_costs_itself_only(void)
{
    struct bench bench;
    start(&bench, NULL);
    hire(&bench);
    void *gateway = connect_peer(&bench, ZMQ_DEALER, "gateway");
    request(gateway, "a", "question");
    expect_payload(bench.tasks, "question");
    answer(&bench, NULL, "for nobody");
    answer(&bench, "a", "answer");
    expect_answer(gateway, "answer");
    AWAIT_INT(
        1, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "gateway_dealer").failed);
    rig_fini(&bench.rig);
}

static palm_part_class_t late_class; /* GatewayRouter with this tick: */
static bool is_late;                 /* for one call */

/* The engine has found no request and is about to sleep; now one comes. */
static int64_t
tick_until_a_request(palm_part_t *part)
{
    if (__atomic_exchange_n(&is_late, false, __ATOMIC_SEQ_CST)) {
        zmq_pollitem_t item = {palm_part_socket(part), 0, ZMQ_POLLIN, 0};
        (void)zmq_poll(&item, 1, 5000);
    }
    return palm_library_find("GatewayRouter")->operations.tick(part);
}

static void
a_request_that_comes_at_the_last_moment_is_not_overslept(void)
{
    struct rig rig;
    palm_part_options_t options;
    late_class = *palm_library_find("GatewayRouter");
    late_class.operations.tick = tick_until_a_request;
    palm_part_options_init(&options);
    options.name = "Late";
    options.route = "Work";
    rig_init(&rig, NULL);
    rig_add_class(&rig, &late_class, "Late", "Work", &options);
    rig_add(&rig, "WorkerPushService", "Work", NULL, NULL);
    rig_start(&rig);
    void *gateway = rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_INBOUND, "Late");
    void *tasks = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Work");
    __atomic_store_n(&is_late, true, __ATOMIC_SEQ_CST);
    request(gateway, "a", "1");
    expect_payload(tasks, "1");
    request(gateway, "a", "2");
    expect_payload(tasks, "2");
    rig_drop(&rig);
}

static void *
stop(void *arg)
{
    return palm_server_stop(arg, NULL) ? arg : NULL;
}

static bool
is_draining(void *arg)
{
    return palm_server_state(arg) == PALM_SERVER_DRAINING;
}

static void
a_drain_brings_the_last_answers(void)
{
    struct bench bench;
    pthread_t thread;
    void *left = NULL;
    start(&bench, NULL);
    hire(&bench);
    void *first = connect_peer(&bench, ZMQ_DEALER, "a");
    void *late = connect_peer(&bench, ZMQ_DEALER, "b");
    request(late, "b", "early");
    expect_payload(bench.tasks, "early"); /* so it is connected */
    answer(&bench, "b", "answer");
    expect_answer(late, "answer");
    request(first, "a", "question");
    expect_payload(bench.tasks, "question");
    MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
    MUST(tap_await(is_draining, bench.rig.server));
    request(late, "b", "too late");
    expect_answer(late, "0"); /* at once: the first is still at its worker */
    answer(&bench, "a", "answer");
    expect_answer(first, "answer");
    MUST(!pthread_join(thread, &left));
    MUST(!left);
    rig_drop(&bench.rig);
}

/* The drain ends as soon as the dealer's socket has the answer; each round is a
 * race between the end and the answer. */
static void
an_answer_on_its_way_at_the_end_arrives(void)
{
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.quiet_time = 0;
    for (int round = 0; round < 20; round++) {
        struct bench bench;
        pthread_t thread;
        void *left = NULL;
        start_with(&bench, &options, NULL);
        hire(&bench);
        void *client = connect_peer(&bench, ZMQ_DEALER, "a");
        request(client, "a", "question");
        expect_payload(bench.tasks, "question");
        MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
        MUST(tap_await(is_draining, bench.rig.server));
        answer(&bench, "a", "answer");
        expect_answer(client, "answer");
        MUST(!pthread_join(thread, &left));
        MUST(!left);
        rig_drop(&bench.rig);
    }
}

static const struct tap_test tests[] = {
    {"a peer with its client's name gets its answer",
     a_peer_with_its_clients_name_gets_its_answer},
    {"one peer may ask for many clients", one_peer_may_ask_for_many_clients},
    {"an answer for nobody is dropped and counted",
     an_answer_for_nobody_is_dropped_and_counted},
    {"answers flow while requests wait for credit",
     answers_flow_while_requests_wait},
    {"of more than hwm requests some are refused at once, and counted",
     more_than_hwm_requests_do_not_wait},
    {"of more than window_size bytes some are refused at once",
     more_than_window_size_bytes_do_not_wait},
    {"a client that asks itself gets its answer itself",
     a_client_that_asks_itself_gets_its_answer_itself},
    {"what is malformed is dropped and counted",
     what_is_malformed_is_dropped_and_counted},
    {"a result without a client costs itself only",
     a_result_without_a_client_costs_itself_only},
    {"a request that comes at the last moment is not overslept",
     a_request_that_comes_at_the_last_moment_is_not_overslept},
    {"a drain brings the last answers, and an error to what is new",
     a_drain_brings_the_last_answers},
    {"an answer on its way at the end of a drain arrives",
     an_answer_on_its_way_at_the_end_arrives},
};

TAP_MAIN("gateway", tests)
