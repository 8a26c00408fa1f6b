/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/value.h"

#include "harness/support/tap.h"

typedef int read_f(const char *text, int64_t *value, palm_error_t *err);

static void
reads(int64_t expected, read_f *read, const char *text)
{
    int64_t value = 4711;
    palm_error_t err = {0, ""};
    if (read(text, &value, &err)) {
        EQUAL_TEXT(text, err.text);
    }
    EQUAL_INT(expected, value);
}

static void
refuses(int code, read_f *read, const char *text)
{
    int64_t value = 4711;
    palm_error_t err = {0, ""};
    FAILS(code, read(text, &value, &err));
    EQUAL_INT(4711, value);
    EQUAL_INT(code, err.code);
    CONTAINS("expected a ", err.text);
    CONTAINS(text, err.text);
    FAILS(code, read(text, &value, NULL));
}

static void
count_is_a_decimal_number(void)
{
    reads(0, palm_value_count, "0");
    reads(1024, palm_value_count, "1024");
    reads(10, palm_value_count, "010");
    reads(INT64_MAX, palm_value_count, "9223372036854775807");
}

static void
count_refuses_what_is_not_one(void)
{
    static const char *const wrong[] = {"",   "-1",   "+1",  " 1",  "1 ",
                                        "1x", "0x10", "1.5", "1kB", "one"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        refuses(EINVAL, palm_value_count, wrong[i]);
    }
}

static void
count_refuses_what_is_too_large(void)
{
    refuses(ERANGE, palm_value_count, "9223372036854775808");
    refuses(ERANGE, palm_value_count, "92233720368547758070");
    refuses(ERANGE, palm_value_count, "18446744073709551617");
    refuses(EINVAL, palm_value_count, "18446744073709551617x");
}

static void
size_has_units(void)
{
    reads(4096, palm_value_size, "4096");
    reads(7, palm_value_size, "7B");
    reads(10000, palm_value_size, "10kB");
    reads(10000000, palm_value_size, "10MB");
    reads(1000000000, palm_value_size, "1GB");
    reads(65536, palm_value_size, "64KiB");
    reads(67108864, palm_value_size, "64MiB");
    reads(INT64_C(2147483648), palm_value_size, "2GiB");
}

static void
size_refuses_other_units(void)
{
    static const char *const wrong[] = {"",     "kB",  "1 kB", "1kb", "1K",
                                        "1kB ", "1TB", "1ms",  "-1B"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        refuses(EINVAL, palm_value_size, wrong[i]);
    }
}

static void
size_refuses_what_is_too_large(void)
{
    reads(INT64_C(8589934591) << 30, palm_value_size, "8589934591GiB");
    refuses(ERANGE, palm_value_size, "8589934592GiB");
    refuses(ERANGE, palm_value_size, "99999999999999999999B");
}

static void
duration_is_in_milliseconds(void)
{
    reads(250, palm_value_duration, "250");
    reads(250, palm_value_duration, "250ms");
    reads(30000, palm_value_duration, "30s");
    reads(300000, palm_value_duration, "5min");
    reads(7200000, palm_value_duration, "2h");
    reads(-1, palm_value_duration, "never");
}

static void
duration_refuses_other_units(void)
{
    static const char *const wrong[] = {"",      "s",      "1m", "1 s", "-1",
                                        "Never", "never ", "1d", "1s1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        refuses(EINVAL, palm_value_duration, wrong[i]);
    }
    refuses(ERANGE, palm_value_duration, "9223372036854776s");
}

static void
bool_has_four_words_for_each(void)
{
    static const char *const words[2][6] = {
        {"no", "false", "off", "0", "False", "NO"},
        {"yes", "true", "on", "1", "True", "YES"}};
    for (int truth = 0; truth < 2; truth++) {
        for (int i = 0; i < 6; i++) {
            bool value = !truth;
            EQUAL_INT(0, palm_value_bool(words[truth][i], &value, NULL));
            EQUAL_INT(truth, value);
        }
    }
}

static void
bool_refuses_other_words(void)
{
    static const char *const wrong[] = {"", "Yess", "y", "2", "on ", "yesno"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bool value = true;
        palm_error_t err = {0, ""};
        FAILS(EINVAL, palm_value_bool(wrong[i], &value, &err));
        MUST(value);
        CONTAINS("expected yes, true, on, 1, no", err.text);
        CONTAINS(wrong[i], err.text);
    }
}

static const struct tap_test tests[] = {
    {"a count is a decimal number", count_is_a_decimal_number},
    {"a count refuses what is not one", count_refuses_what_is_not_one},
    {"a count refuses what is too large", count_refuses_what_is_too_large},
    {"a size has units", size_has_units},
    {"a size refuses other units", size_refuses_other_units},
    {"a size refuses what is too large", size_refuses_what_is_too_large},
    {"a duration is in milliseconds", duration_is_in_milliseconds},
    {"a duration refuses other units", duration_refuses_other_units},
    {"a bool has four words for each", bool_has_four_words_for_each},
    {"a bool refuses other words", bool_refuses_other_words},
};

TAP_MAIN("value", tests)
