/* SPDX-License-Identifier: MIT */
/* cache_lmdb_spot.c: where keys are in the tables of an LMDB cache. */
#include "config.h"
#include "core/cache_lmdb.h"

#include <string.h>

/* Where they are in the disk key of a long key. */
enum { HASH = 1 + PALM__LMDB_SHORT_MAX, NUMBER = HASH + 8 };

uint64_t palm__lmdb_hash_mask = UINT64_MAX;

void
palm__lmdb_put_number(unsigned char *to, size_t size, uint64_t number)
{
    while (size > 0) {
        to[--size] = (unsigned char)number;
        number >>= 8;
    }
}

uint64_t
palm__lmdb_get_number(const void *from, size_t size)
{
    const unsigned char *bytes = from;
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

void
palm__lmdb_begin_spot(palm__lmdb_spot_t *spot, palm_slice_t key)
{
    size_t size =
        key.size < PALM__LMDB_SHORT_MAX ? key.size : PALM__LMDB_SHORT_MAX;
    spot->bytes[0] = 'k';
    if (size > 0) {
        memcpy(spot->bytes + 1, key.data, size);
    }
    spot->size = 1 + size;
    spot->deadline = 0;
}

bool
palm__lmdb_is_long(const MDB_val *disk_key)
{
    return disk_key->mv_size == PALM__LMDB_DISK_KEY_MAX;
}

int
palm__lmdb_read_record(const MDB_val *disk_key, const MDB_val *record,
                       palm_slice_t *key, palm__lmdb_spot_t *spot)
{
    const char *bytes = record->mv_data;
    size_t header = PALM__LMDB_STAMP;
    if (record->mv_size < header) {
        return MDB_CORRUPTED;
    }
    if (palm__lmdb_is_long(disk_key)) {
        header += 4;
        if (record->mv_size < header) {
            return MDB_CORRUPTED;
        }
        key->data = bytes + header;
        key->size = (size_t)palm__lmdb_get_number(bytes + PALM__LMDB_STAMP, 4);
        if (record->mv_size - header < key->size) {
            return MDB_CORRUPTED;
        }
        header += key->size;
    } else {
        key->data = (const char *)disk_key->mv_data + 1;
        key->size = disk_key->mv_size - 1;
    }
    spot->deadline = (int64_t)palm__lmdb_get_number(bytes, PALM__LMDB_STAMP);
    spot->value.data = bytes + header;
    spot->value.size = record->mv_size - header;
    return 0;
}

/* Walks over the long keys of the same hash.  If the key is not among them,
 * the spot is the lowest number that is free. */
static int
locate_long(const palm__lmdb_t *self, MDB_txn *txn, palm_slice_t key,
            palm__lmdb_spot_t *spot)
{
    MDB_cursor *cursor;
    uint32_t number = 0;
    uint64_t hash = palm__siphash(self->hash_key, key.data, key.size);
    palm__lmdb_put_number(spot->bytes + HASH, 8, hash & palm__lmdb_hash_mask);
    palm__lmdb_put_number(spot->bytes + NUMBER, 4, 0);
    spot->size = PALM__LMDB_DISK_KEY_MAX;
    MDB_val disk_key = {spot->size, spot->bytes}, record;
    int code = mdb_cursor_open(txn, self->keys, &cursor);
    if (code) {
        return code;
    }
    code = mdb_cursor_get(cursor, &disk_key, &record, MDB_SET_RANGE);
    while (!code && disk_key.mv_size == spot->size
           && !memcmp(disk_key.mv_data, spot->bytes, NUMBER)) {
        palm_slice_t there;
        uint32_t taken = (uint32_t)palm__lmdb_get_number(
            (char *)disk_key.mv_data + NUMBER, 4);
        code = palm__lmdb_read_record(&disk_key, &record, &there, spot);
        if (!code && palm_slice_is_equal(there, key)) {
            memcpy(spot->bytes, disk_key.mv_data, spot->size);
            mdb_cursor_close(cursor);
            return 0;
        }
        number += taken == number;
        if (!code) {
            code = mdb_cursor_get(cursor, &disk_key, &record, MDB_NEXT);
        }
    }
    mdb_cursor_close(cursor);
    palm__lmdb_put_number(spot->bytes + NUMBER, 4, number);
    spot->deadline = 0;
    return code ? code : MDB_NOTFOUND;
}

int
palm__lmdb_locate(const palm__lmdb_t *self, MDB_txn *txn, palm_slice_t key,
                  palm__lmdb_spot_t *spot)
{
    MDB_val disk_key, record;
    palm_slice_t there;
    palm__lmdb_begin_spot(spot, key);
    if (key.size > PALM__LMDB_SHORT_MAX) {
        return locate_long(self, txn, key, spot);
    }
    disk_key.mv_data = spot->bytes;
    disk_key.mv_size = spot->size;
    int code = mdb_get(txn, self->keys, &disk_key, &record);
    return code ? code
                : palm__lmdb_read_record(&disk_key, &record, &there, spot);
}
