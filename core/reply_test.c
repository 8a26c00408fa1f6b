/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/worker.h"

#include <ctype.h>
#include <stdio.h>

#include "harness/support/fake_worker.h"

/* --- functions of the worker; they may not assert ------------------------- */

static int
upper(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    char text[64];
    palm_slice_t answer = {text, message->payload.size};
    (void)arg;
    for (size_t i = 0; i < answer.size; i++) {
        text[i] = (char)toupper((unsigned char)message->payload.data[i]);
    }
    return palm_reply(reply, answer);
}

static int
say_nothing(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)reply;
    (void)arg;
    return 0;
}

/* Replies twice; says what the second call was told. */
static int
reply_twice(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)palm_reply(reply, message->payload);
    *(int *)arg = palm_reply(reply, palm_slice("again")) ? errno : 0;
    return 0;
}

static int
fail_with_text(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)arg;
    return palm_reply_error(reply, ERANGE, "%d is\ntoo \xff much", 7);
}

static int
fail_with_errno(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)reply;
    errno = *(int *)arg;
    return -1;
}

static int
fail_after_reply(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    (void)palm_reply(reply, message->payload);
    return palm_reply_error(reply, EIO, "too late");
}

/* Yields the bytes of the payload one by one. */
static int
split(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < message->payload.size; i++) {
        palm_slice_t byte = {message->payload.data + i, 1};
        if (byte.data[0] == '!') {
            return palm_reply_error(reply, EINVAL, "a bang");
        }
        if (palm_reply(reply, byte)) {
            return -1;
        }
    }
    return 0;
}

/* --- results -------------------------------------------------------------- */

static void
only_the_payload_is_replaced(void)
{
    zmq_msg_t frame;
    /* cache and client after the payload, and the unknown fields 9 and 15 */
    static const char in[] = "\x4a\x03xyz\x32\x04load\x0a\x01p\x12\x02"
                             "cl\x18\x07\x22\x03s.u\x2a\x01k\x78\x05";
    static const char out[] = "\x0a\x01p\x12\x02"
                              "cl\x18\x07\x22\x03s.u\x2a\x01k\x32\x04LOAD"
                              "\x4a\x03xyz\x78\x05";
    start_with("u", PALM_YIELDS_ONE, upper, NULL);
    MUST(zmq_send(fake.worker_push, in, sizeof in - 1, 0) >= 0);
    (void)fake_take(fake.worker_pull, &frame);
    EQUAL_BYTES(out, sizeof out - 1, zmq_msg_data(&frame),
                zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
    stop();
}

static void
silent_function_gives_an_empty_payload(void)
{
    start_with("quiet", PALM_YIELDS_ONE, say_nothing, NULL);
    push("srv.quiet", 0, "x");
    result_is("");
    stop();
}

static void
second_reply_is_refused(void)
{
    int told = 0;
    start_with("twice", PALM_YIELDS_ONE, reply_twice, &told);
    push("srv.twice", 0, "once");
    result_is("once");
    MUST(!fake_has(fake.worker_pull));
    stop();
    EQUAL_INT(EALREADY, told);
}

static void
function_of_many_yields_none_or_several(void)
{
    start_with("split", PALM_YIELDS_MANY, split, NULL);
    push("srv.split", 0, "");
    push("srv.split", 0, "abc");
    push("srv.split", 0, "d!e");
    result_is("a");
    result_is("b");
    result_is("c");
    result_is("d");
    error_is("EINVAL a bang");
    MUST(!fake_has(fake.worker_pull));
    stop_worker();
    AWAIT_INT(3, stats().received);
    AWAIT_INT(5, stats().results);
    AWAIT_INT(1, stats().errors);
    finish();
}

static void
stage_picks_the_function(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    make_worker(&options);
    give("echo", PALM_YIELDS_ONE, echo, NULL);
    give("upper", PALM_YIELDS_ONE, upper, NULL);
    start_worker();
    push("a.echo b.upper", 0, "x");
    result_is("x");
    push("a.echo b.upper", 1, "x");
    result_is("X");
    push("a.upper.ignored", 99, "x");
    result_is("X");
    stop();
}

static void
function_can_be_replaced(void)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    make_worker(&options);
    give("f", PALM_YIELDS_MANY, split, NULL);
    give("f", PALM_YIELDS_ONE, upper, NULL);
    start_worker();
    push("srv.f", 0, "ab");
    result_is("AB");
    stop();
}

/* --- errors --------------------------------------------------------------- */

