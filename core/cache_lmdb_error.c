/* SPDX-License-Identifier: MIT */
/* cache_lmdb_error.c: what LMDB's codes mean to who uses the cache. */
#include "config.h"

#include <errno.h>

#include "core/cache_lmdb.h"

int
palm__lmdb_fail(const palm__lmdb_t *self, int code, palm_error_t *err)
{
    if (code == MDB_MAP_FULL) {
        return palm_error_set(err, ENOSPC, "lmdb %s: map_size is used up",
                              self->path);
    }
    if (code == MDB_BAD_VALSIZE) {
        return palm_error_set(err, ENOSPC,
                              "lmdb %s: the key or the value is too long",
                              self->path);
    }
    if (code == MDB_READERS_FULL) {
        return palm_error_set(err, EAGAIN, "lmdb %s: too many readers",
                              self->path);
    }
    return palm_error_set(err, code > 0 ? code : EIO, "lmdb %s: %s", self->path,
                          mdb_strerror(code));
}
