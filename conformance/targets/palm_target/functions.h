/* SPDX-License-Identifier: MIT */
/* functions.h: the functions that ADAPTER.md asks for.  Any thread. */
#ifndef CONFORMANCE_PALM_TARGET_FUNCTIONS_H
#define CONFORMANCE_PALM_TARGET_FUNCTIONS_H

#include "parts/palm.h"

struct target_function {
    const char *name; /* NULL ends the list */
    palm_function_f *function;
    bool is_many; /* it may answer other than once */
};

extern const struct target_function target_functions[];

/* Reads a decimal number that is the whole text, or, if *fails is not NULL, is
 * followed by one "!", which sets *fails.  -1 with errno EINVAL. */
int target_number(palm_slice_t text, int64_t *number, bool *fails);

/* A copy of the bytes from last to first, for the caller to free; never NULL,
 * but without memory. */
char *target_reversed(palm_slice_t bytes);

#endif
