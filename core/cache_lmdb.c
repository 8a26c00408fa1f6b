/* SPDX-License-Identifier: MIT */
/* cache_lmdb.c: a cache in LMDB: it outlives the process, however that ends.
 *
 * Each call is one transaction, so it is atomic, across crashes, too.  Expired
 * keys cannot be seen from their deadline on; calls that write remove them, a
 * few at a time. */
#include "config.h"
#include "core/cache_backend.h"
#include "core/cache_lmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DUE_AT_ONCE = 16,    /* ended keys that one write removes, */
    SWEPT_AT_ONCE = 256, /* and that one sweep removes */
    PAGES_KEPT = 64,     /* free, since without some nothing can be deleted */
    NUMBER_KEY = sizeof "bytes" - 1
};

/* A write transaction. */
struct work {
    palm__lmdb_t *self;
    MDB_txn *txn;
    uint64_t bytes; /* of keys and values */
    int64_t now;    /* ms */
};

static int64_t
wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
is_due(const palm__lmdb_spot_t *spot, int64_t now)
{
    return spot->deadline && spot->deadline <= now;
}

/* --- writing -------------------------------------------------------------- */

static int
begin(struct work *work, palm__lmdb_t *self)
{
    MDB_val name = {NUMBER_KEY, (void *)"bytes"}, number;
    work->self = self;
    work->bytes = 0;
    work->now = wall_ms();
    int code = mdb_txn_begin(self->env, NULL, 0, &work->txn);
    if (code) {
        return code;
    }
    code = mdb_get(work->txn, self->meta, &name, &number);
    if (!code) {
        work->bytes = palm__lmdb_get_number(number.mv_data, number.mv_size);
    } else if (code != MDB_NOTFOUND) {
        mdb_txn_abort(work->txn);
        return code;
    }
    return 0;
}

static int
commit(struct work *work)
{
    unsigned char bytes[8];
    MDB_val name = {NUMBER_KEY, (void *)"bytes"}, number = {8, bytes};
    palm__lmdb_put_number(bytes, sizeof bytes, work->bytes);
    int code = mdb_put(work->txn, work->self->meta, &name, &number, 0);
    if (code) {
        mdb_txn_abort(work->txn);
        return code;
    }
    return mdb_txn_commit(work->txn);
}

