/* SPDX-License-Identifier: MIT */
/* A server that has nothing to do does nothing, and one that loses nothing
 * warns of nothing. */
#include "config.h"

#include <stddef.h>
#include <time.h>

#include "harness/support/crew.h"
#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/library.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

enum {
    LOOK_MS = 400, /* how long an idle server is watched */
    IDLE_PERCENT =
        5 /* of a processor; a thread that spins takes what it gets */
};

/* Milliseconds of processor time that all threads of this process took. */
static int64_t
used(void)
{
    struct timespec time;
    MUST(!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* The server runs on, and takes next to no time for it. */
static void
expect_idle(struct rig *rig)
{
    int64_t cpu = used(), begin = tap_now();
    FAILS(ETIMEDOUT, palm_server_wait(rig->server, LOOK_MS));
    int64_t taken = used() - cpu, passed = tap_now() - begin;
    int64_t factor = tap_deadline() / 10000; /* slow machines, valgrind */
    MUST(taken * 100 < passed * IDLE_PERCENT * (factor < 8 ? factor : 8));
}

static void
round_trip(struct rig *rig, void *push, void *pull, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    (void)rig;
    send_message(push, &message, 0);
    expect_payload(pull, payload);
}

static void
a_master_without_work_is_idle(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    expect_idle(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "WorkerPush");
    round_trip(&rig, push, pull, "work");
    expect_idle(&rig);
    rig_drop(&rig);
}

static void
a_master_whose_work_nobody_takes_is_idle(void)
{
    struct rig rig;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = 3;
    rig_init(&rig, NULL);
    rig_add_master(&rig, &options);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *results =
        rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    palm_message_t message = wire_message("absent", "tag", "held");
    for (int i = 0; i < 10; i++) {
        send_message(push, &message, 0);
    }
    send_message(results, &message, 0);
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Pull", COUNTER(sent), 3);
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Pub", COUNTER(received), 1);
    expect_idle(&rig);
    rig_drop(&rig);
}

static void
connections_are_idle(void)
{
    struct rig rig;
    char pub[256], pull[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(&rig, NULL);
    (void)rig_bind(&rig, ZMQ_PUB, pub);
    (void)rig_bind(&rig, ZMQ_PULL, pull);
    rig_set(&options, "SubConnection", "previous", "stream");
    options.address = pub;
    rig_add(&rig, "SubConnection", "Sub", "Push", &options);
    options.address = pull;
    rig_add(&rig, "PushConnection", "Push", NULL, &options);
    rig_add(&rig, "PushBypassConnection", "Out", NULL, &options);
    rig_start(&rig);
    expect_idle(&rig);
    rig_fini(&rig);
}

static void
parts_that_wait_are_idle(void)
{
    struct rig rig;
    char endpoint[256];
    palm_part_options_t options;
    palm_message_t message = wire_message(NULL, NULL, "asked");
    palm_part_options_init(&options);
    rig_set(&options, "PushPullService", "pull_address", ANY_PORT);
    options.block = true;
    rig_init(&rig, NULL);
    (void)rig_bind(&rig, ZMQ_REP, endpoint);
    rig_add(&rig, "RepService", "Rep", "PushPull", &options);
    rig_add(&rig, "PushPullService", "PushPull", NULL, &options);
    rig_add(&rig, "RepService", "Other", "Asker", &options);
    rig_add_asker(&rig, "Asker", endpoint, NULL);
    rig_start(&rig);
    expect_idle(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    send_message(req, &message, 0);
    rig_await_count(&rig, PALM_SIDE_INBOUND, "Rep", COUNTER(sent), 1);
    expect_idle(&rig);
    rig_drop(&rig);
}

static void
http_parts_are_idle(void)
{
    struct rig rig;
    palm_part_options_t options;
    if (!palm_library_find("HttpConnection")
        || !palm_library_find("HttpService")) {
        tap_skip("built without HTTP");
        return;
    }
    palm_part_options_init(&options);
    options.address = "http://127.0.0.1:*";
    rig_init(&rig, NULL);
    rig_add(&rig, "HttpService", "Service", "Web", &options);
    options.address = "http://127.0.0.1:9/";
    rig_add(&rig, "HttpConnection", "Web", NULL, &options);
    rig_add(&rig, "GatewayRouter", "gateway_router", "Web", NULL);
    rig_start(&rig);
    expect_idle(&rig);
    rig_drop(&rig);
}

static void
count_line(int level, const char *id, const char *text, void *arg)
{
    (void)id;
    (void)text;
    if (level <= PALM_LOG_WARNING) {
        (void)__atomic_add_fetch((int *)arg, 1, __ATOMIC_RELAXED);
    }
}

static void
what_goes_well_is_no_warning(void)
{
    struct rig rig;
    struct hired hired;
    int lines = 0;
    palm_server_options_t options;
    palm_server_options_init(&options);
    options.log.write = count_line;
    options.log.arg = &lines;
    options.log.level = PALM_LOG_WARNING;
    rig_init(&rig, &options);
    rig_add_master(&rig, NULL);
    rig_start(&rig);
    hire(&rig, &hired, PALM_YIELDS_ONE, NULL);
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, "client");
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    palm_message_t message = wire_message("client", NULL, "work");
    for (int i = 0; i < 500; i++) {
        send_message(push, &message, 0);
    }
    for (int i = 0; i < 500; i++) {
        expect_published(sub, "client", "work");
    }
    (void)dismiss(&hired);
    rig_fini(&rig);
    EQUAL_INT(0, lines);
}

static const struct tap_test tests[] = {
    {"a master without work is idle", a_master_without_work_is_idle},
    {"a master whose work nobody takes is idle",
     a_master_whose_work_nobody_takes_is_idle},
    {"connections are idle", connections_are_idle},
    {"parts that wait are idle", parts_that_wait_are_idle},
    {"HTTP parts are idle", http_parts_are_idle},
    {"what goes well is no warning", what_goes_well_is_no_warning},
};

TAP_MAIN("idle", tests)
