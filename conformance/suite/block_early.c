/* SPDX-License-Identifier: MIT */
/* block_early.c: PALM-BLOCK: a RepService does not answer too early.
 *
 * Nothing can be sent to it behind what it has not answered.  So a second
 * RepService, with a route of its own, says that the server has had the time to
 * do it wrong; where the target has no profile "custom", only a while can. */
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { FENCES = 50, WHILE = 200 };

/* An outbound part as the two profiles have it, and its facts. */
struct outbound {
    const char *rep;
    const char *custom;
    const char *push[2];
    const char *pull[2];
};

static const struct outbound push = {"push",
                                     "outbound PushService",
                                     {"push_address", "part.x.address"},
                                     {NULL, NULL}};
/* What is not isolated holds up the fence. */
static const struct outbound work = {
    "work",
    "outbound PushPullService isolated=yes",
    {"work_push_address", "part.x.push_address"},
    {"work_pull_address", "part.x.pull_address"}};

struct early {
    struct test *test;
    struct target *target;
    bool custom;
    struct peer *ask;    /* REQ */
    struct peer *fence;  /* REQ of the other RepService */
    struct peer *behind; /* takes what that routes */
};

static void
early_start(struct early *early, struct test *test,
            const struct outbound *outbound)
{
    early->test = test;
    early->target = target_start(test, "rep", "block", "no", "outbound",
                                 outbound->rep, NULL);
    early->custom = target_claims(early->target, "custom");
    if (!early->custom) {
        early->ask = peer_connect(test, "asker", ZMQ_REQ,
                                  target_address(early->target, "rep_address"));
        return;
    }
    target_kill(early->target);
    early->target = target_start(
        test, "custom", "part.in", "inbound RepService route=x block=no",
        "part.fence", "inbound RepService route=y block=yes", "part.x",
        outbound->custom, "part.y", "outbound PushService", NULL);
    early->ask = wired_peer(early->target, "asker", ZMQ_REQ, "in");
    early->fence = wired_peer(early->target, "fence", ZMQ_REQ, "fence");
    early->behind = wired_peer(early->target, "behind", ZMQ_PULL, "y");
}

static struct peer *
early_peer(struct early *early, const char *label, int type,
           const char *const *facts)
{
    return peer_connect(early->test, label, type,
                        target_address(early->target, facts[early->custom]));
}

/* One message of the other route; false if that does not go on, which is not
 * asked here: then it is waited for as long as without a fence. */
static bool
pass_fence(struct early *early)
{
    struct bytes fence = frame_of(early->test, "palm.echo", "fence");
    int most = bound_of(early->test, WHILE);
    struct frames frames;

    peer_send(early->fence, fence);
    return peer_poll(early->behind, most, &frames)
           && peer_poll(early->fence, most, &frames);
}

static void
check_no_reply(struct early *early, const char *when)
{
    struct frames reply;
    int passed = 0;

    while (early->custom && passed < FENCES && pass_fence(early)) {
        passed++;
    }
    check_that(early->test,
               !peer_poll(early->ask,
                          passed == FENCES ? 0 : bound_of(early->test, WHILE),
                          &reply),
               "it answers %s", when);
}

/* "`block = no` … `1` when its outbound part blocks, after that has its
 * feedback." */
static void
block_004_no_reply_before_feedback(struct test *test)
{
    struct early early;
    struct peer *in;
    struct peer *out;

    early_start(&early, test, &work);
    in = early_peer(&early, "worker in", ZMQ_PULL, work.push);
    out = early_peer(&early, "worker out", ZMQ_PUSH, work.pull);
    peer_send(early.ask, frame_of(test, "palm.echo", "payload"));
    check_text(test, "the work", wired_take(in).payload, "payload");
    check_no_reply(&early, "before its outbound part has the feedback");
    peer_send(out, frame_of(test, "palm.echo", "answer"));
    check_text(test, "the reply", peer_receive_one(early.ask), "1");
}

/* "MUST NOT answer before … handed the message over to a peer." */
static void
block_005_no_reply_before_a_peer_has_it(struct test *test)
{
    struct early early;

    early_start(&early, test, &push);
    peer_send(early.ask, frame_of(test, "palm.echo", "payload"));
    check_no_reply(&early, "while no peer is connected");
    check_text(
        test, "what is routed",
        wired_take(early_peer(&early, "outbound", ZMQ_PULL, push.push)).payload,
        "payload");
    check_text(test, "the reply", peer_receive_one(early.ask), "1");
}

const struct test_entry block_early_tests[] = {
    TEST("PALM-BLOCK-004", block_004_no_reply_before_feedback),
    TEST("PALM-BLOCK-005", block_005_no_reply_before_a_peer_has_it),
    END_OF_TESTS,
};
