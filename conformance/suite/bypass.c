/* SPDX-License-Identifier: MIT */
/* bypass.c: PALM-BYPASS: parts that do not meet the router. */
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { FEW = 20, FLOOD = 2000 };

/* "… each request of one frame, whatever its bytes, with the one frame that its
 * handler gives."  The handler of the contract reverses. */
static void
bypass_001_rep_bypass_answers_any_frame(struct test *test)
{
    static const struct {
        const char *request;
        const char *reply;
    } cases[] = {{"abc", "cba"},
                 {"", ""},
                 {"\xff\xfe", "\xfe\xff"},
                 {"palm.get", "teg.mlap"}};
    struct target *target = target_start(test, "custom", "part.back",
                                         "bypass RepBypassService", NULL);
    struct peer *ask = wired_peer(target, "asker", ZMQ_REQ, "back");
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_text(test, "the reply",
                   peer_ask(ask, bytes_text(cases[i].request)), cases[i].reply);
    }
}

static void
check_handed_in(struct target *target, const char *text)
{
    struct frames frames = target_receive(target);

    check_frames(target->test, "what the part hands in", &frames, 2);
    check_text(target->test, "the verb", frames.frame[0], "RESULT");
    check_text(target->test, "what the part hands in", frames.frame[1], text);
}

/* "… hand each frame that its peer pushes to its handler, in order." */
static void
bypass_002_pull_bypass_hands_frames_in(struct test *test)
{
    struct peer *push = peer_bind(test, "giver", ZMQ_PUSH);
    struct target *target =
        target_start(test, "custom", "part.back",
                     test_text(test, "bypass PullBypassConnection address=%s",
                               push->address),
                     NULL);
    int i;

    for (i = 0; i < FEW; i++) {
        peer_send(push, bytes_text(test_text(test, "frame \xff %d", i)));
    }
    for (i = 0; i < FEW; i++) {
        check_handed_in(target, test_text(test, "frame \xff %d", i));
    }
}

static void
emit(struct target *target, const char *text)
{
    struct bytes frame = bytes_text(text);

    target_send(target, "emit", &frame, 1);
}

/* "… push each frame that its server emits, in order, to the peer at its
 * address." */
static void
bypass_003_push_bypass_emits_frames(struct test *test)
{
    struct peer *pull = peer_bind(test, "taker", ZMQ_PULL);
    struct target *target =
        target_start(test, "custom", "part.back",
                     test_text(test, "bypass PushBypassConnection address=%s",
                               pull->address),
                     NULL);
    int i;

    for (i = 0; i < FEW; i++) {
        emit(target, test_text(test, "frame \xff %d", i));
    }
    for (i = 0; i < FEW; i++) {
        check_text(test, "what is pushed", peer_receive_one(pull),
                   test_text(test, "frame \xff %d", i));
    }
}

/* "… without a peer MUST NOT stop the server's other parts." */
static void
bypass_004_push_bypass_without_peer_stops_nobody(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushService", "part.back",
                     test_text(test, "bypass PushBypassConnection address=%s",
                               free_address(test)),
                     NULL);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");
    int i;

    for (i = 0; i < FLOOD; i++) {
        emit(target, "nobody takes this");
    }
    peer_send(in, frame_of(test, "palm.echo", "payload"));
    check_text(test, "the payload", wired_take(out).payload, "payload");
    target_must_live(target);
}

/* "A bypass part MUST NOT have its frames routed." */
static void
bypass_005_frames_are_not_routed(struct test *test)
{
    struct peer *push = peer_bind(test, "giver", ZMQ_PUSH);
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushService", "part.ask",
                     "bypass RepBypassService", "part.back",
                     test_text(test, "bypass PullBypassConnection address=%s",
                               push->address),
                     NULL);
    struct peer *in = wired_peer(target, "client", ZMQ_PUSH, "in");
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");
    struct peer *ask = wired_peer(target, "asker", ZMQ_REQ, "ask");
    struct frames handed_in;

    (void)peer_ask(ask, frame_of(test, "palm.echo", "of the REQ"));
    peer_send(push, frame_of(test, "palm.echo", "of the PUSH"));
    handed_in = target_receive(target);
    check_text(test, "the verb", handed_in.frame[0], "RESULT");
    peer_send(in, frame_of(test, "palm.echo", "fence"));
    check_text(test, "the payload", wired_take(out).payload, "fence");
}

const struct test_entry bypass_tests[] = {
    TEST("PALM-BYPASS-001", bypass_001_rep_bypass_answers_any_frame),
    TEST("PALM-BYPASS-002", bypass_002_pull_bypass_hands_frames_in),
    TEST("PALM-BYPASS-003", bypass_003_push_bypass_emits_frames),
    TEST("PALM-BYPASS-004", bypass_004_push_bypass_without_peer_stops_nobody),
    TEST("PALM-BYPASS-005", bypass_005_frames_are_not_routed),
    END_OF_TESTS,
};
