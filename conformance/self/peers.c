/* SPDX-License-Identifier: MIT */
/* peers.c: what the peers of peer.h do, and how they fail. */
#include "conformance/self/self.h"

#define SCENE(name) static void name(struct test *test)

/* PUSH and PULL, joined. */
static struct peer *
mouth_of(struct test *test, struct peer **ear)
{
    *ear = peer_bind(test, "ear", ZMQ_PULL);
    return peer_connect(test, "mouth", ZMQ_PUSH, (*ear)->address);
}

SCENE(frames_arrive)
{
    const struct bytes sent[3] = {bytes_text("one"), bytes_of("", 0),
                                  bytes_of("\0three", 6)};
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);
    struct frames got;
    size_t i;

    peer_send_frames(mouth, sent, 3);
    got = peer_receive(ear);
    check_frames(test, "it", &got, 3);
    for (i = 0; i < 3; i++) {
        check_bytes(test, "a frame", got.frame[i], sent[i]);
    }
}

SCENE(frames_beyond)
{
    struct bytes sent[FRAMES_MAX + 3];
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);
    struct frames got;
    size_t i;

    for (i = 0; i < FRAMES_MAX + 3; i++) {
        sent[i] = bytes_text(test_text(test, "%zu", i));
    }
    peer_send_frames(mouth, sent, FRAMES_MAX + 3);
    peer_send(mouth, bytes_text("next"));
    got = peer_receive(ear);
    check_frames(test, "it", &got, FRAMES_MAX + 3);
    check_text(test, "the last", got.frame[FRAMES_MAX - 1], "15");
    check_text(test, "the next", peer_receive_one(ear), "next");
}

SCENE(nobody_joins)
{
    /* A port that answers and speaks no ZMTP. */
    (void)peer_connect(test, "caller", ZMQ_REQ,
                       peer_bind(test, "wall", ZMQ_STREAM)->address);
}

SCENE(no_address)
{
    (void)peer_connect(test, "caller", ZMQ_REQ, "nowhere");
}

SCENE(wrong_type)
{
    (void)peer_make(test, "thing", 1000);
}

SCENE(nothing_received)
{
    (void)peer_receive(peer_bind(test, "ear", ZMQ_PULL));
}

/* Two frames have crossed before. */
SCENE(nothing_more_received)
{
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);

    peer_send(mouth, bytes_text("first"));
    peer_send(mouth, bytes_text("second"));
    (void)peer_receive_one(ear);
    (void)peer_receive_one(ear);
    (void)peer_receive_one(ear);
}

SCENE(two_for_one)
{
    const struct bytes sent[2] = {bytes_text("one"), bytes_text("two")};
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);

    peer_send_frames(mouth, sent, 2);
    (void)peer_receive_one(ear);
}

SCENE(not_sent)
{
    peer_send(peer_bind(test, "mouth", ZMQ_PUSH), bytes_text("word"));
}

SCENE(wrong_state)
{
    struct peer *server = peer_bind(test, "server", ZMQ_REP);
    struct peer *caller =
        peer_connect(test, "caller", ZMQ_REQ, server->address);

    peer_send(caller, bytes_text("one"));
    peer_send(caller, bytes_text("two"));
}

SCENE(try_says)
{
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);

    check_that(test, peer_try(mouth, bytes_text("word")), "it does not go");
    check_text(test, "it", peer_receive_one(ear), "word");
    check_that(test,
               !peer_try(peer_bind(test, "alone", ZMQ_PUSH), bytes_text("w")),
               "it goes to nobody");
}

SCENE(any_finds)
{
    struct peer *ears[3];
    struct peer *mouth;

    ears[0] = peer_bind(test, "first", ZMQ_PULL);
    ears[1] = peer_bind(test, "second", ZMQ_PULL);
    ears[2] = peer_bind(test, "third", ZMQ_PULL);
    check_number(test, "none", peer_any(ears, 3, 0), -1);
    mouth = peer_connect(test, "mouth", ZMQ_PUSH, ears[1]->address);
    peer_send(mouth, bytes_text("word"));
    check_number(test, "the one", peer_any(ears, 3, bound(test)), 1);
}

