/* SPDX-License-Identifier: MIT */
/* hostile_parts.c: PALM-HOSTILE: what other servers, workers and clients must
 * bear. */
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

/* "… report an error, and not hang, when the cache answers with an address that
 * makes no sense …" */
static void
hostile_024_senseless_address(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker.presets[3] = "no address";
    asker_start(&asker, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_answer_is_error(&asker, &answer);
}

const struct test_entry hostile_parts_tests[] = {
    TEST("PALM-HOSTILE-018", hostile_018_hub_goes_on),
    TEST("PALM-HOSTILE-021", hostile_021_undecodable_work),
    TEST("PALM-HOSTILE-022", hostile_022_odd_functions),
    TEST("PALM-HOSTILE-022", hostile_022_large_functions),
    TEST("PALM-HOSTILE-024", hostile_024_senseless_address),
    TEST("PALM-HOSTILE-025", hostile_025_odd_results),
    END_OF_TESTS,
};
