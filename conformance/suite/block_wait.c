/* SPDX-License-Identifier: MIT */
/* block_wait.c: PALM-BLOCK: a server while a blocking outbound part waits. */
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { FENCES = 200, ROUNDS = 20 };

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

/* Without a worker, and nothing is asked. */
static void
wait_open(struct wait *wait, struct test *test, const char *work)
{
    wait->test = test;
    wait->target = target_start(
        test, "custom", "part.in", "inbound RepService route=work block=yes",
        "part.other", "inbound PullService route=out", "part.work", work,
        "part.out", "outbound PushService", "part.bypass",
        "bypass CacheService", NULL);
    wait->ask = wired_peer(wait->target, "asker", ZMQ_REQ, "in");
    wait->other = wired_peer(wait->target, "other", ZMQ_PUSH, "other");
    wait->out = wired_peer(wait->target, "out", ZMQ_PULL, "out");
    wait->cache = wired_peer(wait->target, "cache client", ZMQ_REQ, "bypass");
}

static void
wait_join(struct wait *wait)
{
    wait->work =
        peer_connect(wait->test, "worker in", ZMQ_PULL,
                     target_address(wait->target, "part.work.push_address"));
    wait->done =
        peer_connect(wait->test, "worker out", ZMQ_PUSH,
                     target_address(wait->target, "part.work.pull_address"));
}

static void
wait_start(struct wait *wait, struct test *test, const char *work)
{
    wait_open(wait, test, work);
    wait_join(wait);
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

static void
ask_cache(struct wait *wait)
{
    struct bytes request =
        cache_request(wait->test, "set", "key", bytes_text("value"));

    check_text(wait->test, "the reply of the cache",
               peer_ask(wait->cache, request), "key");
}

/* "… route nothing else while … waits …, and go on within 5 s after the peer's
 * answer." No route can be a fence: what the server answers beside them says
 * that it has had the time to do it wrong. */
static void
block_013_nothing_else_is_routed(struct test *test)
{
    struct wait wait;
    struct frames early;
    int i;

    wait_start(&wait, test, "outbound PushPullService isolated=no");
    peer_send(wait.other, frame_of(test, "palm.echo", "other"));
    for (i = 0; i < FENCES; i++) {
        ask_cache(&wait);
    }
    check_that(test, !peer_poll(wait.out, 0, &early),
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
    ask_cache(&wait);
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

/* "An inbound part that routes to an `isolated` blocking outbound part MUST
 * wait until that has its feedback." It answers nobody, and what comes next
 * waits with it, while others go on. */
static void
block_016_inbound_part_waits(struct test *test)
{
    struct wait wait;
    struct peer *second;
    struct frames early;
    int i;

    wait_start(&wait, test, "outbound PushPullService isolated=yes");
    second = wired_peer(wait.target, "second asker", ZMQ_REQ, "in");
    peer_send(second, frame_of(test, "palm.echo", "second question"));
    for (i = 0; i < ROUNDS; i++) {
        check_other(&wait);
    }
    check_that(test, !peer_poll(wait.ask, 0, &early),
               "the inbound part answers before there is feedback");
    check_that(test, !peer_poll(wait.work, 0, &early),
               "the inbound part routes the next message meanwhile");
    check_feedback(&wait);
    check_text(test, "the work", wired_take(wait.work).payload,
               "second question");
    peer_send(wait.done, frame_of(test, "palm.echo", "second answer"));
    check_text(test, "the second reply", wired_take(second).payload,
               "second answer");
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

/* "… also when no peer is connected …" */
static void
block_017_wait_ends_without_a_peer(struct test *test)
{
    struct wait wait;

    wait_open(&wait, test, "outbound PushPullService reply_timeout=200");
    peer_send(wait.ask, frame_of(test, "palm.echo", "question"));
    check_text(test, "the reply", peer_receive_one(wait.ask), "0");
    check_other(&wait);
}

const struct test_entry block_wait_tests[] = {
    TEST("PALM-BLOCK-013", block_013_nothing_else_is_routed),
    TEST("PALM-BLOCK-014", block_014_bypass_parts_go_on),
    TEST("PALM-BLOCK-015", block_015_isolated_part_holds_up_no_other),
    TEST("PALM-BLOCK-016", block_016_inbound_part_waits),
    TEST("PALM-BLOCK-017", block_017_wait_ends),
    TEST("PALM-BLOCK-017", block_017_wait_ends_without_a_peer),
    END_OF_TESTS,
};
