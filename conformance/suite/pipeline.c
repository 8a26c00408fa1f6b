/* SPDX-License-Identifier: MIT */
/* pipeline.c: PALM-STREAM: pipelines and sinks. */
#include "conformance/suite/stage.h"
#include "conformance/suite/topics.h"

static void
open_pipeline(struct stage *stage, struct test *test, const char *to_client)
{
    stage_behind(stage, test, "pipeline", "name", "palm", "to_client",
                 to_client, NULL);
}

/* --- 13.2 pipeline -------------------------------------------------------- */

/* "… subscribe to `previous` at its `sub_address`" */
static void
stream_007_pipeline_subscribes_to_previous(struct test *test)
{
    struct peer *source = source_open(test, "server before");

    (void)target_start(test, "pipeline", "name", "palm", "sub_address",
                       source->address, "previous", "a-server", NULL);
    source_await(source, "a-server");
}

/* "… and run the functions of the messages that come under it." */
static void
stream_007_pipeline_runs_functions(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.echo", 0, "abc"}, {"palm.reverse", 0, "cba"}, {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… choose the element of `function` by `stage`, as a worker does." */
static void
stream_008_pipeline_chooses_by_stage(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.echo palm.reverse", 0, "abc"},
        {"palm.echo palm.reverse", 1, "cba"},
        {"before.echo palm.reverse behind.echo", 1, "cba"},
        {"before.reverse before.reverse palm.echo", 2, "abc"},
        {"before.echo   palm.reverse", 1, "cba"},
        {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… as a worker does": without a blank `stage` is ignored; the name ends at
 * the second dot. */
static void
stream_008_pipeline_reads_names_as_a_worker(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.reverse", 1, "cba"},      {"palm.reverse", 7, "cba"},
        {"palm.reverse", -1, "cba"},     {"palm.reverse.echo", 0, "cba"},
        {"palm.echo.reverse", 0, "abc"}, {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… under the topic `client`, with `stage` unchanged." */
static void
stream_009_pipeline_publishes_for_client(struct test *test)
{
    struct stage stage;
    struct message message =
        full_message(test, "before.echo palm.reverse", "abc", 1);

    open_pipeline(&stage, test, "yes");
    message.client = bytes_text(OTHER_CLIENT);
    stage_give(&stage, &message);
    message.payload = bytes_text("cba");
    check_result(&stage, OTHER_CLIENT, &message);
    check_nothing(&stage);
}

/* "… under its own name, with `stage` one higher." */
static void
stream_010_pipeline_publishes_for_next(struct test *test)
{
    struct stage stage;
    struct message message =
        full_message(test, "before.echo palm.reverse", "abc", 1);

    open_pipeline(&stage, test, "no");
    stage_give(&stage, &message);
    message.payload = bytes_text("cba");
    message.stage = 2;
    check_result(&stage, "palm", &message);
    message.stage = 1;
    message.function = bytes_text("before.echo palm.fail");
    stage_give(&stage, &message);
    message.stage = 2;
    check_error(&stage, "palm", &message);
    check_nothing(&stage);
}

/* "… nothing for a function that returns nothing." */
static void
stream_011_nothing_is_published_for_nothing(struct test *test)
{
    static const char *const to_client[] = {"yes", "no"};
    struct stage stage;
    struct message message = message_of("palm.count", "0");
    size_t i;

    for (i = 0; i < 2; i++) {
        open_pipeline(&stage, test, to_client[i]);
        target_needs(stage.target, "count");
        stage_give(&stage, &message);
        stage_give(&stage, &message);
        check_nothing(&stage);
    }
}

static void
check_passed_over(struct stage *stage)
{
    static const struct {
        const char *function;
        int64_t stage;
    } others[] = {{"other.echo", 0},
                  {"palm2.echo", 0},
                  {"pal.echo", 0},
                  {"Palm.echo", 0},
                  {"other.echo palm.echo", 0},
                  {"palm.echo other.echo", 1},
                  {"other.no_such", 0},
                  {"other.fail", 0}};
    size_t i;

    for (i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct message message = message_of(others[i].function, "not for palm");

        message.stage = others[i].stage;
        stage_give(stage, &message);
        check_nothing(stage);
    }
}

/* "… pass over a message that names another server, and publish nothing." */
static void
stream_012_pipeline_passes_over_others(struct test *test)
{
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_passed_over(&stage);
}

static void
stream_012_pipeline_for_next_passes_over_others(struct test *test)
{
    struct stage stage;

    open_pipeline(&stage, test, "no");
    check_passed_over(&stage);
}

/* "… an error result when its function fails …" */
static void
stream_013_failure_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {{"palm.fail", 0, "0"},
                                              {"before.echo palm.fail", 1, "0"},
                                              {"palm.reverse", 0, "cba"},
                                              {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… an error result when its function is unknown." */
static void
stream_035_unknown_function_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {
        {"palm.no_such_function", 0, "0"},
        {"palm.Echo", 0, "0"},
        {"before.echo palm.nothing", 1, "0"},
        {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… an error result when the element for the stage names none." */
static void
stream_036_no_function_is_an_error(struct test *test)
{
    static const struct stage_call calls[] = {{"palm.", 0, "0"},
                                              {"", 0, "0"},
                                              {"palm.echo palm.echo", 2, "0"},
                                              {"palm.echo palm.echo", -1, "0"},
                                              {"echo", 0, "0"},
                                              {"before.echo echo", 1, "0"},
                                              {NULL, 0, NULL}};
    struct stage stage;

    open_pipeline(&stage, test, "yes");
    check_stage_calls(&stage, calls);
    check_nothing(&stage);
}

/* "… each result of a function that yields several, in order …" */
static void
stream_014_several_results_for_client(struct test *test)
{
    enum { RESULTS = 50 };
    struct stage stage;
    struct message message =
        full_message(test, "before.echo palm.count", "abc", 1);
    int i;

    open_pipeline(&stage, test, "yes");
    target_needs(stage.target, "count");
    message.payload = bytes_text("50");
    stage_give(&stage, &message);
    for (i = 0; i < RESULTS; i++) {
        message.payload = bytes_text(test_text(test, "%d", i));
        check_result(&stage, CLIENT, &message);
    }
    check_nothing(&stage);
}

/* "… each with `stage` one higher when it goes to the next server." */
static void
stream_014_several_results_for_next(struct test *test)
{
    enum { RESULTS = 5 };
    struct stage stage;
    struct message message =
        full_message(test, "before.echo palm.count", "abc", 1);
    int i;

    open_pipeline(&stage, test, "no");
    target_needs(stage.target, "count");
    message.payload = bytes_text("5");
    stage_give(&stage, &message);
    message.stage = 2;
    for (i = 0; i < RESULTS; i++) {
        message.payload = bytes_text(test_text(test, "%d", i));
        check_result(&stage, "palm", &message);
    }
    check_nothing(&stage);
}

/* --- 13.3 sink ------------------------------------------------------------ */

/* "… from each of its `sub_addresses`, under the topic at the same place in
 * `previous`, and publish their results as a pipeline does." */
static void
stream_015_sink_takes_from_each_address(struct test *test)
{
    static const char *const topics[] = {"one", "two"};
    struct stage stage;
    int i;

    stage_sink(&stage, test, topics[0], topics[1], "name", "palm", NULL);
    for (i = 0; i < 6; i++) {
        struct message message =
            full_message(test, "before.echo palm.reverse", "abc", 1);

        source_publish(stage.source[i % 2], topics[i % 2], &message);
        message.payload = bytes_text("cba");
        check_result(&stage, CLIENT, &message);
    }
}

/* "… as a pipeline does": for the next server, and errors. */
static void
stream_015_sink_publishes_as_a_pipeline(struct test *test)
{
    static const char *const topics[] = {"one", "two"};
    struct stage stage;
    int i;

    stage_sink(&stage, test, topics[0], topics[1], "name", "palm", "to_client",
               "no", NULL);
    for (i = 0; i < 2; i++) {
        struct message failing =
            full_message(test, "before.echo palm.fail", "abc", 1);
        struct message message =
            full_message(test, "before.echo palm.reverse", "abc", 1);

        source_publish(stage.source[i], topics[i], &failing);
        failing.stage++;
        check_error(&stage, "palm", &failing);
        source_publish(stage.source[i], topics[i], &message);
        message.stage++;
        message.payload = bytes_text("cba");
        check_result(&stage, "palm", &message);
    }
}

/* Publishes at a source under a topic that is not its own; nothing may come of
 * it before the result of what is published under its own. */
static void
check_not_taken(struct stage *stage, int source, const char *topic,
                const char *own)
{
    struct message wrong = message_of("palm.echo", "of another topic");
    struct message fence = message_of("palm.echo", "fence");

    source_publish(stage->source[source], topic, &wrong);
    source_publish(stage->source[source], own, &fence);
    check_result(stage, CLIENT, &fence);
}

/* "… MUST NOT take a message from one of its addresses under the topic of
 * another." */
static void
stream_016_sink_keeps_topics_apart(struct test *test)
{
    struct stage stage;

    stage_sink(&stage, test, "one", "two", "name", "palm", NULL);
    check_not_taken(&stage, 0, "two", "one");
    check_not_taken(&stage, 1, "one", "two");
}

/* Here the topic of the second begins with that of the first, whose
 * subscription is a prefix. */
static void
stream_016_sink_compares_whole_topics(struct test *test)
{
    struct stage stage;

    stage_sink(&stage, test, "one", "one-more", "name", "palm", NULL);
    check_not_taken(&stage, 0, "one-more", "one");
    check_not_taken(&stage, 1, "one", "one-more");
}

/* "A sink MUST pass over a message that names another server." */
static void
stream_017_sink_passes_over_others(struct test *test)
{
    static const char *const topics[] = {"one", "two"};
    struct stage stage;
    int i;

    stage_sink(&stage, test, topics[0], topics[1], "name", "palm", NULL);
    for (i = 0; i < 2; i++) {
        struct message other = message_of("other.echo", "not for palm");
        struct message fence = message_of("palm.echo", "fence");

        source_publish(stage.source[i], topics[i], &other);
        other.function = bytes_text("palm.echo other.echo");
        other.stage = 1;
        source_publish(stage.source[i], topics[i], &other);
        source_publish(stage.source[i], topics[i], &fence);
        check_result(&stage, CLIENT, &fence);
    }
}

/* "… another number of addresses than of topics MUST be refused at start." */
static void
check_refused(struct test *test, const char *addresses, const char *previous)
{
    (void)target_refused(test, "sink", "name", "palm", "sub_addresses",
                         addresses, "previous", previous, NULL);
}

static void
stream_018_sink_of_too_few_topics_is_refused(struct test *test)
{
    struct peer *one = source_open(test, "first source");
    struct peer *two = source_open(test, "second source");

    check_refused(test, test_text(test, "%s %s", one->address, two->address),
                  "one");
}

static void
stream_018_sink_of_too_many_topics_is_refused(struct test *test)
{
    struct peer *one = source_open(test, "first source");
    struct peer *two = source_open(test, "second source");

    check_refused(test, one->address, "one two");
    check_refused(test, test_text(test, "%s %s", one->address, two->address),
                  "one two three");
}

const struct test_entry pipeline_tests[] = {
    TEST("PALM-STREAM-007", stream_007_pipeline_subscribes_to_previous),
    TEST("PALM-STREAM-007", stream_007_pipeline_runs_functions),
    TEST("PALM-STREAM-008", stream_008_pipeline_chooses_by_stage),
    TEST("PALM-STREAM-008", stream_008_pipeline_reads_names_as_a_worker),
    TEST("PALM-STREAM-009", stream_009_pipeline_publishes_for_client),
    TEST("PALM-STREAM-010", stream_010_pipeline_publishes_for_next),
    TEST("PALM-STREAM-011", stream_011_nothing_is_published_for_nothing),
    TEST("PALM-STREAM-012", stream_012_pipeline_passes_over_others),
    TEST("PALM-STREAM-012", stream_012_pipeline_for_next_passes_over_others),
    TEST("PALM-STREAM-013", stream_013_failure_is_an_error),
    TEST("PALM-STREAM-035", stream_035_unknown_function_is_an_error),
    TEST("PALM-STREAM-036", stream_036_no_function_is_an_error),
    TEST("PALM-STREAM-014", stream_014_several_results_for_client),
    TEST("PALM-STREAM-014", stream_014_several_results_for_next),
    TEST("PALM-STREAM-015", stream_015_sink_takes_from_each_address),
    TEST("PALM-STREAM-015", stream_015_sink_publishes_as_a_pipeline),
    TEST("PALM-STREAM-016", stream_016_sink_keeps_topics_apart),
    TEST("PALM-STREAM-016", stream_016_sink_compares_whole_topics),
    TEST("PALM-STREAM-017", stream_017_sink_passes_over_others),
    TEST("PALM-STREAM-018", stream_018_sink_of_too_few_topics_is_refused),
    TEST("PALM-STREAM-018", stream_018_sink_of_too_many_topics_is_refused),
    END_OF_TESTS,
};
