/* SPDX-License-Identifier: MIT */
/* block.c: PALM-BLOCK: what a RepService answers.  When it does is in
 * block_early.c, what a server does while an outbound part waits in
 * block_wait.c. */
#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

/* One RepService and the peers of what it routes to. */
struct rep {
    struct test *test;
    struct target *target;
    struct peer *ask;  /* REQ */
    struct peer *work; /* takes what is routed */
    struct peer *done; /* gives feedback; NULL if outbound is no "work" */
};

static void
rep_peers(struct rep *rep, const char *outbound)
{
    bool work = bytes_are(bytes_text(outbound), "work");

    rep->ask = peer_connect(rep->test, "asker", ZMQ_REQ,
                            target_address(rep->target, "rep_address"));
    rep->work =
        peer_connect(rep->test, "outbound", ZMQ_PULL,
                     target_address(rep->target, work ? "work_push_address"
                                                      : "push_address"));
    rep->done = NULL;
    if (work) {
        rep->done =
            peer_connect(rep->test, "feedback", ZMQ_PUSH,
                         target_address(rep->target, "work_pull_address"));
    }
}

static void
rep_start(struct rep *rep, struct test *test, const char *block,
          const char *outbound)
{
    rep->test = test;
    rep->target =
        target_start(test, "rep", "block", block, "outbound", outbound, NULL);
    rep_peers(rep, outbound);
}

static void
rep_scatter(struct rep *rep, struct test *test, const char *block,
            const char *outbound)
{
    rep->test = test;
    rep->target = target_start(test, "rep", "block", block, "outbound",
                               outbound, "scatter", "count", NULL);
    rep_peers(rep, outbound);
}

static void
ask(struct rep *rep, const char *payload)
{
    peer_send(rep->ask, frame_of(rep->test, "palm.echo", payload));
}

static void
expect_work(struct rep *rep, const char *payload)
{
    check_text(rep->test, "what is routed", wired_take(rep->work).payload,
               payload);
}

static void
expect_reply(struct rep *rep, const char *reply)
{
    check_text(rep->test, "the reply", peer_receive_one(rep->ask), reply);
}

/* Twice a message to an outbound part that does not block. */
static void
check_push(struct test *test, const char *block, const char *reply)
{
    struct rep rep;
    int i;

    rep_start(&rep, test, block, "push");
    for (i = 0; i < 2; i++) {
        ask(&rep, "payload");
        expect_work(&rep, "payload");
        expect_reply(&rep, reply);
    }
}

/* "`block = yes` … an empty frame when its outbound part does not block." */
static void
block_001_no_feedback_is_an_empty_frame(struct test *test)
{
    check_push(test, "yes", "");
}

/* "`block = yes` … the feedback of its outbound part, byte for byte." */
static void
block_002_reply_is_the_feedback(struct test *test)
{
    struct rep rep;
    struct message feedback = message_of("palm.echo", "answer");
    struct bytes frame;

    rep_start(&rep, test, "yes", "work");
    feedback.unknown = field_bytes(test, 9, bytes_text("later"));
    frame = message_encode(test, &feedback);
    ask(&rep, "payload");
    expect_work(&rep, "payload");
    peer_send(rep.done, frame);
    check_bytes(test, "the reply", peer_receive_one(rep.ask), frame);
}

/* "`block = no` … `1` when its outbound part does not block." */
static void
block_003_reply_is_1(struct test *test)
{
    check_push(test, "no", "1");
}

/* "`block = no` … `1` when its outbound part blocks …" When it comes is seen in
 * block_early.c. */
static void
block_004_reply_is_1(struct test *test)
{
    struct rep rep;
    int i;

    rep_start(&rep, test, "no", "work");
    for (i = 0; i < 2; i++) {
        ask(&rep, "payload");
        expect_work(&rep, "payload");
        peer_send(rep.done, frame_of(test, "palm.echo", "payload"));
        expect_reply(&rep, "1");
    }
}

static void
check_no_route(struct test *test, const char *block)
{
    struct target *target =
        target_start(test, "rep", "block", block, "outbound", "none", NULL);
    struct peer *asker = peer_connect(test, "asker", ZMQ_REQ,
                                      target_address(target, "rep_address"));
    int i;

    for (i = 0; i < 2; i++) {
        check_text(test, "the reply",
                   peer_ask(asker, frame_of(test, "palm.echo", "payload")),
                   "1");
    }
}

/* "Without a route MUST answer `1`, whatever `block` is." */
static void
block_006_no_route_gives_1_blocking(struct test *test)
{
    check_no_route(test, "yes");
}

static void
block_006_no_route_gives_1(struct test *test)
{
    check_no_route(test, "no");
}

/* "… `0` to a frame that cannot be decoded, and go on." */
static void
block_007_undecodable_gives_0(struct test *test)
{
    struct rep rep;

    size_t count;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);
    size_t i;

    rep_start(&rep, test, "yes", "push");
    for (i = 0; i < count; i++) {
        check_text(test, test_text(test, "the reply to %s", spoiled[i].name),
                   peer_ask(rep.ask, spoiled[i].frame), "0");
    }
    ask(&rep, "next");
    expect_work(&rep, "next");
    expect_reply(&rep, "");
}

/* "… `0` to a request of several frames, and pass none of them on." */
static void
block_008_several_frames_give_0(struct test *test)
{
    struct rep rep;
    struct bytes frames[2];

    rep_start(&rep, test, "yes", "push");
    frames[0] = frame_of(test, "palm.echo", "one");
    frames[1] = frame_of(test, "palm.echo", "two");
    peer_send_frames(rep.ask, frames, 2);
    expect_reply(&rep, "0");
    ask(&rep, "next");
    expect_work(&rep, "next");
    expect_reply(&rep, "");
}

