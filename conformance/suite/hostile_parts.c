/* SPDX-License-Identifier: MIT */
/* hostile_parts.c: PALM-HOSTILE: what hubs, workers and clients must bear. */
#include "conformance/suite/asker.h"
#include "conformance/suite/crew.h"
#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* "… its master." */
static void
hostile_021_undecodable_work(struct test *test)
{
    struct crew crew;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    crew_start(&crew, test, "worker");
    for (i = 0; i < count; i++) {
        struct message message =
            message_of("palm.echo", test_text(test, "good %zu", i));

        peer_send(crew.push, spoiled[i].frame);
        peer_send(crew.push, message_encode(test, &message));
        check_same(test,
                   test_text(test, "the result behind \"%s\"", spoiled[i].name),
                   peer_receive_one(crew.pull), &message);
    }
}

/* "… drop a message of several frames, whole, and go on." */
static void
hostile_034_several_frames_of_work(struct test *test)
{
    struct crew crew;
    size_t count;

    crew_start(&crew, test, "worker");
    for (count = 2; count <= 4; count++) {
        struct message good =
            message_of("palm.echo", test_text(test, "good %zu", count));
        struct bytes frames[4];
        size_t i;

        for (i = 0; i < count; i++) {
            frames[i] = frame_of(test, "palm.echo", "of several");
        }
        peer_send_frames(crew.push, frames, count);
        peer_send(crew.push, message_encode(test, &good));
        check_same(test, test_text(test, "the result behind %zu frames", count),
                   peer_receive_one(crew.pull), &good);
    }
}

static void
check_odd_function(struct crew *crew, struct bytes function)
{
    struct test *test = crew->test;
    struct message odd = message_of("", "odd");
    struct message good = message_of("palm.echo", "good");

    odd.function = function;
    peer_send(crew->push, message_encode(test, &odd));
    check_error_result(test, peer_receive_one(crew->pull), &odd);
    peer_send(crew->push, message_encode(test, &good));
    check_same(test, "the next result", peer_receive_one(crew->pull), &good);
}

/* "… a `function` of only dots, only blanks … names that a language could
 * mistake for its own …" */
static void
hostile_022_odd_functions(struct test *test)
{
    static const char *const functions[] = {".",
                                            "..",
                                            "....",
                                            " ",
                                            "    ",
                                            "palm.",
                                            "palm...",
                                            "palm.__class__",
                                            "palm.__init__",
                                            "palm.toString",
                                            "palm.main",
                                            "palm.exit",
                                            "palm.%s%n",
                                            "palm./bin/sh",
                                            "palm.echo()"};
    struct crew crew;
    size_t i;

    crew_start(&crew, test, "worker");
    for (i = 0; i < COUNT_OF(functions); i++) {
        check_odd_function(&crew, bytes_text(functions[i]));
    }
}

/* "… 1 MiB …" */
static void
hostile_022_large_functions(struct test *test)
{
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_odd_function(&crew, bytes_filled(test, 'x', 1024 * 1024));
    check_odd_function(&crew, bytes_filled(test, '.', 1024 * 1024));
    check_odd_function(&crew, bytes_filled(test, ' ', 1024 * 1024));
}

/* "… the server before it publishes undecodable messages, one frame, three
 * frames or other topics." */
static void
publish(struct peer *pub, const char *topic, struct bytes frame, size_t count)
{
    struct bytes frames[3];

    frames[0] = bytes_text(topic);
    frames[1] = frame;
    frames[2] = frame;
    peer_send_frames(pub, frames, count);
}

