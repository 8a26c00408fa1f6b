/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/message.h"

#include <stdlib.h>

#include "harness/support/tap.h"

/* A frame written as a string literal. */
#define BYTES(text) (text), sizeof(text) - 1

/* The slice has these bytes. */
#define HOLDS(text, slice)                                                     \
    EQUAL_BYTES(text, sizeof(text) - 1, (slice).data, (slice).size)

static palm_message_t
scanned(const void *frame, size_t size)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    palm_error_t err = {0, ""};
    if (palm_message_scan(&message, frame, size, &err)) {
        EQUAL_TEXT("accepted", err.text);
    }
    return message;
}

/* Scans a frame and encodes what was found. */
static void
encodes_as(const void *expected, size_t expected_size, const void *frame,
           size_t size)
{
    unsigned char out[512];
    palm_message_t message = scanned(frame, size);
    EQUAL_INT(expected_size, palm_message_size(&message));
    size_t written = palm_message_write(&message, out);
    EQUAL_BYTES(expected, expected_size, out, written);
}

#define SAMPLE                                                                 \
    "\x0a\x01p\x12\x02"                                                        \
    "cl\x18\x07\x22\x03s.m\x2a\x01k\x32\x04load"

static void
scan_finds_every_field(void)
{
    palm_message_t message = scanned(BYTES(SAMPLE));
    HOLDS("p", message.pipeline);
    HOLDS("cl", message.client);
    EQUAL_INT(7, message.stage);
    HOLDS("s.m", message.function);
    HOLDS("k", message.cache);
    HOLDS("load", message.payload);
    EQUAL_INT(0, message.unknown_size);
    HOLDS(SAMPLE, message.source);
}

static void
scan_takes_the_empty_frame(void)
{
    palm_message_t message = scanned(NULL, 0);
    EQUAL_INT(0, palm_message_size(&message));
    EQUAL_INT(0, message.payload.size);
}

static void
scan_does_not_copy(void)
{
    const char frame[] = "\x32\x01x";
    palm_message_t message = scanned(frame, 3);
    MUST(message.payload.data == frame + 2);
}

static void
scan_takes_fields_in_any_order(void)
{
    palm_message_t message = scanned(BYTES("\x32\x01y\x18\x02\x0a\x01p"));
    HOLDS("y", message.payload);
    HOLDS("p", message.pipeline);
    EQUAL_INT(2, message.stage);
}

static void
last_of_duplicates_wins(void)
{
    palm_message_t message =
        scanned(BYTES("\x0a\x02pp\x18\x05\x0a\x01q\x18\x06"));
    HOLDS("q", message.pipeline);
    EQUAL_INT(6, message.stage);
}

static void
empty_duplicate_wins_too(void)
{
    encodes_as(BYTES(""), BYTES("\x0a\x02pp\x18\x05\x0a\x00\x18\x00"));
}

static void
strings_may_contain_nul(void)
{
    palm_message_t message = scanned(BYTES("\x22\x03"
                                           "a\0b"));
    HOLDS("a\0b", message.function);
}

static void
stage_passes_over_the_full_range(void)
{
    static const int64_t stages[] = {
        1, 127, 128, -1, INT32_MAX, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        unsigned char out[16];
        palm_message_t message = PALM_MESSAGE_INIT;
        message.stage = stages[i];
        size_t size = palm_message_write(&message, out);
        EQUAL_INT(size, palm_message_size(&message));
        EQUAL_INT(stages[i], scanned(out, size).stage);
    }
}

