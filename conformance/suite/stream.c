/* SPDX-License-Identifier: MIT */
/* stream.c: PALM-STREAM: servers, hubs, and servers behind one another.
 * Pipelines and sinks are in pipeline.c. */
#include "conformance/suite/stage.h"
#include "conformance/suite/topics.h"

/* --- 13.1 server ---------------------------------------------------------- */

/* "… `echo` being always there, and publish the result within 5 s." */
static void
stream_001_server_runs_function(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.echo", 0, "abc"}, {"palm.reverse", 0, "cba"}, {NULL, 0, NULL}};
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… the function that a message names for its stage." */
static void
stream_001_server_chooses_by_stage(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.echo palm.reverse", 0, "abc"},
        {"palm.echo palm.reverse", 1, "cba"},
        {"palm.reverse other.echo", 0, "cba"},
        {"other.echo palm.reverse", 1, "cba"},
        {NULL, 0, NULL}};
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… under the topic `client` with `stage` unchanged." */
static void
stream_002_result_goes_to_client(struct test *test)
{
    struct stage stage;
    struct message message = message_of("palm.echo palm.reverse", "abc");

    stage_server(&stage, test, "name", "palm", "pipelined", "no", NULL);
    message.client = bytes_text(OTHER_CLIENT);
    message.stage = 1;
    stage_give(&stage, &message);
    message.payload = bytes_text("cba");
    check_result(&stage, OTHER_CLIENT, &message);
    message.client = bytes_text(CLIENT);
    message.stage = 0;
    stage_give(&stage, &message);
    check_result(&stage, CLIENT, &message);
    check_nothing(&stage);
}

/* "… pipelined … under its own name with `stage` one higher." */
static void
stream_003_pipelined_result_goes_on(struct test *test)
{
    struct stage stage;
    struct message message = message_of("palm.echo palm.reverse", "abc");
    int i;

    stage_server(&stage, test, "name", "palm", "pipelined", "yes", NULL);
    for (i = 0; i < 2; i++) {
        message.stage = i;
        message.payload = bytes_text("abc");
        stage_give(&stage, &message);
        message.stage = i + 1;
        message.payload = bytes_text(i == 0 ? "abc" : "cba");
        check_result(&stage, "palm", &message);
    }
    check_nothing(&stage);
}

/* "… an error result included." */
static void
stream_003_pipelined_error_goes_on(struct test *test)
{
    struct message message = message_of("palm.fail palm.echo", "abc");
    struct stage stage;

    stage_server(&stage, test, "name", "palm", "pipelined", "yes", NULL);
    stage_give(&stage, &message);
    message.stage++;
    check_error(&stage, "palm", &message);
    check_nothing(&stage);
}

/* "… answer a message that names another server with an error result." */
static void
stream_004_other_server_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {{"other.echo", 0, "0"},
                                              {"palm2.echo", 0, "0"},
                                              {"pal.echo", 0, "0"},
                                              {"Palm.echo", 0, "0"},
                                              {"_.echo", 0, "0"},
                                              {"other.echo palm.echo", 0, "0"},
                                              {"palm.echo other.echo", 1, "0"},
                                              {NULL, 0, NULL}};
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… an unknown function … an error result." */
static void
stream_005_unknown_function_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.no_such_function", 0, "0"},
        {"palm.Echo", 0, "0"},
        {"palm.ech", 0, "0"},
        {"palm.echo palm.nothing", 1, "0"},
        {"palm.echo", 0, "abc"},
        {NULL, 0, NULL}};
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… a function that fails, with an error result." */
static void
stream_005_failure_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {{"palm.fail", 0, "0"},
                                              {"palm.echo palm.fail", 1, "0"},
                                              {"palm.reverse", 0, "cba"},
                                              {NULL, 0, NULL}};
    struct stage stage;

    stage_server(&stage, test, "name", "palm", NULL);
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… nothing … but `payload` … and unknown fields are kept." */
static void
stream_006_result_keeps_the_rest(struct test *test)
{
    struct stage stage;
    struct message message =
        full_message(test, "palm.echo palm.reverse", "abc", 1);

    stage_server(&stage, test, "name", "palm", NULL);
    stage_give(&stage, &message);
    message.payload = bytes_text("cba");
    check_result(&stage, CLIENT, &message);
    message.function = bytes_text("palm.echo palm.fail");
    stage_give(&stage, &message);
    check_error(&stage, CLIENT, &message);
}

/* "… and, when it is pipelined, `stage`." */
static void
stream_006_pipelined_result_keeps_the_rest(struct test *test)
{
    struct stage stage;
    struct message message =
        full_message(test, "palm.echo palm.reverse", "abc", 1);

    stage_server(&stage, test, "name", "palm", "pipelined", "yes", NULL);
    stage_give(&stage, &message);
    message.payload = bytes_text("cba");
    message.stage++;
    check_result(&stage, "palm", &message);
}