static void
hostile_018_hub_goes_on(struct test *test)
{
    struct peer *pub = peer_bind(test, "server before", ZMQ_XPUB);
    struct target *target = target_start(
        test, "hub", "sub_address", pub->address, "previous", "before", NULL);
    struct peer *work =
        peer_connect(test, "worker", ZMQ_PULL,
                     target_address(target, "worker_push_address"));
    struct message good = message_of("palm.echo", "good");
    struct bytes frame;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    good.cache = bytes_text("tag");
    frame = message_encode(test, &good);
    (void)peer_receive(pub); /* its subscription */
    for (i = 0; i < count; i++) {
        publish(pub, "before", spoiled[i].frame, 2);
        publish(pub, "before", frame, 1);
        publish(pub, "before", frame, 3);
        publish(pub, "before-other", frame, 2);
        publish(pub, "before", frame, 2);
        check_same(test, "the work", peer_receive_one(work), &good);
    }
}

/* "… undecodable results, results without a topic frame, and results for
 * another `client` prefix." */
static void
hostile_025_odd_results(struct test *test)
{
    struct asker asker;
    struct message message;
    struct message other;
    struct frames answer;
    size_t count;
    size_t i;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    asker_open(&asker, test);
    message = asker_eval(&asker, "first");
    asker_send(&asker, "eval", "palm.echo", "second", NULL);
    message = asker_take(&asker);
    for (i = 0; i < count; i++) {
        publish(asker.pub, bytes_string(test, message.client), spoiled[i].frame,
                2);
    }
    peer_send(asker.pub, message_encode(test, &message));
    peer_send(asker.pub, message.client);
    other = message;
    other.client = bytes_joined(test, message.client, bytes_text("x"));
    asker_publish(&asker, &other, "other");
    asker_publish(&asker, &message, "done");
    answer = asker_await(&asker, 10000);
    check_answer_is(&asker, &answer, "done");
}

/* --- lookups -------------------------------------------------------------- */

enum { WORKER_BOUND = 15000, CLIENT_BOUND = 3000 + 5000, ADDRESSES = 5 };

static const char *
senseless(struct test *test, size_t number)
{
    static const char *const addresses[ADDRESSES] = {
        "no address", "tcp://", "\xff\xfe", "tcp://127.0.0.1:palm", NULL};

    return addresses[number] == NULL
               ? bytes_string(test, bytes_filled(test, 'x', 1024 * 1024))
               : addresses[number];
}

/* Answers a request at the ROUTER with the value of its key, so many times. */
static void
answer_request(struct peer *cache, const char *const *presets, size_t count)
{
    struct test *test = cache->test;
    struct frames asked = peer_receive(cache);
    struct bytes frames[FRAMES_MAX];
    struct message request;
    const char *value = "";
    size_t i;

    check_frames(test, "a request", &asked, 3);
    request = check_message(test, "a request", asked.frame[2]);
    for (; *presets != NULL; presets += 2) {
        if (bytes_are(request.payload, presets[0])) {
            value = presets[1];
        }
    }
    frames[0] = asked.frame[0];
    frames[1] = asked.frame[1];
    for (i = 0; i < count; i++) {
        frames[2 + i] = bytes_text(value);
    }
    peer_send_frames(cache, frames, 2 + count);
}

/* Answers so every request until the target has said something, which must be
 * an error. */
static void
check_lookup_is_error(struct target *target, struct peer *cache,
                      const char *const *presets, size_t count,
                      int milliseconds)
{
    struct test *test = target->test;
    struct peer *const peers[] = {target->control, cache};
    int64_t until = now() + (int64_t)bound_of(test, milliseconds) * 1000;
    struct frames said;

    while (!target_poll(target, 0, &said)) {
        int64_t left = (until - now()) / 1000;

        check_that(test, left > 0, "no error is reported within %d ms",
                   bound_of(test, milliseconds));
        if (peer_any(peers, 2, (int)left) == 1) {
            answer_request(cache, presets, count);
        }
    }
    check_text(test, "what is reported", said.frame[0], "ERROR");
    check_that(test, said.count > 1 && said.frame[1].size > 0,
               "the error has no text");
}

