/* SPDX-License-Identifier: MIT */
/* subscriber.c: PALM-FLOW: subscribers that come late or are slow. */
#include <string.h>

#include "conformance/engine/trace.h"
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum {
    MIB = 1024 * 1024,
    LARGE = 100000, /* bytes of a payload */
    AT_ONCE = 500,  /* results between two fences */
    HOLD = 5000,    /* ms, for which a result is held at least */
    LATE = 4000,    /* ms, of the 5 s that a result is held */
    OLD = 10500     /* ms, more than the 10 s after which it may go */
};

/* A master whose results for OTHER_CLIENT are read, and which has nobody yet
 * who has subscribed to CLIENT. */
static void
open_master(struct master *master, struct test *test)
{
    master_start(master, test, NULL);
    (void)master_results(master, OTHER_CLIENT);
}

static struct bytes
result_frame(struct test *test, const char *client, struct bytes payload)
{
    struct message message = message_of("palm.echo", "");

    message.client = bytes_text(client);
    message.payload = payload;
    return message_encode(test, &message);
}

static void
give(struct master *master, const char *client, const char *payload)
{
    peer_send(master_done(master),
              result_frame(master->test, client, bytes_text(payload)));
}

static void
check_payload(struct peer *results, const char *topic, const char *payload)
{
    check_text(results->test, "the payload of a result",
               receive_result(results, topic).payload, payload);
}

/* A result for another client that has come: those before it have been
 * published, as far as that is possible. */
static void
fence(struct master *master)
{
    give(master, OTHER_CLIENT, "fence");
    check_payload(master->results, OTHER_CLIENT, "fence");
}

static struct peer *
subscribe(struct master *master, const char *label, const char *topic)
{
    return peer_subscribe(master->test, label,
                          target_address(master->target, "pub_address"), topic);
}

/* --- late ----------------------------------------------------------------- */

enum { HELD = 20 };

static void
give_held(struct master *master)
{
    int i;

    for (i = 0; i < HELD; i++) {
        give(master, CLIENT, test_text(master->test, "held-%d", i));
    }
    fence(master);
}

/* All of them, in their order, and then what comes behind them. */
static void
check_held(struct master *master)
{
    struct peer *late = subscribe(master, "late subscriber", CLIENT);
    int i;

    for (i = 0; i < HELD; i++) {
        struct message expected =
            message_of("palm.echo", test_text(master->test, "held-%d", i));
        struct frames frames = peer_receive(late);

        check_frames(master->test, "what is published", &frames, 2);
        check_text(master->test, "the topic", frames.frame[0], CLIENT);
        check_same(master->test, "a result that was held", frames.frame[1],
                   &expected);
    }
    give(master, CLIENT, "new");
    check_payload(late, CLIENT, "new");
}

/* "… hold results for a topic that nobody has subscribed to, and send them in
 * their order when a subscription for the topic comes." */
static void
flow_008_results_wait_for_subscription(struct test *test)
{
    struct master master;

    open_master(&master, test);
    give_held(&master);
    check_held(&master);
}

/* "… within 5 s." */
static void
flow_008_results_wait_long(struct test *test)
{
    struct master master;

    open_master(&master, test);
    give_held(&master);
    check_silence(master.results, LATE);
    check_held(&master);
}

/* The subscriber was there before, and has gone. */
static void
flow_008_results_wait_for_second_subscription(struct test *test)
{
    struct master master;

    open_master(&master, test);
    give_held(&master);
    check_held(&master);
    fence(&master);
    give(&master, "another client", "held");
    fence(&master);
    check_payload(subscribe(&master, "another", "another client"),
                  "another client", "held");
}

/* A topic is up to 1 KiB long. */
static void
flow_008_results_of_long_topics_wait(struct test *test)
{
    const char *topic = bytes_string(test, bytes_filled(test, 'x', MIB / 1024));
    struct master master;

    open_master(&master, test);
    give(&master, topic, "held");
    fence(&master);
    check_payload(subscribe(&master, "late subscriber", topic), topic, "held");
}

/* While many others are published. */
static void
flow_008_results_wait_beside_others(struct test *test)
{
    enum { BUSY = 10 };
    struct master master;
    int i;

    open_master(&master, test);
    test->quiet = true;
    for (i = 0; i < HELD; i++) {
        int others = BUSY;

        give(&master, CLIENT, test_text(test, "held-%d", i));
        while (others-- > 0) {
            fence(&master);
        }
    }
    check_held(&master);
}

