/* SPDX-License-Identifier: MIT */
/* flow.c: PALM-FLOW: workers that come late, are slow or leave.  Subscribers
 * are in subscriber.c. */
#include <stdlib.h>
#include <string.h>

#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum {
    LARGE = 100000,                /* bytes of a payload */
    TAKEN_MAX = 256 * 1024 * 1024, /* bytes that a master may take */
    ON_THE_WAY = 16 * 1024 * 1024, /* more may be in queues and the kernel */
    SMALL_QUEUE = 2,
    STEP = 10 /* ms */
};

static void
limit(struct peer *peer, int option, int value)
{
    (void)zmq_setsockopt(peer->socket, option, &value, sizeof value);
}

/* A client whose own queue is small: it feels when the master takes nothing. */
static struct peer *
tight_client(struct master *master)
{
    struct peer *client = peer_make(master->test, "client", ZMQ_PUSH);

    limit(client, ZMQ_SNDHWM, SMALL_QUEUE);
    peer_join(client, target_address(master->target, "pull_address"));
    master->client = client;
    return client;
}

/* A worker that is connected and does not read. */
static struct peer *
idle_worker(struct master *master)
{
    struct peer *worker =
        peer_make(master->test, "worker that does not read", ZMQ_PULL);

    limit(worker, ZMQ_RCVHWM, 1);
    peer_join(worker, target_address(master->target, "worker_push_address"));
    return worker;
}

/* Pushes until nothing more goes out, or so many bytes have; how many did. */
static size_t
push_until_full(struct master *master, struct bytes frame, size_t most)
{
    size_t sent = 0;

    master->test->quiet = true;
    while (sent < most && master_takes(master, master->client)) {
        sent += peer_try(master->client, frame) ? frame.size : 0;
    }
    master->test->quiet = false;
    return sent;
}

/* Gives the master results, each of which must be published in time, while its
 * client pushes what it can. */
static void
check_results_flow(struct master *master, struct bytes pushed)
{
    enum { RESULTS = 50 };
    struct test *test = master->test;
    int i;

    for (i = 0; i < RESULTS; i++) {
        const char *payload = test_text(test, "result-%d", i);

        (void)peer_try(master->client, pushed);
        peer_send(master_done(master), frame_of(test, "palm.echo", payload));
        check_text(test, "the payload of a result",
                   receive_result(master->results, CLIENT).payload, payload);
    }
}

static struct bytes
large_frame(struct test *test)
{
    struct message message = message_of("palm.echo", "");

    message.payload = bytes_filled(test, 'x', LARGE);
    return message_encode(test, &message);
}

/* "… go on publishing results while no worker is connected and clients push,
 * each result within 5 s." */
static void
flow_001_results_flow_without_worker(struct test *test)
{
    enum { PUSHED = 20000 };
    struct master master;
    struct bytes frame = frame_of(test, "palm.echo", "to nobody");

    master_start(&master, test, NULL);
    (void)tight_client(&master);
    (void)master_results(&master, CLIENT);
    (void)push_until_full(&master, frame, PUSHED * frame.size);
    check_results_flow(&master, frame);
}

/* The same when so much is pushed that the master takes no more. */
static void
flow_001_results_flow_when_it_is_full(struct test *test)
{
    struct master master;
    struct bytes frame = large_frame(test);

    master_start(&master, test, NULL);
    (void)tight_client(&master);
    (void)master_results(&master, CLIENT);
    (void)push_until_full(&master, frame, TAKEN_MAX);
    check_results_flow(&master, frame);
}

/* Takes so many messages, each once, in whatever order. */
static void
check_all_come(struct peer *worker, size_t count)
{
    struct test *test = worker->test;
    bool *seen = test_memory(test, count);
    size_t i;

    for (i = 0; i < count; i++) {
        struct message taken = check_message(test, "the work of a worker",
                                             peer_receive_one(worker));
        long number = strtol(bytes_string(test, taken.payload), NULL, 10);

        check_range(test, "the number of a message", number, 0,
                    (int64_t)count - 1);
        check_that(test, !seen[number], "message %ld comes twice", number);
        seen[number] = true;
    }
}

/* "… keep messages that it has taken while no worker is connected, and send all
 * of them when one is." */
static void
flow_002_messages_wait_for_worker(struct test *test)
{
    enum { MESSAGES = 2000 };
    struct master master;
    size_t sent = 0;

    master_start(&master, test, NULL);
    (void)tight_client(&master);
    test->quiet = true;
    while (sent < MESSAGES && master_takes(&master, master.client)) {
        const char *number = test_text(test, "%zu", sent);

        if (peer_try(master.client, frame_of(test, "palm.echo", number))) {
            sent++;
        }
    }
    check_all_come(master_work(&master), sent);
}

