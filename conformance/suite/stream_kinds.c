/* SPDX-License-Identifier: MIT */
/* stream_kinds.c: PALM-STREAM: what each kind of server has of its parts: whole
 * topics, results that wait for a subscription, blanks, order. */
#include "conformance/suite/stage.h"
#include "conformance/suite/topics.h"

#include <string.h>
#include <zmq.h>

#define LATE_CLIENT "a client that comes late"

enum { HELD = 3, MANY = 100 };

static void
open_kind(struct stage *stage, struct test *test, const char *kind)
{
    stage_behind(stage, test, kind, "name", "palm", NULL);
}

/* The suite is the worker of a hub, too: what it gives is published. */
static void
open_hub(struct stage *stage, struct test *test)
{
    open_kind(stage, test, "hub");
    stage->push =
        peer_connect(test, "worker out", ZMQ_PUSH,
                     target_address(stage->target, "worker_pull_address"));
    stage->results = peer_subscribe(
        test, "results", target_address(stage->target, "pub_address"), "");
    await_subscription(stage->push, message_of("palm.echo", ""),
                       stage->results);
}

/* --- topics --------------------------------------------------------------- */

static struct message
before_2(struct stage *stage)
{
    struct message message = message_of("palm.echo", "for another");

    source_publish(stage->source[0], BEFORE "2", &message);
    return message_of("palm.echo", "fence");
}

/* "… whose topic is longer than `previous` and begins with it." */
static void
stream_024_pipeline_wants_the_whole_topic(struct test *test)
{
    struct stage stage;
    struct message fence;

    open_kind(&stage, test, "pipeline");
    fence = before_2(&stage);
    stage_give(&stage, &fence);
    check_result(&stage, CLIENT, &fence);
}

static void
stream_025_hub_wants_the_whole_topic(struct test *test)
{
    struct stage stage;
    struct message fence;
    struct peer *work;

    open_kind(&stage, test, "hub");
    work = peer_connect(test, "worker in", ZMQ_PULL,
                        target_address(stage.target, "worker_push_address"));
    fence = before_2(&stage);
    fence.cache = bytes_text("tag");
    stage_give(&stage, &fence);
    check_same(test, "the work of a worker", peer_receive_one(work), &fence);
}

/* --- results that wait ---------------------------------------------------- */

/* From now on "results" hears this topic only: it does not get a probe that was
 * published before a result of that topic. */
static void
hear_only(struct stage *stage, const char *topic)
{
    struct message probe = message_of("palm.echo", "probe");
    struct message fence = message_of("palm.echo", "fence");
    struct bytes first = bytes_text("");

    (void)zmq_setsockopt(stage->results->socket, ZMQ_SUBSCRIBE, topic,
                         strlen(topic));
    (void)zmq_setsockopt(stage->results->socket, ZMQ_UNSUBSCRIBE, "", 0);
    probe.client = bytes_text("nobody");
    fence.client = bytes_text(topic);
    while (!bytes_are(first, "fence")) {
        stage_give(stage, &probe);
        stage_give(stage, &fence);
        first = receive_result(stage->results, NULL).payload;
        if (!bytes_are(first, "fence")) {
            (void)receive_result(stage->results, topic);
        }
    }
}

/* "… hold results for a topic that nobody has subscribed to, and send them in
 * their order when a subscription for the topic comes within 5 s." */
static void
check_holds(struct stage *stage)
{
    struct test *test = stage->test;
    struct message fence = message_of("palm.echo", "fence");
    struct peer *late;
    int i;

    hear_only(stage, OTHER_CLIENT);
    for (i = 0; i < HELD; i++) {
        struct message message =
            message_of("palm.echo", test_text(test, "held-%d", i));

        message.client = bytes_text(LATE_CLIENT);
        stage_give(stage, &message);
    }
    fence.client = bytes_text(OTHER_CLIENT);
    stage_give(stage, &fence);
    check_result(stage, OTHER_CLIENT, &fence);
    late = peer_subscribe(test, "late subscriber",
                          target_address(stage->target, "pub_address"),
                          LATE_CLIENT);
    for (i = 0; i < HELD; i++) {
        check_text(test, "the payload",
                   receive_result(late, LATE_CLIENT).payload,
                   test_text(test, "held-%d", i));
    }
}

