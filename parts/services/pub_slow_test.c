/* SPDX-License-Identifier: MIT */
/* Tests of PubService with subscribers that do not read. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/crew.h"
#include "harness/support/pub_rig.h"
#include "harness/support/tap.h"
#include "harness/support/zmtp.h"

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
    rig_set_int(&options, "PubService", "slow_timeout", 100);
    rig_set_int(&options, "PubService", "hold_size", 4 * LARGE);
    /* Nobody may wait for that. */
    rig_set_int(&options, "PubService", "hold_time", 3600000);
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
    rig_set_int(&options, "PubService", "hold_size", 4 * LARGE);
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
    rig_set_int(&options, "PubService", "slow_timeout", 300);
    rig_set_int(&options, "PubService", "hold_size", 4 * LARGE);
    rig_set_int(&options, "PubService", "hold_time", 3600000);
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
struct monitor {
    struct pub_rig *bench;
    void *sub;
    int pushed;
};

/* Pushes another result; whether the monitor gets one of them. */
static bool
gets_something(void *arg)
{
    struct monitor *self = arg;
    zmq_pollitem_t item = {self->sub, 0, ZMQ_POLLIN, 0};
    char number[16];
    (void)snprintf(number, sizeof number, "%d", ++self->pushed);
    pub_rig_push(self->bench, "nobody", number);
    return zmq_poll(&item, 1, 20) == 1;
}

/* A monitor whose subscription has come, and that has read all.  What was
 * published before does not come to it any more. */
static void *
start_monitor(struct pub_rig *bench)
{
    struct monitor self = {bench, pub_rig_subscriber(bench, ""), 0};
    zmq_msg_t frame;
    int got = 0;
    MUST(tap_await(gets_something, &self));
    while (got < self.pushed) {
        expect_text(self.sub, "nobody", true);
        palm_slice_t payload = recv_message(self.sub, &frame).payload;
        MUST(payload.size > 0 && payload.size < 16);
        got = payload.data[0] - '0';
        for (size_t i = 1; i < payload.size; i++) {
            got = got * 10 + payload.data[i] - '0';
        }
        (void)zmq_msg_close(&frame);
    }
    return self.sub;
}

static void
a_late_client_gets_what_a_monitor_has_seen(void)
{
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    void *monitor = start_monitor(&bench);
    pub_rig_push(&bench, "late", "one");
    pub_rig_push(&bench, "late", "two");
    expect_published(monitor, "late", "one");
    expect_published(monitor, "late", "two");
    void *sub = pub_rig_subscriber(&bench, "late");
    expect_published(sub, "late", "one");
    expect_published(sub, "late", "two");
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    rig_drop(&bench.rig);
}

/* --- what is counted ------------------------------------------------------ */

static void
sent_is_what_was_sent(void)
{
    struct pub_rig bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_set_int(&options, "PubService", "hold_time", 50);
    pub_rig_start(&bench, &options);
    void *sub = pub_rig_subscriber(&bench, "here");
    pub_rig_push(&bench, "here", "one");
    expect_published(sub, "here", "one");
    pub_rig_push(&bench, "never", "two");
    pub_rig_await(&bench, COUNTER(absent), 1);
    AWAIT_INT(1, pub_rig_stats(&bench).sent);
    rig_fini(&bench.rig);
}

/* --- who sends much ------------------------------------------------------- */

static struct {
    sem_t inside, go;
} busy;

static int
wait_inside(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
            void *arg)
{
    (void)part;
    (void)message;
    (void)topic;
    (void)arg;
    (void)sem_post(&busy.inside);
    while (sem_wait(&busy.go)) {
    }
    return 0;
}

/* How many subscriptions of 1 KiB a connection takes. */
static int
send_subscriptions(int fd, int most)
{
    char frame[9 + 1025] = "\2\0\0\0\0\0\0\4\1\1"; /* of 1,025 bytes */
    struct pollfd item = {fd, POLLOUT, 0};
    int sent = 0;
    while (sent < most && poll(&item, 1, 300) == 1) {
        sent += send(fd, frame, sizeof frame, MSG_DONTWAIT) > 0;
    }
    return sent;
}

/* XPUB takes all that has come for it in one go, and meanwhile the part does
 * nothing else.  So hardly anything may come ahead; ipc has small buffers. */
static void
subscriptions_wait_with_their_sender(void)
{
    static const palm_hooks_t hooks = {.handle_stream = wait_inside};
    struct pub_rig bench;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.address = "ipc://*";
    options.hooks = &hooks;
    MUST(!sem_init(&busy.inside, 0, 0) && !sem_init(&busy.go, 0, 0));
    pub_rig_start(&bench, &options);
    int fd = zmtp_connect(
        palm_server_endpoint(bench.rig.server, PALM_SIDE_OUTBOUND, "Pub"),
        "SUB");
    pub_rig_push(&bench, "client", "result");
    while (sem_wait(&busy.inside)) {
    }
    int sent = send_subscriptions(fd, 1000);
    EQUAL_INT(0, sem_post(&busy.go));
    MUST(sent < 1000);
    (void)close(fd);
    rig_drop(&bench.rig);
}

