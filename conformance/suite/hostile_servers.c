/* SPDX-License-Identifier: MIT */
/* hostile_servers.c: PALM-HOSTILE: what servers other than a master must bear.
 */
#include "conformance/suite/spoiled.h"
#include "conformance/suite/stage.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* --- a RepService, a RepBypassService ------------------------------------- */

struct rep {
    struct test *test;
    struct peer *ask;
    struct peer *work;
    struct peer *done;
};

static void
rep_start(struct rep *rep, struct test *test)
{
    struct target *target =
        target_start(test, "rep", "block", "yes", "outbound", "work", NULL);

    rep->test = test;
    rep->ask = peer_connect(test, "asker", ZMQ_REQ,
                            target_address(target, "rep_address"));
    rep->work = peer_connect(test, "work", ZMQ_PULL,
                             target_address(target, "work_push_address"));
    rep->done = peer_connect(test, "feedback", ZMQ_PUSH,
                             target_address(target, "work_pull_address"));
}

/* Asks, and answers it, after these frames if count is not 0. */
static struct bytes
rep_call(struct rep *rep, const struct message *message,
         const struct bytes *bad, size_t count)
{
    struct bytes frame = message_encode(rep->test, message);

    peer_send(rep->ask, frame);
    check_same(rep->test, "the work", peer_receive_one(rep->work), message);
    if (count > 0) {
        peer_send_frames(rep->done, bad, count);
    }
    peer_send(rep->done, frame);
    return peer_receive_one(rep->ask);
}

/* A bad answer may be passed over, or be the end of that request; the next one
 * is answered right. */
static void
check_rep_goes_on(struct rep *rep, const char *behind, const struct bytes *bad,
                  size_t count)
{
    struct message message = message_of("palm.echo", behind);
    struct bytes frame;

    message.cache = bytes_text("bad");
    (void)rep_call(rep, &message, bad, count);
    message.cache = bytes_text("good");
    frame = message_encode(rep->test, &message);
    check_bytes(rep->test,
                test_text(rep->test, "the reply behind \"%s\"", behind),
                rep_call(rep, &message, NULL, 0), frame);
}

/* "… the PUSH peer of its PushPullService answers with what cannot be decoded
 * …" */
static void
hostile_017_undecodable_answers(struct test *test)
{
    struct rep rep;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    rep_start(&rep, test);
    for (i = 0; i < count; i++) {
        check_rep_goes_on(&rep, spoiled[i].name, &spoiled[i].frame, 1);
    }
}

/* "… or with several frames." */
static void
hostile_017_several_frames(struct test *test)
{
    static const size_t counts[] = {2, 3, 16};
    struct rep rep;
    struct bytes frames[16];
    size_t i;

    rep_start(&rep, test);
    for (i = 0; i < 16; i++) {
        frames[i] = frame_of(test, "palm.echo", "a part");
    }
    for (i = 0; i < 2 * COUNT_OF(counts); i++) {
        size_t count = counts[i % COUNT_OF(counts)];

        if (i == COUNT_OF(counts)) {
            frames[0] = bytes_text("");
        }
        check_rep_goes_on(&rep, test_text(test, "%zu frames", count), frames,
                          count);
    }
}

static void
check_bypass_goes_on(struct peer *ask, const char *behind)
{
    check_text(ask->test,
               test_text(ask->test, "the reply behind \"%s\"", behind),
               peer_ask(ask, bytes_text("abc")), "cba");
}

/* "… requests of several frames and of the empty frame." */
static void
hostile_032_several_frames(struct test *test)
{
    static const size_t counts[] = {1, 2, 3, 4, 100};
    struct target *target = target_start(test, "custom", "part.back",
                                         "bypass RepBypassService", NULL);
    struct peer *ask = wired_peer(target, "asker", ZMQ_REQ, "back");
    struct peer *bad = wired_peer(target, "bad asker", ZMQ_DEALER, "back");
    struct bytes frames[100];
    size_t i;

    for (i = 0; i < COUNT_OF(frames); i++) {
        frames[i] = bytes_text(i == 0 ? "" : "part");
    }
    for (i = 0; i < 2 * COUNT_OF(counts); i++) {
        size_t count = counts[i % COUNT_OF(counts)];

        if (i == COUNT_OF(counts)) {
            frames[0] = bytes_text("part"); /* without a delimiter, too */
        }
        peer_send_frames(bad, frames, count);
        check_bypass_goes_on(ask, test_text(test, "%zu frames", count));
    }
}

static void
hostile_032_empty_frame(struct test *test)
{
    struct target *target = target_start(test, "custom", "part.back",
                                         "bypass RepBypassService", NULL);
    struct peer *ask = wired_peer(target, "asker", ZMQ_REQ, "back");
    struct peer *bad = wired_peer(target, "bad asker", ZMQ_DEALER, "back");
    struct bytes frames[3];
    size_t i;

    frames[0] = frames[1] = frames[2] = bytes_text("");
    for (i = 1; i <= 3; i++) {
        peer_send_frames(bad, frames, i);
        check_bypass_goes_on(ask, test_text(test, "%zu empty frames", i));
    }
}

