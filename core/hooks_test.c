/* SPDX-License-Identifier: MIT */
/* The user's code in a part: what it yields goes on, what it breaks costs one
 * message. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* Pull -> Push with hooks on either. */
static void
start(struct rig *rig, int64_t window, const palm_hooks_t *in,
      const palm_hooks_t *out)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.window = window;
    options.hooks = in;
    rig_init(rig, NULL);
    rig_add(rig, "PullService", "Pull", "Push", &options);
    options.hooks = out;
    rig_add(rig, "PushService", "Push", NULL, &options);
    rig_start(rig);
}

static void *
connect_push(struct rig *rig)
{
    return rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
}

static void *
connect_pull(struct rig *rig)
{
    return rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

static void
push_text(void *push, const char *cache, const char *payload)
{
    palm_message_t message = wire_message("client", cache, payload);
    send_message(push, &message, 0);
}

/* Yields as many numbered messages as the payload says; "N!" then fails. */
static int
scatter(palm_part_t *part, const palm_message_t *message, void *arg)
{
    char text[16];
    palm_message_t copy = *message;
    const char *end = message->payload.data + message->payload.size;
    int count = atoi(message->payload.data);
    (void)arg;
    for (int i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        copy.payload = palm_slice(text);
        if (palm_part_yield(part, &copy)) {
            return -1;
        }
    }
    errno = EDOM;
    return end[-1] == '!' ? -1 : 0;
}

static const palm_hooks_t scatters = {.scatter = scatter};

static void
scatter_may_yield_nothing(void)
{
    struct rig rig;
    start(&rig, 1024, &scatters, NULL);
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    push_text(push, "tag", "0;");
    push_text(push, "tag", "1;"); /* the fence */
    expect_payload(pull, "0");
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").sent);
    rig_fini(&rig);
}

static void
copies_carry_one_and_the_same_cache(void)
{
    struct rig rig;
    char first[PALM_ID_SIZE];
    zmq_msg_t frame;
    start(&rig, 1024, &scatters, NULL);
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    push_text(push, NULL, "3;");
    for (int i = 0; i < 3; i++) {
        palm_message_t message = recv_message(pull, &frame);
        EQUAL_INT(PALM_ID_SIZE, message.cache.size);
        if (i == 0) {
            memcpy(first, message.cache.data, sizeof first);
        }
        EQUAL_BYTES(first, sizeof first, message.cache.data,
                    message.cache.size);
        (void)zmq_msg_close(&frame);
    }
    rig_fini(&rig);
}

static void
scatter_may_yield_more_than_the_window(void)
{
    struct rig rig;
    char text[16];
    start(&rig, 16, &scatters, NULL);
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    push_text(push, "tag", "2000;");
    for (int i = 0; i < 2000; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        expect_payload(pull, text);
    }
    rig_fini(&rig);
}

static void
an_error_costs_what_was_not_yielded(void)
{
    struct rig rig;
    start(&rig, 1024, &scatters, NULL);
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    push_text(push, "tag", "2!");
    push_text(push, "tag", "1;");
    expect_payload(pull, "0");
    expect_payload(pull, "1");
    expect_payload(pull, "0");
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").failed);
    rig_fini(&rig);
}

/* --- translation ---------------------------------------------------------- */

/* Plain text from the world becomes a message; "bad" cannot. */
static int
wrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    zmq_msg_t wrapped;
    palm_message_t message = PALM_MESSAGE_INIT;
    (void)part;
    (void)arg;
    message.client = palm_slice("wrapped");
    message.payload.data = zmq_msg_data(frame);
    message.payload.size = zmq_msg_size(frame);
    if (palm_slice_is_equal(message.payload, palm_slice("bad"))) {
        errno = EDOM;
        return -1;
    }
    if (palm_message_encode(&message, &wrapped)) {
        return -1;
    }
    (void)zmq_msg_move(frame, &wrapped);
    (void)zmq_msg_close(&wrapped);
    return 0;
}

/* The other way. */
static int
unwrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    zmq_msg_t payload;
    palm_message_t message;
    (void)part;
    (void)arg;
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          NULL)
        || zmq_msg_init_size(&payload, message.payload.size)) {
        return -1;
    }
    memcpy(zmq_msg_data(&payload), message.payload.data, message.payload.size);
    (void)zmq_msg_move(frame, &payload);
    (void)zmq_msg_close(&payload);
    return 0;
}

static const palm_hooks_t wraps = {.to_router = wrap};
static const palm_hooks_t unwraps = {.from_router = unwrap};

static void
frames_are_translated_both_ways(void)
{
    struct rig rig;
    start(&rig, 1024, &wraps, &unwraps);
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    send_text(push, "plain text", 0);
    send_text(push, "bad", 0);
    send_text(push, "more of it", 0);
    expect_text(pull, "plain text", false);
    expect_text(pull, "more of it", false);
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Pull").failed);
    rig_fini(&rig);
}

/* Refuses every other message. */
static int
fail_sometimes(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    static int calls;
    (void)part;
    (void)frame;
    (void)arg;
    errno = EDOM;
    return calls++ % 2 ? -1 : 0;
}

static void
a_failing_from_router_costs_its_message(void)
{
    static const palm_hooks_t hooks = {.from_router = fail_sometimes};
    struct rig rig;
    start(&rig, 2, NULL, &hooks); /* lost credit would stop it soon */
    void *push = connect_push(&rig);
    void *pull = connect_pull(&rig);
    for (int i = 0; i < 20; i++) {
        push_text(push, "tag", i % 2 ? "lost" : "kept");
    }
    for (int i = 0; i < 10; i++) {
        expect_payload(pull, "kept");
    }
    rig_await_count(&rig, PALM_SIDE_OUTBOUND, "Push", COUNTER(failed), 10);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"scatter may yield nothing", scatter_may_yield_nothing},
    {"copies carry one and the same cache",
     copies_carry_one_and_the_same_cache},
    {"scatter may yield more than the window",
     scatter_may_yield_more_than_the_window},
    {"an error in scatter costs what was not yielded",
     an_error_costs_what_was_not_yielded},
    {"to_router and from_router translate frames",
     frames_are_translated_both_ways},
    {"a failing from_router costs its message only",
     a_failing_from_router_costs_its_message},
};

TAP_MAIN("hooks", tests)
