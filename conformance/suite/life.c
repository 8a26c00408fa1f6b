/* SPDX-License-Identifier: MIT */
/* life.c: PALM-LIFE: start, drain, stop. */
#include <signal.h>

#include "conformance/suite/crew.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum {
    MESSAGES = 20,
    STOP_BOUND = 5000,
    LATE = 1500 /* ms, of the 2 s that a worker has for its answer */
};

/* A master that would drain for a minute, where it can be told: one that ends
 * by its own deadline only is seen. */
static void
start_patient(struct master *master, struct test *test)
{
    bool knows =
        target_knows(target_start(test, "describe", NULL), "stop_timeout");

    master_start(master, test, knows ? "stop_timeout" : NULL, "60000", NULL);
}

/* "… with exit status 0, within 5 s after SIGTERM, when nothing is inside." */
static void
life_001_server_ends_after_sigterm(struct test *test)
{
    struct master master;

    start_patient(&master, test);
    target_stop(master.target);
}

/* The same, with peers that have worked and are still there. */
static void
life_001_server_ends_with_peers(struct test *test)
{
    struct master master;

    start_patient(&master, test);
    master_crew(&master);
    peer_send(master.client, frame_of(test, "palm.echo", "payload"));
    (void)work_one(&master, "result");
    check_text(test, "the result",
               receive_result(master.results, CLIENT).payload, "result");
    target_stop(master.target);
}

/* "… the results of all messages that its workers took before SIGTERM and
 * answer within 2 s": late, so that who does not wait loses them. */
static void
life_002_server_drains(struct test *test)
{
    struct master master;
    struct message taken[MESSAGES];
    int i;

    start_patient(&master, test);
    master_crew(&master);
    for (i = 0; i < MESSAGES; i++) {
        peer_send(master.client,
                  frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    for (i = 0; i < MESSAGES; i++) {
        taken[i] =
            check_message(test, "the work", peer_receive_one(master.work));
    }
    target_signal(master.target, SIGTERM);
    check_silence(master.results, LATE);
    for (i = 0; i < MESSAGES; i++) {
        peer_send(master.done, message_encode(test, &taken[i]));
    }
    for (i = 0; i < MESSAGES; i++) {
        check_text(test, "the result",
                   receive_result(master.results, CLIENT).payload,
                   test_text(test, "%d", i));
    }
    check_that(test, target_ended(master.target, bound_of(test, STOP_BOUND)),
               "the server goes on after its last result");
}

/* "… also when messages wait and no worker is connected." */
static void
life_003_server_ends_with_messages_inside(struct test *test)
{
    struct master master;
    int i;

    master_start(&master, test, NULL);
    for (i = 0; i < MESSAGES; i++) {
        peer_send(master_client(&master),
                  frame_of(test, "palm.echo", "waits for ever"));
    }
    target_signal(master.target, SIGTERM);
    check_that(test, target_ended(master.target, bound_of(test, STOP_BOUND)),
               "the server goes on for more than %d ms with messages inside",
               bound_of(test, STOP_BOUND));
}

/* "… another one can bind them within 5 s." */
static void
life_004_endpoints_are_freed(struct test *test)
{
    static const char *const keys[] = {"pull_address", "pub_address",
                                       "worker_push_address",
                                       "worker_pull_address", "db_address"};
    struct master master;
    size_t i;

    master_start(&master, test, NULL);
    target_stop(master.target);
    for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        check_that(test,
                   peer_may_listen(peer_make(test, keys[i], ZMQ_PAIR),
                                   target_address(master.target, keys[i])),
                   "%s is still taken", keys[i]);
    }
}

/* "A worker MUST end with exit status 0, within 5 s after SIGTERM." */
static void
life_005_worker_ends_after_sigterm(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.echo", "payload");

    crew_start(&crew, test, "worker");
    (void)crew_call(&crew, &message);
    target_stop(crew.target);
}

/* "… hand in the result of the message that it works at, when SIGTERM comes."
 * The next message is taken, too, or stays with its master. */
static void
life_006_worker_hands_in_its_result(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.sleep", "1000");
    struct message next = message_of("palm.echo", "begin");

    crew_start(&crew, test, "worker");
    target_needs(crew.target, "sleep");
    (void)crew_call(&crew, &next);
    peer_send(crew.push, message_encode(test, &message));
    /* It has begun when half of its time is over, at the latest. */
    check_silence(crew.pull, 500);
    target_signal(crew.target, SIGTERM);
    check_same(test, "the result", peer_receive_one(crew.pull), &message);
    check_that(test, target_ended(crew.target, bound_of(test, STOP_BOUND)),
               "the worker goes on after its result");
}

/* "A gateway MUST end with exit status 0, within 5 s after SIGTERM …" */
static void
life_007_gateway_ends_after_sigterm(struct test *test)
{
    struct target *target = target_start(test, "gateway", NULL);

    target_stop(target);
}

/* "… also while a request waits": one that a worker has, and one that nobody
 * has. */
static void
life_007_gateway_ends_while_requests_wait(struct test *test)
{
    struct target *target = target_start(test, "gateway", NULL);
    const char *address = target_address(target, "http_address");
    struct peer *work =
        peer_connect(test, "worker in", ZMQ_PULL,
                     target_address(target, "worker_push_address"));

    http_request(http_connect(test, "browser", address), "GET", "/palm/echo",
                 NULL, bytes_of(NULL, 0));
    (void)wired_take(work);
    peer_close(work);
    http_request(http_connect(test, "another browser", address), "GET",
                 "/palm/echo", NULL, bytes_of(NULL, 0));
    target_stop(target);
}

/* --- order ---------------------------------------------------------------- */

/* Connects one of the peers around a master. */
static void
connect_one(struct master *master, int which)
{
    switch (which) {
    case 0:
        (void)master_client(master);
        break;
    case 1:
        (void)master_work(master);
        break;
    case 2:
        (void)master_done(master);
        break;
    default: /* when it has arrived is asked later, see below */
        master->results = peer_subscribe(
            master->test, "results",
            target_address(master->target, "pub_address"), CLIENT);
        break;
    }
}

/* "Clients and workers MUST be able to connect to a server in any order." */
static void
life_008_peers_connect_in_any_order(struct test *test)
{
    static const int orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2},
                                    {2, 3, 0, 1}, {0, 3, 1, 2}, {1, 2, 3, 0}};
    size_t i;

    for (i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        struct master master;
        struct message message;
        int which;

        master_start(&master, test, NULL);
        for (which = 0; which < 4; which++) {
            connect_one(&master, orders[i][which]);
            if (orders[i][which] == 0) {
                peer_send(master.client, frame_of(test, "palm.echo", "early"));
            }
        }
        message =
            check_message(test, "the work", peer_receive_one(master.work));
        check_text(test, "the work", message.payload, "early");
        /* No message waits now, so probes need not pass one. */
        await_subscription(master.done, message_of("palm.probe", ""),
                           master.results);
        message.payload = bytes_text("result");
        peer_send(master.done, message_encode(test, &message));
        check_text(test, "the result",
                   receive_result(master.results, CLIENT).payload, "result");
        target_kill(master.target);
    }
}

