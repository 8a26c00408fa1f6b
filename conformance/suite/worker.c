/* SPDX-License-Identifier: MIT */
/* worker.c: PALM-WORKER: what a worker does with messages.  How it finds its
 * master is in worker_start.c. */
#include "conformance/suite/crew.h"
#include "conformance/suite/topics.h"

/* The payload of the result of a message with this function and stage. */
static const char *
run(struct crew *crew, const char *function, int64_t stage, const char *payload)
{
    struct message message = message_of(function, payload);

    message.stage = stage;
    return bytes_string(crew->test, crew_call(crew, &message).payload);
}

struct call {
    const char *function;
    int64_t stage;
    const char *result; /* of the payload "abc" */
};

static void
check_calls(struct crew *crew, const struct call *calls)
{
    for (; calls->function != NULL; calls++) {
        check_text(crew->test,
                   test_text(crew->test, "the result of \"%s\" at stage %lld",
                             calls->function, (long long)calls->stage),
                   bytes_text(run(crew, calls->function, calls->stage, "abc")),
                   calls->result);
    }
}

/* "… one result of one frame, in which nothing but `payload` differs … unknown
 * fields included." */
static void
worker_008_result_is_the_message_with_new_payload(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.reverse", "payload");
    struct message expected;

    crew_start(&crew, test, "worker");
    message.stage = 7;
    message.cache = bytes_text("tag");
    message.unknown =
        bytes_joined(test, field_bytes(test, 9, bytes_text("later")),
                     field_varint(test, 2000, 5));
    expected = message;
    expected.payload = bytes_text("daolyap");
    peer_send(crew.push, message_encode(test, &message));
    check_same(test, "the result", peer_receive_one(crew.pull), &expected);
    /* And only one: the next result is that of the next message. */
    check_text(test, "the next result",
               bytes_text(run(&crew, "palm.echo", 0, "fence")), "fence");
}

/* "… results … of payloads of every byte and of none." */
static void
worker_008_payload_is_bytes(struct test *test)
{
    struct crew crew;
    uint8_t all[256];
    struct message message = message_of("palm.reverse", "");
    unsigned i;

    crew_start(&crew, test, "worker");
    check_text(test, "the result of nothing",
               crew_call(&crew, &message).payload, "");
    for (i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)i;
    }
    message.payload = bytes_of(all, sizeof all);
    message.payload = crew_call(&crew, &message).payload;
    check_bytes(test, "the result, reversed again",
                crew_call(&crew, &message).payload, bytes_of(all, sizeof all));
}

/* "… the text between the first and the second dot of the element, or behind
 * the only dot." */
static void
worker_009_name_is_between_dots(struct test *test)
{
    static const struct call calls[] = {
        {"palm.reverse", 0, "cba"},      {"palm.reverse.echo", 0, "cba"},
        {"palm.echo.reverse", 0, "abc"}, {"palm.reverse.", 0, "cba"},
        {"palm.reverse..", 0, "cba"},    {NULL, 0, NULL}};
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_calls(&crew, calls);
}

/* "… ignore what stands before the first dot, whatever server it names." */
static void
worker_010_server_name_is_ignored(struct test *test)
{
    static const struct call calls[] = {
        {"other.reverse", 0, "cba"},    {"_.reverse", 0, "cba"},
        {".reverse", 0, "cba"},         {"echo.reverse", 0, "cba"},
        {"\xc3\xa9.reverse", 0, "cba"}, {NULL, 0, NULL}};
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_calls(&crew, calls);
}

/* "… the element number `stage`, from 0, of `function` split at blanks." */
static void
worker_011_stage_chooses_the_element(struct test *test)
{
    static const struct call calls[] = {
        {"palm.echo palm.reverse", 0, "abc"},
        {"palm.echo palm.reverse", 1, "cba"},
        {"a.reverse b.echo c.reverse", 0, "cba"},
        {"a.reverse b.echo c.reverse", 1, "abc"},
        {"a.reverse b.echo c.reverse", 2, "cba"},
        {NULL, 0, NULL}};
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_calls(&crew, calls);
}

/* "… ignore `stage` when `function` has no blank, a negative one included." */
static void
worker_012_stage_is_ignored_without_blank(struct test *test)
{
    static const struct call calls[] = {
        {"palm.reverse", 1, "cba"},         {"palm.reverse", 1000, "cba"},
        {"palm.reverse", -1, "cba"},        {"palm.reverse", INT64_MIN, "cba"},
        {"palm.reverse", INT64_MAX, "cba"}, {NULL, 0, NULL}};
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_calls(&crew, calls);
}