static void
negative_stage_has_ten_bytes(void)
{
    encodes_as(BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
               BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

static void
bits_above_the_64th_are_dropped(void)
{
    palm_message_t message =
        scanned(BYTES("\x18\x81\x80\x80\x80\x80\x80\x80\x80\x80\x7e"));
    EQUAL_INT(1, message.stage);
}

static void
long_forms_of_numbers_are_read(void)
{
    encodes_as(BYTES("\x0a\x01p\x18\x01"),
               BYTES("\x8a\x80\x00\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00p"
                     "\x98\x00\x81\x00"));
}

static void
payload_of_any_size_passes(void)
{
    static const size_t sizes[] = {0, 1, 127, 128, 16383, 16384, 3000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        palm_message_t message = PALM_MESSAGE_INIT;
        char *payload = calloc(1, sizes[i] + 1);
        zmq_msg_t frame;
        MUST(payload != NULL);
        message.payload.data = payload;
        message.payload.size = sizes[i];
        MUST(palm_message_encode(&message, &frame) == 0);
        palm_message_t again =
            scanned(zmq_msg_data(&frame), zmq_msg_size(&frame));
        bool equal = palm_slice_is_equal(message.payload, again.payload);
        free(payload);
        EQUAL_INT(0, zmq_msg_close(&frame));
        MUST(equal);
    }
}

static void
encoding_is_canonical(void)
{
    encodes_as(BYTES("\x0a\x01p\x18\x02\x32\x01y"),
               BYTES("\x32\x01y\x18\x02\x0a\x01p\x12\x00"));
}

static void
unknown_fields_follow_in_their_order(void)
{
    encodes_as(BYTES("\x0a\x01p\x7a\x02zz\x38\x05\x49"
                     "12345678\x3d"
                     "1234\x38\x06"),
               BYTES("\x7a\x02zz\x38\x05\x0a\x01p\x49"
                     "12345678\x3d"
                     "1234\x38\x06"));
}

static void
unknown_fields_keep_their_bytes(void)
{
    encodes_as(BYTES("\xb8\x80\x00\x85\x80\x00"),
               BYTES("\xb8\x80\x00\x85\x80\x00"));
}

static void
unknown_groups_are_kept_whole(void)
{
    encodes_as(BYTES("\x0a\x01p\x4b\x0a\x01x\x53\x54\x4c"),
               BYTES("\x4b\x0a\x01x\x53\x54\x4c\x0a\x01p"));
}

static void
known_number_with_another_wire_type_is_unknown(void)
{
    palm_message_t message = scanned(BYTES("\x08\x07\x1a\x01s\x35"
                                           "1234\x18\x03"));
    EQUAL_INT(0, message.pipeline.size);
    EQUAL_INT(3, message.stage);
    EQUAL_INT(10, message.unknown_size);
    encodes_as(BYTES("\x18\x03\x08\x07\x1a\x01s\x35"
                     "1234"),
               BYTES("\x08\x07\x1a\x01s\x35"
                     "1234\x18\x03"));
}

static void
largest_field_number_is_unknown(void)
{
    encodes_as(BYTES("\xf8\xff\xff\xff\x0f\x01"),
               BYTES("\xf8\xff\xff\xff\x0f\x01"));
}

static void
extra_fields_come_last(void)
{
    unsigned char out[64];
    palm_message_t message = scanned(BYTES("\x38\x05\x0a\x01p"));
    message.extra = palm_slice("\x42\x01"
                               "e");
    size_t size = palm_message_write(&message, out);
    EQUAL_INT(size, palm_message_size(&message));
    EQUAL_BYTES("\x0a\x01p\x38\x05\x42\x01"
                "e",
                8, out, size);
}

static void
changed_message_keeps_unknown_fields(void)
{
    unsigned char out[64];
    palm_message_t message = scanned(BYTES("\x32\x01x\x38\x05"));
    message.payload = palm_slice("new");
    size_t size = palm_message_write(&message, out);
    EQUAL_BYTES("\x32\x03new\x38\x05", 7, out, size);
}

static void
groups_may_nest_100_deep(void)
{
    unsigned char frame[200];
    memset(frame, 0x4b, 100);
    memset(frame + 100, 0x4c, 100);
    encodes_as(frame, sizeof frame, frame, sizeof frame);
}

static void
other_fields_need_not_be_utf8(void)
{
    encodes_as(BYTES("\x32\x01\xff\x42\x01\xfe"),
               BYTES("\x32\x01\xff\x42\x01\xfe"));
}

static void
scan_reads_unaligned_frames(void)
{
    char room[sizeof SAMPLE + 8];
    for (size_t offset = 0; offset < 8; offset++) {
        memcpy(room + offset, SAMPLE, sizeof SAMPLE - 1);
        palm_message_t message = scanned(room + offset, sizeof SAMPLE - 1);
        HOLDS("load", message.payload);
    }
}

/* --- a stage in place ----------------------------------------------------- */

/* Puts a stage into a copy of the frame; the result is in *frame. */
static bool
restaged(const void *bytes, size_t size, int64_t stage, zmq_msg_t *frame)
{
    MUST(!zmq_msg_init_size(frame, size));
    memcpy(zmq_msg_data(frame), bytes, size);
    palm_message_t message = scanned(zmq_msg_data(frame), size);
    return palm_message_restage(&message, frame, stage)
           && message.stage == stage;
}

static void
a_stage_is_changed_in_place(void)
{
    zmq_msg_t frame;
    MUST(restaged(BYTES(SAMPLE), 8, &frame));
    EQUAL_INT(8, scanned(zmq_msg_data(&frame), zmq_msg_size(&frame)).stage);
    EQUAL_BYTES("\x0a\x01p\x12\x02"
                "cl\x18\x08\x22\x03s.m\x2a\x01k\x32\x04load",
                23, zmq_msg_data(&frame), zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
    MUST(restaged(BYTES("\x18\x01"), 127, &frame));
    EQUAL_BYTES("\x18\x7f", 2, zmq_msg_data(&frame), 2);
    (void)zmq_msg_close(&frame);
    MUST(restaged(BYTES("\x0a\x01p\x18\x01\x7a\x01x"), 2, &frame));
    EQUAL_BYTES("\x0a\x01p\x18\x02\x7a\x01x", 8, zmq_msg_data(&frame), 8);
    (void)zmq_msg_close(&frame);
}

static void
a_stage_that_does_not_fit_is_left(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        int64_t stage;
    } cases[] = {
        {BYTES("\x0a\x01p"), 1},        /* there is none */
        {BYTES("\x18\x7f"), 128},       /* one byte more */
        {BYTES("\x18\x01"), 0},         /* would be left out */
        {BYTES("\x18\x01\x18\x02"), 3}, /* twice */
        {BYTES("\x18\x81\x00"), 2},     /* longer than need be */
        {BYTES("\x18\x01\x12\x01"
               "c"),
         2}, /* not where it belongs */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        zmq_msg_t frame;
        MUST(!restaged(cases[i].bytes, cases[i].size, cases[i].stage, &frame));
        EQUAL_BYTES(cases[i].bytes, cases[i].size, zmq_msg_data(&frame),
                    zmq_msg_size(&frame));
        (void)zmq_msg_close(&frame);
    }
}

/* Small frames hold their bytes themselves, large ones share them. */
static void
a_stage_of_somebody_elses_is_left(void)
{
    static char bytes[1000] = "\x18\x01\x32\xe3\x07";
    zmq_msg_t frame, copy;
    MUST(restaged(bytes, sizeof bytes, 2, &frame));
    MUST(!zmq_msg_init(&copy));
    MUST(!zmq_msg_copy(&copy, &frame));
    palm_message_t message = scanned(zmq_msg_data(&frame), sizeof bytes);
    MUST(!palm_message_restage(&message, &frame, 3));
    EQUAL_INT(2, scanned(zmq_msg_data(&copy), sizeof bytes).stage);
    (void)zmq_msg_close(&copy);
    (void)zmq_msg_close(&frame);
}

static const struct tap_test tests[] = {
    {"a stage is changed in place", a_stage_is_changed_in_place},
    {"a stage that does not fit is left", a_stage_that_does_not_fit_is_left},
    {"a stage that somebody else has, too, is left",
     a_stage_of_somebody_elses_is_left},
    {"scan finds every field", scan_finds_every_field},
    {"scan takes the empty frame", scan_takes_the_empty_frame},
    {"scan does not copy", scan_does_not_copy},
    {"scan takes fields in any order", scan_takes_fields_in_any_order},
    {"the last of duplicates wins", last_of_duplicates_wins},
    {"an empty duplicate wins too", empty_duplicate_wins_too},
    {"strings may contain NUL", strings_may_contain_nul},
    {"stage passes over the full range", stage_passes_over_the_full_range},
    {"a negative stage has ten bytes", negative_stage_has_ten_bytes},
    {"bits above the 64th are dropped", bits_above_the_64th_are_dropped},
    {"long forms of numbers are read", long_forms_of_numbers_are_read},
    {"a payload of any size passes", payload_of_any_size_passes},
    {"the encoding is canonical", encoding_is_canonical},
    {"unknown fields follow in order", unknown_fields_follow_in_their_order},
    {"unknown fields keep their bytes", unknown_fields_keep_their_bytes},
    {"unknown groups are kept whole", unknown_groups_are_kept_whole},
    {"a known number with another wire type is unknown",
     known_number_with_another_wire_type_is_unknown},
    {"the largest field number is unknown", largest_field_number_is_unknown},
    {"extra fields come last", extra_fields_come_last},
    {"a changed message keeps unknown fields",
     changed_message_keeps_unknown_fields},
    {"groups may nest 100 deep", groups_may_nest_100_deep},
    {"other fields need not be UTF-8", other_fields_need_not_be_utf8},
    {"scan reads unaligned frames", scan_reads_unaligned_frames},
};

TAP_MAIN("message", tests)
