/* SPDX-License-Identifier: MIT */
/* cache_keys.c: the keys that a list of a cache has found. */
#include "config.h"
#include "core/cache_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for at least one more of a growing array. */
static int
grow(void **items, size_t *room, size_t needed, size_t item_size)
{
    size_t more = *room ? *room : 16;
    void *bigger;
    while (more < needed) {
        more *= 2;
    }
    if (*items && more == *room) {
        return 0;
    }
    if (!(bigger = realloc(*items, more * item_size))) {
        errno = ENOMEM;
        return -1;
    }
    *items = bigger;
    *room = more;
    return 0;
}

int
palm__keys_add(palm__keys_t *self, palm_slice_t key)
{
    void *bytes = self->bytes, *ends = self->ends;
    int result =
        grow(&bytes, &self->room, self->size + key.size, 1)
        || grow(&ends, &self->places, self->count + 1, sizeof *self->ends);
    self->bytes = bytes;
    self->ends = ends;
    if (result) {
        return -1;
    }
    if (key.size > 0) {
        memcpy(self->bytes + self->size, key.data, key.size);
    }
    self->size += key.size;
    self->ends[self->count++] = self->size;
    return 0;
}

void
palm__keys_fini(palm__keys_t *self)
{
    free(self->bytes);
    free(self->ends);
    memset(self, 0, sizeof *self);
}

bool
palm__range_has(const palm__cache_range_t *self, palm_slice_t key)
{
    const palm_slice_t *prefix = &self->prefix;
    return key.size >= prefix->size
           && (prefix->size == 0
               || !memcmp(key.data, prefix->data, prefix->size))
           && (self->after.size == 0
               || palm_slice_compare(key, self->after) > 0);
}

palm_slice_t
palm__range_start(const palm__cache_range_t *self)
{
    return palm_slice_compare(self->prefix, self->after) < 0 ? self->after
                                                             : self->prefix;
}

static int
compare(const void *a, const void *b)
{
    const palm_slice_t *one = a, *other = b;
    return palm_slice_compare(*one, *other);
}

palm_slice_t *
palm__keys_sort(const palm__keys_t *self, size_t *count)
{
    palm_slice_t *sorted = malloc((self->count + 1) * sizeof *sorted);
    size_t start = 0, kept = 0;
    if (!sorted) {
        return NULL;
    }
    for (size_t i = 0; i < self->count; i++) {
        sorted[i] = (palm_slice_t){self->bytes + start, self->ends[i] - start};
        start = self->ends[i];
    }
    qsort(sorted, self->count, sizeof *sorted, compare);
    for (size_t i = 0; i < self->count; i++) {
        if (i == 0 || compare(&sorted[i], &sorted[kept - 1])) {
            sorted[kept++] = sorted[i];
        }
    }
    *count = kept;
    return sorted;
}

int
palm__keys_cut(palm__keys_t *self, size_t most)
{
    palm__keys_t kept = {0};
    size_t count = 0;
    palm_slice_t *sorted = palm__keys_sort(self, &count);
    int result = sorted ? 0 : -1;
    for (size_t i = 0; i < count && i < most && !result; i++) {
        result = palm__keys_add(&kept, sorted[i]);
    }
    free(sorted);
    if (result) {
        palm__keys_fini(&kept);
        errno = ENOMEM;
        return -1;
    }
    palm__keys_fini(self);
    *self = kept;
    return 0;
}