SCENE(identity_is_seen)
{
    struct peer *router = peer_bind(test, "router", ZMQ_ROUTER);
    struct peer *caller = peer_connect_as(test, "caller", ZMQ_DEALER,
                                          router->address, "the caller");
    struct frames got;

    peer_send(caller, bytes_text("word"));
    got = peer_receive(router);
    check_frames(test, "it", &got, 2);
    check_text(test, "the identity", got.frame[0], "the caller");
    peer_send_frames(router, got.frame, 2);
    check_text(test, "the echo", peer_receive_one(caller), "word");
}

SCENE(dealer_without_delimiter)
{
    struct peer *router = peer_bind(test, "router", ZMQ_ROUTER);
    struct peer *caller =
        peer_connect_as(test, "caller", ZMQ_DEALER, router->address, "caller");
    const struct bytes early[2] = {bytes_text("caller"), bytes_text("no")};

    peer_send_frames(router, early, 2);
    (void)peer_ask(caller, bytes_text("question"));
}

SCENE(await_more)
{
    struct peer *ear;

    (void)mouth_of(test, &ear);
    peer_await(ear, 1);
    peer_await(ear, 1);
}

SCENE(closed_is_gone)
{
    struct peer *ear;
    struct peer *mouth = mouth_of(test, &ear);

    peer_await(ear, 1);
    peer_close(mouth);
    mouth = peer_connect(test, "mouth", ZMQ_PUSH, ear->address);
    peer_await(ear, 1);
    peer_send(mouth, bytes_text("again"));
    check_text(test, "it", peer_receive_one(ear), "again");
}

SCENE(subscriber_hears)
{
    struct peer *publisher = peer_bind(test, "publisher", ZMQ_XPUB);
    struct peer *subscriber =
        peer_subscribe(test, "subscriber", publisher->address, "topic");
    const struct bytes sent[2] = {bytes_text("topics"), bytes_text("word")};
    struct frames got;

    check_text(test, "the subscription", peer_receive_one(publisher),
               "\001topic");
    peer_send(publisher, bytes_text("other"));
    peer_send_frames(publisher, sent, 2);
    got = peer_receive(subscriber);
    check_frames(test, "it", &got, 2);
    check_text(test, "its topic", got.frame[0], "topics");
}

#define FAILS VERDICT_FAIL
#define HOLDS VERDICT_PASS, "", "", ""

const struct self_case peer_cases[] = {
    {"frames arrive as they are sent", frames_arrive, HOLDS},
    {"frames behind the limit are counted", frames_beyond, HOLDS},
    {"a peer that nobody answers fails", nobody_joins, FAILS, "caller: no peer",
     "", ""},
    {"an address that is none fails", no_address, FAILS,
     "caller: one cannot connect to \"nowhere\"", "", ""},
    {"a socket of no type is an ERROR", wrong_type, VERDICT_ERROR,
     "thing: no socket", "", ""},
    {"receiving in vain fails", nothing_received, FAILS,
     "ear: nothing came within", "a message at ear",
     "nothing; the last frames were"},
    {"receiving in vain tells what came before", nothing_more_received, FAILS,
     "ear: nothing came within", "a message at ear",
     "from the target: ear first; from the target: ear second"},
    {"two frames for one fail", two_for_one, FAILS,
     "number of frames (ear) differs", "1", "2"},
    {"sending in vain fails", not_sent, FAILS, "mouth: a message does not go",
     "", ""},
    {"sending out of turn fails", wrong_state, FAILS,
     "caller: a frame does not go out", "", ""},
    {"peer_try says whether it went", try_says, HOLDS},
    {"peer_any finds the one that has something", any_finds, HOLDS},
    {"an identity is seen", identity_is_seen, HOLDS},
    {"an answer without a delimiter fails", dealer_without_delimiter, FAILS,
     "number of frames (caller) differs", "2", "1"},
    {"waiting for one peer more fails", await_more, FAILS, "ear: no peer", "",
     ""},
    {"a closed peer can come again", closed_is_gone, HOLDS},
    {"a subscriber hears its topic", subscriber_hears, HOLDS},
    END_OF_CASES};
