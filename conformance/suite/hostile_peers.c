/* SPDX-License-Identifier: MIT */
/* hostile_peers.c: PALM-HOSTILE: peers of a master that misbehave. */
#include <stdlib.h>
#include <string.h>

#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])
#define BYTES(text)                                                            \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }

static const char *const endpoints[] = {"pull_address", "worker_push_address",
                                        "worker_pull_address", "pub_address",
                                        "db_address"};

enum { MIB = 1024 * 1024, LARGE = 128 };

/* libzmq's XSUB goes one call deeper for each byte of a topic, and
 * ThreadSanitizer counts no more than 65,536. */
#ifdef __SANITIZE_THREAD__
enum { LARGE_TOPIC = 32 * 1024 };
#else
enum { LARGE_TOPIC = MIB };
#endif

static const char *const types[] = {"PUSH", "PULL", "PUSH", "SUB", "REQ"};

/* The greeting and READY of ZMTP 3.0. */
static struct http *
introduce(struct test *test, const char *address, const char *type)
{
    struct http *tcp = http_connect(test, type, address);
    static const struct bytes greeting = BYTES(
        "\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL\0\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    const uint8_t head[] = {4, (uint8_t)(22 + strlen(type))};
    const uint8_t type_size[] = {0, 0, 0, (uint8_t)strlen(type)};
    struct bytes ready = bytes_joined(test, bytes_of(head, 2),
                                      bytes_text("\x05READY\x0bSocket-Type"));

    ready = bytes_joined(test, ready, bytes_of(type_size, 4));
    ready = bytes_joined(test, ready, bytes_text(type));
    (void)http_try(tcp, bytes_cut(greeting, 0, 64));
    (void)http_try(tcp, ready);
    return tcp;
}

/* New peers all around: a message goes through, and the cache answers.  Work
 * may go to a peer of the wrong kind, so messages are sent until one comes. */
static void
check_master_goes_on(struct master *master)
{
    struct test *test = master->test;
    struct message message = message_of("palm.echo", "good");
    struct frames frames;
    int i;

    (void)master_results(master, CLIENT);
    (void)master_work(master);
    message.cache = bytes_text("tag");
    peer_send(master_client(master), message_encode(test, &message));
    check_same(test, "the work", peer_receive_one(master_work(master)),
               &message);
    for (i = 0; i < 2; i++) {
        peer_send(master_done(master), message_encode(test, &message));
        frames = peer_receive(master_results(master, CLIENT));
        check_frames(test, "the result", &frames, 2);
        check_same(test, "the result", frames.frame[1], &message);
    }
    check_text(test, "the reply to set",
               peer_ask(master_cache(master),
                        cache_request(test, "set", "key", bytes_text("v"))),
               "key");
}

/* --- no ZMTP -------------------------------------------------------------- */

static void
send_to_all(struct test *test, struct bytes bytes, int times)
{
    struct master master;
    size_t i;
    int k;

    master_start(&master, test, NULL);
    for (i = 0; i < COUNT_OF(endpoints); i++) {
        for (k = 0; k < times; k++) {
            struct http *tcp =
                http_connect(test, endpoints[i],
                             target_address(master.target, endpoints[i]));

            (void)http_try(tcp, bytes);
            if (k % 2 == 0) {
                http_close(tcp);
            }
        }
    }
    check_master_goes_on(&master);
}

/* "… peers open TCP connections to its endpoints and send what is no ZMTP …" */
static void
hostile_004_random_bytes(struct test *test)
{
    uint8_t bytes[3000];
    uint32_t number = 7;
    size_t i;

    for (i = 0; i < sizeof bytes; i++) {
        number = number * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(number >> 24);
    }
    send_to_all(test, bytes_of(bytes, sizeof bytes), 4);
}

static void
hostile_004_http(struct test *test)
{
    send_to_all(test, bytes_text("GET / HTTP/1.1\r\nHost: palm\r\n\r\n"), 4);
}

static void
hostile_004_tls(struct test *test)
{
    static const struct bytes hello =
        BYTES("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"
              "0123456789abcdef0123456789abcdef\x00\x00\x04\x13\x01\x13\x02");

    send_to_all(test, hello, 4);
}

static void
hostile_004_half_a_greeting(struct test *test)
{
    static const struct bytes greeting =
        BYTES("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03");

    send_to_all(test, greeting, 4);
}

/* "… or close them at once." (100 connections) */
static void
hostile_004_hundred_connections(struct test *test)
{
    send_to_all(test, bytes_text(""), 20);
}

/* "… a socket of the wrong kind connects to one of its endpoints."  A socket
 * that is turned away comes again and again; the bytes come at once. */
static void
check_wrong_kind(struct test *test, size_t endpoint)
{
    static const struct {
        int type;
        const char *name;
    } kinds[] = {{ZMQ_PUSH, "PUSH"}, {ZMQ_PULL, "PULL"}, {ZMQ_PUB, "PUB"},
                 {ZMQ_SUB, "SUB"},   {ZMQ_REP, "REP"},   {ZMQ_ROUTER, "ROUTER"},
                 {ZMQ_XPUB, "XPUB"}, {ZMQ_PAIR, "PAIR"}};
    static const struct bytes hello = BYTES("\0\x05hello");
    struct master master;
    const char *address;
    size_t i;

    master_start(&master, test, NULL);
    address = target_address(master.target, endpoints[endpoint]);
    for (i = 0; i < COUNT_OF(kinds); i++) {
        struct peer *peer;

        if (strcmp(kinds[i].name, types[endpoint]) == 0) {
            continue;
        }
        peer = peer_make(test, "wrong kind", kinds[i].type);
        (void)zmq_connect(peer->socket, address);
        (void)zmq_send(peer->socket, "hello", 5, ZMQ_DONTWAIT);
        (void)http_try(introduce(test, address, kinds[i].name), hello);
    }
    check_master_goes_on(&master);
}

static void
hostile_005_at_pull(struct test *test)
{
    check_wrong_kind(test, 0);
}

static void
hostile_005_at_worker_push(struct test *test)
{
    check_wrong_kind(test, 1);
}

static void
hostile_005_at_worker_pull(struct test *test)
{
    check_wrong_kind(test, 2);
}

static void
hostile_005_at_pub(struct test *test)
{
    check_wrong_kind(test, 3);
}

static void
hostile_005_at_db(struct test *test)
{
    check_wrong_kind(test, 4);
}

/* --- subscribers ---------------------------------------------------------- */

/* "… subscribes 10,000 topics …" */
static void
hostile_006_many_topics(struct test *test)
{
    enum { TOPICS = 10000 };
    static const int all = 0; /* ZeroMQ drops subscriptions over the limit */
    struct master master;
    struct message probe = message_of("palm.echo", "");
    struct peer *greedy;
    int i;

    master_start(&master, test, NULL);
    greedy = peer_make(test, "greedy", ZMQ_SUB);
    (void)zmq_setsockopt(greedy->socket, ZMQ_SNDHWM, &all, sizeof all);
    peer_join(greedy, target_address(master.target, "pub_address"));
    for (i = 0; i < TOPICS; i++) {
        const char *topic = test_text(test, "topic-%d-", i);

        (void)zmq_setsockopt(greedy->socket, ZMQ_SUBSCRIBE, topic,
                             strlen(topic));
    }
    probe.client = bytes_text(test_text(test, "topic-%d-", TOPICS - 1));
    await_subscription(master_done(&master), probe, greedy);
    check_master_goes_on(&master);
}

/* A frame as an XSUB sends it: any bytes. */
static void
send_subscription(struct test *test, const struct bytes *frames, size_t count)
{
    struct master master;
    struct peer *odd;
    size_t i;

    master_start(&master, test, NULL);
    odd = peer_connect(test, "odd subscriber", ZMQ_XSUB,
                       target_address(master.target, "pub_address"));
    for (i = 0; i < count; i++) {
        peer_send(odd, frames[i]);
    }
    peer_send_frames(odd, frames, count);
    check_master_goes_on(&master);
}

/* "… one of 1 MiB …" */
static void
hostile_035_large_topic(struct test *test)
{
    struct bytes frame = bytes_joined(test, bytes_text("\x01"),
                                      bytes_filled(test, 'x', LARGE_TOPIC));

    send_subscription(test, &frame, 1);
}

/* "… sends broken subscriptions, or messages of its own." */
static void
hostile_036_broken_subscriptions(struct test *test)
{
    static const struct bytes frames[] = {BYTES(""),        BYTES("\0"),
                                          BYTES("\0never"), BYTES("\2x"),
                                          BYTES("\xff"),    BYTES("hello")};

    send_subscription(test, frames, COUNT_OF(frames));
}

/* "… the connection of a peer that speaks ZMTP 1.0 …": of one that begins with
 * the length of its identity. */
static void
check_no_old_peers(struct test *test, const char *endpoint, const char *address)
{
    static const struct bytes greeting = BYTES("\1\0\6\0hello\1");
    struct http *tcp = http_connect(test, endpoint, address);

    (void)http_try(tcp, greeting);
    check_that(test, http_ends(tcp, bound(test)),
               "%s: the connection of a peer of ZMTP 1.0 is open after 5 s",
               endpoint);
}

static void
hostile_037_old_peers(struct test *test)
{
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    for (i = 0; i < COUNT_OF(endpoints); i++) {
        check_no_old_peers(test, endpoints[i],
                           target_address(master.target, endpoints[i]));
    }
    check_master_goes_on(&master);
}

static void
hostile_038_old_peers_of_push_pull(struct test *test)
{
    static const char *const keys[] = {"part.ask.push_address",
                                       "part.ask.pull_address"};
    struct target *target = target_start(
        test, "custom", "part.in", "inbound RepService route=ask block=yes",
        "part.ask", "outbound PushPullService", NULL);
    size_t i;

    for (i = 0; i < COUNT_OF(keys); i++) {
        check_no_old_peers(test, keys[i], target_address(target, keys[i]));
    }
}

/* "… clients and workers connect and leave 100 times in mid-stream." */
static void
hostile_007_peers_come_and_go(struct test *test)
{
    struct master master;
    struct message message = message_of("palm.echo", "brief");
    struct message taken = message;
    struct frames frames;
    int i;

    master_start(&master, test, NULL);
    for (i = 0; i < 100; i++) {
        struct peer *client =
            peer_connect(test, "brief client", ZMQ_PUSH,
                         target_address(master.target, "pull_address"));
        struct peer *worker =
            peer_connect(test, "brief worker", ZMQ_PULL,
                         target_address(master.target, "worker_push_address"));

        peer_send(client, message_encode(test, &message));
        if (i % 2 == 0) { /* else it may be with one that has just left */
            (void)peer_poll(worker, 10, &frames);
        }
        peer_close(worker);
        peer_close(client);
    }
    (void)master_results(&master, CLIENT);
    (void)master_work(&master);
    message = message_of("palm.echo", "good");
    for (i = 0; i < 500 && !bytes_are(taken.payload, "good"); i++) {
        peer_send(master_client(&master), message_encode(test, &message));
        if (peer_any(&master.work, 1, 10) == 0) {
            taken = work_one(&master, "done");
        }
    }
    check_that(test, bytes_are(taken.payload, "good"),
               "a worker that stays gets nothing");
    do {
        message = receive_result(master.results, CLIENT);
    } while (!bytes_are(message.payload, "done"));
}

/* Then a frame of so many bytes begins. */
static struct http *
announce(struct test *test, const char *address, const char *type,
         uint64_t size)
{
    struct http *tcp = introduce(test, address, type);
    uint8_t length[9] = {2};
    int i;

    for (i = 0; i < 8; i++) {
        length[1 + i] = (uint8_t)(size >> (56 - 8 * i));
    }
    (void)http_try(tcp, bytes_of(length, 9));
    return tcp;
}

/* "… a peer announces a frame of 2^62 bytes …" */
static void
hostile_008_endless_frame(struct test *test)
{
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    master_crew(&master);
    for (i = 0; i < COUNT_OF(types); i++) {
        if (i != 1) { /* it would be given work */
            struct http *tcp =
                announce(test, target_address(master.target, endpoints[i]),
                         types[i], (uint64_t)1 << 62);

            (void)http_try(tcp, bytes_text("some"));
        }
    }
    check_master_goes_on(&master);
}

/* "… or sends one over the server's limit; at most that peer's connection
 * ends."  A server that has a larger limit, or none, cannot decode it. */
static void
hostile_008_large_frame(struct test *test)
{
    struct bytes part = bytes_filled(test, 0, MIB);
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    master_crew(&master);
    for (i = 0; i < COUNT_OF(types); i++) {
        struct http *tcp;
        int k;

        if (i == 1) { /* it would be given work */
            continue;
        }
        tcp = announce(test, target_address(master.target, endpoints[i]),
                       types[i], (uint64_t)LARGE * MIB);
        for (k = 0; k < LARGE && http_try(tcp, part); k++) {
        }
        check_master_goes_on(&master);
        http_close(tcp);
    }
}

/* "… go on when a result names a client of 1 MiB and a peer has subscribed to a
 * beginning of it of 256 bytes." */
static void
hostile_033_long_client(struct test *test)
{
    struct master master;
    struct message result = message_of("palm.echo", "");
    struct bytes beginning = bytes_filled(test, 'x', 256);

    master_start(&master, test, NULL);
    (void)peer_subscribe(test, "odd subscriber",
                         target_address(master.target, "pub_address"),
                         test_text(test, "%.*s", (int)beginning.size,
                                   (const char *)beginning.data));
    result.client = bytes_filled(test, 'x', MIB);
    peer_send(master_done(&master), message_encode(test, &result));
    check_master_goes_on(&master);
}

const struct test_entry hostile_peers_tests[] = {
    TEST("PALM-HOSTILE-004", hostile_004_random_bytes),
    TEST("PALM-HOSTILE-004", hostile_004_http),
    TEST("PALM-HOSTILE-004", hostile_004_tls),
    TEST("PALM-HOSTILE-004", hostile_004_half_a_greeting),
    TEST("PALM-HOSTILE-004", hostile_004_hundred_connections),
    TEST("PALM-HOSTILE-005", hostile_005_at_pull),
    TEST("PALM-HOSTILE-005", hostile_005_at_worker_push),
    TEST("PALM-HOSTILE-005", hostile_005_at_worker_pull),
    TEST("PALM-HOSTILE-005", hostile_005_at_pub),
    TEST("PALM-HOSTILE-005", hostile_005_at_db),
    TEST("PALM-HOSTILE-006", hostile_006_many_topics),
    TEST("PALM-HOSTILE-035", hostile_035_large_topic),
    TEST("PALM-HOSTILE-036", hostile_036_broken_subscriptions),
    TEST("PALM-HOSTILE-037", hostile_037_old_peers),
    TEST("PALM-HOSTILE-038", hostile_038_old_peers_of_push_pull),
    TEST("PALM-HOSTILE-007", hostile_007_peers_come_and_go),
    TEST("PALM-HOSTILE-008", hostile_008_endless_frame),
    TEST("PALM-HOSTILE-008", hostile_008_large_frame),
    TEST("PALM-HOSTILE-033", hostile_033_long_client),
    END_OF_TESTS,
};
