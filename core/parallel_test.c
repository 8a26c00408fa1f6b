/* SPDX-License-Identifier: MIT */
/* An outbound part that waits for several answers at once (PALM_PARALLEL):
 * what is in flight, in which order feedback comes, who waits meanwhile. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>

#include "core/server_impl.h"
#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* Its peer is a DEALER of the test, which answers in order. */
static const palm_part_class_t many_class = {
    .abi = PALM_PART_ABI,
    .name = "ManyConnection",
    .direction = PALM_OUTBOUND,
    .waits = true,
    .socket_type = ZMQ_DEALER,
    .traits = PALM_PARALLEL,
};

/* Pull -> Many -> Push, and Other -> Behind. */
struct scene {
    struct rig rig;
    void *peer;  /* of Many */
    void *push;  /* to Pull */
    void *pull;  /* from Push */
    void *other; /* to Other */
};

static void
set_scene(struct scene *scene, bool isolated, int64_t max_workers)
{
    char endpoint[256];
    struct rig *rig = &scene->rig;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(rig, NULL);
    scene->peer = rig_bind(rig, ZMQ_DEALER, endpoint);
    rig_add(rig, "PullService", "Pull", "Many", NULL);
    rig_add(rig, "PullService", "Other", "Behind", NULL);
    rig_add(rig, "PushService", "Push", NULL, NULL);
    rig_add(rig, "PushService", "Behind", NULL, NULL);
    options.address = endpoint;
    options.isolated = isolated;
    options.max_workers = max_workers;
    options.route = "Push";
    rig_add_class(rig, &many_class, "Many", "Push", &options);
    rig_start(rig);
    scene->push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    scene->pull = rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    scene->other = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Other");
}

static void
send_numbers(void *socket, int first, int last)
{
    char text[16];
    for (int i = first; i <= last; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        palm_message_t message = wire_message("client", "tag", text);
        send_message(socket, &message, 0);
    }
}

static void
expect_numbers(void *socket, int first, int last)
{
    char text[16];
    for (int i = first; i <= last; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        expect_payload(socket, text);
    }
}

static void
max_workers_are_in_flight(void)
{
    struct scene scene;
    set_scene(&scene, false, 3);
    send_numbers(scene.push, 1, 5);
    expect_numbers(scene.peer, 1, 3);
    rig_await_count(&scene.rig, PALM_SIDE_INBOUND, "Pull", COUNTER(received),
                    3);
    expect_nothing(scene.peer);
    send_numbers(scene.peer, 1, 1);
    expect_numbers(scene.pull, 1, 1);
    expect_numbers(scene.peer, 4, 4); /* one came back, one more goes */
    send_numbers(scene.peer, 2, 4);
    expect_numbers(scene.peer, 5, 5);
    send_numbers(scene.peer, 5, 5);
    expect_numbers(scene.pull, 2, 5);
    rig_fini(&scene.rig);
}

