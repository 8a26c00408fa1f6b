/* SPDX-License-Identifier: MIT */
/* service.c: PALM-SERVICE: parts that bind, one by one. */
#include <stdlib.h>

#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { MANY = 100, FEW = 10, TIMEOUT = 300 };

/* "… messages from any number of PUSH peers, and fill an empty `cache` with a
 * new uuid4." */
static void
service_001_pull_service_fills_cache(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushService", NULL);
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");
    const char *last = "";
    int i;

    for (i = 0; i < 3; i++) {
        struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
        struct message message =
            message_of("palm.echo", test_text(test, "payload-%d", i));
        struct message taken;

        peer_send(in, message_encode(test, &message));
        taken = wired_take(out);
        check_uuid(test, "cache", taken.cache);
        check_that(test, !bytes_are(taken.cache, last),
                   "two messages have one cache");
        last = bytes_string(test, taken.cache);
        message.cache = taken.cache;
        check_same(test, "the message", message_encode(test, &taken), &message);
        message.cache = bytes_text("mine");
        peer_send(in, message_encode(test, &message));
        check_same(test, "the message", peer_receive_one(out), &message);
    }
}

/* "… messages from PUSH peers, and leave an empty `cache` empty." */
static void
service_002_worker_pull_service_leaves_cache(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound WorkerPullService route=out",
        "part.out", "outbound PushService", NULL);
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");
    int i;

    for (i = 0; i < 3; i++) {
        struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
        struct message message =
            message_of("palm.echo", test_text(test, "payload-%d", i));

        peer_send(in, message_encode(test, &message));
        check_same(test, "the message", peer_receive_one(out), &message);
    }
}

/* "… each message to exactly one of its connected PULL peers, round robin, as
 * one frame." */
