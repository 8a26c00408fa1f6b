/* SPDX-License-Identifier: MIT */
/* id.h: version-4 UUIDs as text, from a buffer of system randomness.
 *
 * One system call gives the randomness of many ids: a call for each would cost
 * more than the codec.  A palm_id_source_t belongs to one thread. */
#ifndef PALM_ID_H
#define PALM_ID_H

#include <stddef.h>

#include "core/export.h"

#define PALM_ID_SIZE 36 /* characters of an id, without a NUL */

typedef struct palm_id_source {
    unsigned char random[4096]; /* what the system gave */
    size_t left;                /* bytes of it that are not used yet */
} palm_id_source_t;

PALM_BEGIN_DECLS

/* Prepares a source.  Nothing is read yet. */
PALM_EXPORT void palm_id_init(palm_id_source_t *self);

/* Writes a new id, 36 characters and a NUL, to text.
 * Returns -1 with errno EIO if the system gives no randomness. */
PALM_EXPORT int palm_id_next(palm_id_source_t *self,
                             char text[PALM_ID_SIZE + 1]) PALM_MUST_USE;

PALM_END_DECLS
#endif