static void
others_wait_until_all_are_answered(void)
{
    struct scene scene;
    set_scene(&scene, false, 3);
    void *behind =
        rig_connect(&scene.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Behind");
    send_numbers(scene.push, 1, 2);
    expect_numbers(scene.peer, 1, 2);
    send_numbers(scene.other, 7, 7);
    rig_await_count(&scene.rig, PALM_SIDE_INBOUND, "Other", COUNTER(sent), 1);
    send_numbers(scene.peer, 1, 1);
    expect_numbers(scene.pull, 1, 1);
    expect_nothing(behind);
    send_numbers(scene.peer, 2, 2);
    expect_numbers(behind, 7, 7);
    expect_numbers(scene.pull, 2, 2);
    rig_fini(&scene.rig);
}

static void
isolated_it_holds_up_nobody_else(void)
{
    struct scene scene;
    set_scene(&scene, true, 3);
    void *behind =
        rig_connect(&scene.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Behind");
    send_numbers(scene.push, 1, 4);
    expect_numbers(scene.peer, 1, 3);
    send_numbers(scene.other, 1, 100);
    expect_numbers(behind, 1, 100);
    send_numbers(scene.peer, 1, 3);
    expect_numbers(scene.peer, 4, 4);
    send_numbers(scene.peer, 4, 4);
    expect_numbers(scene.pull, 1, 4);
    rig_fini(&scene.rig);
}

static void
many_messages_keep_their_order(void)
{
    struct scene scene;
    set_scene(&scene, false, 4);
    for (int i = 0; i < 500; i += 10) {
        send_numbers(scene.push, i, i + 9);
        for (int k = i; k < i + 10; k++) {
            expect_numbers(scene.peer, k, k);
            send_numbers(scene.peer, k, k);
        }
    }
    expect_numbers(scene.pull, 0, 499);
    AWAIT_INT(500, rig_stats(&scene.rig, PALM_SIDE_OUTBOUND, "Many").sent);
    EQUAL_INT(0, rig_stats(&scene.rig, PALM_SIDE_OUTBOUND, "Many").failed);
    rig_fini(&scene.rig);
}

/* --- with a blocking inbound part ----------------------------------------- */

/* Rep, which scatters by payload, -> Many. */
static void *
set_asking(struct scene *scene, const char *behind)
{
    static const palm_hooks_t hooks = {.scatter = scatter_by_payload};
    char endpoint[256];
    struct rig *rig = &scene->rig;
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(rig, NULL);
    scene->peer = rig_bind(rig, ZMQ_DEALER, endpoint);
    options.block = true;
    options.hooks = &hooks;
    rig_add(rig, "RepService", "Rep", "Many", &options);
    rig_add(rig, "PushService", "Push", NULL, NULL);
    palm_part_options_init(&options);
    options.address = endpoint;
    rig_add_class(rig, &many_class, "Many", behind, &options);
    rig_start(rig);
    scene->pull = rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    return rig_connect(rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
}

static void
ask_for(void *req, const char *count)
{
    palm_message_t message = wire_message("client", "tag", count);
    send_message(req, &message, 0);
}

static void
scattered_messages_are_in_flight_at_once(void)
{
    struct scene scene;
    void *req = set_asking(&scene, NULL);
    ask_for(req, "6");
    expect_numbers(scene.peer, 0, 3); /* max_workers is 4 */
    for (int i = 0; i < 4; i++) {
        send_text(scene.peer, "one of four", 0);
    }
    expect_numbers(scene.peer, 4, 5);
    send_text(scene.peer, "last but one", 0);
    expect_nothing(req);
    send_text(scene.peer, "last", 0);
    expect_text(req, "last", false);
    rig_fini(&scene.rig);
}

static void
the_reply_is_the_feedback_of_the_last(void)
{
    struct scene scene;
    void *req = set_asking(&scene, "Push");
    ask_for(req, "3");
    expect_numbers(scene.peer, 0, 2);
    send_numbers(scene.peer, 10, 12);
    expect_numbers(scene.pull, 10, 12); /* each is fed on */
    expect_payload(req, "12");
    ask_for(req, "0");
    expect_text(req, "", false); /* never another request's */
    rig_fini(&scene.rig);
}

static void
what_is_in_flight_at_the_stop_is_counted(void)
{
    struct scene scene;
    palm_error_t err = {0, ""};
    set_scene(&scene, false, 4);
    send_numbers(scene.push, 1, 3);
    expect_numbers(scene.peer, 1, 3);
    rig_await_count(&scene.rig, PALM_SIDE_OUTBOUND, "Many", COUNTER(sent), 3);
    scene.rig.server->options.stop_timeout = 50;
    FAILS(ETIMEDOUT, palm_server_stop(scene.rig.server, &err));
    CONTAINS("outbound Many 3", err.text);
    rig_drop(&scene.rig);
}

static const struct tap_test tests[] = {
    {"max_workers messages are in flight, and feedback is fed on in order",
     max_workers_are_in_flight},
    {"others wait until all in flight are answered",
     others_wait_until_all_are_answered},
    {"isolated, it holds up nobody else", isolated_it_holds_up_nobody_else},
    {"many messages keep their order", many_messages_keep_their_order},
    {"scattered messages are in flight at once",
     scattered_messages_are_in_flight_at_once},
    {"the reply is the feedback of the last message",
     the_reply_is_the_feedback_of_the_last},
    {"what is in flight at the stop is counted",
     what_is_in_flight_at_the_stop_is_counted},
};

TAP_MAIN("parallel", tests)
