/* SPDX-License-Identifier: MIT */
/* scatter.c: PALM-SCATTER: scatter, gather and handle_stream. */
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum { TEN = 10 };

static struct message
tagged(const char *payload)
{
    struct message message = message_of("palm.echo", payload);

    message.stage = 3;
    message.cache = bytes_text("tag");
    return message;
}

/* A master with a hook at its Pull. */
static void
open_scatter(struct master *master, struct test *test, const char *hook)
{
    master_start(master, test, "scatter", hook, NULL);
    (void)master_client(master);
    (void)master_work(master);
}

/* The subscription is there: tried by probes with a payload that the hook of
 * the Pub lets through, and then by a fence. */
static void
subscribe(struct master *master, struct test *test, const char *topic)
{
    struct message probe = message_of("palm.probe", "1");
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct frames frames;

    (void)master_done(master);
    master->results = peer_subscribe(
        test, "results", target_address(master->target, "pub_address"), topic);
    do {
        check_that(test, now() < until, "nothing is published in time");
        peer_send(master->done, message_encode(test, &probe));
    } while (!peer_poll(master->results, 20, &frames));
    probe.pipeline = bytes_text("last probe");
    peer_send(master->done, message_encode(test, &probe));
    while (!bytes_are(check_message(test, "a probe", frames.frame[1]).pipeline,
                      "last probe")) {
        frames = peer_receive(master->results);
        check_frames(test, "a probe", &frames, 2);
    }
}

static void
open_gather(struct master *master, struct test *test, const char *hook,
            const char *pipelined)
{
    master_start(master, test, "gather", hook, "pipelined", pipelined, NULL);
    subscribe(master, test,
              bytes_are(bytes_text(pipelined), "yes") ? "palm" : CLIENT);
}

static void
check_work(struct master *master, const struct message *sent, int copy)
{
    struct message expected = *sent;

    expected.payload = bytes_text(test_text(master->test, "%d", copy));
    check_same(master->test, test_text(master->test, "copy %d", copy),
               peer_receive_one(master->work), &expected);
}

static void
check_published(struct master *master, const struct message *sent,
                const char *payload, int raise)
{
    struct message expected = *sent;
    struct frames frames = peer_receive(master->results);

    expected.payload = bytes_text(payload);
    expected.stage += raise;
    check_frames(master->test, "what is published", &frames, 2);
    check_text(master->test, "the topic", frames.frame[0],
               raise ? "palm" : CLIENT);
    check_same(master->test, "what is published", frames.frame[1], &expected);
}

static void
publish_copies(struct master *master, const char *count, int copies, int raise)
{
    struct message sent = tagged(count);
    int i;

    peer_send(master->done, message_encode(master->test, &sent));
    for (i = 0; i < copies; i++) {
        check_published(master, &sent, test_text(master->test, "%d", i), raise);
    }
}

static void
scatter_copies(struct master *master, const char *count, int copies)
{
    struct message sent = tagged(count);
    int i;

    peer_send(master->client, message_encode(master->test, &sent));
    for (i = 0; i < copies; i++) {
        check_work(master, &sent, i);
    }
}

/* "… route each of them, in order, for n = 1, 2 and 10." */
static void
scatter_001_copies_are_routed_in_order(struct test *test)
{
    struct master master;

    open_scatter(&master, test, "count");
    scatter_copies(&master, "1", 1);
    scatter_copies(&master, "2", 2);
    scatter_copies(&master, "10", TEN);
    scatter_copies(&master, "1", 1);
}

/* "… yields nothing MUST route nothing … and go on with the next." */
static void
scatter_002_nothing_is_routed(struct test *test)
{
    struct master master;

    open_scatter(&master, test, "count");
    scatter_copies(&master, "0", 0);
    scatter_copies(&master, "2", 2);
}

/* "… all carry the same `cache`, the one that the message had …" */
static void
scatter_003_copies_keep_cache(struct test *test)
{
    struct master master;

    open_scatter(&master, test, "count");
    scatter_copies(&master, "3", 3);
}

/* "… or, if that was empty, one new uuid4." */
static void
scatter_003_copies_share_a_new_cache(struct test *test)
{
    struct master master;
    struct bytes first;
    struct bytes again;
    int i;

    open_scatter(&master, test, "count");
    peer_send(master.client, frame_of(test, "palm.echo", "3"));
    first = check_message(test, "copy 0", peer_receive_one(master.work)).cache;
    first = bytes_copy(test, first.data, first.size);
    check_uuid(test, "the cache", first);
    for (i = 1; i < 3; i++) {
        check_bytes(
            test, "the cache",
            check_message(test, "a copy", peer_receive_one(master.work)).cache,
            first);
    }
    peer_send(master.client, frame_of(test, "palm.echo", "1"));
    again = check_message(test, "next", peer_receive_one(master.work)).cache;
    check_uuid(test, "the next cache", again);
    check_that(test, !bytes_equal(first, again),
               "two messages have one new cache");
}

/* "… fails after it has yielded n messages MUST route those n, n = 0 …" */
static void
scatter_004_failure_costs_its_message(struct test *test)
{
    struct master master;

    open_scatter(&master, test, "count");
    scatter_copies(&master, "0!", 0);
    scatter_copies(&master, "1", 1);
}

/* "… and 2, and go on with the next message." */
static void
scatter_004_failure_keeps_what_was_yielded(struct test *test)
{
    struct master master;

    open_scatter(&master, test, "count");
    scatter_copies(&master, "2!", 2);
    scatter_copies(&master, "1", 1);
}

