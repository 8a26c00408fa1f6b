/* SPDX-License-Identifier: MIT */
/* What a server tells of itself: numbers in C, JSON and Prometheus' text. */
#include "config.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/stats.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

static void
push_numbers(void *push, int count)
{
    for (int i = 0; i < count; i++) {
        palm_message_t message = wire_message("client", "tag", "ten bytes.");
        send_message(push, &message, 0);
    }
}

/* Pull -> Push with a peer at each end. */
static void
start_relay(struct rig *rig, void **push, void **pull)
{
    rig_init(rig, NULL);
    rig_add(rig, "PullService", "Pull", "Push", NULL);
    rig_add(rig, "PushService", "Push", NULL, NULL);
    rig_add(rig, "CacheService", "Cache", NULL, NULL);
    rig_start(rig);
    *push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    *pull = rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

static void
relay(struct rig *rig, int count)
{
    void *push, *pull;
    start_relay(rig, &push, &pull);
    push_numbers(push, count);
    for (int i = 0; i < count; i++) {
        expect_payload(pull, "ten bytes.");
    }
    rig_await_count(rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(sent),
                    (uint64_t)count);
}

static uint64_t
sum_of(const uint64_t *numbers, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

static bool
all_are_timed(void *arg)
{
    palm_part_stats_t stats = rig_stats(arg, PALM_SIDE_OUTBOUND, "Push");
    return sum_of(stats.latency, PALM_LATENCIES) == 10;
}

static void
messages_bytes_and_latency_are_counted(void)
{
    struct rig rig;
    palm_route_info_t route;
    relay(&rig, 10);
    palm_part_stats_t pull = rig_stats(&rig, PALM_SIDE_INBOUND, "Pull");
    palm_part_stats_t push = rig_stats(&rig, PALM_SIDE_OUTBOUND, "Push");
    MUST(pull.received_bytes > 10 * 10);
    EQUAL_INT(pull.received_bytes, pull.sent_bytes);
    EQUAL_INT(pull.sent_bytes, push.received_bytes);
    EQUAL_INT(push.received_bytes, push.sent_bytes);
    MUST(tap_await(all_are_timed, &rig));
    push = rig_stats(&rig, PALM_SIDE_OUTBOUND, "Push");
    MUST(push.latency_sum > 0);
    MUST(!palm_server_route_at(rig.server, 0, &route));
    EQUAL_TEXT("Pull", route.from);
    EQUAL_TEXT("Push", route.to);
    EQUAL_INT(10, route.messages);
    EQUAL_INT(pull.sent_bytes, route.bytes);
    EQUAL_INT(0, route.dropped);
    FAILS(ENOENT, palm_server_route_at(rig.server, 1, &route));
    rig_fini(&rig);
}

static void
the_steps_of_the_histogram_have_bounds(void)
{
    EQUAL_INT(10, palm_latency_bound(0));
    EQUAL_INT(10000000, palm_latency_bound(PALM_LATENCIES - 2));
    EQUAL_INT(-1, palm_latency_bound(PALM_LATENCIES - 1));
    EQUAL_INT(-1, palm_latency_bound(PALM_LATENCIES));
}

static bool
five_are_queued(void *arg)
{
    palm_part_stats_t push = rig_stats(arg, PALM_SIDE_OUTBOUND, "Push");
    palm_part_stats_t pull = rig_stats(arg, PALM_SIDE_INBOUND, "Pull");
    return push.queued == 5 && push.oldest > 1000 && pull.inside == 5
           && pull.credit == 1024 - 5;
}

static bool
none_is_queued(void *arg)
{
    palm_part_stats_t push = rig_stats(arg, PALM_SIDE_OUTBOUND, "Push");
    return push.queued == 0 && push.oldest == 0;
}

static void
what_waits_is_seen(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    push_numbers(push, 5);
    MUST(tap_await(five_are_queued, &rig));
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    for (int i = 0; i < 5; i++) {
        expect_payload(pull, "ten bytes.");
    }
    MUST(tap_await(none_is_queued, &rig));
    rig_fini(&rig);
}

/* --- state ---------------------------------------------------------------- */

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
the_state_follows_the_server(void)
{
    struct rig rig;
    pthread_t thread;
    void *push, *ignored;
    start_relay(&rig, &push, &ignored);
    EQUAL_INT(PALM_SERVER_RUNNING, palm_server_state(rig.server));
    rig_drop(&rig);
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    EQUAL_INT(PALM_SERVER_STARTING, palm_server_state(rig.server));
    rig_start(&rig);
    push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    push_numbers(push, 1);
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(sent), 1);
    MUST(!pthread_create(&thread, NULL, stop, rig.server));
    MUST(tap_await(is_draining, rig.server)); /* until somebody takes it */
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    expect_payload(pull, "ten bytes.");
    MUST(!pthread_join(thread, NULL));
    EQUAL_INT(PALM_SERVER_STOPPED, palm_server_state(rig.server));
    EQUAL_TEXT("stopped", palm_server_state_name(PALM_SERVER_STOPPED));
    rig_drop(&rig);
}

/* --- as text -------------------------------------------------------------- */

/* The frame as a C string, which the caller frees; closes the frame. */
static char *
text_of(zmq_msg_t *frame)
{
    char *text = calloc(1, zmq_msg_size(frame) + 1);
    MUST(text);
    memcpy(text, zmq_msg_data(frame), zmq_msg_size(frame));
    (void)zmq_msg_close(frame);
    return text;
}

static void
the_cache_service_tells_json(void)
{
    struct rig rig;
    zmq_msg_t frame;
    palm_message_t request = wire_message(NULL, NULL, NULL);
    relay(&rig, 3);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    request.function = palm_slice("server.stats");
    send_message(req, &request, 0);
    recv_frame(req, &frame);
    char *json = text_of(&frame);
    CONTAINS("{\"server\":\"server\",\"state\":\"running\",\"parts\":[", json);
    CONTAINS("{\"side\":\"inbound\",\"name\":\"Pull\",\"part\":\"PullService\","
             "\"received\":3,",
             json);
    CONTAINS("\"routes\":[{\"side\":\"inbound\",\"from\":\"Pull\","
             "\"to\":\"Push\",\"messages\":3,",
             json);
    CONTAINS("\"latency_us\":{\"bounds\":[10,20,", json);
    free(json);
    rig_fini(&rig);
}

static void
prometheus_gets_its_text(void)
{
    struct rig rig;
    zmq_msg_t frame;
    relay(&rig, 3);
    MUST(!palm__stats_prometheus(rig.server, &frame));
    char *text = text_of(&frame);
    CONTAINS("# TYPE palm_messages_total counter\n", text);
    CONTAINS("palm_messages_total{server=\"server\",side=\"inbound\","
             "name=\"Pull\",way=\"in\"} 3\n",
             text);
    CONTAINS("palm_routed_total{server=\"server\",side=\"inbound\","
             "name=\"Pull\",to=\"Push\"} 3\n",
             text);
    CONTAINS("palm_latency_seconds_bucket{server=\"server\","
             "side=\"outbound\",name=\"Push\",le=\"+Inf\"} ",
             text);
    CONTAINS("name=\"Push\",le=\"0.000010\"} ", text);
    CONTAINS("name=\"Push\",le=\"10.000000\"} ", text);
    CONTAINS("palm_oldest_seconds{server=\"server\",side=\"outbound\","
             "name=\"Push\"} 0.000000\n",
             text);
    CONTAINS("\npalm_latency_seconds_sum{server=\"server\","
             "side=\"outbound\",name=\"Push\"} ",
             text);
    CONTAINS("\npalm_latency_seconds_count{server=\"server\","
             "side=\"outbound\",name=\"Push\"} ",
             text);
    free(text);
    rig_fini(&rig);
}

static void
names_are_escaped(void)
{
    zmq_msg_t frame;
    palm_server_t *server = palm_server_new("say-\"hi\\\"", NULL);
    MUST(server);
    MUST(!palm__stats_json(server, &frame));
    char *json = text_of(&frame);
    EQUAL_TEXT("{\"server\":\"say-\\\"hi\\\\\\\"\","
               "\"state\":\"starting\",\"parts\":[],\"routes\":[]}\n",
               json);
    free(json);
    palm_server_destroy(&server);
}

static void
a_bypass_part_reports(void)
{
    struct rig rig;
    char endpoint[256];
    zmq_msg_t frame;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(&rig, NULL);
    void *pull = rig_bind(&rig, ZMQ_PULL, endpoint);
    options.address = endpoint;
    rig_set_int(&options, "PushBypassConnection", "interval", 5);
    rig_add(&rig, "PushBypassConnection", "Out", NULL, &options);
    rig_start(&rig);
    for (int i = 0; i < 3; i++) {
        palm_message_t message = recv_message(pull, &frame);
        MUST(palm_slice_is_equal(palm_slice("server.stats"), message.function));
        MUST(palm_slice_is_equal(palm_slice("server"), message.cache));
        MUST(message.payload.size > 0 && message.payload.data[0] == '{');
        (void)zmq_msg_close(&frame);
    }
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"messages, bytes and latency are counted, per part and route",
     messages_bytes_and_latency_are_counted},
    {"the steps of the histogram have bounds, but for the last",
     the_steps_of_the_histogram_have_bounds},
    {"what waits is seen: credit, depth, age", what_waits_is_seen},
    {"the state follows the server", the_state_follows_the_server},
    {"the cache service tells JSON", the_cache_service_tells_json},
    {"Prometheus gets its text", prometheus_gets_its_text},
    {"names are escaped", names_are_escaped},
    {"a bypass part reports every interval", a_bypass_part_reports},
};

TAP_MAIN("stats", tests)
