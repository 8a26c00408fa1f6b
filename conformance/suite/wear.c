/* SPDX-License-Identifier: MIT */
/* wear.c: PALM-WEAR: a server does for the last what it did for the first.
 *
 * Each test does the same again and again, at one target: so many rounds in an
 * ordinary run, and with --soak until its time is over. */
#include <string.h>

#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"

enum { ROUNDS = 20, MANY_ROUNDS = 60, MESSAGES = 10, STEP = 50, KIB = 1024 };

/* Whoever came in a round leaves at its end. */
static void
leave(struct peer *peer)
{
    if (peer != NULL) {
        peer_close(peer);
    }
}

static struct message
message_for(const char *client, const char *payload)
{
    struct message message = message_of("palm.echo", payload);

    message.client = bytes_text(client);
    message.cache = bytes_text("tag");
    return message;
}

/* A client comes, has messages done by the master's worker, and leaves. */
static void
serve_client(const struct master *master, const char *client)
{
    struct master round = *master;
    int i;

    round.client = NULL;
    round.results = NULL;
    (void)master_results(&round, client);
    for (i = 0; i < MESSAGES; i++) {
        const char *payload = test_text(round.test, "done-%d", i);
        struct message message = message_for(client, "do");

        peer_send(master_client(&round), message_encode(round.test, &message));
        (void)work_one(&round, payload);
        check_text(round.test, "the payload of a result",
                   receive_result(round.results, client).payload, payload);
    }
    leave(round.client);
    leave(round.results);
}

static const char *
name_of(struct test *test)
{
    return test_text(test, "client-%u", test->rounds);
}

/* "… however many clients have come and left before." */
static void
wear_001_clients_come_and_leave(struct test *test)
{
    struct master master;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    (void)master_done(&master);
    while (test_goes_on(test, ROUNDS)) {
        serve_client(&master, name_of(test));
    }
}

/* What is given to a worker that leaves may be lost with it, so messages are
 * pushed until the last one has come. */
static void
serve_by_new_worker(const struct master *master)
{
    struct master round = *master;
    struct test *test = round.test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    const char *last = "";
    struct message message;
    struct frames frames;
    bool came = false;
    int i;

    round.work = NULL;
    round.done = NULL;
    (void)master_work(&round);
    for (i = 0; !came; i++) {
        check_that(test, now() < until,
                   "a new worker got no message within %d ms", bound(test));
        last = test_text(test, "%u-%d", test->rounds, i);
        message = message_for(CLIENT, last);
        peer_send(round.client, message_encode(test, &message));
        while (!came && peer_poll(round.work, STEP, &frames)) {
            message = check_message(test, "the work", frames.frame[0]);
            came = bytes_are(message.payload, last);
        }
    }
    peer_send(master_done(&round), message_encode(test, &message));
    check_text(test, "the payload of a result",
               receive_result(round.results, CLIENT).payload, last);
    leave(round.work);
    leave(round.done);
}

/* "… give a new worker messages, and publish its results, each within 5 s,
 * however many have left before." */
static void
wear_002_workers_come_and_leave(struct test *test)
{
    struct master master;

    master_start(&master, test, NULL);
    (void)master_client(&master);
    (void)master_results(&master, CLIENT);
    while (test_goes_on(test, ROUNDS)) {
        serve_by_new_worker(&master);
    }
}

static void
spoil(struct peer *peer, const struct spoiled *spoiled, size_t count)
{
    const struct bytes two[] = {bytes_text(""), bytes_text("")};
    size_t i;

    for (i = 0; i < count; i++) {
        peer_send(peer, spoiled[i].frame);
    }
    peer_send_frames(peer, two, 2);
}

/* Bytes that are no ZMTP, at that address. */
static void
intrude(struct test *test, const char *address)
{
    struct http *http = http_connect(test, "intruder", address);

    (void)http_try(http, bytes_text("GET / HTTP/1.1\r\nHost: palm\r\n\r\n"));
    http_close(http);
}

/* "… however many frames that are no messages it has dropped before." */
static void
wear_003_bad_frames_leave_nothing(struct test *test)
{
    struct master master;
    size_t count;
    const struct spoiled *spoiled = spoiled_frames(test, SPOIL_ANY, &count);

    master_start(&master, test, NULL);
    (void)master_work(&master);
    (void)master_done(&master);
    (void)master_client(&master);
    while (test_goes_on(test, ROUNDS)) {
        spoil(master.client, spoiled, count);
        spoil(master.done, spoiled, count);
        intrude(test, target_address(master.target, "pull_address"));
        intrude(test, target_address(master.target, "pub_address"));
        serve_client(&master, name_of(test));
    }
}

/* Results for a client that has subscribed and does not read, and for one that
 * never comes. */
static void
publish_in_vain(const struct master *master)
{
    struct test *test = master->test;
    const char *name = test_text(test, "unread-%u", test->rounds);
    struct peer *unread = peer_subscribe(
        test, "unread", target_address(master->target, "pub_address"), name);
    struct message message = message_for(name, "");
    int i;

    await_subscription(master->done, message, unread);
    message.payload = bytes_filled(test, 'x', 10 * KIB);
    for (i = 0; i < 2 * MESSAGES; i++) {
        if (i == MESSAGES) {
            message.client = bytes_text(test_text(test, "%s-never", name));
        }
        peer_send(master->done, message_encode(test, &message));
    }
    leave(unread);
}

/* "… however many results nobody has read before." */
static void
wear_004_unread_results_leave_nothing(struct test *test)
{
    struct master master;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    (void)master_done(&master);
    while (test_goes_on(test, ROUNDS)) {
        publish_in_vain(&master);
        serve_client(&master, name_of(test));
    }
}

