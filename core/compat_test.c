/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/compat.h"

#include <stdio.h>

#include "harness/support/tap.h"

/* The name of this process's first thread, as Linux has it: up to 15 bytes. */
static bool
read_name(char text[64])
{
    FILE *file = fopen("/proc/self/comm", "r");
    if (!file) {
        return false;
    }
    bool got = fgets(text, 64, file) != NULL;
    (void)fclose(file);
    if (got) {
        text[strcspn(text, "\n")] = '\0';
    }
    return got;
}

static void
a_threads_name_is_cut_at_a_character(void)
{
    static const struct {
        const char *name, *shown;
    } cases[] = {
        {"", ""},
        {"short", "short"},
        {"exactly 15 byte", "exactly 15 byte"},
        {"exactly 16 bytes", "exactly 16 byte"},
        {"a name that is much too long", "a name that is "},
        {"14 bytes and \xc3\xa9", "14 bytes and \xc3\xa9"},
        {"14 bytes and a\xc3\xa9", "14 bytes and a"},
        {"13 bytes and \xf0\x9f\x8c\xb4", "13 bytes and "},
    };
    char text[64];
    palm__thread_name("before");
    if (!read_name(text) || strcmp(text, "before") != 0) {
        tap_skip("the name of a thread cannot be seen here");
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        palm__thread_name(cases[i].name);
        MUST(read_name(text));
        EQUAL_TEXT(cases[i].shown, text);
    }
}

static bool
is_later(void *arg)
{
    return palm__now_ms() > *(int64_t *)arg;
}

static void
the_clocks_go_forward_together(void)
{
    int64_t ms = palm__now_ms(), us = palm__now_us();
    MUST(us / 1000 >= ms);
    MUST(us / 1000 - ms < 1000);
    MUST(tap_await(is_later, &ms));
    MUST(palm__now_us() > us);
}

static void
randomness_fills_a_buffer_of_any_size(void)
{
    static const size_t sizes[] = {0, 1, 16, 257, 70000};
    static unsigned char first[70002], second[70002];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = sizes[i];
        memset(first, 0, sizeof first);
        memset(second, 0, sizeof second);
        EQUAL_INT(0, palm__random(first, size));
        EQUAL_INT(0, palm__random(second, size));
        MUST(size < 16 || memcmp(first, second, size) != 0);
        MUST(size < 16 || memcmp(first + size - 16, second, 16) != 0);
        EQUAL_BYTES("\0", 2, first + size, 2);
    }
}

/* A byte that is left out stays 0; one that is drawn is not 0 each time. */
static void
randomness_fills_each_byte(void)
{
    enum { SIZE = 17, TIMES = 64 };
    unsigned char bytes[SIZE], seen[SIZE] = {0};
    for (int i = 0; i < TIMES; i++) {
        memset(bytes, 0, sizeof bytes);
        EQUAL_INT(0, palm__random(bytes, sizeof bytes));
        for (int k = 0; k < SIZE; k++) {
            seen[k] |= bytes[k];
        }
    }
    for (int k = 0; k < SIZE; k++) {
        MUST(seen[k] != 0);
    }
}

static const struct tap_test tests[] = {
    {"a thread's name is cut at a character",
     a_threads_name_is_cut_at_a_character},
    {"the clocks go forward, together", the_clocks_go_forward_together},
    {"randomness fills a buffer of any size",
     randomness_fills_a_buffer_of_any_size},
    {"randomness fills each byte", randomness_fills_each_byte},
};

TAP_MAIN("compat", tests)
