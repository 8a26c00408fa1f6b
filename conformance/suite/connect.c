/* SPDX-License-Identifier: MIT */
/* connect.c: PALM-CONNECT: parts that connect. */
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { FEW = 10, RETURN_BOUND = 10000 };

/* A target with one part that connects, "in", and a PushService "out". */
static struct target *
start_inbound(struct test *test, const char *class_and_keys,
              const char *address)
{
    return target_start(test, "custom", "part.in",
                        test_text(test, "inbound %s route=out address=%s",
                                  class_and_keys, address),
                        "part.out", "outbound PushService", NULL);
}

static struct target *
start_outbound(struct test *test, const char *address)
{
    return target_start(
        test, "custom", "part.in", "inbound PullService route=out", "part.out",
        test_text(test, "outbound PushConnection address=%s", address), NULL);
}

/* "… from the PUSH socket that it connects to, and fill an empty `cache` with a
 * new uuid4." */
static void
connect_001_pull_connection_fills_cache(struct test *test)
{
    struct peer *in = peer_bind(test, "giver", ZMQ_PUSH);
    struct target *target = start_inbound(test, "PullConnection", in->address);
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");
    struct message message = message_of("palm.echo", "payload");
    struct message taken;

    peer_send(in, message_encode(test, &message));
    taken = wired_take(out);
    check_uuid(test, "cache", taken.cache);
    message.cache = taken.cache;
    check_same(test, "the message", message_encode(test, &taken), &message);
    message.cache = bytes_text("mine");
    peer_send(in, message_encode(test, &message));
    check_same(test, "the message", peer_receive_one(out), &message);
}

/* "… to the PULL socket that it connects to, as one frame each." */
static void
connect_002_push_connection_sends_frames(struct test *test)
{
    struct peer *out = peer_bind(test, "taker", ZMQ_PULL);
    struct target *target = start_outbound(test, out->address);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    int i;

    for (i = 0; i < FEW; i++) {
        struct message message =
            message_of("palm.echo", test_text(test, "%d", i));

        message.cache = bytes_text("mine");
        peer_send(in, message_encode(test, &message));
        check_same(test, "the message", peer_receive_one(out), &message);
    }
}

/* "… keep messages while nobody listens at its address, and send them within 5
 * s after somebody does." */