/* --- servers that run functions ------------------------------------------- */

/* The good message's result is published; others may be before it. */
static void
check_stage_goes_on(struct stage *stage, const char *behind)
{
    struct test *test = stage->test;
    struct message good =
        message_of("palm.echo", test_text(test, "good behind \"%s\"", behind));
    struct bytes expected;
    struct frames frames;

    good.cache = bytes_text("tag");
    expected = good.payload;
    stage_give(stage, &good);
    do {
        frames = peer_receive(stage->results);
        check_frames(test, "what is published", &frames, 2);
    } while (!bytes_equal(
        check_message(test, "a result", frames.frame[1]).payload, expected));
    check_same(test, "the result", frames.frame[1], &good);
}

/* "… after undecodable frames, several frames …" */
static void
hostile_019_undecodable_frames(struct test *test)
{
    struct stage stage;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    stage_server(&stage, test, NULL);
    for (i = 0; i < count; i++) {
        peer_send(stage.push, spoiled[i].frame);
        check_stage_goes_on(&stage, spoiled[i].name);
    }
}

static void
hostile_019_several_frames(struct test *test)
{
    struct stage stage;
    struct bytes frames[100];
    size_t i;

    for (i = 0; i < COUNT_OF(frames); i++) {
        frames[i] = frame_of(test, "palm.echo", "a part");
    }
    stage_server(&stage, test, NULL);
    for (i = 2; i <= 100; i = i < 4 ? i + 1 : i * 5) {
        peer_send_frames(stage.push, frames, i);
        check_stage_goes_on(&stage, test_text(test, "%zu frames", i));
    }
    frames[0] = bytes_text("");
    peer_send_frames(stage.push, frames, 2);
    check_stage_goes_on(&stage, "an envelope");
}

/* "… and functions that are no names …" */
static void
hostile_019_odd_functions(struct test *test)
{
    static const char *const functions[] = {
        "",          ".",           "..",
        " ",         "    ",        "palm.",
        ".echo",     "palm..",      "palm.__class__",
        "palm.%s%n", "palm./bin/sh"};
    struct stage stage;
    size_t i;

    stage_server(&stage, test, NULL);
    for (i = 0; i < COUNT_OF(functions); i++) {
        struct message odd = message_of(functions[i], "odd");

        stage_give(&stage, &odd);
        check_stage_goes_on(&stage, functions[i]);
    }
    for (i = 0; i < 3; i++) {
        struct message odd = message_of("", "odd");

        odd.function = bytes_filled(test, (uint8_t) "x. "[i], 1024 * 1024);
        stage_give(&stage, &odd);
        check_stage_goes_on(&stage, "1 MiB");
    }
}

/* "A pipeline … after undecodable messages …" */
static void
hostile_020_undecodable_messages(struct test *test)
{
    struct stage stage;
    struct bytes frames[2];
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    frames[0] = bytes_text(BEFORE);
    stage_behind(&stage, test, "pipeline", NULL);
    for (i = 0; i < count; i++) {
        frames[1] = spoiled[i].frame;
        peer_send_frames(stage.source[0], frames, 2);
        check_stage_goes_on(&stage, spoiled[i].name);
    }
}

/* "… and wrong numbers of frames from the server before it." */
static void
hostile_020_wrong_number_of_frames(struct test *test)
{
    static const size_t counts[] = {1, 3, 4, 100};
    struct stage stage;
    struct bytes frames[100];
    size_t i;

    for (i = 0; i < COUNT_OF(frames); i++) {
        frames[i] = frame_of(test, "palm.echo", "a part");
    }
    frames[0] = bytes_text(BEFORE);
    stage_behind(&stage, test, "pipeline", NULL);
    for (i = 0; i < COUNT_OF(counts); i++) {
        peer_send_frames(stage.source[0], frames, counts[i]);
        check_stage_goes_on(&stage, test_text(test, "%zu frames", counts[i]));
    }
}

const struct test_entry hostile_servers_tests[] = {
    TEST("PALM-HOSTILE-017", hostile_017_undecodable_answers),
    TEST("PALM-HOSTILE-017", hostile_017_several_frames),
    TEST("PALM-HOSTILE-019", hostile_019_undecodable_frames),
    TEST("PALM-HOSTILE-019", hostile_019_several_frames),
    TEST("PALM-HOSTILE-019", hostile_019_odd_functions),
    TEST("PALM-HOSTILE-020", hostile_020_undecodable_messages),
    TEST("PALM-HOSTILE-020", hostile_020_wrong_number_of_frames),
    TEST("PALM-HOSTILE-032", hostile_032_several_frames),
    TEST("PALM-HOSTILE-032", hostile_032_empty_frame),
    END_OF_TESTS,
};
