/* SPDX-License-Identifier: MIT */
/* codec.c: the suite's codec against bytes written by hand. */
#include <string.h>

#include "conformance/self/self.h"

#define BYTES(text)                                                            \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }
#define NONE                                                                   \
    {                                                                          \
        (const uint8_t *)"", 0                                                 \
    }

/* Frames that an encoder makes: both ways. */
static const struct {
    const char *name;
    struct bytes frame;
    struct message message;
} golden[] = {
    {"the empty message", NONE, {NONE, NONE, 0, NONE, NONE, NONE, NONE}},
    {"every field",
     BYTES("\x0a\x01p\x12\x01"
           "c\x18\x02\x22\x03s.f\x2a\x01k\x32\x02\x00\xff"),
     {BYTES("p"), BYTES("c"), 2, BYTES("s.f"), BYTES("k"), BYTES("\x00\xff"),
      NONE}},
    {"a payload only",
     BYTES("\x32\x02hi"),
     {NONE, NONE, 0, NONE, NONE, BYTES("hi"), NONE}},
    {"stage 1", BYTES("\x18\x01"), {NONE, NONE, 1, NONE, NONE, NONE, NONE}},
    {"stage 300",
     BYTES("\x18\xac\x02"),
     {NONE, NONE, 300, NONE, NONE, NONE, NONE}},
    {"stage -1",
     BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
     {NONE, NONE, -1, NONE, NONE, NONE, NONE}},
    {"the greatest stage",
     BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
     {NONE, NONE, INT64_MAX, NONE, NONE, NONE, NONE}},
    {"the least stage",
     BYTES("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
     {NONE, NONE, INT64_MIN, NONE, NONE, NONE, NONE}},
    {"UTF-8 and NUL",
     BYTES("\x0a\x08"
           "a\x00\xc3\xa9\xf0\x9f\x90\xa7"),
     {BYTES("a\x00\xc3\xa9\xf0\x9f\x90\xa7"), NONE, 0, NONE, NONE, NONE, NONE}},
    {"an unknown varint behind",
     BYTES("\x0a\x01p\x38\x96\x01"),
     {BYTES("p"), NONE, 0, NONE, NONE, NONE, BYTES("\x38\x96\x01")}},
    {"unknown fields of every type",
     BYTES("\x38\x01\x41"
           "12345678\x4a\x01x\x53\x38\x01\x54\x5d"
           "1234"),
     {NONE, NONE, 0, NONE, NONE, NONE,
      BYTES("\x38\x01\x41"
            "12345678\x4a\x01x\x53\x38\x01\x54\x5d"
            "1234")}},
    {"the highest field number",
     BYTES("\xf8\xff\xff\xff\x0f\x01"),
     {NONE, NONE, 0, NONE, NONE, NONE, BYTES("\xf8\xff\xff\xff\x0f\x01")}},
    {"a known number with another type",
     BYTES("\x08\x01\x1a\x01x"),
     {NONE, NONE, 0, NONE, NONE, NONE, BYTES("\x08\x01\x1a\x01x")}},
};

/* Frames that no encoder makes, and what they hold. */
static const struct {
    const char *name;
    struct bytes frame;
    struct message message;
} odd[] = {
    {"fields in another order",
     BYTES("\x32\x01"
           "d\x18\x03\x0a\x01p"),
     {BYTES("p"), NONE, 3, NONE, NONE, BYTES("d"), NONE}},
    {"the last of several",
     BYTES("\x0a\x01p\x0a\x01q\x18\x01\x18\x02"),
     {BYTES("q"), NONE, 2, NONE, NONE, NONE, NONE}},
    {"an empty last one",
     BYTES("\x0a\x01p\x0a\x00"),
     {NONE, NONE, 0, NONE, NONE, NONE, NONE}},
    {"a stage of 0 that is there",
     BYTES("\x18\x05\x18\x00"),
     {NONE, NONE, 0, NONE, NONE, NONE, NONE}},
    {"a varint that is longer than needed",
     BYTES("\x18\x81\x00"),
     {NONE, NONE, 1, NONE, NONE, NONE, NONE}},
    {"a key that is longer than needed",
     BYTES("\x8a\x00\x01p"),
     {BYTES("p"), NONE, 0, NONE, NONE, NONE, NONE}},
    {"a group with its own number inside",
     BYTES("\x53\x53\x54\x54\x32\x01"
           "d"),
     {NONE, NONE, 0, NONE, NONE, BYTES("d"), BYTES("\x53\x53\x54\x54")}},
    {"bytes that are no UTF-8 in the payload",
     BYTES("\x32\x02\xff\xfe"),
     {NONE, NONE, 0, NONE, NONE, BYTES("\xff\xfe"), NONE}},
    {"unknown fields between known ones",
     BYTES("\x38\x01\x32\x01"
           "d\x40\x02"),
     {NONE, NONE, 0, NONE, NONE, BYTES("d"), BYTES("\x38\x01\x40\x02")}},
};

static const struct {
    const char *name;
    struct bytes frame;
    const char *why;
} bad[] = {
    {"four bytes ff", BYTES("\xff\xff\xff\xff"), "a key is cut"},
    {"a key without a value", BYTES("\x18"), "a field is cut"},
    {"a cut varint", BYTES("\x18\x80"), "a field is cut"},
    {"a varint of 11 bytes",
     BYTES("\x18\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
     "a field is cut"},
    {"a varint of more than 64 bits",
     BYTES("\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "a field is cut"},
    {"a key of 11 bytes",
     BYTES("\x88\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x01"),
     "a key is cut or too long"},
    {"a text that is cut", BYTES("\x0a\x02p"), "a field is cut"},
    {"a length of 2^62",
     BYTES("\x32\x80\x80\x80\x80\x80\x80\x80\x80\x40"
           "d"),
     "a field is cut"},
    {"a length of 2^64-1",
     BYTES("\x32\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
           "d"),
     "a field is cut"},
    {"64 bits that are cut",
     BYTES("\x41"
           "1234567"),
     "a field is cut"},
    {"32 bits that are cut",
     BYTES("\x5d"
           "123"),
     "a field is cut"},
    {"field number 0", BYTES("\x00\x01"), "a field number is out of range"},
    {"a field number of 2^29", BYTES("\x80\x80\x80\x80\x10\x01"),
     "a field number is out of range"},
    {"wire type 6", BYTES("\x0e\x01"), "no known wire type"},
    {"wire type 7", BYTES("\x0f\x01"), "no known wire type"},
    {"an open group", BYTES("\x53\x38\x01"), "no known wire type"},
    {"an end of no group", BYTES("\x54"), "no known wire type"},
    {"the end of another group", BYTES("\x53\x5c"), "no known wire type"},
    {"field number 0 in a group", BYTES("\x53\x00\x01\x54"),
     "no known wire type"},
    {"a byte that begins no character", BYTES("\x0a\x01\x80"),
     "a string is not UTF-8"},
    {"a character that is cut", BYTES("\x12\x02\xe2\x82"),
     "a string is not UTF-8"},
    {"a surrogate", BYTES("\x22\x03\xed\xa0\x80"), "a string is not UTF-8"},
    {"an overlong form of two", BYTES("\x22\x02\xc0\xaf"),
     "a string is not UTF-8"},
    {"an overlong form of three", BYTES("\x2a\x03\xe0\x80\xaf"),
     "a string is not UTF-8"},
    {"an overlong form of four", BYTES("\x2a\x04\xf0\x80\x80\xaf"),
     "a string is not UTF-8"},
    {"a character above U+10FFFF", BYTES("\x2a\x04\xf4\x90\x80\x80"),
     "a string is not UTF-8"},
    {"a bad text before a good one", BYTES("\x0a\x01\xff\x0a\x01p"),
     "a string is not UTF-8"},
};

static bool
same(const struct message *a, const struct message *b)
{
    return bytes_equal(a->pipeline, b->pipeline)
           && bytes_equal(a->client, b->client) && a->stage == b->stage
           && bytes_equal(a->function, b->function)
           && bytes_equal(a->cache, b->cache)
           && bytes_equal(a->payload, b->payload)
           && bytes_equal(a->unknown, b->unknown);
}

static void
test_fields(struct test *test)
{
    struct message message;

    self_ok(
        bytes_equal(field_varint(test, 3, 300), bytes_of("\x18\xac\x02", 3)),
        "field_varint writes a key and a varint");
    self_ok(bytes_equal(field_bytes(test, 16, bytes_text("x")),
                        bytes_of("\x82\x01\x01x", 4)),
            "field_bytes writes a key of two bytes");
    memset(&message, 0, sizeof message);
    message.unknown = bytes_of("\x42\x01"
                               "a\x4a\x01"
                               "b\x42\x01"
                               "c\x40\x01",
                               11);
    self_ok(bytes_are(message_extra(&message, FIELD_ERROR), "c"),
            "message_extra finds the last of a number");
    self_ok(message_extra(&message, 10).data == NULL,
            "message_extra finds nothing");
}

void
codec_vectors(struct test *test)
{
    struct message got;
    const char *why;
    size_t i;

    for (i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        why = message_decode(test, golden[i].frame, &got);
        self_ok(why == NULL && same(&got, &golden[i].message), "%s is decoded",
                golden[i].name);
        self_ok(bytes_equal(message_encode(test, &golden[i].message),
                            golden[i].frame),
                "%s is encoded", golden[i].name);
    }
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        why = message_decode(test, odd[i].frame, &got);
        self_ok(why == NULL && same(&got, &odd[i].message), "%s: decoded",
                odd[i].name);
    }
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        why = message_decode(test, bad[i].frame, &got);
        self_ok(why != NULL && strstr(why, bad[i].why) != NULL, "%s: refused",
                bad[i].name);
    }
    test_fields(test);
}
