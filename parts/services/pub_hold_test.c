/* SPDX-License-Identifier: MIT */
/* Tests of PubService with clients that come late. */
#include "config.h"

#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/pub_rig.h"
#include "harness/support/tap.h"
#include "harness/support/zmtp.h"
#include "parts/library.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

static void
results_wait_for_the_subscription(void)
{
    struct pub_rig bench;
    char number[16];
    pub_rig_start(&bench, NULL);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        pub_rig_push(&bench, "late", number);
    }
    pub_rig_await(&bench, COUNTER(received), 1000);
    void *sub = pub_rig_subscriber(&bench, "late");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        expect_published(sub, "late", number);
    }
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    rig_fini(&bench.rig);
}

/* Neither does one of another topic, nor of a beginning of the topic. */
static void
another_subscription_releases_nothing(void)
{
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    pub_rig_push(&bench, "late", "held");
    pub_rig_await(&bench, COUNTER(received), 1);
    void *other = pub_rig_subscriber(&bench, "x");
    pub_rig_push(&bench, "x", "fence");
    expect_published(other, "x", "fence");
    rig_subscribe(other, "l");
    rig_subscribe(other, "y");
    pub_rig_push(&bench, "y", "fence");
    expect_published(other, "y", "fence");
    void *sub = pub_rig_subscriber(&bench, "late");
    expect_published(sub, "late", "held");
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    rig_fini(&bench.rig);
}

/* What is delivered gives its room back: fifty times what there is. */
static void
room_comes_back(void)
{
    static char payload[1001];
    struct pub_rig bench;
    palm_part_options_t options;
    char client[32];
    memset(payload, 'x', sizeof payload - 1);
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_size", 20000);
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_subscriber(&bench, "nothing");
    for (int round = 1; round <= 100; round++) {
        (void)snprintf(client, sizeof client, "client %03d", round);
        for (int i = 0; i < 5; i++) {
            pub_rig_push(&bench, client, payload);
        }
        pub_rig_await(&bench, COUNTER(received), 5 * (uint64_t)round);
        EQUAL_INT(0, pub_rig_stats(&bench).absent);
        rig_subscribe(sub, client);
        for (int i = 0; i < 5; i++) {
            expect_published(sub, client, payload);
        }
    }
    rig_fini(&bench.rig);
}

/* So many that to look at all of them for each message would take long. */
static void
many_absent_clients_hold_nobody_up(void)
{
    enum { ABSENT = 30000 };
    struct pub_rig bench;
    palm_part_options_t options;
    char client[24];
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_size", 1 << 20);
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_subscriber(&bench, "here");
    pub_rig_push(&bench, "here", "before");
    expect_published(sub, "here", "before");
    for (int i = 0; i < ABSENT; i++) {
        (void)snprintf(client, sizeof client, "absent %d", i);
        pub_rig_push(&bench, client, "");
    }
    pub_rig_push(&bench, "here", "after");
    expect_published(sub, "here", "after");
    MUST(pub_rig_stats(&bench).absent > 0);
    rig_drop(&bench.rig);
}

/* --- topics --------------------------------------------------------------- */

static void
a_topic_that_is_too_long_is_refused(void)
{
    enum { LONGEST = 1024 };
    static char client[LONGEST + 2];
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    memset(client, 'x', LONGEST);
    void *sub = pub_rig_subscriber(&bench, client);
    pub_rig_push(&bench, client, "as long as may be");
    expect_published(sub, client, "as long as may be");
    client[LONGEST] = 'x';
    pub_rig_push(&bench, client, "too long");
    pub_rig_await(&bench, COUNTER(undecodable), 1);
    void *refused = pub_rig_subscriber(&bench, client);
    rig_subscribe(refused, "fence");
    pub_rig_push(&bench, "fence", "goes on");
    expect_published(refused, "fence", "goes on");
    pub_rig_await(&bench, COUNTER(undecodable), 2);
    rig_fini(&bench.rig);
}

static void
what_is_no_subscription_is_counted(void)
{
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    void *peer = rig_connect(&bench.rig, ZMQ_XSUB, PALM_SIDE_OUTBOUND, "Pub");
    for (int i = 0; i < 500; i++) {
        MUST(zmq_send(peer, "\2no", 3, 0) == 3);
    }
    pub_rig_await(&bench, COUNTER(undecodable), 500);
    void *sub = pub_rig_subscriber(&bench, "here");
    pub_rig_push(&bench, "here", "goes on");
    expect_published(sub, "here", "goes on");
    rig_fini(&bench.rig);
}

/* --- what is due ---------------------------------------------------------- */

static palm_part_class_t due_class;
static bool is_armed, has_brought, was_noticed;

static void
bring_once(palm_part_t *part)
{
    palm_library_find("PubService")->operations.readable(part);
    if (__atomic_load_n(&is_armed, __ATOMIC_SEQ_CST)) {
        has_brought = true;
    }
}

static int64_t
notice(palm_part_t *part)
{
    if (has_brought) {
        __atomic_store_n(&was_noticed, true, __ATOMIC_SEQ_CST);
    }
    return palm_library_find("PubService")->operations.tick(part);
}

