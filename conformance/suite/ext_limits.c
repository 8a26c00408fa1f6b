/* SPDX-License-Identifier: MIT */
/* ext_limits.c: PALM-EXT: how many bytes a message may have. */
#include "conformance/suite/asker.h"
#include "conformance/suite/crew.h"
#include "conformance/suite/topics.h"

enum { LIMIT = 2000, MESSAGES = 20 };

#define LIMIT_TEXT "2000"

static struct message
large_message(struct test *test)
{
    struct message message = message_of("palm.echo", "");

    message.payload = bytes_filled(test, 'x', LIMIT);
    return message;
}

/* "… MUST preset the limit … in decimal digits." */
static void
ext_019_limit_is_preset(struct test *test)
{
    static const char *const keys[] = {"pull_address.max_message_size",
                                       "worker_pull_address.max_message_size"};
    struct master master;
    size_t i;

    master_start(&master, test, "max_message_size", LIMIT_TEXT, NULL);
    for (i = 0; i < 2; i++) {
        check_text(
            test, keys[i],
            peer_ask(master_cache(&master),
                     cache_request(test, "get", "", bytes_text(keys[i]))),
            LIMIT_TEXT);
    }
}

/* Small ones with a large one in between, by one peer. */
static void
send_around_a_large_one(struct peer *push, struct message message)
{
    struct test *test = push->test;
    struct message large = message;
    int i;

    large.payload = bytes_filled(test, 'x', LIMIT);
    for (i = 0; i < MESSAGES; i++) {
        message.payload = bytes_text(test_text(test, "%d", i));
        peer_send(push, message_encode(test, &message));
        if (i == MESSAGES / 2) {
            peer_send(push, message_encode(test, &large));
        }
    }
}

/* "… MUST drop a message over it …, and no other of the same peer." */
static void
ext_020_a_large_message_costs_itself(struct test *test)
{
    struct master master;
    int i;

    master_start(&master, test, "max_message_size", LIMIT_TEXT, NULL);
    (void)master_work(&master);
    send_around_a_large_one(master_client(&master),
                            message_of("palm.echo", ""));
    for (i = 0; i < MESSAGES; i++) {
        struct message work =
            check_message(test, "the work", peer_receive_one(master.work));

        check_text(test, "the work", work.payload, test_text(test, "%d", i));
    }
}

static void
ext_020_a_large_result_costs_itself(struct test *test)
{
    struct master master;
    int i;

    master_start(&master, test, "max_message_size", LIMIT_TEXT, NULL);
    (void)master_results(&master, CLIENT);
    send_around_a_large_one(master_done(&master), message_of("palm.echo", ""));
    for (i = 0; i < MESSAGES; i++) {
        struct message result = receive_result(master.results, CLIENT);

        check_text(test, "the result", result.payload,
                   test_text(test, "%d", i));
    }
}

/* Starts a worker whose master takes LIMIT bytes. */
static void
start_worker(struct crew *crew, struct test *test)
{
    struct peer *cache = peer_bind(test, "cache", ZMQ_REP);
    const char *presets[] = {"worker_push_address",
                             NULL,
                             "worker_pull_address",
                             NULL,
                             "worker_pull_address.max_message_size",
                             LIMIT_TEXT,
                             NULL};
    int i;

    crew_bind(crew, test);
    presets[1] = crew->push->address;
    presets[3] = crew->pull->address;
    crew->target =
        target_start(test, "worker", "db_address", cache->address, NULL);
    for (i = 0; i < 3; i++) {
        (void)answer_lookup(cache, presets);
    }
    peer_await(crew->push, 1);
    peer_await(crew->pull, 1);
}

/* "A worker … MUST hand in an error result instead of one over the limit …" */
static void
ext_021_worker_tells_of_a_large_result(struct test *test)
{
    struct crew crew;
    struct message large = large_message(test);
    struct message small = message_of("palm.reverse", "abc");

    start_worker(&crew, test);
    peer_send(crew.push, message_encode(test, &large));
    check_error_result(test, peer_receive_one(crew.pull), &large);
    check_text(test, "the result", crew_call(&crew, &small).payload, "cba");
}

/* "A client … MUST report an error for a message over the limit …, and send
 * nothing of it." */
static void
ext_022_client_sends_no_large_message(struct test *test)
{
    struct message large = large_message(test);
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker.presets[6] = "pull_address.max_message_size";
    asker.presets[7] = LIMIT_TEXT;
    asker_start(&asker, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_text(test, "the answer to open", answer.frame[0], "RESULT");
    answer = asker_command(&asker, "eval", "palm.echo",
                           bytes_string(test, large.payload), NULL);
    check_answer_is_error(&asker, &answer);
    (void)asker_eval(&asker, "small");
}

const struct test_entry ext_limits_tests[] = {
    TEST("PALM-EXT-019", ext_019_limit_is_preset),
    TEST("PALM-EXT-020", ext_020_a_large_message_costs_itself),
    TEST("PALM-EXT-020", ext_020_a_large_result_costs_itself),
    TEST("PALM-EXT-021", ext_021_worker_tells_of_a_large_result),
    TEST("PALM-EXT-022", ext_022_client_sends_no_large_message),
    END_OF_TESTS,
};
