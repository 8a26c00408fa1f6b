/* SPDX-License-Identifier: MIT */
/* What a server says at the level debug: who connects, subscribes, leaves, and
 * each message that is dropped. */
#include "config.h"
#include "core/watch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

enum { LINES = 256, LINE = 200 };

/* What was logged, by any thread. */
static struct {
    pthread_mutex_t mutex;
    char lines[LINES][LINE];
    int count;
} book = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void
note(int level, const char *id, const char *text, void *arg)
{
    (void)arg;
    (void)pthread_mutex_lock(&book.mutex);
    if (book.count < LINES) {
        (void)snprintf(book.lines[book.count++], LINE, "%d %s %s", level, id,
                       text);
    }
    (void)pthread_mutex_unlock(&book.mutex);
}

/* How many lines have both. */
static int
count(const char *id, const char *text)
{
    int found = 0;
    (void)pthread_mutex_lock(&book.mutex);
    for (int i = 0; i < book.count; i++) {
        found += strstr(book.lines[i], id) && strstr(book.lines[i], text);
    }
    (void)pthread_mutex_unlock(&book.mutex);
    return found;
}

/* Pull -> Pub. */
static void
start(struct rig *rig, int level)
{
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.log.write = note;
    options.log.level = level;
    book.count = 0;
    rig_init(rig, &options);
    rig_add(rig, "PullService", "Pull", "Pub", NULL);
    rig_add(rig, "PubService", "Pub", NULL, NULL);
    rig_start(rig);
}

static void
who_comes_and_goes_is_named(void)
{
    struct rig rig;
    start(&rig, PALM_LOG_DEBUG);
    void *push = zmq_socket(rig.zmq, ZMQ_PUSH);
    MUST(push);
    MUST(!zmq_connect(
        push, palm_server_endpoint(rig.server, PALM_SIDE_INBOUND, "Pull")));
    AWAIT_INT(1, count("7 PALM-PART-CONNECTED", "inbound Pull: 127.0.0.1:"));
    EQUAL_INT(1, count("PALM-PART-CONNECTED", " has connected"));
    MUST(!zmq_close(push));
    AWAIT_INT(1, count("7 PALM-PART-DISCONNECTED",
                       "inbound Pull: the connection with 127.0.0.1:"));
    (void)rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    AWAIT_INT(2, count("PALM-PART-CONNECTED", "inbound Pull: 127.0.0.1:"));
    rig_fini(&rig);
}

static void
a_subscription_is_told_without_what_steers_a_terminal(void)
{
    struct rig rig;
    start(&rig, PALM_LOG_DEBUG);
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client\x1b[2J");
    AWAIT_INT(1, count("7 PALM-PUB-SUBSCRIBED",
                       "outbound Pub: a peer has subscribed to 'client?[2J'"));
    rig_fini(&rig);
}

static int
drop_ten(struct rig *rig)
{
    void *push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    for (int i = 0; i < 10; i++) {
        send_text(push, "\x01no message", 0);
    }
    AWAIT_INT(10, rig_stats(rig, PALM_SIDE_INBOUND, "Pull").undecodable);
    return count("4 PALM-PART-UNDECODABLE", "inbound Pull: ");
}

static void
each_drop_is_told(void)
{
    struct rig rig;
    start(&rig, PALM_LOG_DEBUG);
    (void)drop_ten(&rig);
    AWAIT_INT(10, count("4 PALM-PART-UNDECODABLE", "inbound Pull: "));
    rig_fini(&rig);
}

static void
above_debug_there_is_one_line_a_second(void)
{
    struct rig rig;
    start(&rig, PALM_LOG_INFO);
    MUST(drop_ten(&rig) < 10);
    EQUAL_INT(0, count("PALM-PART-CONNECTED", ""));
    rig_fini(&rig);
}

/* The part that could open its socket has told the watch of it. */
static void
a_start_that_fails_ends_the_watch(void)
{
    struct rig rig, other;
    palm_error_t err;
    palm_part_options_t options;
    palm_server_options_t server;
    start(&rig, PALM_LOG_DEBUG);
    palm_server_options_init(&server);
    server.log.write = note;
    server.log.level = PALM_LOG_DEBUG;
    rig_init(&other, &server);
    rig_add(&other, "PullService", "Pull", "Pub", NULL);
    palm_part_options_init(&options);
    options.address =
        palm_server_endpoint(rig.server, PALM_SIDE_OUTBOUND, "Pub");
    rig_add(&other, "PubService", "Pub", NULL, &options);
    FAILS(EADDRINUSE, palm_server_start(other.server, &err));
    rig_drop(&other);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"who comes and goes is named", who_comes_and_goes_is_named},
    {"a subscription is told without what steers a terminal",
     a_subscription_is_told_without_what_steers_a_terminal},
    {"each drop is told", each_drop_is_told},
    {"above debug there is one line a second",
     above_debug_there_is_one_line_a_second},
    {"a start that fails ends the watch", a_start_that_fails_ends_the_watch},
};

TAP_MAIN("watch", tests)