/* "… publish each of them, in order, for n = 1, 2 and 10." */
static void
scatter_005_gathered_are_published_in_order(struct test *test)
{
    struct master master;

    open_gather(&master, test, "count", "no");
    publish_copies(&master, "1", 1, 0);
    publish_copies(&master, "2", 2, 0);
    publish_copies(&master, "10", TEN, 0);
    publish_copies(&master, "1", 1, 0);
}

/* "… yields nothing MUST publish nothing … and go on with the next." */
static void
scatter_006_nothing_is_published(struct test *test)
{
    struct master master;

    open_gather(&master, test, "count", "no");
    publish_copies(&master, "0", 0, 0);
    publish_copies(&master, "2", 2, 0);
}

/* "What `gather` changes in a message MUST be published." */
static void
scatter_007_changes_of_gather_are_published(struct test *test)
{
    struct master master;
    struct message sent = tagged("abc");

    open_gather(&master, test, "reverse", "no");
    peer_send(master.done, message_encode(test, &sent));
    check_published(&master, &sent, "cba", 0);
}

/* "… with `stage` one higher than that of the message that came, once." */
static void
scatter_008_stage_is_raised_once(struct test *test)
{
    struct master master;

    open_gather(&master, test, "count", "yes");
    publish_copies(&master, "3", 3, 1);
    publish_copies(&master, "1", 1, 1);
}

/* "… `gather` fails MUST go on with the next message." */
static void
scatter_009_failing_gather_goes_on(struct test *test)
{
    struct master master;

    open_gather(&master, test, "count", "no");
    publish_copies(&master, "0!", 0, 0);
    publish_copies(&master, "2", 2, 0);
}

/* "… fails after it has yielded n messages SHOULD publish those n." */
static void
scatter_010_failing_gather_publishes_yielded(struct test *test)
{
    struct master master;

    open_gather(&master, test, "count", "no");
    publish_copies(&master, "2!", 2, 0);
    publish_copies(&master, "1", 1, 0);
}

static void
check_streamed(struct test *test, bool all)
{
    struct master master;
    struct message sent = tagged("topic");
    struct message expected = sent;
    struct frames frames;

    master_start(&master, test, "stream", "reverse", NULL);
    subscribe(&master, test, "");
    peer_send(master.done, message_encode(test, &sent));
    frames = peer_receive(master.results);
    check_frames(test, "what is published", &frames, 2);
    expected.payload = bytes_text("cipot");
    if (all) {
        check_same(test, "what is published", frames.frame[1], &expected);
    } else {
        check_text(test, "the topic", frames.frame[0], "topic");
    }
}

/* "… publish under the topic that `handle_stream` chooses." */
static void
scatter_011_topic_is_chosen(struct test *test)
{
    check_streamed(test, false);
}

/* "… publish the message with all changes that `handle_stream` made." */
static void
scatter_012_changes_of_stream_are_published(struct test *test)
{
    check_streamed(test, true);
}

/* "… fails MUST drop that message only, and go on with the next." */
static void
scatter_013_failing_stream_goes_on(struct test *test)
{
    struct master master;
    int i;

    master_start(&master, test, "stream", "reverse", NULL);
    master.results = peer_subscribe(
        test, "results", target_address(master.target, "pub_address"), "topic");
    for (i = 0; i < 20; i++) {
        peer_send(master_done(&master), frame_of(test, "palm.echo", "!gone"));
        peer_send(master_done(&master), frame_of(test, "palm.echo", "topic"));
        check_text(test, "the payload",
                   receive_result(master.results, "topic").payload, "cipot");
    }
}

/* Here the hook fails each time: the fence is the end of the server, which
 * drains. */
static void
scatter_013_failing_stream_publishes_nothing(struct test *test)
{
    struct master master;
    struct frames frames;
    int i;

    master_start(&master, test, "stream", "fail", NULL);
    master.results = peer_subscribe(
        test, "results", target_address(master.target, "pub_address"), "");
    for (i = 0; i < 3; i++) {
        peer_send(master_done(&master), frame_of(test, "palm.echo", "topic"));
    }
    check_text(test, "the name",
               peer_ask(master_cache(&master),
                        cache_request(test, "get", "", bytes_text("name"))),
               "palm");
    target_must_live(master.target);
    target_stop(master.target);
    check_that(test, !peer_poll(master.results, 0, &frames),
               "a message whose handle_stream failed is published");
}

const struct test_entry scatter_tests[] = {
    TEST("PALM-SCATTER-001", scatter_001_copies_are_routed_in_order),
    TEST("PALM-SCATTER-002", scatter_002_nothing_is_routed),
    TEST("PALM-SCATTER-003", scatter_003_copies_keep_cache),
    TEST("PALM-SCATTER-003", scatter_003_copies_share_a_new_cache),
    TEST("PALM-SCATTER-004", scatter_004_failure_costs_its_message),
    TEST("PALM-SCATTER-004", scatter_004_failure_keeps_what_was_yielded),
    TEST("PALM-SCATTER-005", scatter_005_gathered_are_published_in_order),
    TEST("PALM-SCATTER-006", scatter_006_nothing_is_published),
    TEST("PALM-SCATTER-007", scatter_007_changes_of_gather_are_published),
    TEST("PALM-SCATTER-008", scatter_008_stage_is_raised_once),
    TEST("PALM-SCATTER-009", scatter_009_failing_gather_goes_on),
    TEST("PALM-SCATTER-010", scatter_010_failing_gather_publishes_yielded),
    TEST("PALM-SCATTER-011", scatter_011_topic_is_chosen),
    TEST("PALM-SCATTER-012", scatter_012_changes_of_stream_are_published),
    TEST("PALM-SCATTER-013", scatter_013_failing_stream_goes_on),
    TEST("PALM-SCATTER-013", scatter_013_failing_stream_publishes_nothing),
    END_OF_TESTS,
};
