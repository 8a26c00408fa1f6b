/* SPDX-License-Identifier: MIT */
/* cache_order.c: the entries of a cache in memory by the bytes of their keys.
 *
 * A skip list: every entry is in the list of level 0, one of 4 also in that of
 * level 1, and so on; a search goes along the sparsest list as far as it may,
 * then down.  How high an entry stands follows from a hash of its key that no
 * peer can compute, so nobody can build a list that is slow. */
#include "config.h"
#include "core/cache_memory.h"

#include "core/cache_backend.h"

enum { BITS = 2 }; /* of the hash, for each level */

unsigned
palm__order_height(palm_slice_t key)
{
    unsigned bits = palm__hash(key.data, key.size);
    unsigned height = 1;
    while (height < PALM__ORDER_LEVELS && bits % (1U << BITS) == 0) {
        bits >>= BITS;
        height++;
    }
    return height;
}

/* Of each level, the link that leads to the first entry not before key. */
static void
find_links(palm__order_t *self, palm_slice_t key,
           palm__entry_t **links[PALM__ORDER_LEVELS])
{
    palm__entry_t **at = self->first;
    for (int level = PALM__ORDER_LEVELS - 1; level >= 0; level--) {
        while (at[level]
               && palm_slice_compare(palm__entry_key(at[level]), key) < 0) {
            at = at[level]->behind;
        }
        links[level] = &at[level];
    }
}

void
palm__order_add(palm__order_t *self, palm__entry_t *entry)
{
    palm__entry_t **links[PALM__ORDER_LEVELS];
    find_links(self, palm__entry_key(entry), links);
    for (unsigned level = 0; level < entry->height; level++) {
        entry->behind[level] = *links[level];
        *links[level] = entry;
    }
}

void
palm__order_remove(palm__order_t *self, palm__entry_t *entry)
{
    palm__entry_t **links[PALM__ORDER_LEVELS];
    find_links(self, palm__entry_key(entry), links);
    for (unsigned level = 0; level < entry->height; level++) {
        *links[level] = entry->behind[level];
    }
}

palm__entry_t *
palm__order_find(palm__order_t *self, palm_slice_t key)
{
    palm__entry_t **links[PALM__ORDER_LEVELS];
    find_links(self, key, links);
    return *links[0];
}
