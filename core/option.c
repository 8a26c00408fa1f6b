/* SPDX-License-Identifier: MIT */
/* option.c: reads, checks, copies and compares what options describe. */
#include "config.h"
#include "core/option_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/log.h"
#include "core/value.h"

static int
set_text(void *field, const char *text, palm_error_t *err)
{
    (void)err;
    *(const char **)field = text;
    return 0;
}

static int
set_binds(void *field, const char *text, palm_error_t *err)
{
    if (palm_address_check(text, true, err)) {
        return -1;
    }
    *(const char **)field = text;
    return 0;
}

static int
set_connects(void *field, const char *text, palm_error_t *err)
{
    if (palm_address_check(text, false, err)) {
        return -1;
    }
    *(const char **)field = text;
    return 0;
}

static int
set_bool(void *field, const char *text, palm_error_t *err)
{
    return palm_value_bool(text, field, err);
}

static int
set_choice(void *field, const char *text, palm_error_t *err)
{
    bool value = false;
    if (palm_value_bool(text, &value, err)) {
        return -1;
    }
    *(int *)field = value;
    return 0;
}

static int
set_count(void *field, const char *text, palm_error_t *err)
{
    return palm_value_count(text, field, err);
}

static int
set_size(void *field, const char *text, palm_error_t *err)
{
    return palm_value_size(text, field, err);
}

static int
set_duration(void *field, const char *text, palm_error_t *err)
{
    return palm_value_duration(text, field, err);
}

static int
set_log_level(void *field, const char *text, palm_error_t *err)
{
    int level = palm_log_level(text);
    if (level == -1) {
        return palm_error_set(
            err, EINVAL, "expected error, warning, info or debug, got '%s'",
            text);
    }
    *(int *)field = level;
    return 0;
}

/* By palm_option_kind_t. */
static const struct {
    int (*set)(void *field, const char *text, palm_error_t *err);
    const char *name;
    size_t size;    /* of the field */
    bool is_number; /* an int64_t that has a least value */
    bool is_text;
} kinds[] = {
    [PALM_OPTION_TEXT] = {set_text, "text", sizeof(char *), false, true},
    [PALM_OPTION_BINDS] = {set_binds, "address", sizeof(char *), false, true},
    [PALM_OPTION_CONNECTS] = {set_connects, "address", sizeof(char *), false,
                              true},
    [PALM_OPTION_BOOL] = {set_bool, "yes or no", sizeof(bool), false, false},
    [PALM_OPTION_CHOICE] = {set_choice, "yes or no", sizeof(int), false, false},
    [PALM_OPTION_COUNT] = {set_count, "number", sizeof(int64_t), true, false},
    [PALM_OPTION_SIZE] = {set_size, "size", sizeof(int64_t), true, false},
    [PALM_OPTION_DURATION] = {set_duration, "duration", sizeof(int64_t), true,
                              false},
    [PALM_OPTION_LOG_LEVEL] = {set_log_level, "log level", sizeof(int), false,
                               false},
};

const char *
palm_option_kind_name(palm_option_kind_t kind)
{
    return kinds[kind].name;
}

static void *
field_of(const palm_option_t *row, void *structure)
{
    return (char *)structure + row->offset;
}

static const void *
field_in(const palm_option_t *row, const void *structure)
{
    return (const char *)structure + row->offset;
}

const palm_option_t *
palm__option_find(const palm_option_t *rows, const char *name)
{
    for (; rows && rows->name; rows++) {
        if (!strcmp(rows->name, name)) {
            return rows;
        }
    }
    return NULL;
}

int
palm__option_set_row(const palm_option_t *row, void *structure,
                     const char *text, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    bool is_number = kinds[row->kind].is_number;
    void *field = field_of(row, structure);
    int64_t number;
    if (kinds[row->kind].is_text && row->least > 0 && !*text) {
        return palm_error_set(err, EINVAL, "%s: expected a text, got nothing",
                              row->name);
    }
    if (kinds[row->kind].set(is_number ? &number : field, text, &why)) {
        return palm_error_set(err, why.code, "%s: %s", row->name, why.text);
    }
    if (!is_number) {
        return 0;
    }
    if (number < row->least) {
        return palm_error_set(err, ERANGE,
                              "%s: expected at least %" PRId64 ", got '%s'",
                              row->name, row->least, text);
    }
    if (number > row->most) {
        return palm_error_set(err, ERANGE,
                              "%s: expected at most %" PRId64 ", got '%s'",
                              row->name, row->most, text);
    }
    *(int64_t *)field = number;
    return 0;
}

int
palm__option_set(const palm_option_t *rows, void *structure, const char *name,
                 const char *text, palm_error_t *err)
{
    const palm_option_t *row = palm__option_find(rows, name);
    return row ? palm__option_set_row(row, structure, text, err)
               : palm_error_set(err, ENOENT, "no such key: %s", name);
}

void
palm__option_init(const palm_option_t *rows, void *structure)
{
    for (; rows && rows->name; rows++) {
        if (rows->initial) {
            (void)palm__option_set_row(rows, structure, rows->initial, NULL);
        } else if (rows->kind == PALM_OPTION_CHOICE) {
            *(int *)field_of(rows, structure) = -1;
        } else if (kinds[rows->kind].is_number && rows->least < 0) {
            *(int64_t *)field_of(rows, structure) = -1;
        }
    }
}

const char *
palm__option_text(const palm_option_t *row, const void *structure)
{
    return kinds[row->kind].is_text
               ? *(const char *const *)field_in(row, structure)
               : NULL;
}

bool
palm__option_is_equal(const palm_option_t *row, const void *a, const void *b)
{
    return !memcmp(field_in(row, a), field_in(row, b), kinds[row->kind].size);
}

void
palm__option_copy(const palm_option_t *row, void *to, const void *from)
{
    memcpy(field_of(row, to), field_in(row, from), kinds[row->kind].size);
}

int
palm__option_copy_texts(const palm_option_t *rows, void *structure)
{
    bool failed = false;
    for (const palm_option_t *row = rows; row && row->name; row++) {
        const char *text = palm__option_text(row, structure);
        if (text) {
            char *copy = failed ? NULL : strdup(text);
            *(char **)field_of(row, structure) = copy;
            failed = failed || !copy;
        }
    }
    if (failed) {
        palm__option_free_texts(rows, structure);
        errno = ENOMEM;
        return -1;
    }
    return 0;
}

void
palm__option_free_texts(const palm_option_t *rows, void *structure)
{
    for (; rows && rows->name; rows++) {
        if (kinds[rows->kind].is_text) {
            char **text = field_of(rows, structure);
            free(*text);
            *text = NULL;
        }
    }
}

void
palm__option_bound(const palm_option_t *rows, void *structure)
{
    for (; rows && rows->name; rows++) {
        int64_t *field = field_of(rows, structure);
        if (rows->kind == PALM_OPTION_DURATION && *field > INT64_MAX / 4) {
            *field = INT64_MAX / 4;
        }
    }
}