/* "… `0` when its `scatter` fails, and go on." */
static void
block_009_failing_scatter_gives_0(struct test *test)
{
    struct rep rep;

    rep_scatter(&rep, test, "yes", "push");
    ask(&rep, "0!");
    expect_reply(&rep, "0");
    ask(&rep, "1");
    expect_work(&rep, "0");
    expect_reply(&rep, "");
}

static void
check_nothing(struct test *test, const char *block, const char *next)
{
    struct rep rep;

    rep_scatter(&rep, test, block, "push");
    ask(&rep, "0");
    expect_reply(&rep, "");
    ask(&rep, "1");
    expect_work(&rep, "0");
    expect_reply(&rep, next);
}

/* "… an empty frame when its `scatter` yields nothing …" */
static void
block_010_nothing_gives_empty_frame_blocking(struct test *test)
{
    check_nothing(test, "yes", "");
}

static void
block_010_nothing_gives_empty_frame(struct test *test)
{
    check_nothing(test, "no", "1");
}

/* Nobody is waited for, though the outbound part blocks. */
static void
block_010_nothing_waits_for_nobody(struct test *test)
{
    struct bytes feedback = frame_of(test, "palm.echo", "feedback");
    struct rep rep;
    int i;

    rep_scatter(&rep, test, "yes", "work");
    for (i = 0; i < 2; i++) {
        ask(&rep, "1");
        expect_work(&rep, "0");
        peer_send(rep.done, feedback);
        check_bytes(test, "the reply", peer_receive_one(rep.ask), feedback);
        ask(&rep, "0");
        expect_reply(&rep, "");
    }
}

/* "… route all of them, and answer once, with the feedback of the last." */
static void
block_011_reply_is_the_last_feedback(struct test *test)
{
    struct rep rep;
    struct bytes feedback = bytes_of(NULL, 0);
    int i;

    rep_scatter(&rep, test, "yes", "work");
    ask(&rep, "3");
    for (i = 0; i < 3; i++) {
        expect_work(&rep, test_text(test, "%d", i));
        feedback = frame_of(test, "palm.echo", test_text(test, "answer %d", i));
        peer_send(rep.done, feedback);
    }
    check_bytes(test, "the reply", peer_receive_one(rep.ask), feedback);
}

/* "MUST NOT answer a request with the feedback of an earlier one, also after
 * that has expired." */
static void
block_012_late_feedback_is_no_answer(struct test *test)
{
    struct rep rep;
    struct message one = message_of("palm.echo", "one");
    struct message two = message_of("palm.echo", "two");
    struct bytes second;

    one.cache = bytes_text("tag one");
    two.cache = bytes_text("tag two");
    rep.test = test;
    rep.target = target_start(test, "rep", "block", "yes", "outbound", "work",
                              "reply_timeout", "300", NULL);
    rep_peers(&rep, "work");
    peer_send(rep.ask, message_encode(test, &one));
    expect_work(&rep, "one");
    expect_reply(&rep, "0");
    one.payload = bytes_text("late");
    peer_send(rep.done, message_encode(test, &one));
    peer_send(rep.ask, message_encode(test, &two));
    expect_work(&rep, "two");
    two.payload = bytes_text("second");
    second = message_encode(test, &two);
    peer_send(rep.done, second);
    check_bytes(test, "the reply", peer_receive_one(rep.ask), second);
}

/* A peer that answers one message twice. */
static void
block_012_second_feedback_is_no_answer(struct test *test)
{
    struct rep rep;
    struct message message = message_of("palm.echo", "");
    int i;

    rep_start(&rep, test, "yes", "work");
    for (i = 0; i < 10; i++) {
        struct bytes frame;

        message.cache = bytes_text(test_text(test, "tag %d", i));
        message.payload = bytes_text("question");
        frame = message_encode(test, &message);
        peer_send(rep.ask, frame);
        expect_work(&rep, "question");
        message.payload = bytes_text(test_text(test, "answer %d", i));
        frame = message_encode(test, &message);
        peer_send(rep.done, frame);
        peer_send(rep.done, frame);
        check_bytes(test, "the reply", peer_receive_one(rep.ask), frame);
    }
}

const struct test_entry block_tests[] = {
    TEST("PALM-BLOCK-001", block_001_no_feedback_is_an_empty_frame),
    TEST("PALM-BLOCK-002", block_002_reply_is_the_feedback),
    TEST("PALM-BLOCK-003", block_003_reply_is_1),
    TEST("PALM-BLOCK-004", block_004_reply_is_1),
    TEST("PALM-BLOCK-006", block_006_no_route_gives_1_blocking),
    TEST("PALM-BLOCK-006", block_006_no_route_gives_1),
    TEST("PALM-BLOCK-007", block_007_undecodable_gives_0),
    TEST("PALM-BLOCK-008", block_008_several_frames_give_0),
    TEST("PALM-BLOCK-009", block_009_failing_scatter_gives_0),
    TEST("PALM-BLOCK-010", block_010_nothing_gives_empty_frame_blocking),
    TEST("PALM-BLOCK-010", block_010_nothing_gives_empty_frame),
    TEST("PALM-BLOCK-010", block_010_nothing_waits_for_nobody),
    TEST("PALM-BLOCK-011", block_011_reply_is_the_last_feedback),
    TEST("PALM-BLOCK-012", block_012_late_feedback_is_no_answer),
    TEST("PALM-BLOCK-012", block_012_second_feedback_is_no_answer),
    END_OF_TESTS,
};