/* "… an empty `cache` stays empty." */
static void
stream_006_empty_cache_stays_empty(struct test *test)
{
    struct stage stage;
    struct message message = message_of("palm.echo", "abc");

    stage_server(&stage, test, "name", "palm", NULL);
    stage_give(&stage, &message);
    check_result(&stage, CLIENT, &message);
}

/* --- 13.4 hub ------------------------------------------------------------- */

/* A hub, and the worker that takes its messages. */
static struct peer *
open_hub(struct stage *stage, struct test *test)
{
    stage_behind(stage, test, "hub", "name", "palm", NULL);
    return peer_connect(test, "worker in", ZMQ_PULL,
                        target_address(stage->target, "worker_push_address"));
}

/* "… messages that the server before publishes under `previous`, and send them
 * to its workers." */
static void
stream_019_hub_gives_messages_to_workers(struct test *test)
{
    struct stage stage;
    struct peer *work = open_hub(&stage, test);
    struct message message =
        full_message(test, "before.echo palm.echo", "abc", 1);
    int i;

    for (i = 0; i < 3; i++) {
        message.payload = bytes_text(test_text(test, "message-%d", i));
        stage_give(&stage, &message);
    }
    for (i = 0; i < 3; i++) {
        struct message taken =
            check_message(test, "the work of a worker", peer_receive_one(work));

        check_text(test, "the payload", taken.payload,
                   test_text(test, "message-%d", i));
    }
}

/* "… fill an empty `cache` with a new uuid4 …" */
static void
stream_020_hub_fills_empty_cache(struct test *test)
{
    struct stage stage;
    struct peer *work = open_hub(&stage, test);
    struct message message =
        full_message(test, "before.echo palm.echo", "abc", 1);
    struct bytes cache[2];
    int i;

    message.cache = bytes_text("");
    for (i = 0; i < 2; i++) {
        struct bytes frame;

        stage_give(&stage, &message);
        frame = peer_receive_one(work);
        cache[i] = check_message(test, "the work of a worker", frame).cache;
        check_uuid(test, "the cache", cache[i]);
        message.cache = cache[i];
        check_same(test, "the work of a worker", frame, &message);
        message.cache = bytes_text("");
    }
    check_that(test, !bytes_equal(cache[0], cache[1]),
               "two messages have the same cache");
}

/* "… and pass every other field on to its workers unchanged." */
static void
stream_020_hub_changes_nothing_else(struct test *test)
{
    static const int64_t stages[] = {0, 1, -1, INT64_MAX};
    struct stage stage;
    struct peer *work = open_hub(&stage, test);
    struct message message =
        full_message(test, "before.echo palm.echo", "abc", 1);
    size_t i;

    for (i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        message.stage = stages[i];
        stage_give(&stage, &message);
        check_same(test, "the work of a worker", peer_receive_one(work),
                   &message);
    }
}

/* "A hub MUST publish results as a master does." */
static void
stream_021_hub_publishes_results(struct test *test)
{
    struct stage stage;
    struct message message =
        full_message(test, "before.echo palm.echo", "abc", 1);
    struct peer *done;

    stage_behind(&stage, test, "hub", "name", "palm", NULL);
    done = peer_connect(test, "worker out", ZMQ_PUSH,
                        target_address(stage.target, "worker_pull_address"));
    stage.results = peer_subscribe(
        test, "results", target_address(stage.target, "pub_address"), "");
    await_subscription(done, message_of("palm.echo", ""), stage.results);
    peer_send(done, message_encode(test, &message));
    check_result(&stage, CLIENT, &message);
    message.client = bytes_text(OTHER_CLIENT);
    message.cache = bytes_text("");
    peer_send(done, message_encode(test, &message));
    check_result(&stage, OTHER_CLIENT, &message);
}

/* --- 13.5 streams --------------------------------------------------------- */

/* One of two pipelines at the same server. */
static void
open_tee(struct stage *stage, struct test *test, struct peer *source,
         const char *name)
{
    struct message probe = message_of(test_text(test, "%s.echo", name), "");

    stage->test = test;
    stage->push = NULL;
    stage->source[0] = source;
    stage->target = target_start(test, "pipeline", "name", name, "sub_address",
                                 source->address, "previous", BEFORE, NULL);
    source_await(source, BEFORE);
    stage->results =
        peer_subscribe(test, test_text(test, "results of %s", name),
                       target_address(stage->target, "pub_address"), "");
    await_stream(source, BEFORE, probe, stage->results);
}

