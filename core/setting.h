/* SPDX-License-Identifier: MIT */
/* setting.h: options as a table of rows: name, kind, place, least value. */
#ifndef PALM_SETTING_H
#define PALM_SETTING_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef enum palm__setting_kind {
    PALM__SETTING_TEXT,     /* const char * */
    PALM__SETTING_BOOL,     /* bool */
    PALM__SETTING_CHOICE,   /* int: true, false, or what it was before */
    PALM__SETTING_COUNT,    /* int64_t */
    PALM__SETTING_SIZE,     /* int64_t, bytes */
    PALM__SETTING_DURATION, /* int64_t, ms, -1 = never */
    PALM__SETTING_LOG_LEVEL /* int */
} palm__setting_kind_t;

typedef struct palm__setting {
    const char *name;
    palm__setting_kind_t kind;
    size_t offset; /* of the field in the options */
    int64_t least; /* smallest number that is accepted */
    int64_t most;  /* and the largest */
} palm__setting_t;

/* Finds the row of key and sets its field of *options from text.  Returns -1
 * with errno ENOENT (no such row), EINVAL or ERANGE, and the reason in *err. */
int palm__setting_set(const palm__setting_t *rows, size_t count, void *options,
                      const char *key, const char *text, palm_error_t *err);

/* Shortens every duration that could overflow a clock to one that ends after
 * 70 million years. */
void palm__setting_bound(const palm__setting_t *rows, size_t count,
                         void *options);

#endif
