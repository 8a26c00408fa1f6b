/* SPDX-License-Identifier: MIT */
/* Tests of MetricsService, as its HTTP clients see it. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/server_impl.h"
#include "harness/support/http_peer.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* Pull -> Push, and Metrics. */
struct bench {
    struct rig rig;
    char endpoint[256]; /* of Metrics */
    void *push;         /* to Pull */
};

static void
add_metrics(struct bench *bench, const char *address)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.address = address;
    rig_init(&bench->rig, NULL);
    rig_add(&bench->rig, "MetricsService", "Metrics", NULL, &options);
    rig_add(&bench->rig, "PullService", "Pull", "Push", NULL);
    rig_add(&bench->rig, "PushService", "Push", NULL, NULL);
}

static void
start(struct bench *bench)
{
    add_metrics(bench, "http://127.0.0.1:*");
    rig_start(&bench->rig);
    (void)snprintf(
        bench->endpoint, sizeof bench->endpoint, "%s",
        palm_server_endpoint(bench->rig.server, PALM_SIDE_BYPASS, "Metrics"));
    bench->push = rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
}

static void
relay_one(struct bench *bench)
{
    palm_message_t message = wire_message("client", "tag", "payload");
    void *pull = rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    send_message(bench->push, &message, 0);
    expect_payload(pull, "payload");
    rig_await_count(&bench->rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(sent), 1);
}

static void
prometheus_is_answered(void)
{
    struct bench bench;
    struct http_peer peer;
    start(&bench);
    relay_one(&bench);
    http_open(&peer, bench.endpoint);
    http_ask(&peer, "GET", "/metrics?debug=1", NULL);
    http_expect(&peer, 200, "palm_up{server=\"server\"} 1\n");
    MUST(http_has_line(&peer, "Content-Type: text/plain; version=0.0.4; "
                              "charset=utf-8"));
    http_ask(&peer, "GET", "/metrics", NULL); /* on the same connection */
    http_expect(&peer, 200,
                "palm_messages_total{server=\"server\",side=\"inbound\","
                "name=\"Pull\",way=\"in\"} 1\n");
    http_close(&peer);
    rig_fini(&bench.rig);
}

static void
json_is_answered(void)
{
    struct bench bench;
    start(&bench);
    http_once(bench.endpoint, "GET", "/stats", NULL, 200,
              "{\"server\":\"server\",\"state\":\"running\"");
    rig_fini(&bench.rig);
}

static void
head_is_get_without_a_body(void)
{
    static const char *const pages[] = {"/metrics", "/stats", "/healthz"};
    struct bench bench;
    struct http_peer peer;
    start(&bench);
    http_open(&peer, bench.endpoint);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        http_ask(&peer, "HEAD", pages[i], NULL);
        http_expect(&peer, 200, "");
        MUST(!http_has_line(&peer, "Content-Length: 0"));
    }
    http_ask(&peer, "HEAD", "/", NULL);
    http_expect(&peer, 404, "");
    http_ask(&peer, "GET", "/healthz", NULL);
    http_expect(&peer, 200, "running");
    http_close(&peer);
    rig_fini(&bench.rig);
}

static void
other_pages_and_methods_are_refused(void)
{
    struct bench bench;
    start(&bench);
    http_once(bench.endpoint, "GET", "/", NULL, 404, "/healthz");
    http_once(bench.endpoint, "GET", "/metrics/more", NULL, 404, "/metrics");
    http_once(bench.endpoint, "POST", "/metrics", "x", 405, "");
    rig_fini(&bench.rig);
}

