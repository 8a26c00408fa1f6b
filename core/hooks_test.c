/* SPDX-License-Identifier: MIT */
/* Tests of the user's code in parts: scatter, to_router and from_router. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* --- hooks; they may not assert ------------------------------------------- */

/* Yields what a hook can know of its part. */
static int
introduce(palm_part_t *part, const palm_message_t *message, void *arg)
{
    palm_message_t copy = *message;
    const char *const texts[] = {palm_part_name(part),
                                 palm_part_server_name(part),
                                 palm_part_options(part)->route, arg};
    for (int i = 0; i < 4; i++) {
        copy.payload = palm_slice(texts[i]);
        if (palm_part_yield(part, &copy)) {
            return -1;
        }
    }
    return 0;
}

/* Makes a message whose payload is what came; "bad" it refuses. */
static int
wrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    palm_message_t message = wire_message("client", "tag", NULL);
    zmq_msg_t wrapped;
    (void)part;
    (void)arg;
    message.payload.data = zmq_msg_data(frame);
    message.payload.size = zmq_msg_size(frame);
    if (palm_slice_is_equal(message.payload, palm_slice("bad"))) {
        errno = EIO;
        return -1;
    }
    if (palm_message_encode(&message, &wrapped)) {
        return -1;
    }
    (void)zmq_msg_move(frame, &wrapped);
    (void)zmq_msg_close(&wrapped);
    return 0;
}

/* Leaves only the payload; "bad" it refuses. */
static int
unwrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    palm_message_t message;
    zmq_msg_t payload;
    (void)part;
    (void)arg;
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          NULL)
        || palm_slice_is_equal(message.payload, palm_slice("bad"))
        || zmq_msg_init_size(&payload, message.payload.size)) {
        errno = EIO;
        return -1;
    }
    memcpy(zmq_msg_data(&payload), message.payload.data, message.payload.size);
    (void)zmq_msg_move(frame, &payload);
    (void)zmq_msg_close(&payload);
    return 0;
}

static int
pass(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    (void)part;
    (void)frame;
    (void)arg;
    return 0;
}

static const palm_hooks_t scattering = {.scatter = scatter_by_payload};
static const palm_hooks_t introducing = {.scatter = introduce};
static const palm_hooks_t wrapping = {.to_router = wrap};
static const palm_hooks_t unwrapping = {.from_router = unwrap};
static const palm_hooks_t passing = {.to_router = pass};

/* --- the server: Pull -> Push --------------------------------------------- */

struct scene {
    struct rig rig;
    void *client;
    void *worker;
};

