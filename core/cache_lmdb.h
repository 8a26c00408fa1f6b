/* SPDX-License-Identifier: MIT */
/* cache_lmdb.h: the inside of a cache in LMDB, for its two files.
 *
 * The folder has LMDB's two files.  In them are three tables:
 *
 *     keys    disk key -> deadline (8 bytes), for a long key the key with its
 *             size (4 bytes) before it, value
 *     expiry  deadline (8 bytes) -> disk keys that end then
 *     meta    "format" -> "palm 1"; "bytes" -> of keys and values (8 bytes)
 *
 * A disk key is "s" and the key or, since LMDB takes 511 bytes, "l", a hash of
 * the key (8 bytes) and a number (4 bytes) that tells keys of the same hash
 * apart.  All numbers have their highest byte first.  A deadline is ms since
 * 1970, 0 = none. */
#ifndef PALM_CACHE_LMDB_H
#define PALM_CACHE_LMDB_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/cache.h"
#include "core/error.h"

typedef struct palm__lmdb {
    struct palm__lmdb *next; /* in the list of all that are open */
    dev_t device; /* of the folder: LMDB must not open a file twice */
    ino_t inode;
    char *path;
    size_t limit; /* bytes of keys and values, 0 = none */
    MDB_env *env;
    MDB_dbi keys, expiry, meta;
} palm__lmdb_t;

/* All open and close do; see cache_backend.h. */
void *palm__lmdb_open(const palm_cache_options_t *options, palm_error_t *err);
void palm__lmdb_close(void *store);

/* Says what LMDB's code means; returns -1.  Not for MDB_NOTFOUND. */
int palm__lmdb_fail(const palm__lmdb_t *self, int code, palm_error_t *err);

/* Bits of a hash of a long key that are used.  Tests make them few. */
extern uint64_t palm__lmdb_hash_mask;

#endif
