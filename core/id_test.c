/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/id.h"

#include <stdlib.h>

#include "core/compat.h"
#include "harness/support/tap.h"

enum { MANY = 20000 };

static bool
is_id(const char *text)
{
    static const char pattern[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i <= PALM_ID_SIZE; i++) {
        const char *set = pattern[i] == 'x'   ? "0123456789abcdef"
                          : pattern[i] == 'y' ? "89ab"
                                              : NULL;
        bool fits =
            set ? text[i] && strchr(set, text[i]) : text[i] == pattern[i];
        if (!fits) {
            return false;
        }
    }
    return true;
}

static void
id_is_a_version_4_uuid_in_lower_case(void)
{
    palm_id_source_t source;
    char text[PALM_ID_SIZE + 1];
    palm_id_init(&source);
    for (int i = 0; i < MANY; i++) {
        EQUAL_INT(0, palm_id_next(&source, text));
        if (!is_id(text)) {
            EQUAL_TEXT("a version 4 uuid", text);
        }
    }
}

static int
compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
ids_differ_within_and_between_sources(void)
{
    static char ids[MANY][PALM_ID_SIZE + 1];
    palm_id_source_t sources[2];
    palm_id_init(&sources[0]);
    palm_id_init(&sources[1]);
    for (int i = 0; i < MANY; i++) {
        EQUAL_INT(0, palm_id_next(&sources[i % 2], ids[i]));
    }
    qsort(ids, MANY, sizeof *ids, compare);
    for (int i = 1; i < MANY; i++) {
        if (strcmp(ids[i - 1], ids[i]) == 0) {
            EQUAL_TEXT("another id", ids[i]);
        }
    }
}

static void
every_free_bit_of_an_id_varies(void)
{
    palm_id_source_t source;
    char text[PALM_ID_SIZE + 1];
    unsigned seen[PALM_ID_SIZE] = {0}; /* one bit for each hex digit */
    palm_id_init(&source);
    for (int i = 0; i < MANY; i++) {
        EQUAL_INT(0, palm_id_next(&source, text));
        for (int k = 0; k < PALM_ID_SIZE; k++) {
            seen[k] |= text[k] == '-'
                           ? 0
                           : 1u << strtol((char[]){text[k], 0}, NULL, 16);
        }
    }
    for (int k = 0; k < PALM_ID_SIZE; k++) {
        bool dash = k == 8 || k == 13 || k == 18 || k == 23;
        EQUAL_INT(dash      ? 0
                  : k == 14 ? 0x10
                  : k == 19 ? 0xf00
                            : 0xffff,
                  seen[k]);
    }
}

/* Were the bytes of two ids to overlap, the end of one would be the beginning
 * of the other. */
static void
ids_share_no_randomness(void)
{
    palm_id_source_t source;
    char before[PALM_ID_SIZE + 1], text[PALM_ID_SIZE + 1];
    int alike = 0;
    palm_id_init(&source);
    EQUAL_INT(0, palm_id_next(&source, before));
    for (int i = 0; i < MANY; i++) {
        EQUAL_INT(0, palm_id_next(&source, text));
        alike += !memcmp(text + PALM_ID_SIZE - 2, before, 2);
        alike += !memcmp(before + PALM_ID_SIZE - 2, text, 2);
        memcpy(before, text, sizeof before);
    }
    MUST(alike < MANY / 50); /* two of 256 are expected */
}

static void
randomness_fills_the_whole_buffer(void)
{
    enum { SIZE = 1000 };
    unsigned char buffer[SIZE + 1], changed[SIZE + 1] = {0};
    for (int round = 0; round < 20; round++) {
        memset(buffer, 0, sizeof buffer);
        EQUAL_INT(0, palm__random(buffer, SIZE));
        for (int i = 0; i <= SIZE; i++) {
            changed[i] |= buffer[i];
        }
    }
    for (int i = 0; i < SIZE; i++) {
        MUST(changed[i] != 0);
    }
    EQUAL_INT(0, changed[SIZE]);
}

static void
clock_goes_forward_in_milliseconds(void)
{
    int64_t ours = palm__now_ms();
    int64_t theirs = tap_now();
    MUST(ours <= theirs && theirs - ours < tap_deadline());
    MUST(palm__now_ms() >= theirs);
}

static const struct tap_test tests[] = {
    {"an id is a version 4 UUID in lower case",
     id_is_a_version_4_uuid_in_lower_case},
    {"ids differ within and between sources",
     ids_differ_within_and_between_sources},
    {"every free bit of an id varies", every_free_bit_of_an_id_varies},
    {"ids share no randomness", ids_share_no_randomness},
    {"randomness fills the whole buffer", randomness_fills_the_whole_buffer},
    {"the clock goes forward in milliseconds",
     clock_goes_forward_in_milliseconds},
};

TAP_MAIN("id", tests)
