/* SPDX-License-Identifier: MIT */
/* Frames that the scan refuses, and what it says of them. */
#include "config.h"
#include "core/message.h"

#include <stdlib.h>

#include "harness/support/tap.h"

/* A frame written as a string literal. */
#define BYTES(text) (text), sizeof(text) - 1

/* The frame is refused with this text, and the message stays as it was.  It is
 * scanned from memory of its own size, so that a sanitizer sees a read behind
 * its end. */
static void
refuses(const char *text, const void *frame, size_t size)
{
    palm_message_t before, message = PALM_MESSAGE_INIT;
    palm_error_t err = {0, ""};
    char *copy = malloc(size);
    message.stage = 4711;
    before = message;
    MUST(copy != NULL);
    memcpy(copy, frame, size);
    int result = palm_message_scan(&message, copy, size, &err);
    int code = errno;
    free(copy);
    EQUAL_INT(-1, result);
    EQUAL_INT(EBADMSG, code);
    EQUAL_INT(EBADMSG, err.code);
    EQUAL_TEXT(text, err.text);
    EQUAL_BYTES(&before, sizeof before, &message, sizeof message);
}

static void
refuses_field_number_0(void)
{
    refuses("byte 0: field number 0", BYTES("\x00\x01"));
    refuses("byte 3: field number 0", BYTES("\x0a\x01p\x02\x01x"));
    refuses("byte 0: field number 0", BYTES("\x80\x00\x01"));
}

static void
refuses_wire_types_6_and_7(void)
{
    refuses("byte 0: unknown wire type", BYTES("\x0e\x01"));
    refuses("byte 2: unknown wire type", BYTES("\x18\x01\x0f\x01"));
    refuses("byte 1: unknown wire type", BYTES("\x4b\x0e\x4c"));
}

static void
refuses_truncated_fields(void)
{
    refuses("byte 1: truncated varint", BYTES("\x0a"));
    refuses("byte 1: length beyond the end", BYTES("\x0a\x05pipe"));
    refuses("byte 1: truncated varint", BYTES("\x18\xff\xff"));
    refuses("byte 0: truncated varint", BYTES("\x8a"));
    refuses("byte 1: truncated number", BYTES("\x3d"
                                              "123"));
    refuses("byte 1: truncated number", BYTES("\x39"
                                              "1234567"));
}

static void
every_cut_of_the_last_field_is_refused(void)
{
    static const char sample[] = "\x0a\x01p\x32\x04load";
    for (size_t size = sizeof sample - 6; size < sizeof sample - 1; size++) {
        palm_message_t message;
        FAILS(EBADMSG, palm_message_scan(&message, sample, size, NULL));
    }
}

static void
refuses_lengths_that_wrap(void)
{
    refuses("byte 1: length beyond the end",
            BYTES("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01p"));
    refuses("byte 1: length beyond the end",
            BYTES("\x0a\x81\x80\x80\x80\x10p"));
    refuses("byte 1: length beyond the end",
            BYTES("\x0a\xff\xff\xff\xff\x0fp"));
}

static void
refuses_varints_of_11_bytes(void)
{
    refuses("byte 1: varint of more than 10 bytes",
            BYTES("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"));
    refuses("byte 1: varint of more than 10 bytes",
            BYTES("\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
}

static void
refuses_tags_over_32_bits(void)
{
    refuses("byte 0: tag of more than 32 bits",
            BYTES("\x88\x80\x80\x80\x10\x01"));
    refuses("byte 0: tag of more than 32 bits",
            BYTES("\x88\x80\x80\x80\x80\x00\x01"));
    refuses("byte 0: truncated varint", BYTES("\xff\xff\xff\xff"));
}

static void
refuses_groups_that_do_not_match(void)
{
    refuses("byte 0: unclosed group", BYTES("\x4b\x08\x01"));
    refuses("byte 2: end of no group", BYTES("\x18\x01\x4c"));
    refuses("byte 1: wrong end of group", BYTES("\x4b\x54"));
    refuses("byte 2: wrong end of group", BYTES("\x4b\x53\x4c\x54"));
    refuses("byte 1: field number 0", BYTES("\x4b\x03\x04\x4c"));
    refuses("byte 2: truncated varint", BYTES("\x4b\x08"));
}

static void
refuses_groups_nested_over_100_deep(void)
{
    unsigned char frame[202];
    memset(frame, 0x4b, 101);
    memset(frame + 101, 0x4c, 101);
    refuses("byte 100: groups too deep", frame, sizeof frame);
}

static void
refuses_invalid_utf8_in_the_four_strings(void)
{
    refuses("byte 2: invalid UTF-8", BYTES("\x0a\x01\xff"));
    refuses("byte 3: invalid UTF-8", BYTES("\x12\x02x\x80"));
    refuses("byte 2: invalid UTF-8", BYTES("\x22\x03\xed\xa0\x80"));
    refuses("byte 2: invalid UTF-8", BYTES("\x2a\x02\xc0\x80"));
    refuses("byte 13: invalid UTF-8", BYTES("\x0a\x0c"
                                            "elevenbytes\xc3"));
}

static void
refuses_invalid_utf8_in_a_duplicate_that_loses(void)
{
    refuses("byte 2: invalid UTF-8", BYTES("\x0a\x01\xff\x0a\x01p"));
}

static void
scan_needs_no_error_buffer(void)
{
    palm_message_t message;
    FAILS(EBADMSG, palm_message_scan(&message, "\x0a", 1, NULL));
}

static const struct tap_test tests[] = {
    {"refuses field number 0", refuses_field_number_0},
    {"refuses wire types 6 and 7", refuses_wire_types_6_and_7},
    {"refuses truncated fields", refuses_truncated_fields},
    {"refuses every cut of the last field",
     every_cut_of_the_last_field_is_refused},
    {"refuses lengths that wrap", refuses_lengths_that_wrap},
    {"refuses varints of 11 bytes", refuses_varints_of_11_bytes},
    {"refuses tags over 32 bits", refuses_tags_over_32_bits},
    {"refuses groups that do not match", refuses_groups_that_do_not_match},
    {"refuses groups nested over 100 deep",
     refuses_groups_nested_over_100_deep},
    {"refuses invalid UTF-8 in the four strings",
     refuses_invalid_utf8_in_the_four_strings},
    {"refuses invalid UTF-8 in a duplicate that loses",
     refuses_invalid_utf8_in_a_duplicate_that_loses},
    {"scan needs no error buffer", scan_needs_no_error_buffer},
};

TAP_MAIN("message_refusal", tests)
