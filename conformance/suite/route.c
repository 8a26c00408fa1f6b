/* SPDX-License-Identifier: MIT */
/* route.c: PALM-ROUTE. */
#include <sys/wait.h>

#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

static void
give(struct peer *peer, const char *payload)
{
    peer_send(peer, frame_of(peer->test, "palm.echo", payload));
}

/* The next message has this payload. */
static void
expect(struct peer *peer, const char *payload)
{
    check_text(peer->test, test_text(peer->test, "at %s", peer->label),
               wired_take(peer).payload, payload);
}

/* "… to the outbound part that its route names, and to no other." */
static void
route_001_message_goes_where_its_route_says(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.a", "inbound PullService route=x", "part.b",
        "inbound PullService route=y", "part.x", "outbound PushService",
        "part.y", "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");
    struct peer *y = wired_peer(target, "y", ZMQ_PULL, "y");

    give(a, "first");
    expect(x, "first");
    give(b, "second");
    expect(y, "second");
    give(a, "third");
    expect(x, "third");
    give(b, "fourth");
    expect(y, "fourth");
}

/* "… two inbound parts that have the same route on to that one." */
static void
route_002_two_inbound_parts_share_a_route(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.a", "inbound PullService route=x", "part.b",
        "inbound PullService route=x", "part.x", "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");

    give(a, "first");
    expect(x, "first");
    give(b, "second");
    expect(x, "second");
    give(a, "third");
    expect(x, "third");
}

/* "… three independent routes working while … one of them has no peer." */
static void
route_003_routes_do_not_wait_for_each_other(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.a", "inbound PullService route=x", "part.b",
        "inbound PullService route=y", "part.c", "inbound PullService route=z",
        "part.x", "outbound PushService", "part.y", "outbound PushService",
        "part.z", "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *c = wired_peer(target, "c", ZMQ_PUSH, "c");
    struct peer *y = wired_peer(target, "y", ZMQ_PULL, "y");
    struct peer *z = wired_peer(target, "z", ZMQ_PULL, "z");
    int i;

    for (i = 0; i < 20; i++) {
        give(a, "waits");
        give(b, "second");
        give(c, "third");
        expect(y, "second");
        expect(z, "third");
    }
}

/* "… drop a message of a non-blocking inbound part that has no route." */
static void
route_004_message_without_route_is_dropped(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.a", "inbound PullService", "part.b",
        "inbound PullService route=x", "part.x", "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");
    int i;

    for (i = 0; i < 20; i++) {
        give(a, "dropped");
        give(b, "passed");
        expect(x, "passed");
    }
    target_must_live(target);
}

/* A peer of a PushPullService: which is "push" or "pull". */
static struct peer *
blocking_peer(struct target *target, int type, const char *part,
              const char *which)
{
    struct test *test = target->test;

    return peer_connect(
        test, test_text(test, "%s of %s", which, part), type,
        target_address(target,
                       test_text(test, "part.%s.%s_address", part, which)));
}

struct chain {
    struct target *target;
    struct peer *ask;  /* REQ */
    struct peer *work; /* takes from the PushPullService */
    struct peer *done; /* gives back */
    struct peer *next; /* of the second outbound part */
};

/* in -> work, whose feedback goes on to next. */
static void
open_chain(struct chain *chain, struct test *test, const char *work)
{
    chain->target = target_start(
        test, "custom", "part.in", "inbound RepService route=work block=yes",
        "part.work", work, "part.next", "outbound PushService", NULL);
    chain->ask = wired_peer(chain->target, "asker", ZMQ_REQ, "in");
    chain->work = blocking_peer(chain->target, ZMQ_PULL, "work", "push");
    chain->done = blocking_peer(chain->target, ZMQ_PUSH, "work", "pull");
    chain->next = wired_peer(chain->target, "next", ZMQ_PULL, "next");
}

/* Asks, and answers as the worker: returns the frame that the asker gets. */
static struct bytes
ask_chain(struct chain *chain, struct bytes feedback)
{
    give(chain->ask, "question");
    expect(chain->work, "question");
    peer_send(chain->done, feedback);
    return peer_receive_one(chain->ask);
}

