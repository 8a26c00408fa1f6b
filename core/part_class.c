/* SPDX-License-Identifier: MIT */
/* part_class.c: takes a class that may have been compiled with an older header.
 *
 * Hooks and operations stand inside of a class, so where one was appended to
 * them, everything behind has moved.  A class says how large its structures
 * are; they are copied one by one, and what it did not know stays 0. */
#include "config.h"
#include "core/part.h"
#include "core/part_impl.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define HEAD offsetof(palm_part_class_t, hooks)
#define TAIL offsetof(palm_part_class_t, state_size)

/* Copies one structure and moves behind it. */
static void
take(void *to, const char **from, size_t size)
{
    memcpy(to, *from, size);
    *from += size;
}

int
palm__class_copy(palm_part_class_t *to, const palm_part_class_t *from,
                 palm_error_t *err)
{
    const palm_part_abi_t ours = PALM_PART_ABI, *abi = &from->abi;
    const char *at = (const char *)from;
    palm_part_class_t made = {.name = NULL};
    if (abi->version != PALM_PART_VERSION) { /* there may be nothing else */
        return palm_error_set(err, EINVAL,
                              "made for part interface %d, this is %d",
                              abi->version, PALM_PART_VERSION);
    }
    size_t behind = HEAD + abi->hooks_size + abi->operations_size;
    if (abi->class_size > ours.class_size || abi->hooks_size > ours.hooks_size
        || abi->operations_size > ours.operations_size
        || abi->option_size != ours.option_size || abi->class_size < behind
        || abi->class_size - behind > sizeof made - TAIL) {
        return palm_error_set(err, EINVAL, "made for a later libpalm");
    }
    take(&made, &at, HEAD);
    take(&made.hooks, &at, abi->hooks_size);
    take(&made.operations, &at, abi->operations_size);
    take((char *)&made + TAIL, &at, abi->class_size - behind);
    made.abi = ours;
    *to = made;
    return 0;
}