/* "… each publish results for exactly those messages that name them." */
static void
stream_022_tee_publishes_each_message_once(struct test *test)
{
    static const char *const names[] = {"left", "right", "right", "other",
                                        "left", "left",  "right", "left"};
    enum { MESSAGES = sizeof names / sizeof names[0] };
    struct peer *source = source_open(test, "server before");
    struct stage tee[2];
    struct message message = message_of("", "");
    int side;
    int i;

    open_tee(&tee[0], test, source, "left");
    open_tee(&tee[1], test, source, "right");
    for (i = 0; i < MESSAGES + 2; i++) { /* then a fence for each */
        const char *name = i < MESSAGES ? names[i] : names[i - MESSAGES];

        message.function = bytes_text(test_text(test, "%s.echo", name));
        message.payload = bytes_text(test_text(test, "message-%d", i));
        source_publish(source, BEFORE, &message);
    }
    for (side = 0; side < 2; side++) {
        for (i = 0; i < MESSAGES + 2; i++) {
            const char *name = i < MESSAGES ? names[i] : names[i - MESSAGES];

            if (name[0] == (side == 0 ? 'l' : 'r')) {
                message.function = bytes_text(test_text(test, "%s.echo", name));
                message.payload = bytes_text(test_text(test, "message-%d", i));
                check_result(&tee[side], CLIENT, &message);
            }
        }
    }
}

/* A server "first" and so many pipelines behind it, the last one for the
 * client; all.push and all.results are the ends. */
static void
open_stream(struct stage *all, struct test *test, int pipelines)
{
    static const char *const names[] = {"first", "second", "third"};
    struct target *before;
    int i;

    all->test = test;
    before = target_start(test, "server", "name", names[0], "pipelined", "yes",
                          NULL);
    all->push = peer_connect(test, "client", ZMQ_PUSH,
                             target_address(before, "pull_address"));
    for (i = 1; i <= pipelines; i++) {
        before = target_start(test, "pipeline", "name", names[i], "sub_address",
                              target_address(before, "pub_address"), "previous",
                              names[i - 1], "to_client",
                              i == pipelines ? "yes" : "no", NULL);
    }
    all->target = before;
    all->results = peer_subscribe(test, "results",
                                  target_address(before, "pub_address"), "");
    await_subscription(all->push,
                       message_of("first.echo second.echo third.echo", ""),
                       all->results);
}

/* "… functions run in the order of `function`, the last result going to the
 * client with `stage` = n-1."  Two of them. */
static void
stream_023_two_servers_run_in_order(struct test *test)
{
    struct stage all;
    struct message message = message_of("first.reverse second.echo", "abc");

    open_stream(&all, test, 1);
    message.cache = bytes_text("tag");
    stage_give(&all, &message);
    message.stage = 1;
    message.payload = bytes_text("cba");
    check_result(&all, CLIENT, &message);
    message.function = bytes_text("first.fail second.echo");
    message.payload = bytes_text("abc");
    message.stage = 0;
    stage_give(&all, &message);
    message.stage = 1;
    check_error(&all, CLIENT, &message);
}

/* Three of them; then the last one fails. */
static void
stream_023_three_servers_run_in_order(struct test *test)
{
    struct stage all;
    struct message message =
        message_of("first.reverse second.reverse third.reverse", "abc");

    open_stream(&all, test, 2);
    stage_give(&all, &message);
    message.stage = 2;
    message.payload = bytes_text("cba");
    check_result(&all, CLIENT, &message);
    message.function = bytes_text("first.echo second.echo third.fail");
    message.stage = 0;
    message.payload = bytes_text("abc");
    stage_give(&all, &message);
    message.stage = 2;
    check_error(&all, CLIENT, &message);
}

const struct test_entry stream_tests[] = {
    TEST("PALM-STREAM-001", stream_001_server_runs_function),
    TEST("PALM-STREAM-001", stream_001_server_chooses_by_stage),
    TEST("PALM-STREAM-002", stream_002_result_goes_to_client),
    TEST("PALM-STREAM-003", stream_003_pipelined_result_goes_on),
    TEST("PALM-STREAM-003", stream_003_pipelined_error_goes_on),
    TEST("PALM-STREAM-004", stream_004_other_server_is_an_error),
    TEST("PALM-STREAM-005", stream_005_unknown_function_is_an_error),
    TEST("PALM-STREAM-005", stream_005_failure_is_an_error),
    TEST("PALM-STREAM-006", stream_006_result_keeps_the_rest),
    TEST("PALM-STREAM-006", stream_006_pipelined_result_keeps_the_rest),
    TEST("PALM-STREAM-006", stream_006_empty_cache_stays_empty),
    TEST("PALM-STREAM-019", stream_019_hub_gives_messages_to_workers),
    TEST("PALM-STREAM-020", stream_020_hub_fills_empty_cache),
    TEST("PALM-STREAM-020", stream_020_hub_changes_nothing_else),
    TEST("PALM-STREAM-021", stream_021_hub_publishes_results),
    TEST("PALM-STREAM-022", stream_022_tee_publishes_each_message_once),
    TEST("PALM-STREAM-023", stream_023_two_servers_run_in_order),
    TEST("PALM-STREAM-023", stream_023_three_servers_run_in_order),
    END_OF_TESTS,
};