static void
check_stops(struct master *master)
{
    struct test *test = master->test;
    size_t sent;

    (void)tight_client(master);
    sent = push_until_full(master, large_frame(test), TAKEN_MAX + ON_THE_WAY);
    check_that(test, sent < TAKEN_MAX + ON_THE_WAY,
               "the master has taken more than %d bytes", TAKEN_MAX);
    target_must_live(master->target);
}

/* "… stop taking messages when no worker takes them, before it has taken
 * 256 MiB of 100 kB messages." */
static void
flow_003_master_without_worker_stops_taking(struct test *test)
{
    struct master master;

    master_start(&master, test, NULL);
    check_stops(&master);
}

/* The worker is there, and takes nothing. */
static void
flow_003_master_with_idle_worker_stops_taking(struct test *test)
{
    struct master master;

    master_start(&master, test, NULL);
    (void)idle_worker(&master);
    check_stops(&master);
}

/* "… go on publishing results while its workers do not read, each result
 * within 5 s." */
static void
flow_004_results_flow_while_workers_do_not_read(struct test *test)
{
    struct master master;
    struct bytes frame = large_frame(test);

    master_start(&master, test, NULL);
    (void)idle_worker(&master);
    (void)tight_client(&master);
    (void)master_results(&master, CLIENT);
    (void)push_until_full(&master, frame, TAKEN_MAX);
    check_results_flow(&master, frame);
}

/* --- many messages -------------------------------------------------------- */

/* A client, a worker and a subscriber at work, none of which waits. */
struct crowd {
    struct master master;
    size_t messages;
    size_t each; /* results of a message */
    int size;    /* of their payloads, at least */
    size_t pushed;
    size_t received;
    struct message taken; /* by the worker */
    size_t left;          /* results of it that are not yet sent */
    bool *seen;           /* each result */
};

static bool
push_some(struct crowd *crowd)
{
    struct test *test = crowd->master.test;
    size_t before = crowd->pushed;

    while (crowd->pushed < crowd->messages) {
        const char *number = test_text(test, "%zu", crowd->pushed);

        if (!peer_try(crowd->master.client,
                      frame_of(test, "palm.echo", number))) {
            break;
        }
        crowd->pushed++;
    }
    return crowd->pushed > before;
}

static bool
work_some(struct crowd *crowd)
{
    struct test *test = crowd->master.test;
    struct frames frames;
    size_t before = crowd->left;

    if (crowd->left == 0) {
        if (!peer_poll(crowd->master.work, 0, &frames)) {
            return false;
        }
        check_frames(test, "the work of a worker", &frames, 1);
        crowd->taken =
            check_message(test, "the work of a worker", frames.frame[0]);
        crowd->left = crowd->each;
        before = 0;
    }
    while (crowd->left > 0) {
        struct message result = crowd->taken;
        size_t number =
            strtoul(bytes_string(test, result.payload), NULL, 10) * crowd->each
            + crowd->left - 1;

        result.payload =
            bytes_text(test_text(test, "%-*zu", crowd->size, number));
        if (!peer_try(crowd->master.done, message_encode(test, &result))) {
            break;
        }
        crowd->left--;
    }
    return crowd->left != before;
}

static bool
receive_some(struct crowd *crowd)
{
    struct test *test = crowd->master.test;
    struct frames frames;
    size_t before = crowd->received;

    while (peer_poll(crowd->master.results, 0, &frames)) {
        struct message result;
        long number;

        check_frames(test, "what is published", &frames, 2);
        check_text(test, "the topic", frames.frame[0], CLIENT);
        result = check_message(test, "what is published", frames.frame[1]);
        number = strtol(bytes_string(test, result.payload), NULL, 10);
        check_range(test, "the number of a result", number, 0,
                    (int64_t)(crowd->messages * crowd->each) - 1);
        check_that(test, !crowd->seen[number], "result %ld comes twice",
                   number);
        crowd->seen[number] = true;
        crowd->received++;
    }
    return crowd->received > before;
}

/* All results must come within 60 s. */
static void
check_crowd(struct test *test, size_t messages, size_t each, int size)
{
    struct crowd crowd;
    int milliseconds = bound_of(test, 60000);
    int64_t until = now() + (int64_t)milliseconds * 1000;

    memset(&crowd, 0, sizeof crowd);
    crowd.messages = messages;
    crowd.each = each;
    crowd.size = size;
    crowd.seen = test_memory(test, messages * each);
    master_start(&crowd.master, test, NULL);
    master_crew(&crowd.master);
    test->quiet = true;
    while (crowd.received < messages * each) {
        struct peer *peers[2];
        bool pushed = push_some(&crowd);
        bool worked = work_some(&crowd);

        peers[0] = crowd.master.results;
        peers[1] = crowd.master.work;
        if (!receive_some(&crowd) && !pushed && !worked) {
            (void)peer_any(peers, crowd.left == 0 ? 2 : 1, STEP);
        }
        check_that(test, now() < until,
                   "%zu of %zu results came within %d ms, %zu of %zu messages "
                   "were pushed",
                   crowd.received, messages * each, milliseconds, crowd.pushed,
                   messages);
    }
}

