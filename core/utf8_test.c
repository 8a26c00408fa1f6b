/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/utf8.h"

#include "core/message.h"
#include "harness/support/tap.h"

/* Whether the text is valid, wherever it stands between ASCII characters: the
 * paths for eight bytes, for fewer, and for the end must agree. */
static bool
is_valid(const char *text, size_t size)
{
    char room[64];
    palm_slice_t slice = {text, size};
    bool valid = palm_slice_is_utf8(slice);
    for (size_t before = 0; before < 20; before++) {
        for (size_t after = 0; after < 20; after++) {
            memset(room, 'x', sizeof room);
            memcpy(room + before, text, size);
            slice.data = room;
            slice.size = before + size + after;
            EQUAL_INT(valid, palm_slice_is_utf8(slice));
        }
    }
    return valid;
}

#define VALID(text)   MUST(is_valid((text), sizeof(text) - 1))
#define INVALID(text) MUST(!is_valid((text), sizeof(text) - 1))

static void
ascii_and_nul_are_valid(void)
{
    VALID("");
    VALID("a");
    VALID("a\0b");
    VALID("\x7f");
    VALID("sixteen bytes ab");
}

static void
characters_at_the_borders_are_valid(void)
{
    VALID("\xc2\x80");
    VALID("\xdf\xbf");
    VALID("\xe0\xa0\x80");
    VALID("\xed\x9f\xbf");
    VALID("\xee\x80\x80");
    VALID("\xef\xbf\xbf");
    VALID("\xf0\x90\x80\x80");
    VALID("\xf4\x8f\xbf\xbf");
}

static void
overlong_forms_are_invalid(void)
{
    INVALID("\xc0\x80");
    INVALID("\xc1\xbf");
    INVALID("\xe0\x9f\xbf");
    INVALID("\xf0\x8f\xbf\xbf");
}

static void
surrogates_are_invalid(void)
{
    INVALID("\xed\xa0\x80");
    INVALID("\xed\xbf\xbf");
}

static void
what_is_above_10ffff_is_invalid(void)
{
    INVALID("\xf4\x90\x80\x80");
    INVALID("\xf5\x80\x80\x80");
    INVALID("\xff");
}

static void
broken_sequences_are_invalid(void)
{
    INVALID("\x80");
    INVALID("\xc3");
    INVALID("\xc3x");
    INVALID("\xe2\x82");
    INVALID("\xe2\x82x");
    INVALID("\xe2x\x82");
    INVALID("\xf0\x9f\x98");
    INVALID("\xf0\x9f\x98x");
    INVALID("\xc3\xa9\xa9");
}

/* Every code point that UTF-8 has, and nothing else of up to four bytes. */
static size_t
encode(uint32_t code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    to[0] = (char)((0xf00 >> size & 0xf0) | code);
    return size;
}

static void
all_code_points_but_surrogates_are_valid(void)
{
    char text[4];
    for (uint32_t code = 0; code < 0x120000; code++) {
        size_t size = encode(code, text);
        bool expected = code < 0xd800 || (code > 0xdfff && code < 0x110000);
        if ((palm__utf8_valid(text, size) == size) != expected) {
            EQUAL_INT(-1, code);
        }
    }
}

static void
valid_part_ends_before_the_first_bad_byte(void)
{
    EQUAL_INT(10, palm__utf8_valid("eight ch\xc3\xa9\xff", 11));
    EQUAL_INT(0, palm__utf8_valid("\xe2\x82", 2));
}

static const struct tap_test tests[] = {
    {"ASCII and NUL are valid", ascii_and_nul_are_valid},
    {"characters at the borders are valid",
     characters_at_the_borders_are_valid},
    {"overlong forms are invalid", overlong_forms_are_invalid},
    {"surrogates are invalid", surrogates_are_invalid},
    {"what is above U+10FFFF is invalid", what_is_above_10ffff_is_invalid},
    {"broken sequences are invalid", broken_sequences_are_invalid},
    {"all code points but surrogates are valid",
     all_code_points_but_surrogates_are_valid},
    {"the valid part ends before the first bad byte",
     valid_part_ends_before_the_first_bad_byte},
};

TAP_MAIN("utf8", tests)
