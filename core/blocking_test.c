/* SPDX-License-Identifier: MIT */
/* While a blocking outbound part waits for its peer the whole server waits
 * (PALM-BLOCK-013 to 017). */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* Rep -> Ask (blocking), Pull -> Push, and a cache. */
struct scene {
    struct rig rig;
    void *rep;  /* whom Ask asks */
    void *req;  /* who asks Rep */
    void *push; /* to Pull */
    void *pull; /* from Push */
};

static int
    expiries; /* lines of the log about a wait that has expired; atomic */

static void
note(int level, const char *id, const char *text, void *arg)
{
    (void)arg;
    if (level == PALM_LOG_WARNING && !strcmp(id, "PALM-PART-EXPIRED")
        && strstr(text, "no answer from tcp://")) {
        (void)__atomic_add_fetch(&expiries, 1, __ATOMIC_RELAXED);
    }
}

static void
set_scene(struct scene *scene, bool isolated, int64_t reply_timeout)
{
    char endpoint[256];
    struct rig *rig = &scene->rig;
    palm_part_options_t options;
    palm_server_options_t server;
    palm_part_options_init(&options);
    palm_server_options_init(&server);
    server.log.write = note;
    expiries = 0;
    options.block = true;
    rig_init(rig, &server);
    rig_add(rig, "RepService", "Rep", "Ask", &options);
    rig_add(rig, "PullService", "Pull", "Push", NULL);
    rig_add(rig, "PushService", "Push", NULL, NULL);
    rig_add(rig, "CacheService", "Cache", NULL, NULL);
    scene->rep = rig_bind(rig, ZMQ_REP, endpoint);
    options.isolated = isolated;
    options.reply_timeout = reply_timeout;
    rig_add_asker(rig, "Ask", endpoint, &options);
    rig_start(rig);
    scene->req = rig_connect(rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    scene->push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    scene->pull = rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

static void
send_payload(void *socket, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(socket, &message, 0);
}

static void
nothing_is_routed_until_the_feedback(void)
{
    struct scene scene;
    set_scene(&scene, false, 60000);
    send_payload(scene.req, "question");
    expect_payload(scene.rep, "question"); /* now the server waits */
    send_payload(scene.push, "waits");
    rig_await_count(&scene.rig, PALM_SIDE_INBOUND, "Pull", COUNTER(sent), 1);
    void *cache = rig_connect(&scene.rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    expect_reply(cache, "server.get", NULL, "name", "server");
    EQUAL_INT(0, rig_stats(&scene.rig, PALM_SIDE_OUTBOUND, "Push").received);
    expect_nothing(scene.pull);
    send_text(scene.rep, "answer", 0);
    expect_text(scene.req, "answer", false);
    expect_payload(scene.pull, "waits");
    rig_fini(&scene.rig);
}

static void
an_isolated_part_holds_up_nobody_else(void)
{
    struct scene scene;
    set_scene(&scene, true, 60000);
    send_payload(scene.req, "question");
    expect_payload(scene.rep, "question");
    for (int i = 0; i < 100; i++) {
        send_payload(scene.push, "goes on");
        expect_payload(scene.pull, "goes on");
    }
    send_text(scene.rep, "answer", 0);
    expect_text(scene.req, "answer", false);
    rig_fini(&scene.rig);
}

static void
a_peer_that_does_not_answer_gives_0(void)
{
    struct scene scene;
    set_scene(&scene, false, 50);
    send_payload(scene.req, "first");
    expect_payload(scene.rep, "first");
    expect_text(scene.req, "0", false);
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_OUTBOUND, "Ask").expired);
    AWAIT_INT(1, __atomic_load_n(&expiries, __ATOMIC_RELAXED));
    send_payload(scene.push, "goes on");
    expect_payload(scene.pull, "goes on");
    rig_fini(&scene.rig);
}

static void
a_late_answer_is_not_for_the_next(void)
{
    struct scene scene;
    set_scene(&scene, false, 300);
    send_payload(scene.req, "first");
    expect_payload(scene.rep, "first");
    expect_text(scene.req, "0", false);
    send_text(scene.rep, "too late", 0);
    send_payload(scene.req, "second");
    expect_payload(scene.rep, "second");
    send_text(scene.rep, "in time", 0);
    expect_text(scene.req, "in time", false);
    rig_fini(&scene.rig);
}

static const struct tap_test tests[] = {
    {"nothing is routed until the feedback, but bypass parts answer",
     nothing_is_routed_until_the_feedback},
    {"an isolated part holds up nobody else",
     an_isolated_part_holds_up_nobody_else},
    {"a peer that does not answer in time gives 0, counted as expired",
     a_peer_that_does_not_answer_gives_0},
    {"a late answer is not taken for the next one's",
     a_late_answer_is_not_for_the_next},
};

TAP_MAIN("blocking", tests)
