/* SPDX-License-Identifier: MIT */
/* Tests of what the peer of a blocking inbound part receives
 * (PALM-BLOCK-001 to 012), for RepService. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

enum target { NOWHERE, PUSH, ASKER };

/* --- hooks; they may not assert ------------------------------------------- */

static int
say_seen(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    (void)part;
    (void)arg;
    (void)zmq_msg_close(frame);
    (void)zmq_msg_init_size(frame, 4);
    memcpy(zmq_msg_data(frame), "seen", 4);
    return 0;
}

static int
fail(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    (void)part;
    (void)frame;
    (void)arg;
    errno = EIO;
    return -1;
}

static const palm_hooks_t scattering = {.scatter = scatter_by_payload};
static const palm_hooks_t seeing_feedback = {.handle_feedback = say_seen};
static const palm_hooks_t seeing_reply = {.reply_feedback = say_seen};
static const palm_hooks_t failing_reply = {.reply_feedback = fail};
static const palm_hooks_t failing_feedback = {.handle_feedback = fail};
static const palm_hooks_t failing_intake = {.to_router = fail};

/* --- the server ----------------------------------------------------------- */

struct scene {
    struct rig rig;
    void *req;
    void *rep; /* the peer of the asker */
};

static void
scene_init(struct scene *scene, bool block, enum target target,
           const palm_hooks_t *hooks)
{
    char endpoint[256];
    palm_part_options_t options;
    rig_init(&scene->rig, NULL);
    palm_part_options_init(&options);
    if (target == ASKER) {
        scene->rep = rig_bind(&scene->rig, ZMQ_REP, endpoint);
        options.address = endpoint;
        rig_add_class(&scene->rig, &asker_class, "Out", NULL, &options);
        options.address = NULL;
    } else if (target == PUSH) {
        rig_add(&scene->rig, "PushService", "Out", NULL, NULL);
    }
    options.block = block;
    options.hooks = hooks;
    rig_add(&scene->rig, "RepService", "Rep", target == NOWHERE ? NULL : "Out",
            &options);
    rig_start(&scene->rig);
    scene->req = rig_connect(&scene->rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
}

static void
request(struct scene *scene, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(scene->req, &message, 0);
}

/* The asker's peer gets a message and answers. */
static void
answer(struct scene *scene, const char *payload, const char *feedback)
{
    expect_payload(scene->rep, payload);
    send_text(scene->rep, feedback, 0);
}

static void *
connect_worker(struct scene *scene)
{
    return rig_connect(&scene->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Out");
}

/* --- who gives the reply -------------------------------------------------- */

static void
blocking_before_push_replies_empty(void)
{
    struct scene scene;
    scene_init(&scene, true, PUSH, NULL);
    void *worker = connect_worker(&scene);
    request(&scene, "one");
    expect_text(scene.req, "", false);
    expect_payload(worker, "one");
    rig_fini(&scene.rig);
}

static void
other_before_push_replies_1(void)
{
    struct scene scene;
    scene_init(&scene, false, PUSH, NULL);
    void *worker = connect_worker(&scene);
    request(&scene, "one");
    expect_text(scene.req, "1", false);
    expect_payload(worker, "one");
    rig_fini(&scene.rig);
}

static void
reply_waits_for_the_hand_over(void)
{
    struct scene scene;
    scene_init(&scene, false, PUSH, NULL);
    request(&scene, "one");
    rig_await_count(&scene.rig, PALM_SIDE_OUTBOUND, "Out",
                    offsetof(palm_part_stats_t, received), 1);
    expect_nothing(scene.req);
    void *worker = connect_worker(&scene);
    expect_text(scene.req, "1", false);
    expect_payload(worker, "one");
    rig_fini(&scene.rig);
}

static void
blocking_before_asker_replies_feedback(void)
{
    struct scene scene;
    scene_init(&scene, true, ASKER, NULL);
    request(&scene, "one");
    answer(&scene, "one", "feedback");
    expect_text(scene.req, "feedback", false);
    request(&scene, "two");
    answer(&scene, "two", "");
    expect_text(scene.req, "", false);
    rig_fini(&scene.rig);
}

static void
other_before_asker_replies_1(void)
{
    struct scene scene;
    scene_init(&scene, false, ASKER, NULL);
    request(&scene, "one");
    expect_payload(scene.rep, "one");
    expect_nothing(scene.req);
    send_text(scene.rep, "feedback", 0);
    expect_text(scene.req, "1", false);
    rig_fini(&scene.rig);
}

static void
without_route_the_reply_is_1(void)
{
    for (int block = 0; block < 2; block++) {
        struct scene scene;
        scene_init(&scene, block, NOWHERE, NULL);
        request(&scene, "one");
        expect_text(scene.req, "1", false);
        AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Rep").unrouted);
        rig_fini(&scene.rig);
    }
}

/* --- what is wrong -------------------------------------------------------- */

static void
undecodable_is_answered_0(void)
{
    for (int block = 0; block < 2; block++) {
        struct scene scene;
        scene_init(&scene, block, ASKER, NULL);
        request(&scene, "one");
        answer(&scene, "one", "feedback");
        expect_text(scene.req, block ? "feedback" : "1", false);
        send_bytes(scene.req, "\xff\xff\xff\xff", 4, 0);
        expect_text(scene.req, "0", false);
        AWAIT_INT(1,
                  rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Rep").undecodable);
        request(&scene, "two");
        answer(&scene, "two", "second");
        expect_text(scene.req, block ? "second" : "1", false);
        rig_fini(&scene.rig);
    }
}

static void
several_frames_are_answered_0(void)
{
    for (int block = 0; block < 2; block++) {
        struct scene scene;
        scene_init(&scene, block, ASKER, NULL);
        request(&scene, "one");
        answer(&scene, "one", "feedback");
        expect_text(scene.req, block ? "feedback" : "1", false);
        palm_message_t message = wire_message("client", "tag", "split");
        send_message(scene.req, &message, ZMQ_SNDMORE);
        send_message(scene.req, &message, 0);
        expect_text(scene.req, "0", false);
        request(&scene, "two");
        answer(&scene, "two", "second");
        expect_text(scene.req, block ? "second" : "1", false);
        rig_fini(&scene.rig);
    }
}

static void
error_in_scatter_is_answered_0(void)
{
    for (int block = 0; block < 2; block++) {
        struct scene scene;
        scene_init(&scene, block, ASKER, &scattering);
        request(&scene, "0!");
        expect_text(scene.req, "0", false);
        AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Rep").failed);
        request(&scene, "1");
        answer(&scene, "0", "next");
        expect_text(scene.req, block ? "next" : "1", false);
        rig_fini(&scene.rig);
    }
}

static void
error_in_scatter_spares_what_was_yielded(void)
{
    struct scene scene;
    scene_init(&scene, true, ASKER, &scattering);
    request(&scene, "2!");
    answer(&scene, "0", "first");
    answer(&scene, "1", "second");
    expect_text(scene.req, "0", false);
    rig_fini(&scene.rig);
}

static void
failing_to_router_is_answered_0(void)
{
    struct scene scene;
    scene_init(&scene, true, NOWHERE, &failing_intake);
    request(&scene, "one");
    expect_text(scene.req, "0", false);
    request(&scene, "two");
    expect_text(scene.req, "0", false);
    AWAIT_INT(2, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Rep").failed);
    rig_fini(&scene.rig);
}

/* --- scatter -------------------------------------------------------------- */

static void
scatter_of_nothing_is_answered_empty(void)
{
    for (int block = 0; block < 2; block++) {
        struct scene scene;
        scene_init(&scene, block, ASKER, &scattering);
        request(&scene, "1");
        answer(&scene, "0", "feedback");
        expect_text(scene.req, block ? "feedback" : "1", false);
        request(&scene, "0");
        expect_text(scene.req, "", false);
        rig_fini(&scene.rig);
    }
}

static void
scatter_replies_feedback_of_the_last(void)
{
    struct scene scene;
    scene_init(&scene, true, ASKER, &scattering);
    request(&scene, "3");
    answer(&scene, "0", "first");
    answer(&scene, "1", "second");
    answer(&scene, "2", "third");
    expect_text(scene.req, "third", false);
    rig_fini(&scene.rig);
}

/* --- hooks for the feedback ----------------------------------------------- */

static void
handle_feedback_replaces_feedback(void)
{
    struct scene scene;
    scene_init(&scene, true, ASKER, &seeing_feedback);
    request(&scene, "one");
    answer(&scene, "one", "feedback");
    expect_text(scene.req, "seen", false);
    rig_fini(&scene.rig);
}

static void
reply_feedback_replaces_every_reply(void)
{
    struct scene scene;
    scene_init(&scene, false, ASKER, &seeing_reply);
    request(&scene, "one");
    answer(&scene, "one", "feedback");
    expect_text(scene.req, "seen", false);
    send_bytes(scene.req, "\xff\xff\xff\xff", 4, 0);
    expect_text(scene.req, "seen", false);
    rig_fini(&scene.rig);
}

static void
failing_feedback_hooks_do_not_end_it(void)
{
    const palm_hooks_t *const hooks[] = {&failing_feedback, &failing_reply};
    for (int i = 0; i < 2; i++) {
        zmq_msg_t reply;
        struct scene scene;
        scene_init(&scene, true, ASKER, hooks[i]);
        for (int n = 1; n < 3; n++) {
            request(&scene, "one");
            answer(&scene, "one", "feedback");
            recv_frame(scene.req, &reply);
            (void)zmq_msg_close(&reply);
            AWAIT_INT(n,
                      rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Rep").failed);
        }
        rig_fini(&scene.rig);
    }
}

static const struct tap_test tests[] = {
    {"block before a Push part replies an empty frame",
     blocking_before_push_replies_empty},
    {"no block before a Push part replies 1", other_before_push_replies_1},
    {"the reply waits until the message is handed over",
     reply_waits_for_the_hand_over},
    {"block before a blocking part replies its feedback",
     blocking_before_asker_replies_feedback},
    {"no block before a blocking part replies 1 after its feedback",
     other_before_asker_replies_1},
    {"without a route the reply is 1", without_route_the_reply_is_1},
    {"an undecodable request is answered 0", undecodable_is_answered_0},
    {"a request of several frames is answered 0",
     several_frames_are_answered_0},
    {"an error in scatter is answered 0", error_in_scatter_is_answered_0},
    {"an error in scatter spares what was yielded before it",
     error_in_scatter_spares_what_was_yielded},
    {"a request that to_router refuses is answered 0",
     failing_to_router_is_answered_0},
    {"a scatter that yields nothing is answered with an empty frame",
     scatter_of_nothing_is_answered_empty},
    {"a scatter of several is answered with the feedback of the last",
     scatter_replies_feedback_of_the_last},
    {"handle_feedback replaces the feedback",
     handle_feedback_replaces_feedback},
    {"reply_feedback replaces every reply",
     reply_feedback_replaces_every_reply},
    {"a feedback hook that fails is counted, and the part goes on",
     failing_feedback_hooks_do_not_end_it},
};

TAP_MAIN("rep", tests)