static bool
noticed(void *arg)
{
    (void)arg;
    return __atomic_load_n(&was_noticed, __ATOMIC_SEQ_CST);
}

/* A part that asks first what is due, and then hears what changes it, sleeps
 * for too long. */
static void
what_the_world_brings_is_due_at_once(void)
{
    struct pub_rig bench;
    due_class = *palm_library_find("PubService");
    due_class.operations.readable = bring_once;
    due_class.operations.tick = notice;
    rig_init(&bench.rig, NULL);
    rig_add(&bench.rig, "WorkerPullService", "WorkerPull", "Pub", NULL);
    rig_add_class(&bench.rig, &due_class, "Pub", NULL, NULL);
    rig_start(&bench.rig);
    bench.push =
        rig_connect(&bench.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    void *sub = pub_rig_subscriber(&bench, "here");
    pub_rig_push(&bench, "here", "first");
    expect_published(sub, "here", "first");
    __atomic_store_n(&is_armed, true, __ATOMIC_SEQ_CST);
    pub_rig_push(&bench, "here", "second");
    expect_published(sub, "here", "second");
    MUST(tap_await(noticed, NULL));
    rig_fini(&bench.rig);
}

/* --- hold_time and hold_size ---------------------------------------------- */

static void
results_are_held_for_hold_time(void)
{
    struct pub_rig bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_time", 20);
    pub_rig_start(&bench, &options);
    pub_rig_push(&bench, "never", "one");
    pub_rig_push(&bench, "never", "two");
    pub_rig_await(&bench, COUNTER(absent), 2);
    rig_fini(&bench.rig);
}

static void
results_are_held_up_to_hold_size(void)
{
    static char payload[1001];
    struct pub_rig bench;
    palm_part_options_t options;
    memset(payload, 'x', sizeof payload - 1);
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_size", 10000);
    pub_rig_start(&bench, &options);
    for (int i = 0; i < 100; i++) {
        pub_rig_push(&bench, "late", payload);
    }
    void *other = pub_rig_subscriber(&bench, "fence");
    pub_rig_push(&bench, "fence", "all have been held or dropped");
    expect_published(other, "fence", "all have been held or dropped");
    void *sub = pub_rig_subscriber(&bench, "late");
    int held = 100 - (int)pub_rig_stats(&bench).absent;
    MUST(held > 0 && held < 12);
    for (int i = 0; i < held; i++) {
        expect_published(sub, "late", payload);
    }
    pub_rig_push(&bench, "late", "fence");
    expect_published(sub, "late", "fence");
    rig_fini(&bench.rig);
}

/* Who speaks by hand can unsubscribe from what he never subscribed to; a SUB of
 * libzmq would not send that. */
static void
send_by_hand(int fd, char what, const char *topic)
{
    char frame[64] = {0, (char)(1 + strlen(topic)), what};
    memcpy(frame + 3, topic, strlen(topic));
    MUST(send(fd, frame, 3 + strlen(topic), 0) > 0);
}

struct hand {
    struct pub_rig *bench;
    int fd;
};

/* Pushes a fence; whether one has come.  One that came before its subscription
 * is held for hold_time only. */
static bool
gets_fence(void *arg)
{
    struct hand *hand = arg;
    struct pollfd item = {hand->fd, POLLIN, 0};
    pub_rig_push(hand->bench, "fence", "fence");
    return poll(&item, 1, 20) == 1;
}

static void
nobody_unsubscribes_another(void)
{
    struct pub_rig bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_time", 50);
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_subscriber(&bench, "victim");
    pub_rig_push(&bench, "victim", "before");
    expect_published(sub, "victim", "before");
    int fd = zmtp_connect(
        palm_server_endpoint(bench.rig.server, PALM_SIDE_OUTBOUND, "Pub"),
        "SUB");
    struct hand hand = {&bench, fd};
    send_by_hand(fd, 0, "victim");
    send_by_hand(fd, 1, "fence");
    MUST(tap_await(gets_fence, &hand)); /* then both have come */
    for (int i = 0; i < 3; i++) {
        pub_rig_push(&bench, "victim", "after");
        expect_published(sub, "victim", "after");
    }
    (void)close(fd);
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"results wait for the subscription, in order",
     results_wait_for_the_subscription},
    {"another subscription releases nothing",
     another_subscription_releases_nothing},
    {"what is held and delivered gives its room back", room_comes_back},
    {"many absent clients hold nobody up", many_absent_clients_hold_nobody_up},
    {"a topic of more than 1 KiB is refused",
     a_topic_that_is_too_long_is_refused},
    {"what is no subscription is counted", what_is_no_subscription_is_counted},
    {"what the world brings is due at once",
     what_the_world_brings_is_due_at_once},
    {"results are held for hold_time, then counted absent",
     results_are_held_for_hold_time},
    {"results are held up to hold_size, others counted absent",
     results_are_held_up_to_hold_size},
    {"nobody unsubscribes another for good", nobody_unsubscribes_another},
};

TAP_MAIN("pub_hold", tests)