/* Gives results whose payloads begin with their number.  A fence now and then:
 * the bound is for some of them, not for all.  Who takes longer for all than a
 * result must be held proves nothing. */
static void
give_many(struct master *master, size_t count, size_t payload_size)
{
    struct test *test = master->test;
    int64_t until = now() + (int64_t)HOLD * 1000;
    size_t i;

    for (i = 0; i < count; i++) {
        uint8_t *payload = test_memory(test, payload_size);

        payload[0] = (uint8_t)(i >> 8);
        payload[1] = (uint8_t)i;
        peer_send(master_done(master),
                  result_frame(test, CLIENT, bytes_of(payload, payload_size)));
        if (i % AT_ONCE == 0 || i + 1 == count) {
            fence(master);
        }
    }
    if (now() > until) {
        broken(test, "too slow: %zu results took more than %d ms", count, HOLD);
    }
}

/* So many results of this size, 1 MiB in all at most, then who wants them. */
static void
check_holds(struct test *test, size_t count, size_t size)
{
    struct master master;
    struct bytes frame = result_frame(test, CLIENT, bytes_text(""));
    struct peer *late;
    size_t i;

    open_master(&master, test);
    test->quiet = true;
    give_many(&master, count, size - frame.size - 5);
    late = subscribe(&master, "late subscriber", CLIENT);
    for (i = 0; i < count; i++) {
        struct bytes payload = receive_result(late, CLIENT).payload;

        check_number(test, "the size of a payload", (int64_t)payload.size,
                     (int64_t)(size - frame.size - 5));
        check_number(test, "the number of a result",
                     payload.data[0] * 256 + payload.data[1], (int64_t)i);
    }
}

/* "… hold at least 1 MiB of such results."  More than 4,096 of them, as queues
 * have such limits; not many more, as all must be there within 5 s. */
static void
flow_009_small_results_are_held(struct test *test)
{
    check_holds(test, MIB / 240, 240);
}

static void
flow_009_large_results_are_held(struct test *test)
{
    check_holds(test, MIB / 65536, 65536);
}

static void
flow_009_one_result_is_held(struct test *test)
{
    check_holds(test, 1, MIB);
}

/* "… hold as much again when what it held has been delivered": 40 times what
 * it must hold at least, each for another client. */
static void
flow_015_room_comes_back(struct test *test)
{
    enum { ROUNDS = 40, COUNT = 15, SIZE = 65536 };
    struct master master;
    struct bytes payload = bytes_filled(test, 'x', SIZE);
    int i;

    open_master(&master, test);
    while (test_goes_on(test, ROUNDS)) {
        const char *client = test_text(test, "client-%02u", test->rounds);
        struct bytes frame = result_frame(test, client, payload);
        struct peer *late;

        for (i = 0; i < COUNT; i++) {
            peer_send(master_done(&master), frame);
        }
        fence(&master);
        late = subscribe(&master, client, client);
        for (i = 0; i < COUNT; i++) {
            check_number(test, "the size of a payload",
                         (int64_t)receive_result(late, client).payload.size,
                         SIZE);
        }
        peer_close(late);
    }
}

/* "… MAY drop a result whose topic nobody has subscribed to for more than 5 s":
 * it comes or does not; what is published then comes in any case. */
static void
flow_010_old_results_come_or_do_not(struct test *test)
{
    struct master master;
    struct peer *late;
    struct message result;

    open_master(&master, test);
    give(&master, CLIENT, "old");
    fence(&master);
    check_silence(master.results, OLD);
    late = subscribe(&master, "late subscriber", CLIENT);
    give(&master, CLIENT, "new");
    result = receive_result(late, CLIENT);
    if (bytes_are(result.payload, "old")) {
        result = receive_result(late, CLIENT);
    }
    check_text(test, "the payload of a result", result.payload, "new");
}

/* --- slow ----------------------------------------------------------------- */

