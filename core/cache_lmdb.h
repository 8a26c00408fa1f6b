/* SPDX-License-Identifier: MIT */
/* cache_lmdb.h: the inside of a cache in LMDB, for its files.
 *
 * The folder has LMDB's two files.  In them are three tables:
 *
 *     keys    disk key -> deadline (8 bytes), for a long key the key with its
 *             size (4 bytes) before it, value
 *     expiry  deadline (8 bytes) -> disk keys that end then
 *     meta    "format" -> "palm 2"; "bytes" -> of keys and values (8 bytes);
 *             "hash" -> what the hash depends on (16 bytes), drawn once
 *
 * A disk key is "k" and the key.  LMDB takes 511 bytes, so of a longer key than
 * 498 bytes it is "k", these, a hash of the key (8 bytes) and a number (4
 * bytes) that tells keys of the same hash apart.  So the disk keys are in the
 * order of the keys, but for those that have 498 bytes in common: a list looks
 * at all of these.  All numbers have their highest byte first.  A deadline is
 * ms since 1970, 0 = none. */
#ifndef PALM_CACHE_LMDB_H
#define PALM_CACHE_LMDB_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/message.h"

typedef struct palm__lmdb {
    struct palm__lmdb *next; /* in the list of all that are open */
    dev_t device; /* of the folder: LMDB must not open a file twice */
    ino_t inode;
    char *path;
    size_t limit; /* bytes of keys and values, 0 = none */
    MDB_env *env;
    MDB_dbi keys, expiry, meta;
    unsigned char hash_key[PALM__HASH_KEY_SIZE];
} palm__lmdb_t;

/* All open and close do; see cache_backend.h. */
void *palm__lmdb_open(const palm_cache_options_t *options, palm_error_t *err);
void palm__lmdb_close(void *store);

/* Whether the data file has all that its tables refer to; -1 with errno EIO and
 * the reason in *err if it has been cut off. */
int palm__lmdb_check_whole(const palm__lmdb_t *self, palm_error_t *err);

/* Says what LMDB's code means; returns -1.  Not for MDB_NOTFOUND. */
int palm__lmdb_fail(const palm__lmdb_t *self, int code, palm_error_t *err);

enum {
    PALM__LMDB_DISK_KEY_MAX = 511,
    PALM__LMDB_SHORT_MAX = 498, /* bytes of a key that are in the disk key */
    PALM__LMDB_STAMP = 8        /* bytes of a deadline */
};

/* Where a key is, or would be. */
typedef struct palm__lmdb_spot {
    unsigned char bytes[PALM__LMDB_DISK_KEY_MAX]; /* the disk key */
    size_t size;
    int64_t deadline;   /* 0 = none */
    palm_slice_t value; /* in the file; valid until the next write */
} palm__lmdb_spot_t;

/* Numbers of size bytes, the highest first. */
void palm__lmdb_put_number(unsigned char *to, size_t size, uint64_t number);
uint64_t palm__lmdb_get_number(const void *from, size_t size);

/* Takes a record apart: its key, and deadline and value in *spot.  Returns a
 * code of LMDB. */
int palm__lmdb_read_record(const MDB_val *disk_key, const MDB_val *record,
                           palm_slice_t *key, palm__lmdb_spot_t *spot);

/* Puts "k" and the first bytes of a key into a spot: what the disk keys of all
 * keys that begin so begin with. */
void palm__lmdb_begin_spot(palm__lmdb_spot_t *spot, palm_slice_t key);

/* Whether the key that belongs to a disk key is a long one. */
bool palm__lmdb_is_long(const MDB_val *disk_key);

/* Finds a key.  MDB_NOTFOUND: the spot is where it would be. */
int palm__lmdb_locate(const palm__lmdb_t *self, MDB_txn *txn, palm_slice_t key,
                      palm__lmdb_spot_t *spot);

/* Bits of a hash of a long key that are used.  Tests make them few. */
extern uint64_t palm__lmdb_hash_mask;

#endif
