/* SPDX-License-Identifier: MIT */
/* plugin.h: part classes out of a shared object.
 *
 * A plugin is a shared object that defines part classes:
 *
 *     const palm_part_class_t OddEvenPub = {
 *         .abi = PALM_PART_ABI,
 *         .name = "OddEvenPub",
 *         .base = "PubService",
 *         .hooks = {.handle_stream = odd_or_even},
 *     };
 *
 * Its code runs in the process like any other: load only what you trust.
 * One thread at a time for each plugin. */
#ifndef PALM_PLUGIN_H
#define PALM_PLUGIN_H

#include "core/error.h"
#include "core/export.h"
#include "core/part.h"

typedef struct palm_plugin palm_plugin_t;

PALM_BEGIN_DECLS

/* Loads a shared object.  path is that of a file; the system's folders are not
 * searched.  Returns NULL with the path in *err and errno
 *   EINVAL   the path is empty;
 *   ENOENT, EACCES …  the file cannot be read;
 *   ENOEXEC  it is no shared object, or lacks something that it needs;
 *   ENOTSUP  this system has no shared objects;
 *   ENOMEM. */
PALM_EXPORT
palm_plugin_t *palm_plugin_open(const char *path, palm_error_t *err)
    PALM_MUST_USE;

/* The class that the symbol names, a `const palm_part_class_t` of the object,
 * made whole by palm_library_derive().  Valid until the plugin is closed.
 * Returns NULL with path and symbol in *err and errno
 *   ENOENT   no such symbol, or the class's base does not exist;
 *   EINVAL   as palm_library_derive();
 *   ENOMEM. */
PALM_EXPORT
const palm_part_class_t *palm_plugin_class(palm_plugin_t *self,
                                           const char *symbol,
                                           palm_error_t *err) PALM_MUST_USE;

/* Unloads it, sets *self_p to NULL; nothing if it is NULL.  Servers that use
 * its classes must have been destroyed before.  Keeps errno. */
PALM_EXPORT
void palm_plugin_close(palm_plugin_t **self_p);

PALM_END_DECLS
#endif