/* A subscriber that does not read; its subscription has arrived. */
static struct peer *
idle_subscriber_to(struct master *master, const char *topic)
{
    static const int least = 1;
    static const int buffer = 4096;
    struct peer *slow = peer_make(master->test, "slow subscriber", ZMQ_SUB);

    (void)zmq_setsockopt(slow->socket, ZMQ_RCVHWM, &least, sizeof least);
    (void)zmq_setsockopt(slow->socket, ZMQ_RCVBUF, &buffer, sizeof buffer);
    (void)zmq_setsockopt(slow->socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
    peer_join(slow, target_address(master->target, "pub_address"));
    await_subscription(master_done(master), message_of("palm.echo", ""), slow);
    return slow;
}

static struct peer *
idle_subscriber(struct master *master)
{
    return idle_subscriber_to(master, CLIENT);
}

/* "… go on publishing to other subscribers, within 5 s, while a subscriber that
 * has 1 MiB of results waiting does not read." */
static void
flow_011_others_go_on_beside_1_mib(struct test *test)
{
    enum { RESULTS = 20, SIZE = 16384 };
    struct master master;
    int i;

    open_master(&master, test);
    (void)idle_subscriber(&master);
    for (i = 0; i < MIB / SIZE; i++) {
        peer_send(master_done(&master),
                  result_frame(test, CLIENT, bytes_filled(test, 'x', SIZE)));
    }
    for (i = 0; i < RESULTS; i++) {
        const char *payload = test_text(test, "result-%d", i);

        give(&master, OTHER_CLIENT, payload);
        check_payload(master.results, OTHER_CLIENT, payload);
        give(&master, CLIENT, payload);
    }
}

/* A worker whose own queue is small: what goes out has left it. */
static struct peer *
tight_worker(struct master *master)
{
    static const int small = 4;
    struct peer *done = peer_make(master->test, "worker out", ZMQ_PUSH);

    (void)zmq_setsockopt(done->socket, ZMQ_SNDHWM, &small, sizeof small);
    peer_join(done, target_address(master->target, "worker_pull_address"));
    return done;
}

/* "… within 30 s, however much waits for a subscriber that does not read": a
 * worker pushes as much as goes out; another's result must come. */
static void
flow_012_others_go_on_however_much_waits(struct test *test)
{
    enum { MOST = 200 * MIB };
    struct master master;
    struct bytes frame =
        result_frame(test, CLIENT, bytes_filled(test, 'x', LARGE));
    struct peer *other;
    struct frames frames;
    size_t sent = 0;

    master_start(&master, test, NULL);
    master.done = tight_worker(&master);
    (void)master_results(&master, OTHER_CLIENT);
    (void)idle_subscriber(&master);
    other = peer_connect(test, "another worker", ZMQ_PUSH,
                         target_address(master.target, "worker_pull_address"));
    test->quiet = true;
    while (sent < MOST && master_takes(&master, master.done)) {
        sent += peer_try(master.done, frame) ? frame.size : 0;
    }
    test->quiet = false;
    trace_event(test, "worker", "%zu bytes went out", sent);
    peer_send(other, result_frame(test, OTHER_CLIENT, bytes_text("beside")));
    check_that(test, peer_poll(master.results, bound_of(test, 30000), &frames),
               "%s: nothing came within %d ms", master.results->label,
               bound_of(test, 30000));
    check_frames(test, "what is published", &frames, 2);
    check_text(test, "the payload of a result",
               check_message(test, "the result", frames.frame[1]).payload,
               "beside");
}

/* --- one topic, several subscribers --------------------------------------- */

enum { SHARED = 4000, SMALL = 8192, WAIT = 30000 };

static struct peer *
subscribe_and_await(struct master *master, const char *label, const char *topic)
{
    struct peer *results = subscribe(master, label, topic);

    await_subscription(master_done(master), message_of("palm.echo", ""),
                       results);
    return results;
}

/* Gives results for CLIENT, more than queues and the system keep for a
 * connection; each must come within so many ms. */
static void
check_all(struct master *master, struct peer *results, int time)
{
    struct test *test = master->test;
    struct bytes payload = bytes_filled(test, 'x', SMALL);
    struct bytes frame = result_frame(test, CLIENT, payload);
    struct frames frames;
    int i;

    for (i = 0; i < SHARED; i++) {
        peer_send(master_done(master), frame);
        check_that(test, peer_poll(results, bound_of(test, time), &frames),
                   "%s: result %d did not come within %d ms", results->label, i,
                   bound_of(test, time));
        check_frames(test, "what is published", &frames, 2);
        check_text(test, "the topic", frames.frame[0], CLIENT);
    }
}

/* "… each within 5 s, while a peer that has subscribed to a beginning of its
 * name does not read." */
static void
flow_016_others_go_on_beside_a_beginning(struct test *test)
{
    struct master master;
    const char *beginning =
        bytes_string(test, bytes_cut(bytes_text(CLIENT), 0, 8));

    open_master(&master, test);
    (void)idle_subscriber_to(&master, beginning);
    check_all(&master, subscribe_and_await(&master, "client", CLIENT),
              bound(test));
}

/* "… each within 30 s, while another subscriber of the same topic does not
 * read." */
static void
flow_017_one_of_two_that_reads_gets_all(struct test *test)
{
    struct master master;

    open_master(&master, test);
    (void)idle_subscriber(&master);
    check_all(&master, subscribe_and_await(&master, "reader", CLIENT), WAIT);
}

/* "… hold a result for its client also if a peer that has subscribed to a
 * beginning of its name has got it." */
static void
flow_018_seen_results_wait_for_subscription(struct test *test)
{
    struct master master;
    struct message probe = message_of("palm.echo", "");
    struct peer *monitor, *results;
    int i;

    open_master(&master, test);
    monitor = subscribe(&master, "monitor", "");
    probe.client = bytes_text("nobody"); /* CLIENT would get it later */
    await_subscription(master_done(&master), probe, monitor);
    for (i = 0; i < HELD; i++) {
        const char *payload = test_text(test, "held-%d", i);

        give(&master, CLIENT, payload);
        check_payload(monitor, CLIENT, payload);
    }
    results = subscribe(&master, "late subscriber", CLIENT);
    for (i = 0; i < HELD; i++) {
        check_payload(results, CLIENT, test_text(test, "held-%d", i));
    }
}

/* --- at once -------------------------------------------------------------- */

/* "A client that subscribes and pushes at the same moment, 100 times with a new
 * identity, MUST get every result." */
static void
flow_013_client_that_does_not_wait_gets_results(struct test *test)
{
    enum { TIMES = 100 };
    struct master master;
    int i;

    master_start(&master, test, NULL);
    (void)master_client(&master);
    (void)master_work(&master);
    (void)master_done(&master);
    for (i = 0; i < TIMES; i++) {
        const char *identity = test_text(test, "%08x-0000-4000-8000-%012x",
                                         (unsigned)i + 1, (unsigned)i);
        struct peer *results = peer_make(test, "results", ZMQ_SUB);
        struct message message = message_of("palm.echo", "");

        message.client = bytes_text(identity);
        (void)zmq_setsockopt(results->socket, ZMQ_SUBSCRIBE, identity,
                             strlen(identity));
        results->address = target_address(master.target, "pub_address");
        peer_send(master.client, message_encode(test, &message));
        if (i % 4 == 0) { /* its result may be the faster one, too */
            (void)work_one(&master, "result");
        }
        check_that(test, zmq_connect(results->socket, results->address) == 0,
                   "one cannot connect to \"%s\"", results->address);
        if (i % 4 != 0) {
            (void)work_one(&master, "result");
        }
        check_payload(results, identity, "result");
        peer_close(results);
    }
}

const struct test_entry subscriber_tests[] = {
    TEST("PALM-FLOW-008", flow_008_results_wait_for_subscription),
    TEST("PALM-FLOW-008", flow_008_results_wait_long),
    TEST("PALM-FLOW-008", flow_008_results_wait_for_second_subscription),
    TEST("PALM-FLOW-008", flow_008_results_of_long_topics_wait),
    TEST("PALM-FLOW-008", flow_008_results_wait_beside_others),
    TEST("PALM-FLOW-009", flow_009_small_results_are_held),
    TEST("PALM-FLOW-009", flow_009_large_results_are_held),
    TEST("PALM-FLOW-009", flow_009_one_result_is_held),
    TEST("PALM-FLOW-015", flow_015_room_comes_back),
    TEST("PALM-FLOW-010", flow_010_old_results_come_or_do_not),
    TEST("PALM-FLOW-011", flow_011_others_go_on_beside_1_mib),
    TEST("PALM-FLOW-012", flow_012_others_go_on_however_much_waits),
    TEST("PALM-FLOW-013", flow_013_client_that_does_not_wait_gets_results),
    TEST("PALM-FLOW-016", flow_016_others_go_on_beside_a_beginning),
    TEST("PALM-FLOW-017", flow_017_one_of_two_that_reads_gets_all),
    TEST("PALM-FLOW-018", flow_018_seen_results_wait_for_subscription),
    END_OF_TESTS,
};
