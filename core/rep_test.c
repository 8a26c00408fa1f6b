/* SPDX-License-Identifier: MIT */
/* What the REQ peer of a RepService receives: the table of facts 4.2, row by
 * row. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/support/parts.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* A server with one RepService and, if route is not NULL, what it routes to. */
static void
start(struct rig *rig, bool block, const char *route, const palm_hooks_t *hooks)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.block = block;
    options.hooks = hooks;
    rig_init(rig, NULL);
    rig_add(rig, "RepService", "Rep", route, &options);
    rig_add(rig, "PushService", "Push", NULL, NULL);
}

static void *
connect_req(struct rig *rig)
{
    return rig_connect(rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
}

static void
ask(void *req, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(req, &message, 0);
}

static void
push_gives_empty_feedback(void)
{
    struct rig rig;
    start(&rig, true, "Push", NULL);
    rig_start(&rig);
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    void *req = connect_req(&rig);
    ask(req, "one");
    expect_payload(pull, "one");
    expect_text(req, "", false);
    rig_fini(&rig);
}

static void
without_block_push_gives_1(void)
{
    struct rig rig;
    start(&rig, false, "Push", NULL);
    rig_start(&rig);
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    void *req = connect_req(&rig);
    ask(req, "one");
    expect_text(req, "1", false);
    expect_payload(pull, "one");
    rig_fini(&rig);
}

static void
no_route_gives_1(bool block)
{
    struct rig rig;
    start(&rig, block, NULL, NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "one");
    expect_text(req, "1", false);
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Rep").unrouted);
    rig_fini(&rig);
}

static void
no_route_gives_1_when_blocking(void)
{
    no_route_gives_1(true);
}

static void
no_route_gives_1_when_not(void)
{
    no_route_gives_1(false);
}

static void
asked(bool block, const char *reply)
{
    struct rig rig;
    char endpoint[256];
    start(&rig, block, "Ask", NULL);
    void *rep = rig_bind(&rig, ZMQ_REP, endpoint);
    rig_add_asker(&rig, "Ask", endpoint, NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "question");
    expect_payload(rep, "question");
    send_text(rep, "answer", 0);
    expect_text(req, reply, false);
    rig_fini(&rig);
}

static void
a_blocking_outbound_gives_its_feedback(void)
{
    asked(true, "answer");
}

static void
without_block_its_feedback_is_1(void)
{
    asked(false, "1");
}

static void
undecodable_gives_0(void)
{
    struct rig rig;
    start(&rig, true, "Push", NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    send_bytes(req, "\xff\xff\xff\xff", 4, 0);
    expect_text(req, "0", false);
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Rep").undecodable);
    rig_fini(&rig);
}

static void
several_frames_give_0_and_the_next_its_own(void)
{
    struct rig rig;
    char endpoint[256];
    start(&rig, true, "Ask", NULL);
    void *rep = rig_bind(&rig, ZMQ_REP, endpoint);
    rig_add_asker(&rig, "Ask", endpoint, NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "first");
    expect_payload(rep, "first");
    send_text(rep, "for the first", 0);
    expect_text(req, "for the first", false);
    send_text(req, "a", ZMQ_SNDMORE);
    send_text(req, "b", 0);
    expect_text(req, "0", false);
    ask(req, "third");
    expect_payload(rep, "third");
    send_text(rep, "for the third", 0);
    expect_text(req, "for the third", false);
    rig_fini(&rig);
}

/* --- scatter -------------------------------------------------------------- */

static int
yield_number(palm_part_t *part, const palm_message_t *message, int number)
{
    char text[16];
    palm_message_t copy = *message;
    (void)snprintf(text, sizeof text, "%d", number);
    copy.payload = palm_slice(text);
    return palm_part_yield(part, &copy);
}

/* Yields as many as the payload says, then fails if it ends in "!". */
static int
scatter(palm_part_t *part, const palm_message_t *message, void *arg)
{
    const char *last = message->payload.data + message->payload.size - 1;
    (void)arg;
    for (int i = 0; i < message->payload.data[0] - '0'; i++) {
        if (yield_number(part, message, i)) {
            return -1;
        }
    }
    errno = EDOM;
    return *last == '!' ? -1 : 0;
}

static const palm_hooks_t scatters = {.scatter = scatter};

static void
nothing_yielded_gives_an_empty_frame(void)
{
    struct rig rig;
    start(&rig, false, "Push", &scatters);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "0");
    expect_text(req, "", false);
    rig_fini(&rig);
}

static void
of_n_the_last_feedback_counts(void)
{
    struct rig rig;
    char endpoint[256];
    start(&rig, true, "Ask", &scatters);
    void *rep = rig_bind(&rig, ZMQ_REP, endpoint);
    rig_add_asker(&rig, "Ask", endpoint, NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "3");
    for (int i = 0; i < 3; i++) {
        char number[2] = {(char)('0' + i), '\0'};
        expect_payload(rep, number);
        send_text(rep, number, 0);
    }
    expect_text(req, "2", false);
    rig_fini(&rig);
}

static void
an_error_in_scatter_gives_0(void)
{
    struct rig rig;
    start(&rig, true, "Push", &scatters);
    rig_start(&rig);
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    void *req = connect_req(&rig);
    ask(req, "2!");
    expect_text(req, "0", false);
    expect_payload(pull, "0"); /* what was yielded before is not lost */
    expect_payload(pull, "1");
    EQUAL_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "Rep").failed);
    rig_fini(&rig);
}