static int
forget_deadline(struct work *work, palm__lmdb_spot_t *spot)
{
    unsigned char stamp[PALM__LMDB_STAMP];
    MDB_val when = {PALM__LMDB_STAMP, stamp},
            disk_key = {spot->size, spot->bytes};
    if (!spot->deadline) {
        return 0;
    }
    palm__lmdb_put_number(stamp, PALM__LMDB_STAMP, (uint64_t)spot->deadline);
    int code = mdb_del(work->txn, work->self->expiry, &when, &disk_key);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int
remember_deadline(struct work *work, palm__lmdb_spot_t *spot, int64_t deadline)
{
    unsigned char stamp[PALM__LMDB_STAMP];
    MDB_val when = {PALM__LMDB_STAMP, stamp},
            disk_key = {spot->size, spot->bytes};
    if (!deadline) {
        return 0;
    }
    palm__lmdb_put_number(stamp, PALM__LMDB_STAMP, (uint64_t)deadline);
    return mdb_put(work->txn, work->self->expiry, &when, &disk_key, 0);
}

/* Removes what is at a spot. */
static int
clear(struct work *work, palm_slice_t key, palm__lmdb_spot_t *spot)
{
    MDB_val disk_key = {spot->size, spot->bytes};
    work->bytes -= key.size + spot->value.size;
    int code = forget_deadline(work, spot);
    return code ? code : mdb_del(work->txn, work->self->keys, &disk_key, NULL);
}

/* Removes the key whose deadline is the earliest, if that has come.
 * MDB_NOTFOUND: it has not. */
static int
clear_due(struct work *work)
{
    MDB_cursor *cursor;
    MDB_val when, disk_key, record;
    palm__lmdb_spot_t spot;
    palm_slice_t key;
    int code = mdb_cursor_open(work->txn, work->self->expiry, &cursor);
    if (code) {
        return code;
    }
    code = mdb_cursor_get(cursor, &when, &disk_key, MDB_FIRST);
    mdb_cursor_close(cursor);
    if (code) {
        return code;
    }
    if (disk_key.mv_size > sizeof spot.bytes
        || when.mv_size != PALM__LMDB_STAMP) {
        return MDB_CORRUPTED;
    }
    if ((int64_t)palm__lmdb_get_number(when.mv_data, PALM__LMDB_STAMP)
        > work->now) {
        return MDB_NOTFOUND;
    }
    spot.size = disk_key.mv_size;
    memcpy(spot.bytes, disk_key.mv_data, spot.size);
    disk_key.mv_data = spot.bytes;
    code = mdb_get(work->txn, work->self->keys, &disk_key, &record);
    if (!code
        && !(code = palm__lmdb_read_record(&disk_key, &record, &key, &spot))) {
        code = clear(work, key, &spot);
    }
    return code == MDB_NOTFOUND ? MDB_CORRUPTED : code;
}

/* Removes up to n keys that have ended. */
static int
clear_all_due(struct work *work, size_t n)
{
    int code = 0;
    while (n-- > 0 && !code) {
        code = clear_due(work);
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Counts the free pages amidst the file.  Only a transaction that reads may
 * look at them; it may stand beside one that writes (MDB_NOTLS). */
static int
count_free(MDB_env *env, size_t *pages)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val id, list;
    int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    *pages = 0;
    if (code) {
        return code;
    }
    if (!(code = mdb_cursor_open(txn, 0, &cursor))) {
        while (!(code = mdb_cursor_get(cursor, &id, &list, MDB_NEXT))) {
            size_t length;
            memcpy(&length, list.mv_data, sizeof length);
            *pages += length;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Whether a record of that size leaves the pages that a delete needs: in a full
 * map one must still be able to delete. */
static int
check_room(struct work *work, size_t size)
{
    MDB_envinfo info;
    MDB_stat status;
    size_t free_pages;
    (void)mdb_env_info(work->self->env, &info);
    (void)mdb_env_stat(work->self->env, &status);
    size_t needed = PAGES_KEPT + 2 + size / status.ms_psize;
    size_t tail = info.me_mapsize / status.ms_psize - info.me_last_pgno - 1;
    if (tail >= needed) {
        return 0;
    }
    int code = count_free(work->self->env, &free_pages);
    return code || tail + free_pages >= needed ? code : MDB_MAP_FULL;
}

/* Writes a record to a spot, in place of what is there. */
static int
fill(struct work *work, palm__lmdb_spot_t *spot, palm_slice_t key,
     palm_slice_t value, int64_t deadline)
{
    bool is_long = key.size > PALM__LMDB_SHORT_MAX;
    size_t header = PALM__LMDB_STAMP + (is_long ? 4 + key.size : 0);
    MDB_val disk_key = {spot->size, spot->bytes};
    MDB_val record = {header + value.size, NULL};
    int code = check_room(work, record.mv_size);
    if (code || (code = forget_deadline(work, spot))
        || (code = mdb_put(work->txn, work->self->keys, &disk_key, &record,
                           MDB_RESERVE))) {
        return code;
    }
    unsigned char *bytes = record.mv_data;
    palm__lmdb_put_number(bytes, PALM__LMDB_STAMP, (uint64_t)deadline);
    if (is_long) {
        palm__lmdb_put_number(bytes + PALM__LMDB_STAMP, 4, key.size);
        memcpy(bytes + PALM__LMDB_STAMP + 4, key.data, key.size);
    }
    if (value.size > 0) {
        memcpy(bytes + header, value.data, value.size);
    }
    return remember_deadline(work, spot, deadline);
}

/* Ends a transaction: commits it if code and result are 0.  A code of LMDB is
 * put into words; MDB_NOTFOUND is ENOENT, and needs none. */
static int
finish(struct work *work, int code, int result, palm_error_t *err)
{
    int saved = errno;
    if (!code && !result) {
        code = commit(work);
    } else {
        mdb_txn_abort(work->txn);
    }
    if (code == MDB_NOTFOUND) {
        errno = ENOENT;
        return -1;
    }
    errno = saved;
    return code ? palm__lmdb_fail(work->self, code, err) : result;
}

/* Whether the value may replace what is there. */
static int
check_expected(const palm__cache_write_t *write, bool is_there,
               const palm__lmdb_spot_t *spot)
{
    if (!write->compare || (!write->expected && !is_there)) {
        return 0;
    }
    if (is_there && write->expected
        && palm_slice_is_equal(spot->value, *write->expected)) {
        return 0;
    }
    errno = is_there ? EEXIST : ENOENT;
    return -1;
}

static int
check_limit(struct work *work, size_t size, palm_error_t *err)
{
    size_t limit = work->self->limit;
    if (limit && (size > limit || work->bytes > limit - size)) {
        return palm_error_set(err, ENOSPC,
                              "lmdb %s: no room for %zu more bytes: the size "
                              "is %zu",
                              work->self->path, size, limit);
    }
    return 0;
}

static int
write_once(palm__lmdb_t *self, const palm__cache_write_t *write,
           palm_error_t *err)
{
    struct work work;
    palm__lmdb_spot_t spot;
    int code = begin(&work, self);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (!(code = clear_all_due(&work, self->limit ? SIZE_MAX : DUE_AT_ONCE))) {
        code = palm__lmdb_locate(self, work.txn, write->key, &spot);
    }
    if (code && code != MDB_NOTFOUND) {
        return finish(&work, code, 0, err);
    }
    bool is_there = !code;
    work.bytes -= is_there ? write->key.size + spot.value.size : 0;
    if (check_expected(write, is_there && !is_due(&spot, work.now), &spot)
        || check_limit(&work, write->key.size + write->value.size, err)) {
        return finish(&work, 0, -1, err);
    }
    work.bytes += write->key.size + write->value.size;
    code = fill(&work, &spot, write->key, write->value,
                write->ttl ? work.now + write->ttl : 0);
    return finish(&work, code, 0, err);
}

/* Removes what has ended, in a transaction of its own.  Returns how many keys,
 * or -1. */
static int
sweep(palm__lmdb_t *self, palm_error_t *err)
{
    struct work work;
    int removed = 0, code = begin(&work, self);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    while (removed < SWEPT_AT_ONCE && !(code = clear_due(&work))) {
        removed++;
    }
    return finish(&work, code == MDB_NOTFOUND ? 0 : code, 0, err) ? -1
                                                                  : removed;
}

/* When the file is full, what has ended may make room; a transaction that has
 * found it full cannot. */
static int
lmdb_write(void *store, const palm__cache_write_t *write, palm_error_t *err)
{
    palm__lmdb_t *self = store;
    if (write->key.size > UINT32_MAX) {
        return palm_error_set(err, ENOSPC, "lmdb %s: the key is too long",
                              self->path);
    }
    int result = write_once(self, write, err);
    while (result && errno == ENOSPC) {
        if (sweep(self, err) <= 0) {
            errno = ENOSPC;
            break;
        }
        result = write_once(self, write, err);
    }
    return result;
}

static int
lmdb_remove(void *store, palm_slice_t key, palm_error_t *err)
{
    palm__lmdb_t *self = store;
    struct work work;
    palm__lmdb_spot_t spot;
    int code = begin(&work, self);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (!(code = palm__lmdb_locate(self, work.txn, key, &spot))) {
        code =
            is_due(&spot, work.now) ? MDB_NOTFOUND : clear(&work, key, &spot);
    }
    return finish(&work, code, 0, err);
}

/* Writes the record at a spot anew, with another deadline.  LMDB may move what
 * is in the file meanwhile, so from a copy. */
static int
change_deadline(struct work *work, palm__lmdb_spot_t *spot, int64_t deadline)
{
    MDB_val disk_key = {spot->size, spot->bytes}, record;
    int code = mdb_get(work->txn, work->self->keys, &disk_key, &record);
    if (code || (code = check_room(work, record.mv_size))) {
        return code;
    }
    unsigned char *copy = malloc(record.mv_size);
    if (!copy) {
        return ENOMEM;
    }
    memcpy(copy, record.mv_data, record.mv_size);
    palm__lmdb_put_number(copy, PALM__LMDB_STAMP, (uint64_t)deadline);
    record.mv_data = copy;
    code = mdb_put(work->txn, work->self->keys, &disk_key, &record, 0);
    free(copy);
    return code ? code : remember_deadline(work, spot, deadline);
}

static int
lmdb_expire(void *store, palm_slice_t key, int64_t ttl, palm_error_t *err)
{
    palm__lmdb_t *self = store;
    struct work work;
    palm__lmdb_spot_t spot;
    int code = begin(&work, self);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (!(code = palm__lmdb_locate(self, work.txn, key, &spot))
        && !(code = is_due(&spot, work.now) ? MDB_NOTFOUND : 0)
        && !(code = forget_deadline(&work, &spot))) {
        code = change_deadline(&work, &spot, ttl ? work.now + ttl : 0);
    }
    return finish(&work, code, 0, err);
}

/* --- reading -------------------------------------------------------------- */

static int
lmdb_get(void *store, palm_slice_t key, zmq_msg_t *value, palm_error_t *err)
{
    palm__lmdb_t *self = store;
    MDB_txn *txn;
    palm__lmdb_spot_t spot;
    int code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (!(code = palm__lmdb_locate(self, txn, key, &spot))) {
        code = is_due(&spot, wall_ms()) ? MDB_NOTFOUND : 0;
    }
    if (!code && zmq_msg_init_size(value, spot.value.size)) {
        code = ENOMEM;
    }
    if (!code && spot.value.size > 0) {
        memcpy(zmq_msg_data(value), spot.value.data, spot.value.size);
    }
    mdb_txn_abort(txn);
    if (code == MDB_NOTFOUND) {
        errno = ENOENT;
        return -1;
    }
    return code ? palm__lmdb_fail(self, code, err) : 0;
}

/* Whether two disk keys are of long keys that begin with the same bytes: these
 * are not in the order of the keys. */
static bool
is_alike(const MDB_val *one, const MDB_val *other)
{
    return palm__lmdb_is_long(one) && palm__lmdb_is_long(other)
           && !memcmp(one->mv_data, other->mv_data, 1 + PALM__LMDB_SHORT_MAX);
}

/* Whether it begins as the disk keys of all keys with the prefix do. */
static bool
begins_with(const MDB_val *disk_key, const palm__lmdb_spot_t *prefix)
{
    return disk_key->mv_size >= prefix->size
           && !memcmp(disk_key->mv_data, prefix->bytes, prefix->size);
}

/* Walks over the disk keys of a range, and beyond its end over those that are
 * like its last one. */
static int
list_range(MDB_cursor *cursor, const palm__cache_range_t *range,
           palm__keys_t *keys)
{
    palm__lmdb_spot_t prefix, start, spot;
    palm_slice_t key;
    int64_t now = wall_ms();
    palm__lmdb_begin_spot(&prefix, range->prefix);
    palm__lmdb_begin_spot(&start, palm__range_start(range));
    MDB_val disk_key = {start.size, start.bytes}, record;
    MDB_val last = {1, start.bytes}; /* none yet: a disk key of no key */
    int code = mdb_cursor_get(cursor, &disk_key, &record, MDB_SET_RANGE);
    for (size_t found = 0;
         !code && begins_with(&disk_key, &prefix)
         && (found < range->most || is_alike(&disk_key, &last));
         code = mdb_cursor_get(cursor, &disk_key, &record, MDB_NEXT)) {
        if ((code = palm__lmdb_read_record(&disk_key, &record, &key, &spot))) {
            break;
        }
        if (!is_due(&spot, now) && palm__range_has(range, key)) {
            if (palm__keys_add(keys, key)) {
                return ENOMEM;
            }
            found++;
            last = disk_key;
        }
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

static int
lmdb_list(void *store, const palm__cache_range_t *range, palm__keys_t *keys,
          palm_error_t *err)
{
    palm__lmdb_t *self = store;
    MDB_txn *txn;
    MDB_cursor *cursor;
    int code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (!(code = mdb_cursor_open(txn, self->keys, &cursor))) {
        code = list_range(cursor, range, keys);
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return code ? palm__lmdb_fail(self, code, err) : 0;
}

static int
lmdb_measure(void *store, size_t *count, size_t *bytes, palm_error_t *err)
{
    palm__lmdb_t *self = store;
    struct work work;
    MDB_stat status;
    int removed;
    do {
        removed = sweep(self, err);
    } while (removed > 0);
    int code = removed ? 0 : begin(&work, self);
    if (removed || code) {
        return removed ? -1 : palm__lmdb_fail(self, code, err);
    }
    code = mdb_stat(work.txn, self->keys, &status);
    *count = code ? 0 : status.ms_entries;
    *bytes = (size_t)work.bytes;
    mdb_txn_abort(work.txn);
    return code ? palm__lmdb_fail(self, code, err) : 0;
}

const palm__cache_backend_t palm__cache_lmdb = {
    .name = "lmdb",
    .has_size = true,
    .has_path = true,
    .open = palm__lmdb_open,
    .close = palm__lmdb_close,
    .write = lmdb_write,
    .get = lmdb_get,
    .remove = lmdb_remove,
    .expire = lmdb_expire,
    .list = lmdb_list,
    .measure = lmdb_measure,
};