static void
stream_026_server_holds_results(struct test *test)
{
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_holds(&stage);
}

static void
stream_027_pipeline_holds_results(struct test *test)
{
    struct stage stage;

    open_kind(&stage, test, "pipeline");
    check_holds(&stage);
}

static void
stream_028_sink_holds_results(struct test *test)
{
    struct stage stage;

    stage_sink(&stage, test, BEFORE, "two", "name", "palm", NULL);
    check_holds(&stage);
}

static void
stream_029_hub_holds_results(struct test *test)
{
    struct stage stage;

    open_hub(&stage, test);
    check_holds(&stage);
}

/* --- what stays ----------------------------------------------------------- */

static void
check_cache_stays_empty(struct stage *stage)
{
    struct message message =
        full_message(stage->test, "before.echo palm.echo", "abc", 1);

    message.cache = bytes_text("");
    stage_give(stage, &message);
    check_result(stage, CLIENT, &message);
}

/* "… nothing in a result but `payload` and, for the next server, `stage`: an
 * empty `cache` stays empty, and unknown fields are kept." */
static void
stream_030_pipeline_leaves_cache_empty(struct test *test)
{
    struct stage stage;

    open_kind(&stage, test, "pipeline");
    check_cache_stays_empty(&stage);
}

static void
stream_031_sink_leaves_cache_empty(struct test *test)
{
    struct stage stage;

    stage_sink(&stage, test, BEFORE, "two", "name", "palm", NULL);
    check_cache_stays_empty(&stage);
}

/* --- blanks and order ----------------------------------------------------- */

static void
check_one_element(struct stage *stage)
{
    const char *const *function;

    for (function = one_element; *function != NULL; function++) {
        const struct stage_call calls[] = {
            {*function, 0, "0"}, {*function, 1, "0"}, {NULL, 0, NULL}};

        check_stage_calls(stage, calls);
    }
}

/* "… no other byte than the blank, hex 20, for a separator." */
static void
stream_032_server_splits_at_blanks_only(struct test *test)
{
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_one_element(&stage);
}

static void
stream_033_pipeline_splits_at_blanks_only(struct test *test)
{
    struct stage stage;

    open_kind(&stage, test, "pipeline");
    check_one_element(&stage);
}

/* "… the results of one client in the order of its messages": the first takes
 * longest. */
static void
stream_034_server_keeps_the_order(struct test *test)
{
    struct stage stage;
    struct message slow = message_of("palm.sleep", "200");
    struct message message = message_of("palm.echo", "");
    int i;

    stage_server(&stage, test, "name", "palm", NULL);
    target_needs(stage.target, "sleep");
    stage_give(&stage, &slow);
    for (i = 0; i < MANY; i++) {
        message.payload = bytes_text(test_text(test, "%d", i));
        stage_give(&stage, &message);
    }
    check_result(&stage, CLIENT, &slow);
    for (i = 0; i < MANY; i++) {
        message.payload = bytes_text(test_text(test, "%d", i));
        check_result(&stage, CLIENT, &message);
    }
}

const struct test_entry stream_kinds_tests[] = {
    TEST("PALM-STREAM-024", stream_024_pipeline_wants_the_whole_topic),
    TEST("PALM-STREAM-025", stream_025_hub_wants_the_whole_topic),
    TEST("PALM-STREAM-026", stream_026_server_holds_results),
    TEST("PALM-STREAM-027", stream_027_pipeline_holds_results),
    TEST("PALM-STREAM-028", stream_028_sink_holds_results),
    TEST("PALM-STREAM-029", stream_029_hub_holds_results),
    TEST("PALM-STREAM-030", stream_030_pipeline_leaves_cache_empty),
    TEST("PALM-STREAM-031", stream_031_sink_leaves_cache_empty),
    TEST("PALM-STREAM-032", stream_032_server_splits_at_blanks_only),
    TEST("PALM-STREAM-033", stream_033_pipeline_splits_at_blanks_only),
    TEST("PALM-STREAM-034", stream_034_server_keeps_the_order),
    END_OF_TESTS,
};
