/* SPDX-License-Identifier: MIT */
/* Tests of PubService with clients that come late, or never. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

struct bench {
    struct rig rig;
    void *push;
};

static void
start(struct bench *bench, const palm_part_options_t *options)
{
    rig_init(&bench->rig, NULL);
    rig_add(&bench->rig, "WorkerPullService", "WorkerPull", "Pub", NULL);
    rig_add(&bench->rig, "PubService", "Pub", NULL, options);
    rig_start(&bench->rig);
    bench->push =
        rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
}

static void *
subscriber(struct bench *bench, const char *topic)
{
    void *sub = rig_connect(&bench->rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, topic);
    return sub;
}

static void
push(struct bench *bench, const char *client, const char *payload)
{
    palm_message_t message = wire_message(client, "tag", payload);
    send_message(bench->push, &message, 0);
}

static void
results_wait_for_the_subscription(void)
{
    struct bench bench;
    char number[16];
    start(&bench, NULL);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        push(&bench, "late", number);
    }
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Pub", COUNTER(received),
                    1000);
    void *sub = subscriber(&bench, "late");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        expect_published(sub, "late", number);
    }
    EQUAL_INT(0, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").absent);
    rig_fini(&bench.rig);
}

static void
results_are_held_for_hold_time(void)
{
    struct bench bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hold_time = 20;
    start(&bench, &options);
    push(&bench, "never", "one");
    push(&bench, "never", "two");
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Pub", COUNTER(absent), 2);
    rig_fini(&bench.rig);
}

static void
results_are_held_up_to_hold_size(void)
{
    static char payload[1001];
    struct bench bench;
    palm_part_options_t options;
    memset(payload, 'x', sizeof payload - 1);
    palm_part_options_init(&options);
    options.hold_size = 10000;
    start(&bench, &options);
    for (int i = 0; i < 100; i++) {
        push(&bench, "late", payload);
    }
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Pub", COUNTER(absent), 89);
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Pub", COUNTER(received),
                    100);
    void *sub = subscriber(&bench, "late");
    int held =
        100 - (int)rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").absent;
    MUST(held > 0);
    for (int i = 0; i < held; i++) {
        expect_published(sub, "late", payload);
    }
    push(&bench, "late", "fence");
    expect_published(sub, "late", "fence");
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"results wait for the subscription, in order",
     results_wait_for_the_subscription},
    {"results are held for hold_time, then counted absent",
     results_are_held_for_hold_time},
    {"results are held up to hold_size, others counted absent",
     results_are_held_up_to_hold_size},
};

TAP_MAIN("pub_hold", tests)
