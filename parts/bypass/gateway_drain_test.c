/* SPDX-License-Identifier: MIT */
/* A gateway whose clients go on asking while its server drains. */
#include "config.h"

#include <pthread.h>

#include "harness/support/http_peer.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

enum { CLIENTS = 4, BEFORE = 100 /* answers before the stop */ };

/* HttpGateway -> gateway_router -> Work, Done -> gateway_dealer; a worker; and
 * clients that ask anew as soon as they have an answer. */
struct bench {
    struct rig rig;
    const char *endpoint;
    void *tasks, *done; /* the worker's */
    struct client {
        struct http_peer peer;
        bool is_over; /* its connection was ended, behind an answer */
    } clients[CLIENTS];
    int served, over;
};

static void
start(struct bench *bench, const palm_server_options_t *server, int clients)
{
    palm_part_options_t options;
    rig_init(&bench->rig, server);
    palm_part_options_init(&options);
    rig_set(&options, "HttpGateway", "router_address", "inproc://gateway");
    options.address = "http://127.0.0.1:*";
    rig_add(&bench->rig, "HttpGateway", "Gateway", NULL, &options);
    palm_part_options_init(&options);
    options.address = "inproc://gateway";
    rig_add(&bench->rig, "GatewayRouter", "gateway_router", "Work", &options);
    rig_add(&bench->rig, "GatewayDealer", "gateway_dealer", NULL, &options);
    rig_add(&bench->rig, "WorkerPushService", "Work", NULL, NULL);
    rig_add(&bench->rig, "WorkerPullService", "Done", "gateway_dealer", NULL);
    rig_start(&bench->rig);
    bench->endpoint =
        palm_server_endpoint(bench->rig.server, PALM_SIDE_BYPASS, "Gateway");
    bench->tasks =
        rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Work");
    bench->done = rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Done");
    bench->served = bench->over = 0;
    for (int i = 0; i < clients; i++) {
        http_open(&bench->clients[i].peer, bench->endpoint);
        bench->clients[i].is_over = false;
        http_ask(&bench->clients[i].peer, "GET", "/f", NULL);
    }
}

/* Hands back each message that is there; waits a moment for one. */
static void
work(struct bench *bench)
{
    zmq_pollitem_t item = {bench->tasks, 0, ZMQ_POLLIN, 0};
    zmq_msg_t frame;
    for (int wait = 1; zmq_poll(&item, 1, wait) > 0; wait = 0) {
        (void)zmq_msg_init(&frame);
        MUST(zmq_msg_recv(&frame, bench->tasks, 0) != -1);
        MUST(zmq_msg_send(&frame, bench->done, 0) != -1);
    }
}

/* Takes an answer, if it is there, and asks anew.  A result, also an error, is
 * one; or it is refused, and the connection ends. */
static void
go_on(struct bench *bench, struct client *client)
{
    if (client->is_over || !http_has_come(&client->peer)) {
        return;
    }
    http_read(&client->peer);
    bool is_last = http_has_line(&client->peer, "Connection: close");
    if (client->peer.status == 503) {
        MUST(is_last);
    } else {
        EQUAL_INT(200, client->peer.status);
        bench->served++;
    }
    if (is_last) {
        http_expect_end(&client->peer);
        client->is_over = true;
        bench->over++;
    } else {
        http_ask(&client->peer, "GET", "/f", NULL);
    }
}

static void
go_on_all(struct bench *bench)
{
    work(bench);
    for (int i = 0; i < CLIENTS; i++) {
        go_on(bench, &bench->clients[i]);
    }
}

static void *
stop(void *arg)
{
    static palm_error_t err;
    palm_server_t *server = arg;
    return palm_server_stop(server, &err) ? err.text : NULL;
}

static void
each_request_in_a_drain_is_answered(void)
{
    struct bench bench;
    pthread_t thread;
    void *why = NULL;
    start(&bench, NULL, CLIENTS);
    int64_t until = tap_now() + tap_deadline();
    while (bench.served < BEFORE) {
        MUST(tap_now() < until);
        go_on_all(&bench);
    }
    MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
    until = tap_now() + tap_deadline();
    while (bench.over < CLIENTS) {
        MUST(tap_now() < until);
        go_on_all(&bench);
    }
    MUST(!pthread_join(thread, &why));
    EQUAL_TEXT("", why ? (const char *)why : ""); /* nothing was left */
    for (int i = 0; i < CLIENTS; i++) {
        http_close(&bench.clients[i].peer);
    }
    rig_drop(&bench.rig);
}

static bool
is_draining(void *arg)
{
    return palm_server_state(arg) == PALM_SERVER_DRAINING;
}

/* The drain ends with the result; each round is a race between the end and the
 * answer, which passes the gateway's router. */
static void
an_answer_on_its_way_at_the_end_arrives(void)
{
    palm_server_options_t options;
    zmq_msg_t task;
    palm_server_options_init(&options);
    options.quiet_time = 0;
    for (int round = 0; round < 20; round++) {
        struct bench bench;
        pthread_t thread;
        void *why = NULL;
        start(&bench, &options, 1);
        recv_frame(bench.tasks, &task);
        MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
        MUST(tap_await(is_draining, bench.rig.server));
        MUST(zmq_msg_send(&task, bench.done, 0) != -1);
        http_read(&bench.clients[0].peer);
        EQUAL_INT(200, bench.clients[0].peer.status);
        MUST(!pthread_join(thread, &why));
        MUST(!why);
        http_close(&bench.clients[0].peer);
        rig_drop(&bench.rig);
    }
}

static const struct tap_test tests[] = {
    {"each request in a drain is answered, and nothing is left",
     each_request_in_a_drain_is_answered},
    {"an answer on its way at the end of a drain arrives",
     an_answer_on_its_way_at_the_end_arrives},
};

TAP_MAIN("gateway_drain", tests)
