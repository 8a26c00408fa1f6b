/* SPDX-License-Identifier: MIT */
/* Tests of the parts that connect, with raw peers that have bound. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* A server with one connection, whose peer has bound, and a plain part on the
 * other side. */
struct bench {
    struct rig rig;
    char endpoint[256];
    void *bound, *connected;
};

/* An inbound connection; what it brings goes to a PULL peer. */
static void
start_inbound(struct bench *bench, const char *class_name, int peer_type)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(&bench->rig, NULL);
    bench->bound = rig_bind(&bench->rig, peer_type, bench->endpoint);
    options.address = bench->endpoint;
    rig_set(&options, "SubConnection", "previous", "server");
    rig_add(&bench->rig, class_name, "In", "Push", &options);
    rig_add(&bench->rig, "PushService", "Push", NULL, NULL);
    rig_start(&bench->rig);
    bench->connected =
        rig_connect(&bench->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

static void
pull_brings_messages(void)
{
    struct bench bench;
    palm_message_t message = wire_message("client", "tag", "work");
    start_inbound(&bench, "PullConnection", ZMQ_PUSH);
    send_message(bench.bound, &message, 0);
    expect_payload(bench.connected, "work");
    rig_fini(&bench.rig);
}

static void
pull_fills_an_empty_cache(void)
{
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", NULL, "work");
    start_inbound(&bench, "PullConnection", ZMQ_PUSH);
    send_message(bench.bound, &message, 0);
    EQUAL_INT(36, recv_message(bench.connected, &frame).cache.size);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

static void
rep_brings_messages_and_replies(void)
{
    struct bench bench;
    palm_message_t message = wire_message("client", "tag", "work");
    start_inbound(&bench, "RepConnection", ZMQ_REQ);
    for (int i = 0; i < 3; i++) {
        send_message(bench.bound, &message, 0);
        expect_payload(bench.connected, "work");
        expect_text(bench.bound, "1", false);
    }
    rig_fini(&bench.rig);
}

static void
push_takes_messages_out(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_message_t message = wire_message("client", "tag", "work");
    palm_part_options_init(&options);
    rig_init(&bench.rig, NULL);
    bench.bound = rig_bind(&bench.rig, ZMQ_PULL, bench.endpoint);
    options.address = bench.endpoint;
    rig_add(&bench.rig, "PullService", "Pull", "Push", NULL);
    rig_add(&bench.rig, "PushConnection", "Push", NULL, &options);
    rig_start(&bench.rig);
    bench.connected =
        rig_connect(&bench.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    send_message(bench.connected, &message, 0);
    expect_payload(bench.bound, "work");
    rig_fini(&bench.rig);
}

static void
a_part_may_start_before_its_peer(void)
{
    struct rig rig;
    char ipc[64], unused[256];
    palm_part_options_t options;
    palm_message_t message = wire_message("client", "tag", "work");
    palm_part_options_init(&options);
    (void)snprintf(ipc, sizeof ipc, "ipc://early-%ld", (long)getpid());
    options.address = ipc;
    rig_init(&rig, NULL);
    rig_add(&rig, "PullConnection", "Pull", "Push", &options);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    void *push = rig_bind(&rig, ZMQ_PUSH, unused);
    MUST(!zmq_bind(push, ipc));
    send_message(push, &message, 0);
    expect_payload(pull, "work");
    rig_fini(&rig);
    MUST(!unlink(ipc + strlen("ipc://"))); /* libzmq leaves it */
}

/* --- SubConnection -------------------------------------------------------- */

static void
publish(struct bench *bench, const char *topic, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_text(bench->bound, topic, ZMQ_SNDMORE);
    send_message(bench->bound, &message, 0);
}

/* The peer is XPUB: it sees the subscription come. */
static void
start_sub(struct bench *bench)
{
    start_inbound(bench, "SubConnection", ZMQ_XPUB);
    expect_text(bench->bound, "\1server", false);
}

static void
sub_brings_what_its_previous_publishes(void)
{
    struct bench bench;
    start_sub(&bench);
    publish(&bench, "server", "work");
    expect_payload(bench.connected, "work");
    rig_fini(&bench.rig);
}

static void
sub_passes_over_longer_topics(void)
{
    struct bench bench;
    start_sub(&bench);
    publish(&bench, "server2", "foreign");
    publish(&bench, "server", "work");
    expect_payload(bench.connected, "work");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "In").foreign);
    rig_fini(&bench.rig);
}

static void
sub_drops_one_frame_and_three(void)
{
    struct bench bench;
    start_sub(&bench);
    send_text(bench.bound, "server", 0);
    send_text(bench.bound, "server", ZMQ_SNDMORE);
    send_text(bench.bound, "", ZMQ_SNDMORE);
    send_text(bench.bound, "", 0);
    publish(&bench, "server", "work");
    expect_payload(bench.connected, "work");
    AWAIT_INT(2, rig_stats(&bench.rig, PALM_SIDE_INBOUND, "In").undecodable);
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"PullConnection brings messages", pull_brings_messages},
    {"PullConnection fills an empty cache", pull_fills_an_empty_cache},
    {"RepConnection brings messages and replies",
     rep_brings_messages_and_replies},
    {"PushConnection takes messages out", push_takes_messages_out},
    {"a part may start before its peer", a_part_may_start_before_its_peer},
    {"SubConnection brings what its previous server publishes",
     sub_brings_what_its_previous_publishes},
    {"SubConnection passes over longer topics, counted foreign",
     sub_passes_over_longer_topics},
    {"SubConnection drops one frame and three", sub_drops_one_frame_and_three},
};

TAP_MAIN("connections", tests)