/* "… pass the feedback of a blocking outbound part that has a route on." */
static void
route_005_feedback_goes_on(struct test *test)
{
    struct chain chain;
    struct message feedback = message_of("palm.echo", "question");

    open_chain(&chain, test, "outbound PushPullService route=next");
    feedback.stage = 4;
    feedback.cache = bytes_text("tag");
    peer_send(chain.ask, message_encode(test, &feedback));
    expect(chain.work, "question");
    feedback.payload = bytes_text("feedback");
    peer_send(chain.done, message_encode(test, &feedback));
    check_same(test, "what goes on", peer_receive_one(chain.next), &feedback);
}

/* "… the message that a non-blocking outbound part with a route has sent." */
static void
route_006_sent_message_goes_on(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound PullService route=first",
        "part.first", "outbound PushService route=second", "part.second",
        "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "in", ZMQ_PUSH, "in");
    struct peer *first = wired_peer(target, "first", ZMQ_PULL, "first");
    struct peer *second = wired_peer(target, "second", ZMQ_PULL, "second");
    struct message sent = message_of("palm.echo", "payload");

    sent.stage = 4;
    sent.cache = bytes_text("tag");
    peer_send(in, message_encode(test, &sent));
    check_same(test, "at first", peer_receive_one(first), &sent);
    check_same(test, "at second", peer_receive_one(second), &sent);
}

/* "MUST NOT follow the route of the second outbound part." */
static void
route_007_second_route_is_not_followed(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound PullService route=first",
        "part.direct", "inbound PullService route=third", "part.first",
        "outbound PushService route=second", "part.second",
        "outbound PushService route=third", "part.third",
        "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "in", ZMQ_PUSH, "in");
    struct peer *direct = wired_peer(target, "direct", ZMQ_PUSH, "direct");
    struct peer *first = wired_peer(target, "first", ZMQ_PULL, "first");
    struct peer *second = wired_peer(target, "second", ZMQ_PULL, "second");
    struct peer *third = wired_peer(target, "third", ZMQ_PULL, "third");
    int i;

    for (i = 0; i < 20; i++) {
        const char *payload = test_text(test, "payload %d", i);

        give(in, payload);
        expect(first, payload);
        expect(second, payload);
        give(direct, "fence");
        expect(third, "fence");
    }
}

/* What comes is answered: the same message with another payload. */
static void
answer(struct peer *work, struct peer *done, const char *payload)
{
    struct message message = wired_take(work);

    message.payload = bytes_text(payload);
    peer_send(done, message_encode(work->test, &message));
}

/* "… or its feedback goes on once only": both parts block, and what the second
 * one's peer says goes nowhere. */
static void
route_007_feedback_goes_on_once(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound PullService route=first",
        "part.direct", "inbound PullService route=third", "part.first",
        "outbound PushPullService route=second", "part.second",
        "outbound PushPullService route=third", "part.third",
        "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "in", ZMQ_PUSH, "in");
    struct peer *direct = wired_peer(target, "direct", ZMQ_PUSH, "direct");
    struct peer *first = blocking_peer(target, ZMQ_PULL, "first", "push");
    struct peer *first_done = blocking_peer(target, ZMQ_PUSH, "first", "pull");
    struct peer *second = blocking_peer(target, ZMQ_PULL, "second", "push");
    struct peer *second_done =
        blocking_peer(target, ZMQ_PUSH, "second", "pull");
    struct peer *third = wired_peer(target, "third", ZMQ_PULL, "third");
    int i;

    for (i = 0; i < 20; i++) {
        give(in, "message");
        answer(first, first_done, "feedback");
        answer(second, second_done, "feedback of feedback");
        give(direct, "fence");
        expect(third, "fence");
    }
}