/* Whether its connection ends within the deadline of a test. */
static bool
is_closed(int fd)
{
    struct pollfd item = {fd, POLLIN, 0};
    char byte;
    ssize_t got = 1;
    while (got > 0 && poll(&item, 1, tap_deadline()) == 1) {
        got = read(fd, &byte, 1);
    }
    return got == 0 || (got == -1 && errno == ECONNRESET);
}

/* libzmq keeps a topic in a tree with a node for each byte, and walks it when
 * its connection ends.  So it must not get hold of a long one. */
static void
a_long_topic_ends_at_the_socket(void)
{
    char frame[9 + 2049] = "\2\0\0\0\0\0\0\x8\1\1"; /* of 2,049 bytes */
    struct pub_rig bench;
    pub_rig_start(&bench, NULL);
    int fd = zmtp_connect(
        palm_server_endpoint(bench.rig.server, PALM_SIDE_OUTBOUND, "Pub"),
        "SUB");
    MUST(send(fd, frame, sizeof frame, 0) == (ssize_t)sizeof frame);
    MUST(is_closed(fd));
    EQUAL_INT(0, pub_rig_stats(&bench).undecodable);
    (void)close(fd);
    rig_fini(&bench.rig);
}

/* Results of 1 MB for "slow", and room for two of them. */
static void
start_untrusting(struct pub_rig *bench)
{
    palm_part_options_t options;
    memset(large, 'x', LARGE);
    palm_part_options_init(&options);
    options.hwm = 2;
    rig_set_int(&options, "PubService", "hold_size", 4 * LARGE);
    /* Nobody may wait for that. */
    rig_set_int(&options, "PubService", "slow_timeout", 3600000);
    rig_set_int(&options, "PubService", "slow_size", 2 * LARGE);
    pub_rig_start(bench, &options);
}

/* It is never silent for slow_timeout, so only slow_size bounds it. */
static void
with_slow_size_nobody_waits_for_who_reads_slowly(void)
{
    enum { SLOWLY = 10 };
    struct pub_rig bench;
    start_untrusting(&bench);
    void *slow = pub_rig_mute(&bench, "slow");
    void *sub = pub_rig_subscriber(&bench, "other");
    for (int i = 0; i < RESULTS; i++) {
        pub_rig_push(&bench, "slow", large);
        pub_rig_push(&bench, "other", "result");
        expect_published(sub, "other", "result");
        if (i % SLOWLY == 0) {
            expect_published(slow, "slow", large);
        }
    }
    pub_rig_await(&bench, COUNTER(slow), 1);
    EQUAL_INT(0, pub_rig_stats(&bench).absent);
    expect_published(slow, "slow", large);
    rig_drop(&bench.rig);
}

/* Two subscribers of one topic, of whom one never reads. */
struct twin {
    struct pub_rig *bench;
    void *mute, *sub;
};

/* Whether the subscription of the mute one is known: it has got something. */
static bool
twin_has_come(void *arg)
{
    struct twin *self = arg;
    zmq_pollitem_t item = {self->mute, 0, ZMQ_POLLIN, 0};
    pub_rig_push(self->bench, "topic", "hello");
    expect_published(self->sub, "topic", "hello");
    return zmq_poll(&item, 1, 20) == 1;
}

static void
with_slow_size_who_reads_a_shared_topic_gets_all(void)
{
    enum { AHEAD = 2 }; /* one more waits: more than slow_size, not twice it */
    struct pub_rig bench;
    start_untrusting(&bench);
    void *sub = pub_rig_subscriber(&bench, "topic");
    struct twin twin = {&bench, pub_rig_mute_once(&bench, "topic"), sub};
    MUST(tap_await(twin_has_come, &twin));
    for (int i = 0; i < RESULTS + AHEAD; i++) {
        if (i < RESULTS) {
            pub_rig_push(&bench, "topic", large);
        }
        if (i >= AHEAD) {
            expect_published(sub, "topic", large);
        }
    }
    EQUAL_INT(1, pub_rig_stats(&bench).slow); /* the connection that was cut */
    rig_drop(&bench.rig);
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
    {"with slow_size nobody waits for who reads slowly",
     with_slow_size_nobody_waits_for_who_reads_slowly},
    {"with slow_size who reads a shared topic gets all",
     with_slow_size_who_reads_a_shared_topic_gets_all},
    {"subscriptions wait with their sender",
     subscriptions_wait_with_their_sender},
    {"a long topic ends at the socket", a_long_topic_ends_at_the_socket},
    {"sent is what was sent", sent_is_what_was_sent},
};

TAP_MAIN("pub_slow", tests)
