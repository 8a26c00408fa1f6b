/* SPDX-License-Identifier: MIT */
/* master.c: PALM-MASTER: what goes to workers, and who may connect.  Results
 * are in master_results.c. */
#include "conformance/suite/master.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* "… fill each empty `cache` with a new uuid4 text, 36 characters in lower case
 * and another one for each message …" */
static void
master_001_empty_cache_is_filled(struct test *test)
{
    enum { MESSAGES = 100 };
    struct master master;
    struct message message = message_of("palm.echo", "payload");
    struct bytes seen[MESSAGES];
    size_t i;
    size_t k;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    for (i = 0; i < MESSAGES; i++) {
        push_work(&master, &message);
    }
    for (i = 0; i < MESSAGES; i++) {
        seen[i] = check_message(test, "the work",
                                peer_receive_one(master_work(&master)))
                      .cache;
        check_uuid(test, "cache of the work", seen[i]);
        for (k = 0; k < i; k++) {
            check_that(test, !bytes_equal(seen[k], seen[i]),
                       "messages %zu and %zu have the same cache", k, i);
        }
    }
}

/* "… keep a `cache` that is not empty." */
static void
master_002_cache_is_kept(struct test *test)
{
    static const char *const tags[] = {"x", " ", OTHER_CLIENT, "\xc3\xa9.b c"};
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    for (i = 0; i < COUNT_OF(tags); i++) {
        struct message message = message_of("palm.echo", "payload");

        message.cache = bytes_text(tags[i]);
        push_work(&master, &message);
        check_same(test, "the work", peer_receive_one(master_work(&master)),
                   &message);
    }
}

/* "… pass a message that a client pushes on … as one frame with `pipeline`,
 * `client`, `stage`, `function` and `payload` unchanged, within 5 s." */
static void
master_003_message_is_unchanged(struct test *test)
{
    struct master master;
    struct message message = full_message(test, "palm.echo", "payload", 2);
    struct bytes taken;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    push_work(&master, &message);
    check_same(test, "the work", peer_receive_one(master_work(&master)),
               &message);
    message.cache = bytes_of("", 0);
    push_work(&master, &message);
    taken = peer_receive_one(master_work(&master));
    message.cache = check_message(test, "the work", taken).cache;
    check_same(test, "the work", taken, &message);
}

/* Receives until count messages have come to the workers, and says how many
 * came to each. */
static void
count_work(struct test *test, struct peer *const *workers, size_t *counts,
           size_t count)
{
    size_t got;

    for (got = 0; got < count; got++) {
        int at = peer_any(workers, 2, bound(test));

        check_that(test, at >= 0, "only %zu of %zu messages came to workers",
                   got, count);
        (void)check_message(test, "the work", peer_receive_one(workers[at]));
        counts[at]++;
    }
}

enum { ONCE = 20, FENCES = 100 };

/* Receives work, each number of which may come once; which worker has got it.
 */
static int
take_once(struct test *test, struct peer *workers[2], bool *came)
{
    int at = peer_any(workers, 2, bound(test));
    struct message seen;

    check_that(test, at >= 0, "a message came to no worker");
    seen = check_message(test, "the work", peer_receive_one(workers[at]));
    check_range(test, "the number of a message", seen.stage, 0,
                ONCE + FENCES - 1);
    check_that(test, !came[seen.stage], "message %d came twice",
               (int)seen.stage);
    came[seen.stage] = true;
    return seen.stage < ONCE ? -1 : at;
}

static void
push_number(struct master *master, int number)
{
    struct message message = full_message(master->test, "palm.echo", "", 2);

    message.stage = number;
    push_work(master, &message);
}

/* "… to one connected worker, and to no other.": a worker has got all that was
 * given before a fence when it has got the fence. */
static void
master_015_message_goes_to_one_worker(struct test *test)
{
    struct master master;
    struct peer *workers[2];
    bool came[ONCE + FENCES] = {false}, passed[2] = {false, false};
    int i;

    master_start(&master, test, NULL);
    workers[0] = master_work(&master);
    workers[1] =
        peer_connect(test, "second worker", ZMQ_PULL,
                     target_address(master.target, "worker_push_address"));
    for (i = 0; i < ONCE; i++) {
        push_number(&master, i);
    }
    for (i = ONCE; i < ONCE + FENCES && !(passed[0] && passed[1]); i++) {
        int at;

        push_number(&master, i);
        do {
            at = take_once(test, workers, came);
        } while (at < 0);
        passed[at] = true;
    }
    for (i = 0; i < ONCE; i++) {
        check_that(test, came[i], "message %d has not come", i);
    }
}

/* "… whatever `function` says, an empty one and one that names another server
 * included." */
static void
master_004_function_does_not_matter(struct test *test)
{
    static const char *const functions[] = {
        "",     "other.echo", "echo",       ".",        "...",       " ",
        "palm", "palm.",      "palm.a b.c", "palm.get", "palm.set.x"};
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    for (i = 0; i < COUNT_OF(functions); i++) {
        struct message message = full_message(test, "palm.echo", "payload", 2);

        message.function = bytes_text(functions[i]);
        push_work(&master, &message);
        check_same(test, test_text(test, "the work \"%s\"", functions[i]),
                   peer_receive_one(master_work(&master)), &message);
    }
}