/* "… the feedback of the first outbound part, not that of the second." */
static void
route_008_asker_gets_first_feedback(struct test *test)
{
    struct chain chain;
    struct bytes feedback = frame_of(test, "palm.echo", "feedback");

    open_chain(&chain, test, "outbound PushPullService route=next");
    check_bytes(test, "the reply", ask_chain(&chain, feedback), feedback);
    expect(chain.next, "feedback");
}

/* The same where the second one blocks, too; which of the two comes first at
 * the asker or at the second one is not said. */
static void
route_008_second_feedback_is_not_for_asker(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound RepService route=work block=yes",
        "part.work", "outbound PushPullService route=next", "part.next",
        "outbound PushPullService", NULL);
    struct peer *ask = wired_peer(target, "asker", ZMQ_REQ, "in");
    struct peer *work = blocking_peer(target, ZMQ_PULL, "work", "push");
    struct peer *done = blocking_peer(target, ZMQ_PUSH, "work", "pull");
    struct peer *next = blocking_peer(target, ZMQ_PULL, "next", "push");
    struct peer *last = blocking_peer(target, ZMQ_PUSH, "next", "pull");
    struct bytes first = frame_of(test, "palm.echo", "first feedback");

    give(ask, "question");
    expect(work, "question");
    peer_send(done, first);
    expect(next, "first feedback");
    give(last, "second feedback");
    check_bytes(test, "the reply", peer_receive_one(ask), first);
}

/* "… drop feedback that is no message … and pass the next good one on." */
static void
route_009_bad_feedback_does_not_go_on(struct test *test)
{
    struct chain chain;

    open_chain(&chain, test,
               "outbound PushPullService route=next reply_timeout=100");
    give(chain.ask, "question");
    expect(chain.work, "question");
    check_text(test, "the reply", peer_receive_one(chain.ask), "0");
    (void)ask_chain(&chain, frame_of(test, "palm.echo", "good"));
    expect(chain.next, "good");
}

/* "… names an outbound part that is not registered … name both parts." */
static void
route_010_route_to_nowhere_is_refused(struct test *test)
{
    const char *reason = target_refused(
        test, "custom", "part.inlet", "inbound PullService route=nowhere",
        "part.outlet", "outbound PushService", NULL);

    check_contains(test, "the reason", reason, "inlet");
    check_contains(test, "the reason", reason, "nowhere");
}

/* The same, at an outbound part. */
static void
route_010_outbound_route_to_nowhere_is_refused(struct test *test)
{
    const char *reason = target_refused(
        test, "custom", "part.inlet", "inbound PullService route=outlet",
        "part.outlet", "outbound PushService route=nowhere", NULL);

    check_contains(test, "the reason", reason, "outlet");
    check_contains(test, "the reason", reason, "nowhere");
}

/* "… two parts of one direction have one name … give the name." */
static void
route_011_two_inbound_of_one_name_are_refused(struct test *test)
{
    check_contains(test, "the reason",
                   target_refused(test, "custom", "part.twin",
                                  "inbound PullService route=x", "part.twin",
                                  "inbound PullService route=x", "part.x",
                                  "outbound PushService", NULL),
                   "twin");
}

static void
route_011_two_outbound_of_one_name_are_refused(struct test *test)
{
    check_contains(test, "the reason",
                   target_refused(test, "custom", "part.in",
                                  "inbound PullService route=twin", "part.twin",
                                  "outbound PushService", "part.twin",
                                  "outbound PushService", NULL),
                   "twin");
}

/* "… refuse to start when a part has an empty name." */
static void
route_012_empty_name_is_refused(struct test *test)
{
    (void)target_refused(test, "custom", "part.", "inbound PullService route=x",
                         "part.x", "outbound PushService", NULL);
}

/* "… start with an inbound and an outbound part of one name." */
static void
route_013_both_directions_may_share_a_name(struct test *test)
{
    target_must_live(target_accepted(
        test, "custom", "part.same", "inbound PullService route=same",
        "part.same", "outbound PushService", NULL));
}

