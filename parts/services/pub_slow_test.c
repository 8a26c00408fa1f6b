/* SPDX-License-Identifier: MIT */
/* Tests of PubService with subscribers that do not read. */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/support/crew.h"
#include "harness/support/pub_rig.h"
#include "harness/support/tap.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* More than the system keeps for a connection. */
enum { RESULTS = 60 };

enum { LARGE = 1 << 20 };

static char large[LARGE + 1];

/* A client that takes a few results of 1 MB into its buffers, and then stops
 * reading; it is known to the server. */
static void *
start_slow(struct pub_rig *bench)
{
    palm_part_options_t options;
    memset(large, 'x', LARGE);
    palm_part_options_init(&options);
    options.hwm = 2;
    options.slow_timeout = 100;
    options.hold_size = 4 * LARGE;
    options.hold_time = 3600000; /* nobody may wait for that */
    pub_rig_start(bench, &options);
    void *slow = pub_rig_mute(bench, "slow");
    pub_rig_push(bench, "slow", "hello");
    expect_published(slow, "slow", "hello");
    return slow;
}

static void
a_slow_client_costs_only_its_own(void)
{
    struct pub_rig bench;
    (void)start_slow(&bench);
    void *sub = pub_rig_subscriber(&bench, "other");
    for (int i = 0; i < RESULTS; i++) {
        pub_rig_push(&bench, "slow", large);
        pub_rig_push(&bench, "other", "result");
        expect_published(sub, "other", "result");
    }
    pub_rig_await(&bench, COUNTER(slow), 1);
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    rig_drop(&bench.rig);
}

static bool
has_ended_with_all(void *arg)
{
    struct pub_rig *bench = arg;
    palm_part_stats_t stats = pub_rig_stats(bench);
    return stats.sent + stats.slow == RESULTS + 1;
}

/* What counts as sent comes, when the client reads at last. */
static void
what_a_slow_client_lost_was_not_sent(void)
{
    struct pub_rig bench;
    void *slow = start_slow(&bench);
    for (int i = 0; i < RESULTS; i++) {
        pub_rig_push(&bench, "slow", large);
    }
    MUST(tap_await(has_ended_with_all, &bench));
    MUST(pub_rig_stats(&bench).slow > 0);
    for (uint64_t i = 1; i < pub_rig_stats(&bench).sent; i++) {
        expect_published(slow, "slow", large);
    }
    rig_drop(&bench.rig);
}

/* What absent clients have used up is no other's. */
static void
a_client_that_pauses_gets_all(void)
{
    enum { RESULTS_ABSENT = 20, RESULTS_LATER = 60 };
    struct pub_rig bench;
    palm_part_options_t options;
    memset(large, 'x', LARGE);
    palm_part_options_init(&options);
    options.hwm = 2;
    options.hold_size = 4 * LARGE;
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_mute(&bench, "pauses");
    pub_rig_push(&bench, "pauses", "hello");
    expect_published(sub, "pauses", "hello");
    for (int i = 0; i < RESULTS_ABSENT; i++) {
        pub_rig_push(&bench, "never", large);
    }
    for (int i = 0; i < RESULTS_LATER; i++) {
        pub_rig_push(&bench, "pauses", large);
    }
    pub_rig_await(&bench, COUNTER(absent), 1);
    for (int i = 0; i < RESULTS_LATER; i++) {
        expect_published(sub, "pauses", large);
    }
    EQUAL_INT(0, pub_rig_stats(&bench).failed);
    EQUAL_INT(0, pub_rig_stats(&bench).slow);
    rig_drop(&bench.rig);
}

struct retry {
    struct pub_rig *bench;
    void *sub;
};

/* Pushes a small result, takes what the client has; whether it has come. */
static bool
gets_new_results(void *arg)
{
    struct retry *retry = arg;
    zmq_pollitem_t item = {retry->sub, 0, ZMQ_POLLIN, 0};
    zmq_msg_t frame;
    bool came = false;
    pub_rig_push(retry->bench, "slow", "new");
    while (!came && zmq_poll(&item, 1, 20) > 0) {
        expect_text(retry->sub, "slow", true);
        came = recv_message(retry->sub, &frame).payload.size == 3;
        (void)zmq_msg_close(&frame);
    }
    return came;
}

