/* SPDX-License-Identifier: MIT */
/* hostile_gate.c: PALM-HOSTILE: what messages bring to a gateway. */
#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"

struct gate {
    struct test *test;
    struct target *target;
    struct peer *work;
    struct peer *done;
    struct http *browser;   /* its request is under way */
    struct message message; /* and this is its message */
};

static void
start(struct gate *gate, struct test *test)
{
    struct target *target = target_start(test, "gateway", NULL);

    gate->test = test;
    gate->target = target;
    gate->work = peer_connect(test, "work", ZMQ_PULL,
                              target_address(target, "worker_push_address"));
    gate->done = peer_connect(test, "done", ZMQ_PUSH,
                              target_address(target, "worker_pull_address"));
    gate->browser =
        http_connect(test, "browser", target_address(target, "http_address"));
}

/* The work with this payload; what came of bad requests may be before it. */
static struct message
take(struct gate *gate, const char *payload)
{
    struct message message;

    do {
        message =
            check_message(gate->test, "the work", peer_receive_one(gate->work));
    } while (!bytes_are(message.payload, payload));
    return message;
}

static void
browse(struct gate *gate)
{
    http_request(gate->browser, "POST", "/echo", NULL, bytes_text("good"));
    gate->message = take(gate, "good");
}

static void
finish(struct gate *gate, const char *behind)
{
    struct test *test = gate->test;
    struct http_message response;

    gate->message.payload = bytes_text("done");
    peer_send(gate->done, message_encode(test, &gate->message));
    response = http_receive(gate->browser);
    check_number(test, test_text(test, "the status behind \"%s\"", behind),
                 response.status, 200);
    check_text(test, test_text(test, "the body behind \"%s\"", behind),
               response.body, "done");
}

/* "… results that are undecodable …" */
static void
hostile_027_undecodable_results(struct test *test)
{
    struct gate gate;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    start(&gate, test);
    for (i = 0; i < count; i++) {
        browse(&gate);
        peer_send(gate.done, spoiled[i].frame);
        finish(&gate, spoiled[i].name);
    }
}

/* "… or have an empty or unknown `client`." */
static void
hostile_027_unknown_clients(struct test *test)
{
    static const char *const clients[] = {
        "",         CLIENT, "dealer",
        "0b5c2a56", " ",    "a client that is no uuid at all"};
    struct gate gate;
    size_t i;

    start(&gate, test);
    for (i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct message message;

        browse(&gate);
        message = gate.message;
        message.client = bytes_text(clients[i]);
        peer_send(gate.done, message_encode(test, &message));
        finish(&gate, test_text(test, "client \"%s\"", clients[i]));
    }
    browse(&gate);
    gate.message.client = bytes_filled(test, 'x', 1024 * 1024);
    peer_send(gate.done, message_encode(test, &gate.message));
    gate.message.client = bytes_filled(test, 'x', 255);
    peer_send(gate.done, message_encode(test, &gate.message));
    gate.browser = http_connect(test, "next browser",
                                target_address(gate.target, "http_address"));
    browse(&gate);
    finish(&gate, "a large client");
}

/* A good request of a DEALER, and one of a browser. */
static void
check_router_goes_on(struct gate *gate, struct peer *good, const char *behind)
{
    struct test *test = gate->test;
    struct message message = message_of("palm.echo", "of the dealer");
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    struct frames reply;

    message.cache = bytes_text("tag");
    frames[1] = message_encode(test, &message);
    peer_send_frames(good, frames, 2);
    (void)take(gate, "of the dealer");
    message.payload = bytes_text("done");
    peer_send(gate->done, message_encode(test, &message));
    reply = peer_receive(good);
    check_frames(test, "the reply", &reply, 2);
    check_same(test, test_text(test, "the reply behind \"%s\"", behind),
               reply.frame[1], &message);
    browse(gate);
    finish(gate, behind);
}

static struct peer *
dealer(struct gate *gate, const char *label, const char *identity)
{
    return peer_connect_as(gate->test, label, ZMQ_DEALER,
                           target_address(gate->target, "router_address"),
                           identity);
}

/* "… malformed requests at its `router_address`: one frame, three frames …" */
static void
hostile_028_wrong_number_of_frames(struct test *test)
{
    static const size_t counts[] = {1, 3, 4, 100};
    struct gate gate;
    struct peer *bad;
    struct peer *good;
    struct bytes frames[100];
    size_t i;

    start(&gate, test);
    bad = dealer(&gate, "bad dealer", OTHER_CLIENT);
    good = dealer(&gate, "good dealer", CLIENT);
    for (i = 0; i < 100; i++) {
        frames[i] = frame_of(test, "palm.echo", "bad");
    }
    for (i = 0; i < 2 * sizeof counts / sizeof counts[0]; i++) {
        if (i == sizeof counts / sizeof counts[0]) {
            frames[0] = bytes_text(""); /* with a delimiter, too */
        }
        peer_send_frames(bad, frames, counts[i % 4]);
        check_router_goes_on(&gate, good,
                             test_text(test, "%zu frames", counts[i % 4]));
    }
}

/* "… undecodable …" */
static void
hostile_028_undecodable(struct test *test)
{
    struct gate gate;
    struct peer *bad;
    struct peer *good;
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    start(&gate, test);
    bad = dealer(&gate, "bad dealer", OTHER_CLIENT);
    good = dealer(&gate, "good dealer", CLIENT);
    for (i = 0; i < count; i++) {
        frames[1] = spoiled[i].frame;
        peer_send_frames(bad, frames, 2);
        check_router_goes_on(&gate, good, spoiled[i].name);
    }
}

/* "… a `client` that is not its own." */
static void
hostile_028_other_client(struct test *test)
{
    static const char *const clients[] = {"", "nobody", CLIENT, "dealer"};
    struct gate gate;
    struct peer *bad;
    struct peer *good;
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    size_t i;

    start(&gate, test);
    bad = dealer(&gate, "bad dealer", OTHER_CLIENT);
    good = dealer(&gate, "good dealer", CLIENT);
    for (i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        struct message message = message_of("palm.echo", "bad");

        message.client = bytes_text(clients[i]);
        frames[1] = message_encode(test, &message);
        peer_send_frames(bad, frames, 2);
        check_router_goes_on(&gate, good,
                             test_text(test, "client \"%s\"", clients[i]));
    }
}

const struct test_entry hostile_gate_tests[] = {
    TEST("PALM-HOSTILE-027", hostile_027_undecodable_results),
    TEST("PALM-HOSTILE-027", hostile_027_unknown_clients),
    TEST("PALM-HOSTILE-028", hostile_028_wrong_number_of_frames),
    TEST("PALM-HOSTILE-028", hostile_028_undecodable),
    TEST("PALM-HOSTILE-028", hostile_028_other_client),
    END_OF_TESTS,
};