/* --- feedback hooks ------------------------------------------------------- */

static int
replace(zmq_msg_t *frame, const char *text)
{
    (void)zmq_msg_close(frame);
    if (zmq_msg_init_size(frame, strlen(text))) {
        return -1;
    }
    memcpy(zmq_msg_data(frame), text, strlen(text));
    return 0;
}

static int
replace_feedback(palm_part_t *part, zmq_msg_t *feedback, void *arg)
{
    (void)part;
    (void)arg;
    return replace(feedback, "seen");
}

static int
replace_reply(palm_part_t *part, zmq_msg_t *reply, void *arg)
{
    (void)part;
    (void)arg;
    return replace(reply, "mine");
}

static void
asked_with(const palm_hooks_t *hooks, const char *reply)
{
    struct rig rig;
    char endpoint[256];
    start(&rig, true, "Ask", hooks);
    void *rep = rig_bind(&rig, ZMQ_REP, endpoint);
    rig_add_asker(&rig, "Ask", endpoint, NULL);
    rig_start(&rig);
    void *req = connect_req(&rig);
    ask(req, "question");
    expect_payload(rep, "question");
    send_text(rep, "answer", 0);
    expect_text(req, reply, false);
    rig_fini(&rig);
}

static void
handle_feedback_replaces_it(void)
{
    const palm_hooks_t hooks = {.handle_feedback = replace_feedback};
    asked_with(&hooks, "seen");
}

static void
reply_feedback_has_the_last_word(void)
{
    const palm_hooks_t hooks = {.handle_feedback = replace_feedback,
                                .reply_feedback = replace_reply};
    asked_with(&hooks, "mine");
}

static const struct tap_test tests[] = {
    {"block, Push: an empty frame", push_gives_empty_feedback},
    {"no block, Push: 1", without_block_push_gives_1},
    {"block, no route: 1", no_route_gives_1_when_blocking},
    {"no block, no route: 1", no_route_gives_1_when_not},
    {"block, blocking outbound: its feedback",
     a_blocking_outbound_gives_its_feedback},
    {"no block, blocking outbound: 1", without_block_its_feedback_is_1},
    {"undecodable: 0", undecodable_gives_0},
    {"several frames: 0, and the next request gets its own feedback",
     several_frames_give_0_and_the_next_its_own},
    {"scatter yields nothing: an empty frame",
     nothing_yielded_gives_an_empty_frame},
    {"scatter yields n: the feedback of the last",
     of_n_the_last_feedback_counts},
    {"error in scatter: 0, and what was yielded is not lost",
     an_error_in_scatter_gives_0},
    {"handle_feedback replaces the feedback", handle_feedback_replaces_it},
    {"reply_feedback has the last word", reply_feedback_has_the_last_word},
};

TAP_MAIN("rep", tests)
