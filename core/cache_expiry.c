/* SPDX-License-Identifier: MIT */
/* cache_expiry.c: which entry of a cache in memory ends next. */
#include "config.h"
#include "core/cache_memory.h"

#include <errno.h>
#include <stdlib.h>

int
palm__expiry_reserve(palm__expiry_t *self)
{
    size_t room = self->room ? self->room * 2 : 64;
    palm__entry_t **entries;
    if (self->count < self->room) {
        return 0;
    }
    if (!(entries = realloc(self->entries, room * sizeof(*entries)))) {
        errno = ENOMEM;
        return -1;
    }
    self->entries = entries;
    self->room = room;
    return 0;
}

static void
put(palm__expiry_t *self, palm__entry_t *entry, size_t place)
{
    self->entries[place] = entry;
    entry->place = place;
}

/* Moves an entry from a free place towards the root. */
static void
rise(palm__expiry_t *self, palm__entry_t *entry, size_t place)
{
    while (place > 0) {
        palm__entry_t *parent = self->entries[(place - 1) / 2];
        if (parent->deadline <= entry->deadline) {
            break;
        }
        put(self, parent, place);
        place = (place - 1) / 2;
    }
    put(self, entry, place);
}

/* Moves an entry from a free place towards the leaves. */
static void
sink(palm__expiry_t *self, palm__entry_t *entry, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= self->count) {
            break;
        }
        if (child + 1 < self->count
            && self->entries[child + 1]->deadline
                   < self->entries[child]->deadline) {
            child++;
        }
        if (self->entries[child]->deadline >= entry->deadline) {
            break;
        }
        put(self, self->entries[child], place);
        place = child;
    }
    put(self, entry, place);
}

static void
take_out(palm__expiry_t *self, palm__entry_t *entry)
{
    size_t place = entry->place;
    palm__entry_t *last = self->entries[--self->count];
    if (last == entry) {
        return;
    }
    if (place > 0
        && self->entries[(place - 1) / 2]->deadline > last->deadline) {
        rise(self, last, place);
    } else {
        sink(self, last, place);
    }
}

void
palm__expiry_set(palm__expiry_t *self, palm__entry_t *entry, int64_t deadline)
{
    if (entry->deadline != PALM__ENTRY_LIVES) {
        take_out(self, entry);
    }
    entry->deadline = deadline;
    if (deadline != PALM__ENTRY_LIVES) {
        rise(self, entry, self->count++);
    }
}

palm__entry_t *
palm__expiry_due(const palm__expiry_t *self, int64_t now)
{
    return self->count && self->entries[0]->deadline <= now ? self->entries[0]
                                                            : NULL;
}