/* "… several blanks together as one separator." */
static void
worker_013_blanks_are_one_separator(struct test *test)
{
    static const struct call calls[] = {
        {"palm.echo  palm.reverse", 1, "cba"},
        {"palm.reverse     palm.echo   palm.reverse", 1, "abc"},
        {"palm.reverse     palm.echo   palm.reverse", 2, "cba"},
        {NULL, 0, NULL}};
    struct crew crew;

    crew_start(&crew, test, "worker");
    check_calls(&crew, calls);
}

static void
check_one_element(struct test *test, const char *profile)
{
    const char *const *function;
    struct crew crew;

    crew_start(&crew, test, profile);
    for (function = one_element; *function != NULL; function++) {
        const struct call calls[] = {
            {*function, 0, "0"}, {*function, 1, "0"}, {NULL, 0, NULL}};

        check_calls(&crew, calls);
    }
}

/* "… no other byte than the blank, hex 20, for a separator." */
static void
worker_022_only_blanks_separate(struct test *test)
{
    check_one_element(test, "worker");
}

static void
worker_023_mux_only_blanks_separate(struct test *test)
{
    check_one_element(test, "mux-worker");
}

/* "… in the order of its messages": the first takes longest. */
static void
worker_024_results_keep_the_order(struct test *test)
{
    enum { MANY = 100 };
    struct crew crew;
    int i;

    crew_start(&crew, test, "worker");
    target_needs(crew.target, "sleep");
    peer_send(crew.push, frame_of(test, "palm.sleep", "200"));
    for (i = 0; i < MANY; i++) {
        peer_send(crew.push,
                  frame_of(test, "palm.echo", test_text(test, "%d", i)));
    }
    for (i = -1; i < MANY; i++) {
        struct message result =
            check_message(test, "the result", peer_receive_one(crew.pull));

        check_text(test, "the payload", result.payload,
                   i < 0 ? "200" : test_text(test, "%d", i));
    }
}

/* --- errors --------------------------------------------------------------- */

/* Each function gives an error result, and the next message its own result. */
static void
check_errors(struct test *test, const struct call *calls)
{
    struct crew crew;

    crew_start(&crew, test, "worker");
    for (; calls->function != NULL; calls++) {
        struct message message = message_of(calls->function, "abc");

        message.stage = calls->stage;
        message.cache = bytes_text("tag");
        peer_send(crew.push, message_encode(test, &message));
        check_error_result(test, peer_receive_one(crew.pull), &message);
        check_text(test, "the next result",
                   bytes_text(run(&crew, "palm.echo", 0, "next")), "next");
    }
    target_must_live(crew.target);
}

/* "… with the payload `0`, one byte, when the function fails, and go on." */
static void
worker_014_failing_function_gives_0(struct test *test)
{
    static const struct call calls[] = {{"palm.fail", 0, "0"},
                                        {"palm.echo palm.fail", 1, "0"},
                                        {"palm.fail", 3, "0"},
                                        {NULL, 0, NULL}};

    check_errors(test, calls);
}

/* "… `0` when the function is unknown." */
static void
worker_015_unknown_function_gives_0(struct test *test)
{
    static const struct call calls[] = {{"palm.no_such_function", 0, "0"},
                                        {"palm.Echo", 0, "0"},
                                        {"palm.ech", 0, "0"},
                                        {"palm.", 0, "0"},
                                        {"palm..echo", 0, "0"},
                                        {NULL, 0, NULL}};

    check_errors(test, calls);
}

/* "… `0` when `function` is empty, or its element has no dot." */
static void
worker_016_function_without_dot_gives_0(struct test *test)
{
    static const struct call calls[] = {{"", 0, "0"},
                                        {"echo", 0, "0"},
                                        {"palm.echo echo", 1, "0"},
                                        {"echo palm.echo", 0, "0"},
                                        {NULL, 0, NULL}};

    check_errors(test, calls);
}