/* "… deliver all results when workers send 20 results of 1,000 bytes for each
 * of 2,000 messages, within 60 s": more than all queues on the way hold, by
 * number and by size. */
static void
flow_005_many_results_of_each_message(struct test *test)
{
    check_crowd(test, 2000, 20, 1000);
}

/* "… lose none of 10,000 messages that one client pushes as fast as it can and
 * one worker answers, within 60 s." */
static void
flow_006_many_messages_of_one_client(struct test *test)
{
    check_crowd(test, 10000, 1, 0);
}

/* --- workers that leave --------------------------------------------------- */

/* The next message must come to this worker in time, and its result back. */
static void
check_goes_on(struct master *master, struct peer *work, struct peer *done)
{
    enum { ANSWERS = 20 };
    struct test *test = master->test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct frames frames;
    int answers = 0;
    int pushed = 0;

    while (answers < ANSWERS) {
        check_that(test, now() < until,
                   "the worker that stays has taken %d of %d messages within "
                   "%d ms",
                   answers, pushed, bound(test));
        peer_send(
            master_client(master),
            frame_of(test, "palm.echo", test_text(test, "more-%d", pushed++)));
        while (peer_poll(work, STEP, &frames)) {
            struct message taken;

            check_frames(test, "the work of a worker", &frames, 1);
            taken =
                check_message(test, "the work of a worker", frames.frame[0]);
            peer_send(done, frames.frame[0]);
            check_bytes(test, "the payload of the result",
                        receive_result(master->results, CLIENT).payload,
                        taken.payload);
            answers++;
        }
    }
}

/* Two workers: [0] is to leave. */
static void
open_pair(struct master *master, struct test *test, struct peer *work[2],
          struct peer *done[2])
{
    static const char *const labels[] = {"worker that leaves",
                                         "worker that stays"};
    int i;

    master_start(master, test, NULL);
    (void)master_client(master);
    (void)master_results(master, CLIENT);
    for (i = 0; i < 2; i++) {
        work[i] =
            peer_connect(test, labels[i], ZMQ_PULL,
                         target_address(master->target, "worker_push_address"));
        done[i] =
            peer_connect(test, labels[i], ZMQ_PUSH,
                         target_address(master->target, "worker_pull_address"));
    }
}

/* "… go on with its other workers, within 5 s, when one of them has closed its
 * connections." */
static void
flow_007_other_workers_go_on(struct test *test)
{
    enum { MESSAGES = 10 };
    struct master master;
    struct peer *work[2];
    struct peer *done[2];
    int i;

    open_pair(&master, test, work, done);
    for (i = 0; i < MESSAGES; i++) {
        int which;
        struct bytes frame;

        peer_send(master.client, frame_of(test, "palm.echo", "first"));
        which = peer_any(work, 2, bound(test));
        check_that(test, which >= 0, "no worker has got message %d", i);
        frame = peer_receive_one(work[which]);
        peer_send(done[which], frame);
        check_text(test, "the payload of the result",
                   receive_result(master.results, CLIENT).payload, "first");
    }
    peer_close(work[0]);
    peer_close(done[0]);
    check_goes_on(&master, work[1], done[1]);
}

/* The same when it leaves with messages that it has not read. */
static void
flow_007_other_workers_go_on_when_work_was_waiting(struct test *test)
{
    enum { MESSAGES = 100 };
    struct master master;
    struct peer *work[2];
    struct peer *done[2];
    int i;

    open_pair(&master, test, work, done);
    for (i = 0; i < MESSAGES; i++) {
        peer_send(master.client, frame_of(test, "palm.echo", "first"));
    }
    check_that(test, peer_any(work, 1, bound(test)) == 0,
               "%s: nothing came within %d ms", work[0]->label, bound(test));
    peer_close(work[0]);
    peer_close(done[0]);
    check_goes_on(&master, work[1], done[1]);
}

const struct test_entry flow_tests[] = {
    TEST("PALM-FLOW-001", flow_001_results_flow_without_worker),
    TEST("PALM-FLOW-001", flow_001_results_flow_when_it_is_full),
    TEST("PALM-FLOW-002", flow_002_messages_wait_for_worker),
    TEST("PALM-FLOW-003", flow_003_master_without_worker_stops_taking),
    TEST("PALM-FLOW-003", flow_003_master_with_idle_worker_stops_taking),
    TEST("PALM-FLOW-004", flow_004_results_flow_while_workers_do_not_read),
    TEST("PALM-FLOW-005", flow_005_many_results_of_each_message),
    TEST("PALM-FLOW-006", flow_006_many_messages_of_one_client),
    TEST("PALM-FLOW-007", flow_007_other_workers_go_on),
    TEST("PALM-FLOW-007", flow_007_other_workers_go_on_when_work_was_waiting),
    END_OF_TESTS,
};