/* "… of 100 messages to two workers that read, each gets from 40 to 60." */
static void
master_005_work_is_spread(struct test *test)
{
    struct master master;
    struct peer *workers[2];
    struct message message = full_message(test, "palm.echo", "payload", 2);
    size_t counts[2] = {0, 0};
    size_t warm;
    size_t i;

    master_start(&master, test, NULL);
    workers[0] = master_work(&master);
    workers[1] =
        peer_connect(test, "second worker", ZMQ_PULL,
                     target_address(master.target, "worker_push_address"));
    /* Both are known to the master when both have got one. */
    for (warm = 0; counts[0] == 0 || counts[1] == 0; warm++) {
        check_that(test, warm < 1000, "only one worker gets messages");
        push_work(&master, &message);
        count_work(test, workers, counts, 1);
    }
    counts[0] = 0;
    counts[1] = 0;
    for (i = 0; i < 100; i++) {
        push_work(&master, &message);
    }
    count_work(test, workers, counts, 100);
    check_range(test, "messages of one worker", (int64_t)counts[0], 40, 60);
}

/* "… with a single worker MUST keep the order of a client's messages, and the
 * order of their results." */
static void
master_006_order_is_kept(struct test *test)
{
    enum { MESSAGES = 300 };
    struct master master;
    struct message taken;
    int i;

    master_start(&master, test, NULL);
    master_crew(&master);
    for (i = 0; i < MESSAGES; i++) {
        struct message message = full_message(test, "palm.echo", "payload", 2);

        message.stage = i;
        push_work(&master, &message);
    }
    for (i = 0; i < MESSAGES; i++) {
        taken = work_one(&master, "done");
        check_number(test, "number of the work", taken.stage, i);
    }
    for (i = 0; i < MESSAGES; i++) {
        taken = receive_result(master_results(&master, CLIENT), CLIENT);
        check_number(test, "number of the result", taken.stage, i);
    }
}

/* Clients, workers and a worker's outgoing side, several of each. */
static void
check_crews(struct master *master, struct peer *const *clients, int count)
{
    struct test *test = master->test;
    struct peer *workers[2];
    struct message message;
    size_t counts[2] = {0, 0};
    int i;

    workers[0] = master_work(master);
    workers[1] =
        peer_connect(test, "second worker", ZMQ_PULL,
                     target_address(master->target, "worker_push_address"));
    for (i = 0; i < 60 && (i < 2 * count || counts[0] == 0 || counts[1] == 0);
         i++) {
        message = full_message(test, "palm.echo", "payload", 2);
        peer_send(clients[i % count], message_encode(test, &message));
        count_work(test, workers, counts, 1);
    }
    check_that(test, counts[0] > 0 && counts[1] > 0,
               "one of two workers gets nothing");
}

/* "… take several peers at once at each of its five endpoints." */
static void
master_014_endpoints_take_several_peers(struct test *test)
{
    struct master master;
    struct peer *client[3];
    struct peer *done;
    struct peer *second;
    struct message message;
    int i;

    master_start(&master, test, NULL);
    master_crew(&master);
    for (i = 0; i < 3; i++) {
        client[i] =
            peer_connect(test, test_text(test, "client %d", i), ZMQ_PUSH,
                         target_address(master.target, "pull_address"));
    }
    check_crews(&master, client, 3);
    done = peer_connect(test, "second worker out", ZMQ_PUSH,
                        target_address(master.target, "worker_pull_address"));
    second =
        peer_subscribe(test, "second subscriber",
                       target_address(master.target, "pub_address"), CLIENT);
    await_subscription(done, message_of("palm.probe", ""), second);
    message = full_message(test, "palm.echo", "to both", 2);
    peer_send(done, message_encode(test, &message));
    check_published(second, "the result", CLIENT, &message);
    do { /* the probes came here, too */
        message = receive_result(master.results, CLIENT);
    } while (!bytes_are(message.payload, "to both"));
    for (i = 0; i < 3; i++) {
        struct peer *cache =
            peer_connect(test, test_text(test, "cache client %d", i), ZMQ_REQ,
                         target_address(master.target, "db_address"));

        check_text(test, "the reply to set",
                   peer_ask(cache, cache_request(test, "set", "key",
                                                 bytes_text("value"))),
                   "key");
        check_text(test, "the reply to get",
                   peer_ask(master.cache,
                            cache_request(test, "get", "", bytes_text("key"))),
                   "value");
    }
}

const struct test_entry master_tests[] = {
    TEST("PALM-MASTER-001", master_001_empty_cache_is_filled),
    TEST("PALM-MASTER-002", master_002_cache_is_kept),
    TEST("PALM-MASTER-003", master_003_message_is_unchanged),
    TEST("PALM-MASTER-015", master_015_message_goes_to_one_worker),
    TEST("PALM-MASTER-004", master_004_function_does_not_matter),
    TEST("PALM-MASTER-005", master_005_work_is_spread),
    TEST("PALM-MASTER-006", master_006_order_is_kept),
    TEST("PALM-MASTER-014", master_014_endpoints_take_several_peers),
    END_OF_TESTS,
};
