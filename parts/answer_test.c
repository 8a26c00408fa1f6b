/* SPDX-License-Identifier: MIT */
/* What a peer may answer, and what stands in for an answer. */
#include "config.h"
#include "parts/answer.h"

#include <stdio.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

static palm_message_t
question(void)
{
    return wire_message("client", "tag", "question");
}

static void
another_payload_is_an_answer(void)
{
    palm_message_t asked = question();
    palm_message_t answer = asked;
    answer.payload = palm_slice("answer");
    MUST(palm__answers(&asked, &answer));
}

static void
unknown_fields_may_differ(void)
{
    char field[PALM_ERROR_FIELD_SIZE(4)];
    zmq_msg_t frame;
    palm_message_t asked = question();
    palm_message_t answer = asked;
    answer.extra = palm_message_error_field(palm_slice("fail"), field);
    MUST(!palm_message_encode(&answer, &frame));
    MUST(!palm_message_scan(&answer, zmq_msg_data(&frame), zmq_msg_size(&frame),
                            NULL));
    MUST(answer.unknown_size > 0);
    MUST(palm__answers(&asked, &answer));
    (void)zmq_msg_close(&frame);
}

static void
no_other_field_may_differ(void)
{
    palm_message_t asked = question();
    palm_message_t answer = asked;
    palm_slice_t *const texts[] = {&answer.pipeline, &answer.client,
                                   &answer.function, &answer.cache};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        palm_slice_t saved = *texts[i];
        *texts[i] = palm_slice("different");
        MUST(!palm__answers(&asked, &answer));
        *texts[i] = saved;
    }
    MUST(palm__answers(&asked, &answer));
    answer.stage++;
    MUST(!palm__answers(&asked, &answer));
}

/* Makes an error result; the frame is the caller's to close. */
static palm_message_t
fail(const palm_message_t *asked, const char *text, zmq_msg_t *frame)
{
    char copy[64];
    palm_message_t result;
    (void)snprintf(copy, sizeof copy, "%s", text);
    (void)zmq_msg_init(frame);
    palm__answer_error(asked, frame, copy);
    MUST(!palm_message_scan(&result, zmq_msg_data(frame), zmq_msg_size(frame),
                            NULL));
    return result;
}

static void
expect_error(const palm_message_t *result, const char *expected)
{
    palm_slice_t text;
    MUST(palm_message_error(result, &text));
    EQUAL_BYTES(expected, strlen(expected), text.data, text.size);
}

static void
an_error_result_has_0_and_the_reason(void)
{
    zmq_msg_t frame;
    palm_message_t asked = question();
    palm_message_t result = fail(&asked, "EIO out of paper", &frame);
    MUST(palm__answers(&asked, &result));
    EQUAL_BYTES("0", 1, result.payload.data, result.payload.size);
    expect_error(&result, "EIO out of paper");
    (void)zmq_msg_close(&frame);
}

static void
an_error_result_keeps_unknown_fields(void)
{
    zmq_msg_t frame, second;
    palm_message_t asked = question();
    asked.extra = palm_slice("\x4a\x03"
                             "abc"); /* field 9 */
    MUST(!palm_message_encode(&asked, &frame));
    MUST(!palm_message_scan(&asked, zmq_msg_data(&frame), zmq_msg_size(&frame),
                            NULL));
    palm_message_t result = fail(&asked, "EIO", &second);
    EQUAL_INT(5 + 5, result.unknown_size);
    (void)zmq_msg_close(&second);
    (void)zmq_msg_close(&frame);
}

static void
a_reason_is_cleaned(void)
{
    zmq_msg_t frame;
    palm_message_t asked = question();
    palm_message_t result = fail(&asked, "\x1b[1m w\xc3\xb6rter\n", &frame);
    expect_error(&result, "?[1m w\xc3\xb6rter?");
    (void)zmq_msg_close(&frame);
    result = fail(&asked, "half a \xc3", &frame);
    expect_error(&result, "half a ?");
    (void)zmq_msg_close(&frame);
}

static void
without_a_message_the_frame_is_0(void)
{
    zmq_msg_t frame;
    char text[] = "EIO";
    (void)zmq_msg_init(&frame);
    palm__answer_error(NULL, &frame, text);
    EQUAL_BYTES("0", 1, zmq_msg_data(&frame), zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
}

static const struct tap_test tests[] = {
    {"a message with another payload is an answer",
     another_payload_is_an_answer},
    {"unknown fields of an answer may differ", unknown_fields_may_differ},
    {"no other field may differ", no_other_field_may_differ},
    {"an error result has payload 0 and the reason",
     an_error_result_has_0_and_the_reason},
    {"an error result keeps unknown fields",
     an_error_result_keeps_unknown_fields},
    {"a reason is cleaned of what is no UTF-8 or steers a terminal",
     a_reason_is_cleaned},
    {"where no message was asked the frame is just 0",
     without_a_message_the_frame_is_0},
};

TAP_MAIN("answer", tests)
