/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/value.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct unit size_units[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000 * 1000},
    {"GB", 1000 * 1000 * 1000},
    {"KiB", 1024},
    {"MiB", 1024 * 1024},
    {"GiB", 1024 * 1024 * 1024},
    {NULL, 0},
};

static const struct unit time_units[] = {
    {"", 1},        {"ms", 1}, {"s", 1000}, {"min", 60 * 1000},
    {"h", 3600000}, {NULL, 0},
};

static int
refuse(palm_error_t *err, const char *expected, const char *text)
{
    return palm_error_set(err, EINVAL, "expected %s, not \"%s\"", expected,
                          text);
}

static int64_t
factor_of(const struct unit *units, const char *name)
{
    for (; units->name; units++) {
        if (!strcmp(units->name, name)) {
            return units->factor;
        }
    }
    return 0;
}

/* Reads digits and a unit.  Whether they are written so is settled first: a
 * number that is too large and has a wrong unit is EINVAL. */
static int
read_number(const char *text, const struct unit *units, const char *expected,
            int64_t *value, palm_error_t *err)
{
    size_t digits = strspn(text, "0123456789");
    int64_t number = 0, factor = factor_of(units, text + digits);
    bool fits = true;
    if (digits == 0 || factor == 0) {
        return refuse(err, expected, text);
    }
    for (size_t i = 0; i < digits && fits; i++) {
        int digit = text[i] - '0';
        fits = number <= (INT64_MAX - digit) / 10;
        number = fits ? number * 10 + digit : 0;
    }
    if (!fits || number > INT64_MAX / factor) {
        return palm_error_set(err, ERANGE, "expected %s, \"%s\" is too large",
                              expected, text);
    }
    *value = number * factor;
    return 0;
}

int
palm_value_count(const char *text, int64_t *value, palm_error_t *err)
{
    return read_number(text, no_units, "a number such as 1024", value, err);
}

int
palm_value_size(const char *text, int64_t *value, palm_error_t *err)
{
    return read_number(text, size_units,
                       "a size such as 4096, 64KiB, 10MB or 2GiB", value, err);
}

int
palm_value_duration(const char *text, int64_t *value, palm_error_t *err)
{
    if (!strcmp(text, "never")) {
        *value = -1;
        return 0;
    }
    return read_number(text, time_units,
                       "a duration such as 250ms, 30s, 5min, 2h or never",
                       value, err);
}

int
palm_value_bool(const char *text, bool *value, palm_error_t *err)
{
    static const char *const words[] = {"no",  "yes", "false", "true",
                                        "off", "on",  "0",     "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strcasecmp(words[i], text)) {
            *value = i % 2 == 1;
            return 0;
        }
    }
    return refuse(err, "yes, true, on, 1, no, false, off or 0", text);
}