/* The addresses are those of a master, but for one of them. */
static void
check_worker_lookup(struct test *test, size_t spoiled, const char *address,
                    size_t count)
{
    struct peer *cache = peer_bind(test, "cache", ZMQ_ROUTER);
    struct peer *push = peer_bind(test, "master out", ZMQ_PUSH);
    struct peer *pull = peer_bind(test, "master in", ZMQ_PULL);
    const char *presets[] = {"worker_push_address", NULL, "worker_pull_address",
                             NULL, NULL};
    struct target *target;

    presets[1] = push->address;
    presets[3] = pull->address;
    if (address != NULL) {
        presets[spoiled] = address;
    }
    target = target_start(test, "worker", "db_address", cache->address, NULL);
    target->ended = true; /* it may end, or wait */
    check_lookup_is_error(target, cache, presets, count, WORKER_BOUND);
}

/* "… report an error, and not hang, when the cache answers with an address that
 * makes no sense …" */
static void
hostile_023_senseless_push_address(struct test *test)
{
    size_t i;

    for (i = 0; i < ADDRESSES; i++) {
        check_worker_lookup(test, 1, senseless(test, i), 1);
    }
}

static void
hostile_023_senseless_pull_address(struct test *test)
{
    size_t i;

    for (i = 0; i < ADDRESSES; i++) {
        check_worker_lookup(test, 3, senseless(test, i), 1);
    }
}

/* "… or with several frames." */
static void
hostile_023_several_frames(struct test *test)
{
    check_worker_lookup(test, 0, NULL, 2);
    check_worker_lookup(test, 0, NULL, 3);
}

/* Value `spoiled` of the presets is this one. */
static void
check_client_lookup(struct test *test, size_t spoiled, const char *address,
                    size_t count)
{
    struct asker asker;

    asker_bind(&asker, test);
    if (address != NULL) {
        asker.presets[spoiled] = address;
    }
    asker_start(&asker, NULL);
    asker_send(&asker, "open", NULL);
    check_lookup_is_error(asker.target, asker.cache, asker.presets, count,
                          CLIENT_BOUND);
    target_stop(asker.target);
}

/* "… report an error, and not hang, when the cache answers with an address that
 * makes no sense …" */
static void
hostile_024_senseless_pull_address(struct test *test)
{
    size_t i;

    for (i = 0; i < ADDRESSES; i++) {
        check_client_lookup(test, 3, senseless(test, i), 1);
    }
}

static void
hostile_024_senseless_pub_address(struct test *test)
{
    size_t i;

    for (i = 0; i < ADDRESSES; i++) {
        check_client_lookup(test, 5, senseless(test, i), 1);
    }
}

/* "… or with several frames." */
static void
hostile_024_several_frames(struct test *test)
{
    check_client_lookup(test, 0, NULL, 2);
    check_client_lookup(test, 0, NULL, 3);
}

const struct test_entry hostile_parts_tests[] = {
    TEST("PALM-HOSTILE-018", hostile_018_hub_goes_on),
    TEST("PALM-HOSTILE-021", hostile_021_undecodable_work),
    TEST("PALM-HOSTILE-022", hostile_022_odd_functions),
    TEST("PALM-HOSTILE-022", hostile_022_large_functions),
    TEST("PALM-HOSTILE-023", hostile_023_senseless_push_address),
    TEST("PALM-HOSTILE-023", hostile_023_senseless_pull_address),
    TEST("PALM-HOSTILE-023", hostile_023_several_frames),
    TEST("PALM-HOSTILE-024", hostile_024_senseless_pull_address),
    TEST("PALM-HOSTILE-024", hostile_024_senseless_pub_address),
    TEST("PALM-HOSTILE-024", hostile_024_several_frames),
    TEST("PALM-HOSTILE-034", hostile_034_several_frames_of_work),
    TEST("PALM-HOSTILE-025", hostile_025_odd_results),
    END_OF_TESTS,
};