static void
connect_003_push_connection_keeps_messages(struct test *test)
{
    const char *address = free_address(test);
    struct target *target = start_outbound(test, address);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");
    struct peer *out = peer_make(test, "taker", ZMQ_PULL);
    int i;

    for (i = 0; i < FEW; i++) {
        peer_send(in, frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    peer_listen_at(out, address);
    for (i = 0; i < FEW; i++) {
        check_text(test, "the payload", wired_take(out).payload,
                   test_text(test, "%d", i));
    }
}

/* "… requests from the DEALER or REQ socket that it connects to, and answer
 * them as a RepService does." */
static void
connect_004_rep_connection_answers(struct test *test)
{
    static const int types[] = {ZMQ_REQ, ZMQ_DEALER};
    size_t i;

    for (i = 0; i < 2; i++) {
        struct peer *in = peer_bind(test, "asker", types[i]);
        struct target *target =
            start_inbound(test, "RepConnection block=yes", in->address);
        struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");

        peer_await(in, 1);
        check_text(test, "the reply",
                   peer_ask(in, frame_of(test, "palm.echo", "payload")), "");
        check_text(test, "the payload", wired_take(out).payload, "payload");
        check_text(test, "the reply to what cannot be decoded",
                   peer_ask(in, bytes_text("\xff\xff\xff\xff")), "0");
        check_text(test, "the reply",
                   peer_ask(in, frame_of(test, "palm.echo", "next")), "");
        check_text(test, "the payload", wired_take(out).payload, "next");
        target_kill(target);
    }
}

/* --- SubConnection -------------------------------------------------------- */

static void
await_topic(struct peer *publisher, const char *topic)
{
    struct test *test = publisher->test;

    check_bytes(test, "the subscription", peer_receive_one(publisher),
                bytes_joined(test, bytes_of("\x01", 1), bytes_text(topic)));
}

static void
publish(struct peer *publisher, const char *topic, const char *payload)
{
    struct bytes frames[2];

    frames[0] = bytes_text(topic);
    frames[1] = frame_of(publisher->test, "palm.echo", payload);
    peer_send_frames(publisher, frames, 2);
}

/* A publisher, and a SubConnection to "first" that it knows of. */
static struct peer *
start_subscriber(struct test *test, struct peer **publisher)
{
    struct target *target;

    *publisher = peer_bind(test, "previous server", ZMQ_XPUB);
    target = start_inbound(test, "SubConnection previous=first",
                           (*publisher)->address);
    await_topic(*publisher, "first");
    return wired_peer(target, "taker", ZMQ_PULL, "out");
}

/* "… messages whose topic is equal to `previous`, and take the message from the
 * second frame." */
static void
connect_005_sub_connection_takes_its_topic(struct test *test)
{
    struct peer *publisher;
    struct peer *out = start_subscriber(test, &publisher);
    struct message message = message_of("palm.echo", "payload");
    struct message taken;

    publish(publisher, "first", "payload");
    taken = wired_take(out);
    message.cache = taken.cache; /* a hub fills it, a pipeline does not */
    check_same(test, "the message", message_encode(test, &taken), &message);
}

/* "… a message whose topic is longer than `previous` and begins with it." */
static void
connect_006_sub_connection_wants_the_whole_topic(struct test *test)
{
    struct peer *publisher;
    struct peer *out = start_subscriber(test, &publisher);

    publish(publisher, "firstly", "longer");
    publish(publisher, "first ", "longer");
    publish(publisher, "first", "fence");
    check_text(test, "the payload", wired_take(out).payload, "fence");
}

/* "… drop a message of one frame and one of more than two frames, and take the
 * next." */
static void
connect_007_sub_connection_wants_two_frames(struct test *test)
{
    struct peer *publisher;
    struct peer *out = start_subscriber(test, &publisher);
    struct bytes frames[3];

    frames[0] = bytes_text("first");
    frames[1] = frame_of(test, "palm.echo", "of three");
    frames[2] = frames[1];
    peer_send_frames(publisher, frames, 1);
    peer_send_frames(publisher, frames, 3);
    publish(publisher, "first", "fence");
    check_text(test, "the payload", wired_take(out).payload, "fence");
}

/* --- reconnecting --------------------------------------------------------- */

/* Closes a peer and binds another one at its address. */
static struct peer *
replace(struct peer *peer, int type)
{
    struct peer *next = peer_make(peer->test, peer->label, type);

    peer_close(peer);
    peer_listen_at(next, peer->address);
    return next;
}

static void
await_return(struct peer *peer)
{
    struct test *test = peer->test;
    int64_t until = now() + (int64_t)bound_of(test, RETURN_BOUND) * 1000;
    zmq_pollitem_t item = {NULL, 0, ZMQ_POLLIN, 0};

    item.socket = peer->monitor;
    if (zmq_poll(&item, 1, (long)((until - now()) / 1000)) <= 0) {
        fail(test, "%s: the part does not come back within %d ms", peer->label,
             bound_of(test, RETURN_BOUND));
    }
}

/* "… reconnect to a peer that went away and came back at the same address, and
 * go on within 10 s." */
static void
connect_008_pull_connection_comes_back(struct test *test)
{
    struct peer *in = peer_bind(test, "giver", ZMQ_PUSH);
    struct target *target = start_inbound(test, "PullConnection", in->address);
    struct peer *out = wired_peer(target, "taker", ZMQ_PULL, "out");

    peer_send(in, frame_of(test, "palm.echo", "before"));
    check_text(test, "the payload", wired_take(out).payload, "before");
    in = replace(in, ZMQ_PUSH);
    await_return(in);
    peer_send(in, frame_of(test, "palm.echo", "after"));
    check_text(test, "the payload", wired_take(out).payload, "after");
}

static void
connect_008_push_connection_comes_back(struct test *test)
{
    struct peer *out = peer_bind(test, "taker", ZMQ_PULL);
    struct target *target = start_outbound(test, out->address);
    struct peer *in = wired_peer(target, "giver", ZMQ_PUSH, "in");

    peer_send(in, frame_of(test, "palm.echo", "before"));
    check_text(test, "the payload", wired_take(out).payload, "before");
    out = replace(out, ZMQ_PULL);
    await_return(out);
    peer_send(in, frame_of(test, "palm.echo", "after"));
    check_text(test, "the payload", wired_take(out).payload, "after");
}

static void
connect_008_sub_connection_comes_back(struct test *test)
{
    struct peer *publisher;
    struct peer *out = start_subscriber(test, &publisher);

    publisher = replace(publisher, ZMQ_XPUB);
    await_return(publisher);
    await_topic(publisher, "first");
    publish(publisher, "first", "after");
    check_text(test, "the payload", wired_take(out).payload, "after");
}

const struct test_entry connect_tests[] = {
    TEST("PALM-CONNECT-001", connect_001_pull_connection_fills_cache),
    TEST("PALM-CONNECT-002", connect_002_push_connection_sends_frames),
    TEST("PALM-CONNECT-003", connect_003_push_connection_keeps_messages),
    TEST("PALM-CONNECT-004", connect_004_rep_connection_answers),
    TEST("PALM-CONNECT-005", connect_005_sub_connection_takes_its_topic),
    TEST("PALM-CONNECT-006", connect_006_sub_connection_wants_the_whole_topic),
    TEST("PALM-CONNECT-007", connect_007_sub_connection_wants_two_frames),
    TEST("PALM-CONNECT-008", connect_008_pull_connection_comes_back),
    TEST("PALM-CONNECT-008", connect_008_push_connection_comes_back),
    TEST("PALM-CONNECT-008", connect_008_sub_connection_comes_back),
    END_OF_TESTS,
};
