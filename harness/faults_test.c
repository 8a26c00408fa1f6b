/* SPDX-License-Identifier: MIT */
/* A whole master and messages, peers and set-ups that are wrong or unusual:
 * they hurt nobody else. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/support/crew.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

/* A master with one raw client and one raw worker. */
struct bench {
    struct rig rig;
    void *client_push, *client_sub, *worker_pull, *worker_push;
};

static void
start(struct bench *bench, const palm_part_options_t *options)
{
    struct rig *rig = &bench->rig;
    rig_init(rig, NULL);
    rig_add_master(rig, options);
    rig_start(rig);
    bench->client_push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    bench->client_sub = rig_connect(rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(bench->client_sub, "client");
    bench->worker_pull =
        rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    bench->worker_push =
        rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
}

/* The worker takes the next message, which has this payload, and returns it as
 * it came. */
static void
work_once(struct bench *bench, const char *payload)
{
    zmq_msg_t frame;
    palm_message_t message = recv_message(bench->worker_pull, &frame);
    EQUAL_BYTES(payload, strlen(payload), message.payload.data,
                message.payload.size);
    MUST(zmq_msg_send(&frame, bench->worker_push, 0) != -1);
}

static void
round_trip(struct bench *bench, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(bench->client_push, &message, 0);
    work_once(bench, payload);
    expect_published(bench->client_sub, "client", payload);
}

/* --- what travels along --------------------------------------------------- */

static const char unknown[] = "\x3a\x02hi\xa8\x06\x2a"; /* fields 7 and 101 */

static void
expect_unknown(zmq_msg_t *frame)
{
    size_t size = sizeof unknown - 1;
    MUST(zmq_msg_size(frame) > size);
    EQUAL_BYTES(unknown, size,
                (char *)zmq_msg_data(frame) + zmq_msg_size(frame) - size, size);
}

static void
unknown_fields_survive(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", NULL, "work");
    start(&bench, NULL);
    message.extra.data = unknown;
    message.extra.size = sizeof unknown - 1;
    send_message(bench.client_push, &message, 0);
    (void)recv_message(bench.worker_pull, &frame);
    expect_unknown(&frame);
    MUST(zmq_msg_send(&frame, bench.worker_push, 0) != -1);
    expect_text(bench.client_sub, "client", true);
    (void)recv_message(bench.client_sub, &frame);
    expect_unknown(&frame);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

static void
is_uuid4(palm_slice_t text)
{
    static const char shape[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    EQUAL_INT(36, text.size);
    for (size_t i = 0; i < text.size; i++) {
        const char *allowed = shape[i] == 'x'   ? "0123456789abcdef"
                              : shape[i] == 'y' ? "89ab"
                              : shape[i] == '4' ? "4"
                                                : "-";
        MUST(strchr(allowed, text.data[i]));
    }
}

static void
an_empty_cache_is_filled(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", NULL, "work");
    start(&bench, NULL);
    send_message(bench.client_push, &message, 0);
    is_uuid4(recv_message(bench.worker_pull, &frame).cache);
    MUST(zmq_msg_send(&frame, bench.worker_push, 0) != -1);
    expect_published(bench.client_sub, "client", "work");
    rig_fini(&bench.rig);
}

static void
a_set_cache_is_kept(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", "my tag", "work");
    start(&bench, NULL);
    send_message(bench.client_push, &message, 0);
    palm_slice_t cache = recv_message(bench.worker_pull, &frame).cache;
    EQUAL_BYTES("my tag", 6, cache.data, cache.size);
    MUST(zmq_msg_send(&frame, bench.worker_push, 0) != -1);
    expect_published(bench.client_sub, "client", "work");
    rig_fini(&bench.rig);
}

/* --- what cannot be a message --------------------------------------------- */

static void
send_garbage(void *socket)
{
    palm_message_t message = wire_message("client", "tag", "half");
    send_bytes(socket, "\xff\xff\xff\xff", 4, 0);
    send_message(socket, &message, ZMQ_SNDMORE);
    send_message(socket, &message, 0);
}

static void
garbage_from_a_client_is_dropped(void)
{
    struct bench bench;
    start(&bench, NULL);
    for (uint64_t i = 1; i <= 3; i++) {
        send_garbage(bench.client_push);
        round_trip(&bench, "good");
        AWAIT_INT(2 * i,
                  rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").undecodable);
    }
    rig_fini(&bench.rig);
}

static void
garbage_from_a_worker_is_dropped(void)
{
    struct bench bench;
    start(&bench, NULL);
    for (uint64_t i = 1; i <= 3; i++) {
        send_garbage(bench.worker_push);
        round_trip(&bench, "good");
        AWAIT_INT(
            2 * i,
            rig_stats(&bench.rig, PALM_SIDE_INBOUND, "WorkerPull").undecodable);
    }
    rig_fini(&bench.rig);
}

/* --- too large ------------------------------------------------------------ */

static void *
monitor(struct rig *rig, void *socket)
{
    void *events = zmq_socket(rig->zmq, ZMQ_PAIR);
    MUST(events);
    rig->sockets[rig->socket_count++] = events;
    set_option(events, ZMQ_RCVTIMEO, tap_deadline());
    MUST(
        !zmq_socket_monitor(socket, "inproc://events", ZMQ_EVENT_DISCONNECTED));
    MUST(!zmq_connect(events, "inproc://events"));
    return events;
}

/* Every message of its sender, too, and in the queue of its connection. */
static void
a_message_too_large_costs_itself(void)
{
    static char large[20000];
    struct bench bench;
    palm_part_options_t options;
    char number[16];
    palm_part_options_init(&options);
    options.max_message_size = 10000;
    start(&bench, &options);
    memset(large, 'x', sizeof large - 1);
    palm_message_t message = wire_message("client", "tag", large);
    for (int i = 0; i < 10; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        message.payload = palm_slice(number);
        send_message(bench.client_push, &message, 0);
        message.payload = palm_slice(large);
        send_message(bench.client_push, &message, 0);
    }
    for (int i = 0; i < 10; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        work_once(&bench, number);
        expect_published(bench.client_sub, "client", number);
    }
    AWAIT_INT(20, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").received);
    AWAIT_INT(10, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").oversize);
    EQUAL_INT(0, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").undecodable);
    rig_fini(&bench.rig);
}

static void
a_message_at_the_limit_is_taken(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_message_t message = wire_message("client", "tag", "at the limit");
    palm_part_options_init(&options);
    options.max_message_size = (int64_t)palm_message_size(&message);
    start(&bench, &options);
    round_trip(&bench, "at the limit");
    message.payload = palm_slice("at the limit!");
    send_message(bench.client_push, &message, 0);
    round_trip(&bench, "small");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").oversize);
    rig_fini(&bench.rig);
}

/* Against attackers: its connection ends. */
static void
a_message_far_too_large_hurts_only_its_sender(void)
{
    const size_t size = (64 << 20) + 1;
    char *large = calloc(1, size);
    struct bench bench;
    palm_part_options_t options;
    zmq_msg_t event;
    palm_part_options_init(&options);
    options.max_message_size = 10000;
    MUST(large);
    start(&bench, &options);
    void *other = rig_connect(&bench.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *events = monitor(&bench.rig, other);
    send_bytes(other, large, size, 0);
    free(large);
    recv_frame(events, &event);
    (void)zmq_msg_close(&event);
    for (int i = 0; i < 100; i++) {
        round_trip(&bench, "small");
    }
    AWAIT_INT(100, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "Pull").received);
    MUST(!zmq_socket_monitor(other, NULL, 0));
    rig_fini(&bench.rig);
}

/* --- refused at start ----------------------------------------------------- */

static void
a_taken_port_is_refused(void)
{
    struct rig rig, second;
    palm_error_t err = {0, ""};
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(&rig, NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    options.address =
        palm_server_endpoint(rig.server, PALM_SIDE_OUTBOUND, "Push");
    rig_init(&second, NULL);
    rig_add(&second, "PushService", "Late", NULL, &options);
    FAILS(EADDRINUSE, palm_server_start(second.server, &err));
    CONTAINS("Late", err.text);
    CONTAINS(options.address, err.text);
    rig_drop(&second);
    rig_fini(&rig);
}

static void
a_route_to_nowhere_is_refused(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Pull", "Nowhere", NULL);
    FAILS(EHOSTUNREACH, palm_server_start(rig.server, &err));
    CONTAINS("Pull", err.text);
    CONTAINS("Nowhere", err.text);
    rig_drop(&rig);
}

static void
a_name_used_twice_is_refused(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = "Twin";
    options.address = ANY_PORT;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullService", "Twin", NULL, NULL);
    rig_add(&rig, "PushService", "Twin", NULL, NULL); /* another side */
    FAILS(EEXIST, palm_server_add(rig.server, palm_library_find("PullService"),
                                  &options, &err));
    CONTAINS("Twin", err.text);
    rig_drop(&rig);
}

/* --- workers -------------------------------------------------------------- */

static bool
has_message(void *socket)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    return zmq_poll(&item, 1, 0) > 0;
}

/* Sends one message after another until both workers have got one: then both
 * are known to the server.  Takes them all. */
static void
meet_both(struct bench *bench, void *other)
{
    bool first = false, second = false;
    palm_message_t message = wire_message("client", "tag", "probe");
    for (int64_t end = tap_now() + tap_deadline(); !first || !second;) {
        zmq_pollitem_t items[] = {{bench->worker_pull, 0, ZMQ_POLLIN, 0},
                                  {other, 0, ZMQ_POLLIN, 0}};
        MUST(tap_now() < end);
        send_message(bench->client_push, &message, 0);
        MUST(zmq_poll(items, 2, tap_deadline()) > 0);
        bool at_first = items[0].revents != 0;
        first |= at_first;
        second |= !at_first;
        expect_payload(at_first ? bench->worker_pull : other, "probe");
    }
}

static void
two_workers_share_round_robin(void)
{
    struct bench bench;
    start(&bench, NULL);
    void *other =
        rig_connect(&bench.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    palm_message_t message = wire_message("client", "tag", "work");
    meet_both(&bench, other);
    for (int i = 0; i < 100; i++) {
        send_message(bench.client_push, &message, 0);
    }
    for (int i = 0; i < 50; i++) {
        expect_payload(bench.worker_pull, "work");
        expect_payload(other, "work");
    }
    MUST(!has_message(other) && !has_message(bench.worker_pull));
    rig_drop(&bench.rig); /* its drain would wait for results */
}

static void
order_is_kept_with_one_worker(void)
{
    struct rig rig;
    struct hired worker;
    char number[16];
    rig_init(&rig, NULL);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    hire(&rig, &worker, PALM_YIELDS_ONE, NULL);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        palm_message_t message = wire_message("client", NULL, number);
        send_message(push, &message, 0);
    }
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        expect_published(sub, "client", number);
    }
    (void)dismiss(&worker);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"unknown fields survive the round trip", unknown_fields_survive},
    {"Pull fills an empty cache with a uuid4", an_empty_cache_is_filled},
    {"Pull keeps a cache that is set", a_set_cache_is_kept},
    {"garbage from a client is dropped, the stream goes on",
     garbage_from_a_client_is_dropped},
    {"garbage from a worker is dropped, the stream goes on",
     garbage_from_a_worker_is_dropped},
    {"a message that is too large costs itself",
     a_message_too_large_costs_itself},
    {"a message at the limit is taken", a_message_at_the_limit_is_taken},
    {"a message that is far too large hurts only its sender",
     a_message_far_too_large_hurts_only_its_sender},
    {"a start on a taken port names part and address", a_taken_port_is_refused},
    {"a route to nowhere is refused with both names",
     a_route_to_nowhere_is_refused},
    {"a name used twice on a side is refused", a_name_used_twice_is_refused},
    {"two workers share round robin", two_workers_share_round_robin},
    {"order is kept with one worker", order_is_kept_with_one_worker},
};

TAP_MAIN("faults", tests)