/* "… end by itself, with exit status 0 and within 5 s …" */
static void
route_014_server_ends_after_messages(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "messages", "3", "part.in",
        "inbound PullService route=x", "part.x", "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "in", ZMQ_PUSH, "in");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");
    int i;

    for (i = 0; i < 3; i++) {
        check_that(test, target_lives(target), "it ended after %d", i);
        give(in, "payload");
        expect(x, "payload");
    }
    check_that(test, target_ended(target, bound(test)), "it does not end");
    check_that(test, WIFEXITED(target->status), "it died of a signal");
    check_number(test, "the exit status", WEXITSTATUS(target->status), 0);
}

/* "A part SHOULD end after … `messages` … and leave the others working." */
static void
route_015_part_ends_after_messages(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.a", "inbound PullService route=x messages=2",
        "part.b", "inbound PullService route=x", "part.x",
        "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");
    int i;

    for (i = 0; i < 2; i++) {
        give(a, "counted");
        expect(x, "counted");
    }
    for (i = 0; i < 20; i++) {
        (void)peer_try(a, frame_of(test, "palm.echo", "too many"));
        give(b, "other");
        expect(x, "other");
    }
}

/* The same of an outbound part: what comes for it then goes nowhere. */
static void
route_015_outbound_part_ends_after_messages(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.a", "inbound PullService route=x",
                     "part.b", "inbound PullService route=y", "part.x",
                     "outbound PushService messages=2", "part.y",
                     "outbound PushService", NULL);
    struct peer *a = wired_peer(target, "a", ZMQ_PUSH, "a");
    struct peer *b = wired_peer(target, "b", ZMQ_PUSH, "b");
    struct peer *x = wired_peer(target, "x", ZMQ_PULL, "x");
    struct peer *y = wired_peer(target, "y", ZMQ_PULL, "y");
    struct frames more;
    int i;

    for (i = 0; i < 2; i++) {
        give(a, "counted");
        expect(x, "counted");
    }
    for (i = 0; i < 20; i++) {
        (void)peer_try(a, frame_of(test, "palm.echo", "too many"));
        give(b, "other");
        expect(y, "other");
        check_that(test, !peer_poll(x, 0, &more),
                   "the part has sent more than 2 messages");
    }
}

const struct test_entry route_tests[] = {
    TEST("PALM-ROUTE-001", route_001_message_goes_where_its_route_says),
    TEST("PALM-ROUTE-002", route_002_two_inbound_parts_share_a_route),
    TEST("PALM-ROUTE-003", route_003_routes_do_not_wait_for_each_other),
    TEST("PALM-ROUTE-004", route_004_message_without_route_is_dropped),
    TEST("PALM-ROUTE-005", route_005_feedback_goes_on),
    TEST("PALM-ROUTE-006", route_006_sent_message_goes_on),
    TEST("PALM-ROUTE-007", route_007_second_route_is_not_followed),
    TEST("PALM-ROUTE-007", route_007_feedback_goes_on_once),
    TEST("PALM-ROUTE-008", route_008_asker_gets_first_feedback),
    TEST("PALM-ROUTE-008", route_008_second_feedback_is_not_for_asker),
    TEST("PALM-ROUTE-009", route_009_bad_feedback_does_not_go_on),
    TEST("PALM-ROUTE-010", route_010_route_to_nowhere_is_refused),
    TEST("PALM-ROUTE-010", route_010_outbound_route_to_nowhere_is_refused),
    TEST("PALM-ROUTE-011", route_011_two_inbound_of_one_name_are_refused),
    TEST("PALM-ROUTE-011", route_011_two_outbound_of_one_name_are_refused),
    TEST("PALM-ROUTE-012", route_012_empty_name_is_refused),
    TEST("PALM-ROUTE-013", route_013_both_directions_may_share_a_name),
    TEST("PALM-ROUTE-014", route_014_server_ends_after_messages),
    TEST("PALM-ROUTE-015", route_015_part_ends_after_messages),
    TEST("PALM-ROUTE-015", route_015_outbound_part_ends_after_messages),
    END_OF_TESTS,
};
