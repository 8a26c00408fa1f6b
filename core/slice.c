/* SPDX-License-Identifier: MIT */
/* slice.c: texts and bytes that are borrowed. */
#include "config.h"

#include <string.h>

#include "core/message.h"

palm_slice_t
palm_slice(const char *text)
{
    palm_slice_t slice = {text, text ? strlen(text) : 0};
    return slice;
}

bool
palm_slice_is_equal(palm_slice_t a, palm_slice_t b)
{
    return a.size == b.size
           && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int
palm_slice_compare(palm_slice_t a, palm_slice_t b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.data, b.data, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}
