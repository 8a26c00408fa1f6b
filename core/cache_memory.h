/* SPDX-License-Identifier: MIT */
/* cache_memory.h: the inside of a cache in memory, for its three files. */
#ifndef PALM_CACHE_MEMORY_H
#define PALM_CACHE_MEMORY_H

/* uthash calls exit() without memory unless it is told not to; the element that
 * could not be added then has no table. */
#define HASH_NONFATAL_OOM 1
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>
#include <zmq.h>

#include "core/hash.h"
#include "core/message.h"

#define PALM__ENTRY_LIVES INT64_MAX /* a deadline: none */

typedef struct palm__entry {
    UT_hash_handle hh;
    zmq_msg_t value;
    struct palm__entry *prev, *next; /* by use, the latest first */
    int64_t deadline;                /* ms of palm__now_ms() */
    size_t place;                    /* in the expiry, if it has a deadline */
    bool is_preset;                  /* neither evicted nor removed, … */
    bool is_absent;                  /* … but without its value */
    unsigned height;                 /* in the order: levels */
    struct palm__entry **behind;     /* of each, the next one; in this block */
    size_t key_size;
    char key[]; /* key_size bytes, no NUL */
} palm__entry_t;

static inline palm_slice_t
palm__entry_key(const palm__entry_t *entry)
{
    palm_slice_t key = {entry->key, entry->key_size};
    return key;
}

/* The entries with a deadline, the earliest first: a binary heap. */
typedef struct palm__expiry {
    palm__entry_t **entries;
    size_t count;
    size_t room;
} palm__expiry_t;

/* Makes room for one more.  Returns -1 with errno ENOMEM. */
int palm__expiry_reserve(palm__expiry_t *self);

/* Gives an entry a deadline, or PALM__ENTRY_LIVES.  There is room if it was
 * reserved. */
void palm__expiry_set(palm__expiry_t *self, palm__entry_t *entry,
                      int64_t deadline);

/* The entry whose deadline is the earliest, if that is not after now. */
palm__entry_t *palm__expiry_due(const palm__expiry_t *self, int64_t now);

enum { PALM__ORDER_LEVELS = 12 };

/* All entries by the bytes of their keys; entry->behind[0] is the next one.
 * Each of the functions takes steps in the order of the logarithm of their
 * number. */
typedef struct palm__order {
    palm__entry_t *first[PALM__ORDER_LEVELS];
} palm__order_t;

/* The height of an entry with that key. */
unsigned palm__order_height(palm_slice_t key);

/* The entry has its key and its height; no other one has the same key. */
void palm__order_add(palm__order_t *self, palm__entry_t *entry);
void palm__order_remove(palm__order_t *self, palm__entry_t *entry);

/* The first entry whose key is not before this one. */
palm__entry_t *palm__order_find(palm__order_t *self, palm_slice_t key);

#endif