static void
scene_init(struct scene *scene, const palm_part_options_t *pull,
           const palm_hooks_t *push_hooks)
{
    palm_part_options_t push;
    palm_part_options_init(&push);
    push.hooks = push_hooks;
    rig_init(&scene->rig, NULL);
    rig_add(&scene->rig, "PullService", "Pull", "Push", pull);
    rig_add(&scene->rig, "PushService", "Push", NULL, &push);
    rig_start(&scene->rig);
    scene->client =
        rig_connect(&scene->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    scene->worker =
        rig_connect(&scene->rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

static void
scene_init_with(struct scene *scene, const palm_hooks_t *pull_hooks,
                const palm_hooks_t *push_hooks)
{
    static char arg[] = "arg";
    palm_part_options_t pull;
    palm_part_options_init(&pull);
    pull.hooks = pull_hooks;
    pull.hook_arg = arg;
    scene_init(scene, &pull, push_hooks);
}

static void
push(struct scene *scene, const char *cache, const char *payload)
{
    palm_message_t message = wire_message("client", cache, payload);
    send_message(scene->client, &message, 0);
}

/* --- scatter -------------------------------------------------------------- */

static void
scatter_may_yield_nothing(void)
{
    struct scene scene;
    scene_init_with(&scene, &scattering, NULL);
    push(&scene, NULL, "0");
    push(&scene, NULL, "1");
    expect_payload(scene.worker, "0");
    expect_nothing(scene.worker);
    AWAIT_INT(2, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").received);
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").sent);
    EQUAL_INT(0, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").failed);
    rig_fini(&scene.rig);
}

static void
scatter_may_yield_several_in_order(void)
{
    struct scene scene;
    scene_init_with(&scene, &scattering, NULL);
    push(&scene, NULL, "3");
    expect_payload(scene.worker, "0");
    expect_payload(scene.worker, "1");
    expect_payload(scene.worker, "2");
    push(&scene, NULL, "1");
    expect_payload(scene.worker, "0");
    rig_fini(&scene.rig);
}

static void
copies_carry_one_new_cache(void)
{
    char first[36];
    struct scene scene;
    scene_init_with(&scene, &scattering, NULL);
    push(&scene, NULL, "3");
    for (int i = 0; i < 3; i++) {
        zmq_msg_t frame;
        palm_message_t copy = recv_message(scene.worker, &frame);
        EQUAL_INT(sizeof first, copy.cache.size);
        if (i == 0) {
            memcpy(first, copy.cache.data, sizeof first);
        }
        EQUAL_BYTES(first, sizeof first, copy.cache.data, copy.cache.size);
        (void)zmq_msg_close(&frame);
    }
    rig_fini(&scene.rig);
}

static void
copies_keep_a_cache_that_was_set(void)
{
    struct scene scene;
    scene_init_with(&scene, &scattering, NULL);
    push(&scene, "mine", "2");
    for (int i = 0; i < 2; i++) {
        zmq_msg_t frame;
        palm_message_t copy = recv_message(scene.worker, &frame);
        EQUAL_BYTES("mine", 4, copy.cache.data, copy.cache.size);
        (void)zmq_msg_close(&frame);
    }
    rig_fini(&scene.rig);
}

static void
scatter_may_yield_more_than_the_window(void)
{
    const int n = tap_deadline() > 10000 ? 400 : 2000;
    char text[16];
    struct scene scene;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = 16;
    options.hooks = &scattering;
    scene_init(&scene, &options, NULL);
    (void)snprintf(text, sizeof text, "%d", n);
    push(&scene, NULL, text);
    for (int i = 0; i < n; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        expect_payload(scene.worker, text);
    }
    rig_fini(&scene.rig);
}

static void
error_costs_what_was_not_yielded(void)
{
    struct scene scene;
    scene_init_with(&scene, &scattering, NULL);
    push(&scene, NULL, "2!");
    push(&scene, NULL, "1");
    expect_payload(scene.worker, "0");
    expect_payload(scene.worker, "1");
    expect_payload(scene.worker, "0");
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").failed);
    rig_fini(&scene.rig);
}

static void
hook_knows_its_part_and_its_arg(void)
{
    struct scene scene;
    scene_init_with(&scene, &introducing, NULL);
    push(&scene, NULL, "who");
    expect_payload(scene.worker, "Pull");
    expect_payload(scene.worker, "server");
    expect_payload(scene.worker, "Push");
    expect_payload(scene.worker, "arg");
    rig_fini(&scene.rig);
}

/* --- to_router ------------------------------------------------------------ */

static void
to_router_makes_a_message(void)
{
    struct scene scene;
    scene_init_with(&scene, &wrapping, NULL);
    send_bytes(scene.client, "\xff\xff", 2, 0);
    expect_payload(scene.worker, "\xff\xff");
    rig_fini(&scene.rig);
}

static void
to_router_that_fails_costs_one_message(void)
{
    struct scene scene;
    scene_init_with(&scene, &wrapping, NULL);
    send_text(scene.client, "bad", 0);
    send_text(scene.client, "good", 0);
    expect_payload(scene.worker, "good");
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").failed);
    rig_fini(&scene.rig);
}

static void
to_router_that_makes_no_message_is_counted(void)
{
    struct scene scene;
    scene_init_with(&scene, &passing, NULL);
    send_bytes(scene.client, "\xff\xff\xff\xff", 4, 0);
    push(&scene, NULL, "good");
    expect_payload(scene.worker, "good");
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_INBOUND, "Pull").undecodable);
    rig_fini(&scene.rig);
}

static void
class_hooks_run_where_options_have_none(void)
{
    struct rig rig;
    palm_part_class_t class_ = {
        .abi = PALM_PART_ABI,
        .name = "Wrapper",
        .direction = PALM_INBOUND,
        .binds = true,
        .socket_type = ZMQ_PULL,
        .hooks = {.to_router = wrap},
    };
    rig_init(&rig, NULL);
    rig_add_class(&rig, &class_, "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *client = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *worker = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    send_text(client, "hello", 0);
    expect_payload(worker, "hello");
    rig_fini(&rig);
}

/* --- from_router ---------------------------------------------------------- */

static void
from_router_rewrites_what_goes_out(void)
{
    struct scene scene;
    scene_init_with(&scene, NULL, &unwrapping);
    push(&scene, NULL, "only this");
    expect_text(scene.worker, "only this", false);
    rig_fini(&scene.rig);
}

static void
from_router_that_fails_costs_one_message(void)
{
    struct scene scene;
    scene_init_with(&scene, NULL, &unwrapping);
    push(&scene, NULL, "bad");
    push(&scene, NULL, "good");
    expect_text(scene.worker, "good", false);
    AWAIT_INT(1, rig_stats(&scene.rig, PALM_SIDE_OUTBOUND, "Push").failed);
    rig_fini(&scene.rig);
}

/* With a window of 1 the next could not come if the credit were lost. */
static void
failing_hook_gives_its_credit_back(void)
{
    struct scene scene;
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = 1;
    scene_init(&scene, &options, &unwrapping);
    for (int i = 0; i < 10; i++) {
        push(&scene, NULL, "bad");
    }
    push(&scene, NULL, "good");
    expect_text(scene.worker, "good", false);
    rig_fini(&scene.rig);
}

static const struct tap_test tests[] = {
    {"scatter may yield nothing", scatter_may_yield_nothing},
    {"scatter may yield several, in order", scatter_may_yield_several_in_order},
    {"all copies carry the same new cache", copies_carry_one_new_cache},
    {"all copies keep a cache that was set", copies_keep_a_cache_that_was_set},
    {"scatter may yield more than the window",
     scatter_may_yield_more_than_the_window},
    {"an error in scatter costs only what was not yielded",
     error_costs_what_was_not_yielded},
    {"a hook knows its part, its server and its arg",
     hook_knows_its_part_and_its_arg},
    {"to_router makes a message of what came", to_router_makes_a_message},
    {"a to_router that fails costs one message",
     to_router_that_fails_costs_one_message},
    {"what to_router leaves undecodable is counted",
     to_router_that_makes_no_message_is_counted},
    {"hooks of the class run where the options have none",
     class_hooks_run_where_options_have_none},
    {"from_router rewrites what goes out", from_router_rewrites_what_goes_out},
    {"a from_router that fails costs one message",
     from_router_that_fails_costs_one_message},
    {"a hook that fails gives its credit back",
     failing_hook_gives_its_credit_back},
};

TAP_MAIN("hooks", tests)