/* "… however many keys have been stored and deleted before." */
static void
wear_005_keys_come_and_leave(struct test *test)
{
    struct target *target = target_start(test, "cache", NULL);
    struct bytes value = bytes_filled(test, 'v', 10 * KIB);
    struct peer *other = cache_of(target);
    int i;

    check_text(test, "the reply to set",
               peer_ask(other, cache_request(test, "set", "other", value)),
               "other");
    while (test_goes_on(test, ROUNDS)) {
        struct peer *cache = cache_of(target);

        for (i = 0; i < MESSAGES; i++) {
            const char *key = test_text(test, "key-%u-%d", test->rounds, i);
            struct bytes name = bytes_text(key);

            check_text(test, "the reply to set",
                       peer_ask(cache, cache_request(test, "set", key, value)),
                       key);
            check_bytes(test, "the value",
                        peer_ask(cache, cache_request(test, "get", "", name)),
                        value);
            check_text(test, "the reply to delete",
                       peer_ask(cache, cache_request(test, "delete", "", name)),
                       key);
            check_text(test, "what was deleted",
                       peer_ask(cache, cache_request(test, "get", "", name)),
                       "");
        }
        check_bytes(test, "another value",
                    peer_ask(other, cache_request(test, "get", "",
                                                  bytes_text("other"))),
                    value);
        leave(cache);
    }
}

/* "… however many have left before their reply came." */
static void
wear_006_requesters_leave_early(struct test *test)
{
    struct target *target = target_start(test, "rep", NULL);
    const char *address = target_address(target, "rep_address");
    struct peer *taker = peer_connect(test, "taker", ZMQ_PULL,
                                      target_address(target, "push_address"));

    while (test_goes_on(test, ROUNDS)) {
        struct peer *early = peer_connect(test, "early", ZMQ_DEALER, address);
        struct peer *patient = peer_connect(test, "patient", ZMQ_REQ, address);
        struct bytes request[] = {bytes_text(""),
                                  frame_of(test, "palm.echo", "early")};

        peer_send_frames(early, request, 2);
        check_text(
            test, "the payload",
            check_message(test, "the message", peer_receive_one(taker)).payload,
            "early");
        leave(early);
        (void)peer_ask(patient, frame_of(test, "palm.echo", "patient"));
        check_text(
            test, "the payload",
            check_message(test, "the message", peer_receive_one(taker)).payload,
            "patient");
        leave(patient);
    }
}

/* Asks the gateway, and has it done; who stays gets the answer. */
static void
browse(struct target *target, struct peer *work, struct peer *done, bool stays)
{
    struct test *test = target->test;
    struct http *http =
        http_connect(test, "browser", target_address(target, "http_address"));
    struct message message;

    http_request(http, "GET", "/palm.echo", NULL, bytes_of(NULL, 0));
    message = check_message(test, "the work", peer_receive_one(work));
    if (!stays) {
        http_reset(http);
    }
    message.payload = bytes_text("answer");
    peer_send(done, message_encode(test, &message));
    if (stays) {
        struct http_message response = http_receive(http);

        check_number(test, "the status", response.status, 200);
        check_text(test, "the body", response.body, "answer");
        http_close(http);
    }
}

/* "… however many clients have left before their answer came." */
static void
wear_007_browsers_leave_early(struct test *test)
{
    struct target *target = target_start(test, "gateway", NULL);
    struct peer *work = peer_connect(
        test, "work", ZMQ_PULL, target_address(target, "worker_push_address"));
    struct peer *done = peer_connect(
        test, "done", ZMQ_PUSH, target_address(target, "worker_pull_address"));

    while (test_goes_on(test, ROUNDS)) {
        browse(target, work, done, false);
        browse(target, work, done, true);
    }
}

static struct bytes
counters_of(struct target *target)
{
    struct frames answer = target_command(target, "counters", NULL, 0);

    if (answer.count != 2 || !bytes_are(answer.frame[0], "RESULT")) {
        broken(target->test, "the target does not answer \"counters\"");
    }
    return answer.frame[1];
}

/* "… at rest and has no peers MUST have the counters of a fresh one." */
static void
wear_008_at_rest_it_counts_as_if_fresh(struct test *test)
{
    struct master master;
    struct bytes fresh, at_rest;
    int64_t until;

    master_start(&master, test, NULL);
    fresh = counters_of(master.target);
    (void)master_work(&master);
    (void)master_done(&master);
    while (test_goes_on(test, MANY_ROUNDS)) {
        struct peer *unread = peer_subscribe(
            test, "unread", target_address(master.target, "pub_address"),
            "unread");

        intrude(test, target_address(master.target, "pull_address"));
        serve_client(&master, name_of(test));
        leave(unread);
    }
    leave(master.work);
    leave(master.done);
    until = now() + (int64_t)bound(test) * 1000;
    do {
        at_rest = counters_of(master.target);
    } while (!bytes_equal(fresh, at_rest) && now() < until);
    check_text(test, "what it counts at rest", at_rest,
               bytes_string(test, fresh));
}

const struct test_entry wear_tests[] = {
    TEST("PALM-WEAR-001", wear_001_clients_come_and_leave),
    TEST("PALM-WEAR-002", wear_002_workers_come_and_leave),
    TEST("PALM-WEAR-003", wear_003_bad_frames_leave_nothing),
    TEST("PALM-WEAR-004", wear_004_unread_results_leave_nothing),
    TEST("PALM-WEAR-005", wear_005_keys_come_and_leave),
    TEST("PALM-WEAR-006", wear_006_requesters_leave_early),
    TEST("PALM-WEAR-007", wear_007_browsers_leave_early),
    TEST("PALM-WEAR-008", wear_008_at_rest_it_counts_as_if_fresh),
    END_OF_TESTS,
};
