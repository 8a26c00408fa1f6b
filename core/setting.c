/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/setting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "core/log.h"
#include "core/value.h"

static int
set_text(void *field, const char *text, palm_error_t *err)
{
    if (!*text) {
        return palm_error_set(err, EINVAL, "expected a text, got nothing");
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

/* By palm__setting_kind_t. */
static const struct {
    int (*set)(void *field, const char *text, palm_error_t *err);
    bool is_number; /* an int64_t that has a least value */
} kinds[] = {
    [PALM__SETTING_TEXT] = {set_text, false},
    [PALM__SETTING_BOOL] = {set_bool, false},
    [PALM__SETTING_CHOICE] = {set_choice, false},
    [PALM__SETTING_COUNT] = {set_count, true},
    [PALM__SETTING_SIZE] = {set_size, true},
    [PALM__SETTING_DURATION] = {set_duration, true},
    [PALM__SETTING_LOG_LEVEL] = {set_log_level, false},
};

static int
set_row(const palm__setting_t *row, void *field, const char *text,
        palm_error_t *err)
{
    palm_error_t why = {0, ""};
    int64_t number;
    void *target = kinds[row->kind].is_number ? (void *)&number : field;
    if (kinds[row->kind].set(target, text, &why)) {
        return palm_error_set(err, why.code, "%s: %s", row->name, why.text);
    }
    if (!kinds[row->kind].is_number) {
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
palm__setting_set(const palm__setting_t *rows, size_t count, void *options,
                  const char *key, const char *text, palm_error_t *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(rows[i].name, key)) {
            return set_row(&rows[i], (char *)options + rows[i].offset, text,
                           err);
        }
    }
    return palm_error_set(err, ENOENT, "no such key: %s", key);
}

void
palm__setting_bound(const palm__setting_t *rows, size_t count, void *options)
{
    for (size_t i = 0; i < count; i++) {
        int64_t *field = (int64_t *)((char *)options + rows[i].offset);
        if (rows[i].kind == PALM__SETTING_DURATION && *field > INT64_MAX / 4) {
            *field = INT64_MAX / 4;
        }
    }
}
