/* SPDX-License-Identifier: MIT */
/* block_wait.c: PALM-BLOCK: a server while a blocking outbound part waits. */
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

struct wait {
    struct test *test;
    struct target *target;
    struct peer *ask;   /* REQ: what it asks, the blocking part waits for */
    struct peer *work;  /* takes it */
    struct peer *done;  /* gives the feedback */
    struct peer *other; /* PUSH of another route */
    struct peer *out;   /* PULL of that */
    struct peer *cache; /* REQ of a bypass part */
};

static void
wait_start(struct wait *wait, struct test *test, const char *work)
{
    wait->test = test;
    wait->target = target_start(
        test, "custom", "part.in", "inbound RepService route=work block=yes",
        "part.other", "inbound PullService route=out", "part.work", work,
        "part.out", "outbound PushService", "part.bypass",
        "bypass CacheService", NULL);
    wait->ask = wired_peer(wait->target, "asker", ZMQ_REQ, "in");
    wait->work =
        peer_connect(test, "worker in", ZMQ_PULL,
                     target_address(wait->target, "part.work.push_address"));
    wait->done =
        peer_connect(test, "worker out", ZMQ_PUSH,
                     target_address(wait->target, "part.work.pull_address"));
    wait->other = wired_peer(wait->target, "other", ZMQ_PUSH, "other");
    wait->out = wired_peer(wait->target, "out", ZMQ_PULL, "out");
    wait->cache = wired_peer(wait->target, "cache client", ZMQ_REQ, "bypass");
    peer_send(wait->ask, frame_of(test, "palm.echo", "question"));
    check_text(test, "the work", wired_take(wait->work).payload, "question");
}

static void
check_other(struct wait *wait)
{
    peer_send(wait->other, frame_of(wait->test, "palm.echo", "other"));
    check_text(wait->test, "at out", wired_take(wait->out).payload, "other");
}

/* The asker gets the feedback, and the server goes on. */
static void
check_feedback(struct wait *wait)
{
    struct bytes feedback = frame_of(wait->test, "palm.echo", "answer");

    peer_send(wait->done, feedback);
    check_bytes(wait->test, "the reply", peer_receive_one(wait->ask), feedback);
}

/* "… route nothing else while … waits …, and go on within 5 s after the peer's
 * answer." */
static void
block_013_nothing_else_is_routed(struct test *test)
{
    struct wait wait;
    struct frames early;

    wait_start(&wait, test, "outbound PushPullService isolated=no");
    peer_send(wait.other, frame_of(test, "palm.echo", "other"));
    check_that(test, !peer_poll(wait.out, bound_of(test, 200), &early),
               "another message is routed while the part waits");
    check_feedback(&wait);
    check_text(test, "at out", wired_take(wait.out).payload, "other");
}

/* "… answer at its bypass parts while a blocking outbound part waits." */
static void
block_014_bypass_parts_go_on(struct test *test)
{
    struct wait wait;

    wait_start(&wait, test, "outbound PushPullService");
    check_text(test, "the reply of the cache",
               peer_ask(wait.cache,
                        cache_request(test, "set", "key", bytes_text("value"))),
               "key");
    check_feedback(&wait);
}

/* "… go on routing messages of other parts while … `isolated` …" */
static void
block_015_isolated_part_holds_up_no_other(struct test *test)
{
    struct wait wait;

    wait_start(&wait, test, "outbound PushPullService isolated=yes");
    check_other(&wait);
    check_feedback(&wait);
}

/* "… end its wait when `reply_timeout` has passed … `0` … go on." */
static void
block_017_wait_ends(struct test *test)
{
    struct wait wait;

    wait_start(&wait, test, "outbound PushPullService reply_timeout=200");
    check_text(test, "the reply", peer_receive_one(wait.ask), "0");
    check_other(&wait);
}

const struct test_entry block_wait_tests[] = {
    TEST("PALM-BLOCK-013", block_013_nothing_else_is_routed),
    TEST("PALM-BLOCK-014", block_014_bypass_parts_go_on),
    TEST("PALM-BLOCK-015", block_015_isolated_part_holds_up_no_other),
    TEST("PALM-BLOCK-017", block_017_wait_ends),
    END_OF_TESTS,
};
