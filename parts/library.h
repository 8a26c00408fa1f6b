/* SPDX-License-Identifier: MIT */
/* library.h: the classes of parts that come with libpalm. */
#ifndef PALM_LIBRARY_H
#define PALM_LIBRARY_H

#include <stddef.h>

#include "core/export.h"
#include "core/part.h"

PALM_BEGIN_DECLS

/* The class of that name, or NULL with errno ENOENT. */
PALM_EXPORT
const palm_part_class_t *palm_library_find(const char *name);

/* What libpalm was built without ("HTTP"), if that is why it has no class of
 * that name; else NULL. */
PALM_EXPORT
const char *palm_library_missing(const char *name);

/* The class number index, NULL after the last. */
PALM_EXPORT
const palm_part_class_t *palm_library_at(size_t index);

PALM_END_DECLS
#endif