static void
service_003_push_service_is_round_robin(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *takers[2];
    bool seen[MANY] = {false};
    int count[2] = {0, 0};
    int i;

    takers[0] = wired_peer(target, "taker one", ZMQ_PULL, "out");
    takers[1] = wired_peer(target, "taker two", ZMQ_PULL, "out");
    for (i = 0; i < MANY; i++) {
        peer_send(in, frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    for (i = 0; i < MANY; i++) {
        int who = peer_any(takers, 2, bound(test));
        unsigned long number;

        check_that(test, who >= 0, "only %d of %d messages came", i, MANY);
        number = strtoul(bytes_string(test, wired_take(takers[who]).payload),
                         NULL, 10);
        check_that(test, number < MANY && !seen[number],
                   "message %lu came twice", number);
        seen[number] = true;
        count[who]++;
    }
    check_range(test, "the share of the first of two", count[0], 40, 60);
}

/* "… keep messages while no peer is connected, and send them when one is." */
static void
service_004_push_service_keeps_messages(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushService", NULL);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *out;
    int i;

    for (i = 0; i < FEW; i++) {
        peer_send(in, frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    out = wired_peer(target, "taker", ZMQ_PULL, "out");
    for (i = 0; i < FEW; i++) {
        check_text(test, "the payload", wired_take(out).payload,
                   test_text(test, "%d", i));
    }
}

/* "… two frames, `client` as the topic and the message unchanged." */
static void
service_005_pub_service_publishes_to_client(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.in", "inbound WorkerPullService route=out",
        "part.out", "outbound PubService", NULL);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *out = peer_subscribe(
        test, "client", target_address(target, "part.out.address"), CLIENT);
    struct message message = message_of("palm.echo", "payload");
    struct frames frames;

    await_subscription(in, message, out);
    message.stage = 3;
    message.unknown = field_varint(test, 77, 5);
    peer_send(in, message_encode(test, &message));
    frames = peer_receive(out);
    check_frames(test, "what is published", &frames, 2);
    check_text(test, "the topic", frames.frame[0], CLIENT);
    check_same(test, "the message", frames.frame[1], &message);
}

/* --- PushPullService ------------------------------------------------------ */

struct desk {
    struct target *target;
    struct peer *ask;  /* REQ */
    struct peer *work; /* PULL: what it sends */
    struct peer *done; /* PUSH: its answers */
};

static void
open_desk(struct desk *desk, struct test *test, const char *out)
{
    desk->target = target_start(test, "custom", "part.in",
                                "inbound RepService block=yes route=out",
                                "part.out", out, NULL);
    desk->ask = wired_peer(desk->target, "asker", ZMQ_REQ, "in");
    desk->work =
        peer_connect(test, "worker in", ZMQ_PULL,
                     target_address(desk->target, "part.out.push_address"));
    desk->done =
        peer_connect(test, "worker out", ZMQ_PUSH,
                     target_address(desk->target, "part.out.pull_address"));
}

/* "… to a peer of its PUSH endpoint, and take as its feedback what a peer
 * pushes to its PULL endpoint." */
static void
service_006_push_pull_gives_answer_as_feedback(struct test *test)
{
    struct desk desk;
    struct message message = message_of("palm.echo", "question");

    open_desk(&desk, test, "outbound PushPullService");
    message.cache = bytes_text("tag");
    peer_send(desk.ask, message_encode(test, &message));
    check_same(test, "the question", peer_receive_one(desk.work), &message);
    message.payload = bytes_text("answer");
    peer_send(desk.done, message_encode(test, &message));
    check_bytes(test, "the reply", peer_receive_one(desk.ask),
                message_encode(test, &message));
}

/* "… the next message only when it has the feedback of the one before." */
static void
service_007_push_pull_sends_one_at_a_time(struct test *test)
{
    struct target *target =
        target_start(test, "custom", "part.in", "inbound PullService route=out",
                     "part.out", "outbound PushPullService", NULL);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *work =
        peer_connect(test, "worker in", ZMQ_PULL,
                     target_address(target, "part.out.push_address"));
    struct peer *done =
        peer_connect(test, "worker out", ZMQ_PUSH,
                     target_address(target, "part.out.pull_address"));
    int i;

    for (i = 0; i < 3; i++) {
        peer_send(in, frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    for (i = 0; i < 3; i++) {
        struct message taken = wired_take(work);

        check_text(test, "the payload", taken.payload,
                   test_text(test, "%d", i));
        check_silence(work, bound_of(test, TIMEOUT));
        peer_send(done, message_encode(test, &taken));
    }
}

/* "… its wait has expired." */
static void
service_007_push_pull_goes_on_after_expiry(struct test *test)
{
    struct desk desk;

    open_desk(&desk, test, "outbound PushPullService reply_timeout=300");
    check_text(test, "the first reply",
               peer_ask(desk.ask, frame_of(test, "palm.echo", "one")), "0");
    peer_send(desk.ask, frame_of(test, "palm.echo", "two"));
    check_text(test, "the first message", wired_take(desk.work).payload, "one");
    check_text(test, "the second message", wired_take(desk.work).payload,
               "two");
}

/* "… an answer whose `pipeline`, `client`, `stage`, `function` or `cache`
 * differs from the message that it waits for, but go on waiting." */
static void
service_008_push_pull_wants_the_same_message(struct test *test)
{
    struct desk desk;
    int field;

    open_desk(&desk, test, "outbound PushPullService");
    for (field = 0; field < 5; field++) {
        struct message message = message_of("palm.echo", "question");
        struct message wrong;

        message.cache = bytes_text("tag");
        peer_send(desk.ask, message_encode(test, &message));
        (void)wired_take(desk.work);
        wrong = message;
        wrong.payload = bytes_text("wrong");
        if (field == 2) {
            wrong.stage = 1;
        } else {
            *(field == 0   ? &wrong.pipeline
              : field == 1 ? &wrong.client
              : field == 3 ? &wrong.function
                           : &wrong.cache) = bytes_text("other");
        }
        peer_send(desk.done, message_encode(test, &wrong));
        message.payload = bytes_text("right");
        peer_send(desk.done, message_encode(test, &message));
        check_bytes(test, test_text(test, "the reply (field %d)", field),
                    peer_receive_one(desk.ask), message_encode(test, &message));
    }
}

/* "… an answer that comes after its wait has expired to a later message." */
static void
service_009_push_pull_drops_late_answers(struct test *test)
{
    struct desk desk;
    struct message late = message_of("palm.echo", "one");
    struct message next = message_of("palm.echo", "two");

    open_desk(&desk, test, "outbound PushPullService reply_timeout=300");
    late.cache = bytes_text("one");
    next.cache = bytes_text("two");
    check_text(test, "the first reply",
               peer_ask(desk.ask, message_encode(test, &late)), "0");
    (void)wired_take(desk.work);
    peer_send(desk.done, message_encode(test, &late));
    peer_send(desk.ask, message_encode(test, &next));
    (void)wired_take(desk.work);
    peer_send(desk.done, message_encode(test, &next));
    check_bytes(test, "the second reply", peer_receive_one(desk.ask),
                message_encode(test, &next));
}

/* "… two parts of one class, with different names, that work independently." */
static void
service_010_two_parts_of_one_class(struct test *test)
{
    struct target *target = target_start(
        test, "custom", "part.one", "inbound PullService route=first",
        "part.two", "inbound PullService route=second", "part.first",
        "outbound PushService", "part.second", "outbound PushService", NULL);
    struct peer *one = wired_peer(target, "giver one", ZMQ_PUSH, "one");
    struct peer *two = wired_peer(target, "giver two", ZMQ_PUSH, "two");
    struct peer *second = wired_peer(target, "taker two", ZMQ_PULL, "second");
    struct peer *first;

    peer_send(one, frame_of(test, "palm.echo", "of one"));
    peer_send(two, frame_of(test, "palm.echo", "of two"));
    check_text(test, "what the second gives", wired_take(second).payload,
               "of two");
    first = wired_peer(target, "taker one", ZMQ_PULL, "first");
    check_text(test, "what the first gives", wired_take(first).payload,
               "of one");
    peer_send(one, frame_of(test, "palm.echo", "again"));
    check_text(test, "what the first gives", wired_take(first).payload,
               "again");
}

const struct test_entry service_tests[] = {
    TEST("PALM-SERVICE-001", service_001_pull_service_fills_cache),
    TEST("PALM-SERVICE-002", service_002_worker_pull_service_leaves_cache),
    TEST("PALM-SERVICE-003", service_003_push_service_is_round_robin),
    TEST("PALM-SERVICE-004", service_004_push_service_keeps_messages),
    TEST("PALM-SERVICE-005", service_005_pub_service_publishes_to_client),
    TEST("PALM-SERVICE-006", service_006_push_pull_gives_answer_as_feedback),
    TEST("PALM-SERVICE-007", service_007_push_pull_sends_one_at_a_time),
    TEST("PALM-SERVICE-007", service_007_push_pull_goes_on_after_expiry),
    TEST("PALM-SERVICE-008", service_008_push_pull_wants_the_same_message),
    TEST("PALM-SERVICE-009", service_009_push_pull_drops_late_answers),
    TEST("PALM-SERVICE-010", service_010_two_parts_of_one_class),
    END_OF_TESTS,
};