/* A message and its result.  What the server gave to a worker just before that
 * one's leaving was seen is lost, so a client may have to ask again. */
static void
serve_one(struct master *master)
{
    struct test *test = master->test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct frames frames;

    do {
        check_that(test, now() < until, "the next worker has no work");
        peer_send(master->client, frame_of(test, "palm.echo", "payload"));
    } while (!peer_poll(master->work, 100, &frames));
    peer_send(master->done, frames.frame[0]);
    check_text(test, "the result",
               receive_result(master->results, CLIENT).payload, "payload");
}

/* "… go on when every client and worker has left, and serve those that come
 * next, within 5 s." */
static void
life_009_server_outlives_its_peers(struct test *test)
{
    struct master master;
    struct target *target;
    int round;

    master_start(&master, test, NULL);
    target = master.target;
    for (round = 0; round < 3; round++) {
        struct master next = {NULL, NULL, NULL, NULL, NULL, NULL, NULL};

        next.test = test;
        next.target = target;
        master_crew(&next);
        serve_one(&next);
        peer_close(next.client);
        peer_close(next.work);
        peer_close(next.done);
        peer_close(next.cache);
        peer_close(next.results);
    }
    target_must_live(target);
}

/* "A server that refuses to start MUST end with an exit status other than 0."
 */
static void
life_010_refusal_has_an_exit_status(struct test *test)
{
    (void)target_refused(test, "custom", "part.in",
                         "inbound PullService route=nobody", NULL);
}

const struct test_entry life_tests[] = {
    TEST("PALM-LIFE-001", life_001_server_ends_after_sigterm),
    TEST("PALM-LIFE-001", life_001_server_ends_with_peers),
    TEST("PALM-LIFE-002", life_002_server_drains),
    TEST("PALM-LIFE-003", life_003_server_ends_with_messages_inside),
    TEST("PALM-LIFE-004", life_004_endpoints_are_freed),
    TEST("PALM-LIFE-005", life_005_worker_ends_after_sigterm),
    TEST("PALM-LIFE-006", life_006_worker_hands_in_its_result),
    TEST("PALM-LIFE-007", life_007_gateway_ends_after_sigterm),
    TEST("PALM-LIFE-007", life_007_gateway_ends_while_requests_wait),
    TEST("PALM-LIFE-008", life_008_peers_connect_in_any_order),
    TEST("PALM-LIFE-009", life_009_server_outlives_its_peers),
    TEST("PALM-LIFE-010", life_010_refusal_has_an_exit_status),
    END_OF_TESTS,
};
