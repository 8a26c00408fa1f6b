/* SPDX-License-Identifier: MIT */
/* library.h: the classes of parts that come with libpalm. */
#ifndef PALM_LIBRARY_H
#define PALM_LIBRARY_H

#include <stddef.h>

#include "core/error.h"
#include "core/export.h"
#include "core/part.h"
#include "core/server.h"

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

/* palm_server_add() of the class of that name.  -1 with errno ENOENT also if
 * there is none. */
PALM_EXPORT
int palm_library_add(palm_server_t *server, const char *class_name,
                     const palm_part_options_t *options, palm_error_t *err)
    PALM_MUST_USE;

/* Makes a whole class of one that names a base: what it leaves 0 is taken from
 * that class of the library.  Each hook and operation counts by itself, traits
 * are added to the base's.  The four answers and the socket type are the
 * base's: what says otherwise is refused.  A state_size is added to the base's,
 * see palm_part_own_state(), and so are options, see palm_part_own_options(). A
 * class without a base is copied.  *resolved has no base, may be *derived, and
 * borrows the same texts.  Returns -1, *resolved unchanged, with the class in
 * *err and errno
 *   EINVAL  made for another part interface (looked at before all else), no
 *           name, or a contradiction to the base;
 *   ENOENT  there is no such base. */
PALM_EXPORT
int palm_library_derive(const palm_part_class_t *derived,
                        palm_part_class_t *resolved, palm_error_t *err)
    PALM_MUST_USE;

PALM_END_DECLS
#endif