/* --- /healthz ------------------------------------------------------------- */

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
health_is_running_then_draining(void)
{
    struct bench bench;
    pthread_t thread;
    palm_message_t message = wire_message("client", "tag", "payload");
    start(&bench);
    http_once(bench.endpoint, "GET", "/healthz", NULL, 200, "running\n");
    send_message(bench.push, &message, 0); /* nobody takes it */
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(received),
                    1);
    MUST(!pthread_create(&thread, NULL, stop, bench.rig.server));
    MUST(tap_await(is_draining, bench.rig.server));
    http_once(bench.endpoint, "GET", "/healthz", NULL, 503, "draining\n");
    void *pull = rig_connect(&bench.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    expect_payload(pull, "payload");
    MUST(!pthread_join(thread, NULL));
    rig_drop(&bench.rig);
}

static void
health_is_stopped_when_the_server_has_ended(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.messages = 1;
    add_metrics(&bench, "http://127.0.0.1:*");
    rig_add(&bench.rig, "PushService", "Push 2", NULL, NULL);
    bench.rig.server->options.messages = 1;
    rig_start(&bench.rig);
    (void)snprintf(
        bench.endpoint, sizeof bench.endpoint, "%s",
        palm_server_endpoint(bench.rig.server, PALM_SIDE_BYPASS, "Metrics"));
    bench.push = rig_connect(&bench.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    relay_one(&bench);
    MUST(!palm_server_wait(bench.rig.server, tap_deadline()));
    http_once(bench.endpoint, "GET", "/healthz", NULL, 503, "stopped\n");
    rig_fini(&bench.rig);
}

/* A part that is not ready until the test lets it be. */
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

static int
open_late(palm_part_t *part, palm_error_t *err)
{
    (void)part;
    (void)err;
    (void)pthread_mutex_lock(&door);
    (void)pthread_mutex_unlock(&door);
    return 0;
}

static const palm_part_class_t late_class = {
    .abi = PALM_PART_ABI,
    .name = "LatePart",
    .direction = PALM_INBOUND,
    .binds = true,
    .socket_type = ZMQ_PULL,
    .operations = {.open = open_late},
};

static void *
start_server(void *arg)
{
    return palm_server_start(arg, NULL) ? arg : NULL;
}

/* Whether somebody listens at the port (an int *) of this host. */
static bool
is_listening(void *arg)
{
    struct sockaddr_in address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t) * (int *)arg);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool connected = !connect(fd, (struct sockaddr *)&address, sizeof address);
    (void)close(fd);
    return connected;
}

static void
health_is_starting_until_all_are_ready(void)
{
    struct bench bench;
    struct rig probe;
    pthread_t thread;
    void *failed = NULL;
    int port;
    rig_init(&probe, NULL);
    void *socket = rig_bind(&probe, ZMQ_PULL, bench.endpoint);
    MUST(!zmq_unbind(socket, bench.endpoint));
    MUST(tap_await(wire_is_free, bench.endpoint));
    rig_drop(&probe);
    port = atoi(strrchr(bench.endpoint, ':') + 1);
    (void)snprintf(bench.endpoint, sizeof bench.endpoint, "http://127.0.0.1:%d",
                   port);
    add_metrics(&bench, bench.endpoint);
    rig_add_class(&bench.rig, &late_class, "Late", "Push", NULL);
    (void)pthread_mutex_lock(&door);
    MUST(!pthread_create(&thread, NULL, start_server, bench.rig.server));
    MUST(tap_await(is_listening, &port));
    http_once(bench.endpoint, "GET", "/healthz", NULL, 503, "starting\n");
    (void)pthread_mutex_unlock(&door);
    MUST(!pthread_join(thread, &failed));
    MUST(!failed);
    http_once(bench.endpoint, "GET", "/healthz", NULL, 200, "running\n");
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"Prometheus is answered", prometheus_is_answered},
    {"JSON is answered", json_is_answered},
    {"HEAD is GET without a body", head_is_get_without_a_body},
    {"other pages and methods are refused",
     other_pages_and_methods_are_refused},
    {"health is running, then draining", health_is_running_then_draining},
    {"health is stopped when the server has ended",
     health_is_stopped_when_the_server_has_ended},
    {"health is starting until all parts are ready",
     health_is_starting_until_all_are_ready},
};

TAP_MAIN("metrics", tests)
