/* SPDX-License-Identifier: MIT */
/* value.h: how a setting is written: numbers, sizes, durations, yes and no.
 *
 * Every function reads the whole text, or refuses it with -1, errno EINVAL (not
 * written so) or ERANGE (too large), leaves *value alone and says in *err,
 * which may be NULL, what was expected.  Any thread. */
#ifndef PALM_VALUE_H
#define PALM_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/export.h"

PALM_BEGIN_DECLS

/* A decimal number that is not negative: "1024". */
PALM_EXPORT int palm_value_count(const char *text, int64_t *value,
                                 palm_error_t *err);

/* Bytes: "4096", "64KiB", "64MiB", "2GiB", "10kB", "10MB", "1GB", "7B". */
PALM_EXPORT int palm_value_size(const char *text, int64_t *value,
                                palm_error_t *err);

/* A duration in milliseconds: "250", "250ms", "30s", "5min", "2h", and "never"
 * for -1. */
PALM_EXPORT int palm_value_duration(const char *text, int64_t *value,
                                    palm_error_t *err);

/* yes, true, on, 1; no, false, off, 0; letters of either case. */
PALM_EXPORT int palm_value_bool(const char *text, bool *value,
                                palm_error_t *err);

PALM_END_DECLS
#endif