static void
a_slow_client_that_reads_again_gets_new_results(void)
{
    struct pub_rig bench;
    void *slow = start_slow(&bench);
    struct retry retry = {&bench, slow};
    for (int i = 0; i < RESULTS; i++) {
        pub_rig_push(&bench, "slow", large);
    }
    pub_rig_await(&bench, COUNTER(slow), 1);
    MUST(tap_await(gets_new_results, &retry));
    rig_drop(&bench.rig);
}

/* --- one holds up nobody -------------------------------------------------- */

/* A publisher with one client that reads, and one subscriber that does not. */
static void *
start_with_mute(struct pub_rig *bench, const char *topic)
{
    palm_part_options_t options;
    memset(large, 'x', LARGE);
    palm_part_options_init(&options);
    options.hwm = 2;
    options.slow_timeout = 300;
    options.hold_size = 4 * LARGE;
    options.hold_time = 3600000;
    pub_rig_start(bench, &options);
    void *sub = pub_rig_subscriber(bench, "reader");
    pub_rig_push(bench, "reader", "hello");
    expect_published(sub, "reader", "hello");
    (void)pub_rig_mute(bench, topic);
    return sub;
}

/* All come until the mute one has been closed, and then some more. */
static void
expect_all(struct pub_rig *bench, void *sub)
{
    int more = 5;
    for (int i = 0; i < 10 * RESULTS && more > 0; i++) {
        pub_rig_push(bench, "reader", large);
        expect_published(sub, "reader", large);
        more -= pub_rig_stats(bench).slow > 0;
    }
    MUST(pub_rig_stats(bench).slow > 0);
    EQUAL_INT(0, pub_rig_stats(bench).absent);
}

static void
a_monitor_that_does_not_read_is_closed(void)
{
    struct pub_rig bench;
    void *sub = start_with_mute(&bench, "");
    expect_all(&bench, sub);
    rig_drop(&bench.rig);
}

static void
so_is_who_subscribed_to_a_beginning(void)
{
    struct pub_rig bench;
    void *sub = start_with_mute(&bench, "read");
    expect_all(&bench, sub);
    rig_drop(&bench.rig);
}

/* Two pipelines behind one server: who reads gets all. */
static void
of_two_of_one_topic_the_reader_gets_all(void)
{
    struct pub_rig bench;
    void *sub = start_with_mute(&bench, "reader");
    expect_all(&bench, sub);
    rig_drop(&bench.rig);
}

/* A monitor that reads sees what a late client gets later. */
static void
a_late_client_gets_what_a_monitor_has_seen(void)
{
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    void *monitor = pub_rig_subscriber(&bench, "");
    rig_subscribe(monitor, "fence");
    pub_rig_push(&bench, "fence", "the monitor is there");
    expect_published(monitor, "fence", "the monitor is there");
    pub_rig_push(&bench, "late", "one");
    pub_rig_push(&bench, "late", "two");
    expect_published(monitor, "late", "one");
    expect_published(monitor, "late", "two");
    void *sub = pub_rig_subscriber(&bench, "late");
    expect_published(sub, "late", "one");
    expect_published(sub, "late", "two");
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    rig_fini(&bench.rig);
}

/* --- what is counted ------------------------------------------------------ */

static void
sent_is_what_was_sent(void)
{
    struct pub_rig bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hold_time = 50;
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_subscriber(&bench, "here");
    pub_rig_push(&bench, "here", "one");
    expect_published(sub, "here", "one");
    pub_rig_push(&bench, "never", "two");
    pub_rig_await(&bench, COUNTER(absent), 1);
    EQUAL_INT(1, pub_rig_stats(&bench).sent);
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"a slow client costs only its own results",
     a_slow_client_costs_only_its_own},
    {"a slow client that reads again gets new results",
     a_slow_client_that_reads_again_gets_new_results},
    {"what a slow client has lost was not sent",
     what_a_slow_client_lost_was_not_sent},
    {"a client that pauses gets all, however much others have held",
     a_client_that_pauses_gets_all},
    {"a monitor that does not read is closed",
     a_monitor_that_does_not_read_is_closed},
    {"so is who subscribed to a beginning",
     so_is_who_subscribed_to_a_beginning},
    {"of two subscribers of one topic the one that reads gets all",
     of_two_of_one_topic_the_reader_gets_all},
    {"a late client gets what a monitor has seen",
     a_late_client_gets_what_a_monitor_has_seen},
    {"sent is what was sent", sent_is_what_was_sent},
};

TAP_MAIN("pub_slow", tests)
