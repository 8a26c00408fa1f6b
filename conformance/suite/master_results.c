/* SPDX-License-Identifier: MIT */
/* master_results.c: PALM-MASTER: what is published.  The rest is in master.c.
 */
#include "conformance/suite/master.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

void
push_work(struct master *master, const struct message *message)
{
    peer_send(master_client(master), message_encode(master->test, message));
}

void
push_result(struct master *master, const struct message *message)
{
    peer_send(master_done(master), message_encode(master->test, message));
}

void
check_published(struct peer *subscriber, const char *what, const char *topic,
                const struct message *expected)
{
    struct frames frames = peer_receive(subscriber);

    check_frames(subscriber->test, what, &frames, 2);
    check_text(subscriber->test,
               test_text(subscriber->test, "topic of %s", what),
               frames.frame[0], topic);
    check_same(subscriber->test, what, frames.frame[1], expected);
}

/* "… publish a result that a worker pushes as two frames, the topic and the
 * message, within 5 s." */
static void
master_007_result_has_two_frames(struct test *test)
{
    struct master master;
    struct message result = full_message(test, "palm.echo", "result", 2);

    master_start(&master, test, NULL);
    (void)master_results(&master, CLIENT);
    push_result(&master, &result);
    check_published(master.results, "the result", CLIENT, &result);
}

/* "… under the topic that is the result's `client`." */
static void
master_008_topic_is_the_client(struct test *test)
{
    static const char *const clients[] = {CLIENT, OTHER_CLIENT, "x", "palm"};
    struct master master;
    size_t i;

    master_start(&master, test, "name", "palm", NULL);
    (void)master_results(&master, "");
    for (i = 0; i < COUNT_OF(clients); i++) {
        struct message result = full_message(test, "palm.echo", "result", 2);

        result.client = bytes_text(clients[i]);
        push_result(&master, &result);
        check_published(master.results, "the result", clients[i], &result);
    }
}

/* "… publish a result with every field unchanged, `stage` and an empty `cache`
 * included." */
static void
master_009_result_is_unchanged(struct test *test)
{
    static const int64_t stages[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    (void)master_results(&master, CLIENT);
    for (i = 0; i < COUNT_OF(stages); i++) {
        struct message result = full_message(test, "palm.echo", "result", 2);

        result.stage = stages[i];
        push_result(&master, &result);
        check_published(master.results, "the result", CLIENT, &result);
        result.cache = bytes_of("", 0);
        push_result(&master, &result);
        check_published(master.results, "the result", CLIENT, &result);
    }
}

static void
start_pipelined(struct master *master, struct test *test, const char *name)
{
    master_start(master, test, "name", name, "pipelined", "yes", NULL);
    master->results = peer_subscribe(
        test, "results", target_address(master->target, "pub_address"), "");
    await_subscription(master_done(master), message_of("palm.probe", ""),
                       master->results);
}

/* "… pipelined MUST publish a result under the topic that is its own name, with
 * `stage` one higher than it came and every other field unchanged." */
static void
master_010_pipelined_raises_stage(struct test *test)
{
    static const int64_t stages[] = {0,        1, -1, -2, 127, INT64_MAX - 1,
                                     INT64_MIN};
    struct master master;
    size_t i;

    start_pipelined(&master, test, "first-step");
    for (i = 0; i < COUNT_OF(stages); i++) {
        struct message result = full_message(test, "palm.echo", "result", 2);

        result.cache = bytes_text(i % 2 == 0 ? "tag" : "");
        result.client = bytes_text(i % 3 == 0 ? "" : CLIENT);
        result.stage = stages[i];
        push_result(&master, &result);
        result.stage++;
        check_published(master.results, "the result", "first-step", &result);
    }
}

/* "… publish a result with an empty `client` under the empty topic." */
static void
master_011_empty_client_is_empty_topic(struct test *test)
{
    struct master master;
    struct message result = full_message(test, "palm.echo", "result", 2);

    master_start(&master, test, NULL);
    (void)master_results(&master, "");
    result.client = bytes_of("", 0);
    push_result(&master, &result);
    check_published(master.results, "the result", "", &result);
}

/* What a wrong server still publishes of those by which the subscription was
 * awaited is not what the test is about. */
static void
skip_probes(struct master *master)
{
    struct message first = full_message(master->test, "palm.echo", "first", 2);
    struct message message;

    push_result(master, &first);
    do {
        message = receive_result(master->results, CLIENT);
    } while (bytes_are(message.function, "palm.probe"));
    check_text(master->test, "the payload of the first result", message.payload,
               "first");
}

/* "… each result that a worker pushes exactly once, also several for one
 * message and results that no message asked for." */
static void
master_012_results_are_published_once(struct test *test)
{
    struct master master;
    struct message message;
    int i;
    int k;

    master_start(&master, test, NULL);
    master_crew(&master);
    skip_probes(&master);
    for (i = 0; i < 4; i++) {
        message = full_message(test, "palm.echo", "unasked", 2);
        push_result(&master, &message);
        check_published(master.results, "a result that nobody asked for",
                        CLIENT, &message);
        push_work(&master, &message);
        message = check_message(test, "the work",
                                peer_receive_one(master_work(&master)));
        for (k = 0; k < 3; k++) {
            message.payload = bytes_text(k == 0 ? "same" : "again");
            push_result(&master, &message);
        }
        for (k = 0; k < 3; k++) {
            message.payload = bytes_text(k == 0 ? "same" : "again");
            check_published(master.results, "one of three results", CLIENT,
                            &message);
        }
    }
    message = full_message(test, "palm.echo", "fence", 2);
    push_result(&master, &message);
    check_published(master.results, "what comes last", CLIENT, &message);
}

/* "… each result whose topic begins with the text that it subscribed to, as
 * ZeroMQ does, and no other." */
static void
master_013_topics_match_by_prefix(struct test *test)
{
    static const struct {
        const char *client;
        bool comes;
    } cases[] = {
        {"abc", true},     {"ab", false},  {"abcd", true},
        {"", false},       {"Abc", false}, {"xabc", false},
        {"abc def", true}, {"abd", false}, {"abc", true},
    };
    struct master master;
    struct peer *every;
    size_t i;

    master_start(&master, test, NULL);
    (void)master_results(&master, "abc");
    every = peer_subscribe(test, "subscriber of all",
                           target_address(master.target, "pub_address"), "");
    await_subscription(master_done(&master), message_of("palm.probe", ""),
                       every);
    for (i = 0; i < COUNT_OF(cases); i++) {
        struct message result =
            full_message(test, "palm.echo", test_text(test, "%zu", i), 2);

        result.client = bytes_text(cases[i].client);
        push_result(&master, &result);
        check_published(every, "what all get", cases[i].client, &result);
        if (cases[i].comes) {
            check_published(master.results, "what matches \"abc\"",
                            cases[i].client, &result);
        }
    }
}

const struct test_entry master_results_tests[] = {
    TEST("PALM-MASTER-007", master_007_result_has_two_frames),
    TEST("PALM-MASTER-008", master_008_topic_is_the_client),
    TEST("PALM-MASTER-009", master_009_result_is_unchanged),
    TEST("PALM-MASTER-010", master_010_pipelined_raises_stage),
    TEST("PALM-MASTER-011", master_011_empty_client_is_empty_topic),
    TEST("PALM-MASTER-012", master_012_results_are_published_once),
    TEST("PALM-MASTER-013", master_013_topics_match_by_prefix),
    END_OF_TESTS,
};