static void
what_cannot_be_called_gives_an_error_result(void)
{
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    push("srv.unknown", 0, "x");
    error_is("ENOENT no function 'unknown'");
    push("srv.echo2", 0, "x");
    error_is("ENOENT no function 'echo2'");
    push("srv.", 0, "x");
    error_is("ENOENT no function ''");
    push("echo", 0, "x");
    error_is("ENOENT no function is named, stage 0");
    push("", 0, "x");
    error_is("ENOENT no function is named, stage 0");
    push("srv.echo srv.echo", 2, "x");
    error_is("ERANGE no function for stage 2");
    push("srv.echo srv.echo", -1, "x");
    error_is("ERANGE no function for stage -1");
    push("srv.echo", 0, "alive");
    result_is("alive");
    stop();
}

static void
error_result_keeps_the_fields_of_the_message(void)
{
    zmq_msg_t frame;
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    push("srv.unknown", 3, "x");
    palm_message_t result = fake_take(fake.worker_pull, &frame);
    EQUAL_BYTES("client", 6, result.client.data, result.client.size);
    EQUAL_BYTES("tag", 3, result.cache.data, result.cache.size);
    EQUAL_BYTES("srv.unknown", 11, result.function.data, result.function.size);
    EQUAL_INT(3, result.stage);
    (void)zmq_msg_close(&frame);
    stop();
}

static void
reason_of_a_function_is_made_fit_for_a_string(void)
{
    start_with("f", PALM_YIELDS_ONE, fail_with_text, NULL);
    push("srv.f", 0, "x");
    error_is("ERANGE 7 is?too ? much");
    stop();
}

static void
errno_is_the_reason_of_last_resort(void)
{
    int code = ENOSPC;
    char expected[128];
    start_with("f", PALM_YIELDS_ONE, fail_with_errno, &code);
    push("srv.f", 0, "x");
    (void)snprintf(expected, sizeof expected, "ENOSPC %s",
                   palm_strerror(ENOSPC));
    error_is(expected);
    stop_worker();
    finish();
    code = 0;
    start_with("f", PALM_YIELDS_ONE, fail_with_errno, &code);
    push("srv.f", 0, "x");
    error_is("EIO the function failed");
    stop();
}

static void
failure_after_the_reply_is_one_error_result(void)
{
    start_with("f", PALM_YIELDS_ONE, fail_after_reply, NULL);
    push("srv.f", 0, "x");
    error_is("EIO too late");
    MUST(!fake_has(fake.worker_pull));
    stop();
}

static void
undecodable_frames_are_dropped_and_counted(void)
{
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    MUST(zmq_send(fake.worker_push, "\xff\xff\xff\xff", 4, 0) == 4);
    for (int i = 1; i <= 4; i++) {
        MUST(zmq_send(fake.worker_push, "", 0, i < 4 ? ZMQ_SNDMORE : 0) == 0);
    }
    push("srv.echo", 0, "alive");
    result_is("alive");
    stop_worker();
    AWAIT_INT(2, stats().undecodable);
    AWAIT_INT(1, stats().received);
    AWAIT_INT(1, stats().results);
    finish();
}

static void
trouble_is_logged_with_its_id_and_not_too_often(void)
{
    int64_t begin = tap_now();
    start_with("echo", PALM_YIELDS_ONE, echo, NULL);
    for (int i = 0; i < 500; i++) {
        MUST(zmq_send(fake.worker_push, "\xff\xff\xff\xff", 4, 0) == 4);
    }
    push("srv.echo", 0, "alive");
    result_is("alive");
    stop_worker();
    MUST(runner.lines >= 1);
    MUST(runner.lines <= 1 + (tap_now() - begin) / 1000);
    EQUAL_TEXT("PALM-WORKER-UNDECODABLE", runner.log_id);
    CONTAINS("'tester'", runner.log_text);
    AWAIT_INT(500, stats().undecodable);
    finish();
}

static const struct tap_test tests[] = {
    {"only the payload is replaced", only_the_payload_is_replaced},
    {"silent function gives an empty payload",
     silent_function_gives_an_empty_payload},
    {"second reply is refused", second_reply_is_refused},
    {"function of many yields none or several",
     function_of_many_yields_none_or_several},
    {"stage picks the function", stage_picks_the_function},
    {"function can be replaced", function_can_be_replaced},
    {"what cannot be called gives an error result",
     what_cannot_be_called_gives_an_error_result},
    {"error result keeps the fields of the message",
     error_result_keeps_the_fields_of_the_message},
    {"reason of a function is made fit for a string",
     reason_of_a_function_is_made_fit_for_a_string},
    {"errno is the reason of last resort", errno_is_the_reason_of_last_resort},
    {"failure after the reply is one error result",
     failure_after_the_reply_is_one_error_result},
    {"undecodable frames are dropped and counted",
     undecodable_frames_are_dropped_and_counted},
    {"trouble is logged with its id and not too often",
     trouble_is_logged_with_its_id_and_not_too_often},
};

TAP_MAIN("reply", tests)