/* "… `0` when `stage` is negative or beyond the last of several elements." */
static void
worker_017_stage_out_of_range_gives_0(struct test *test)
{
    static const struct call calls[] = {
        {"palm.echo palm.reverse", 2, "0"},
        {"palm.echo palm.reverse", -1, "0"},
        {"palm.echo palm.reverse", INT64_MAX, "0"},
        {"palm.echo palm.reverse", INT64_MIN, "0"},
        {"palm.echo palm.reverse", INT64_C(4294967296), "0"},
        {NULL, 0, NULL}};

    check_errors(test, calls);
}

/* --- mux ------------------------------------------------------------------ */

/* "… one result message for each payload that its function yields, in order."
 */
static void
worker_019_mux_sends_each_payload(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.count", "3");
    const char *const payloads[] = {"0", "1", "2"};
    size_t i;

    crew_start(&crew, test, "mux-worker");
    target_needs(crew.target, "count");
    message.cache = bytes_text("tag");
    peer_send(crew.push, message_encode(test, &message));
    for (i = 0; i < 3; i++) {
        struct message expected = message;

        expected.payload = bytes_text(payloads[i]);
        check_same(test, test_text(test, "result %zu", i),
                   peer_receive_one(crew.pull), &expected);
    }
    check_text(test, "the next result",
               bytes_text(run(&crew, "palm.echo", 0, "fence")), "fence");
}

/* "… send nothing when its function yields nothing, and go on." */
static void
worker_020_mux_may_yield_nothing(struct test *test)
{
    struct crew crew;

    crew_start(&crew, test, "mux-worker");
    target_needs(crew.target, "count");
    peer_send(crew.push, frame_of(test, "palm.count", "0"));
    check_text(test, "the next result",
               bytes_text(run(&crew, "palm.echo", 0, "fence")), "fence");
}

/* "… answer a function that fails with one error result." */
static void
worker_021_mux_failure_gives_one_0(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.fail", "abc");

    crew_start(&crew, test, "mux-worker");
    peer_send(crew.push, message_encode(test, &message));
    check_error_result(test, peer_receive_one(crew.pull), &message);
    check_text(test, "the next result",
               bytes_text(run(&crew, "palm.echo", 0, "fence")), "fence");
}

/* "… those n results, and then one error result." */
static void
worker_025_mux_fails_after_results(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.count", "2!");
    struct message expected = message;

    crew_start(&crew, test, "mux-worker");
    target_needs(crew.target, "count");
    peer_send(crew.push, message_encode(test, &message));
    expected.payload = bytes_text("0");
    check_same(test, "the first result", peer_receive_one(crew.pull),
               &expected);
    expected.payload = bytes_text("1");
    check_same(test, "the second result", peer_receive_one(crew.pull),
               &expected);
    check_error_result(test, peer_receive_one(crew.pull), &message);
    check_text(test, "the next result",
               bytes_text(run(&crew, "palm.echo", 0, "fence")), "fence");
}

const struct test_entry worker_tests[] = {
    TEST("PALM-WORKER-008", worker_008_result_is_the_message_with_new_payload),
    TEST("PALM-WORKER-008", worker_008_payload_is_bytes),
    TEST("PALM-WORKER-009", worker_009_name_is_between_dots),
    TEST("PALM-WORKER-010", worker_010_server_name_is_ignored),
    TEST("PALM-WORKER-011", worker_011_stage_chooses_the_element),
    TEST("PALM-WORKER-012", worker_012_stage_is_ignored_without_blank),
    TEST("PALM-WORKER-013", worker_013_blanks_are_one_separator),
    TEST("PALM-WORKER-014", worker_014_failing_function_gives_0),
    TEST("PALM-WORKER-015", worker_015_unknown_function_gives_0),
    TEST("PALM-WORKER-016", worker_016_function_without_dot_gives_0),
    TEST("PALM-WORKER-017", worker_017_stage_out_of_range_gives_0),
    TEST("PALM-WORKER-019", worker_019_mux_sends_each_payload),
    TEST("PALM-WORKER-020", worker_020_mux_may_yield_nothing),
    TEST("PALM-WORKER-021", worker_021_mux_failure_gives_one_0),
    TEST("PALM-WORKER-022", worker_022_only_blanks_separate),
    TEST("PALM-WORKER-023", worker_023_mux_only_blanks_separate),
    TEST("PALM-WORKER-024", worker_024_results_keep_the_order),
    TEST("PALM-WORKER-025", worker_025_mux_fails_after_results),
    END_OF_TESTS,
};
