/* SPDX-License-Identifier: MIT */
/* cache_lmdb_open.c: opens, checks and closes the files of an LMDB cache. */
#include "config.h"
#include "core/cache_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/compat.h"

#define FORMAT "palm 2"

enum { READERS = 1024 /* threads that read at the same moment */ };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static palm__lmdb_t *all; /* that are open; guarded by lock */

/* --- the folder ----------------------------------------------------------- */

static int
check_folder(palm__lmdb_t *self, palm_error_t *err)
{
    struct stat status;
    if ((mkdir(self->path, 0700) && errno != EEXIST)
        || stat(self->path, &status)) {
        return palm_error_set(err, errno, "lmdb %s: %s", self->path,
                              strerror(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return palm_error_set(err, ENOTDIR, "lmdb %s: %s", self->path,
                              strerror(ENOTDIR));
    }
    self->device = status.st_dev;
    self->inode = status.st_ino;
    return 0;
}

/* LMDB's locks are the process's: a file that is opened twice loses them with
 * the first that is closed. */
static int
enlist(palm__lmdb_t *self, palm_error_t *err)
{
    const palm__lmdb_t *other;
    (void)pthread_mutex_lock(&lock);
    for (other = all; other; other = other->next) {
        if (other->device == self->device && other->inode == self->inode) {
            break;
        }
    }
    if (!other) {
        self->next = all;
        all = self;
    }
    (void)pthread_mutex_unlock(&lock);
    return other ? palm_error_set(err, EBUSY,
                                  "lmdb %s: is open in this process already",
                                  self->path)
                 : 0;
}

static void
delist(const palm__lmdb_t *self)
{
    (void)pthread_mutex_lock(&lock);
    for (palm__lmdb_t **place = &all; *place; place = &(*place)->next) {
        if (*place == self) {
            *place = self->next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&lock);
}

/* LMDB leaves its data file open for programs that this one may start. */
static int
keep_from_others(const palm__lmdb_t *self)
{
    mdb_filehandle_t fd;
    int code = mdb_env_get_fd(self->env, &fd);
    if (code) {
        return code;
    }
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ? errno : 0;
}

/* --- the tables ----------------------------------------------------------- */

/* The table meta is open. */
static int
read_meta(palm__lmdb_t *self, MDB_txn *txn)
{
    MDB_val name = {sizeof "format" - 1, (void *)"format"}, format;
    MDB_val hash = {sizeof "hash" - 1, (void *)"hash"}, hash_key;
    int code = mdb_get(txn, self->meta, &name, &format);
    if (code) {
        return code;
    }
    if (format.mv_size != sizeof FORMAT - 1
        || memcmp(format.mv_data, FORMAT, sizeof FORMAT - 1)) {
        return MDB_VERSION_MISMATCH;
    }
    code = mdb_get(txn, self->meta, &hash, &hash_key);
    if (!code && hash_key.mv_size != sizeof self->hash_key) {
        code = MDB_VERSION_MISMATCH;
    } else if (!code) {
        memcpy(self->hash_key, hash_key.mv_data, sizeof self->hash_key);
    }
    return code;
}

/* Whether what is in the file is ours, or nothing.  *is_new: nothing. */
static int
check_format(palm__lmdb_t *self, MDB_txn *txn, bool *is_new, palm_error_t *err)
{
    MDB_stat status;
    MDB_dbi main;
    int code = mdb_dbi_open(txn, "meta", 0, &self->meta);
    if (code == MDB_NOTFOUND) {
        *is_new = true;
        if (!(code = mdb_dbi_open(txn, NULL, 0, &main))
            && !(code = mdb_stat(txn, main, &status))) {
            code = status.ms_entries ? MDB_INCOMPATIBLE : 0;
        }
    } else if (!code) {
        code = read_meta(self, txn);
    }
    if (code == MDB_INCOMPATIBLE || code == MDB_VERSION_MISMATCH
        || code == MDB_NOTFOUND) {
        return palm_error_set(err, EINVAL,
                              "lmdb %s: what is there is not a cache of this "
                              "libpalm",
                              self->path);
    }
    return code ? palm__lmdb_fail(self, code, err) : 0;
}

static int
write_meta(palm__lmdb_t *self, MDB_txn *txn)
{
    MDB_val name = {sizeof "format" - 1, (void *)"format"};
    MDB_val format = {sizeof FORMAT - 1, (void *)FORMAT};
    MDB_val hash = {sizeof "hash" - 1, (void *)"hash"};
    MDB_val hash_key = {sizeof self->hash_key, self->hash_key};
    int code = palm__random(self->hash_key, sizeof self->hash_key) ? errno : 0;
    if (code || (code = mdb_dbi_open(txn, "meta", MDB_CREATE, &self->meta))
        || (code = mdb_put(txn, self->meta, &name, &format, 0))) {
        return code;
    }
    return mdb_put(txn, self->meta, &hash, &hash_key, 0);
}

static int
open_tables(palm__lmdb_t *self, palm_error_t *err)
{
    MDB_txn *txn;
    bool is_new = false;
    int code = mdb_txn_begin(self->env, NULL, 0, &txn);
    if (code) {
        return palm__lmdb_fail(self, code, err);
    }
    if (check_format(self, txn, &is_new, err)) {
        int saved = errno;
        mdb_txn_abort(txn);
        errno = saved;
        return -1;
    }
    if (!(code = is_new ? write_meta(self, txn) : 0)
        && !(code = mdb_dbi_open(txn, "keys", MDB_CREATE, &self->keys))
        && !(code = mdb_dbi_open(txn, "expiry", MDB_CREATE | MDB_DUPSORT,
                                 &self->expiry))) {
        code = mdb_txn_commit(txn);
        txn = NULL;
    }
    mdb_txn_abort(txn);
    return code ? palm__lmdb_fail(self, code, err) : 0;
}

static int
open_env(palm__lmdb_t *self, const palm_cache_options_t *options,
         palm_error_t *err)
{
    unsigned flags = MDB_NOTLS | (options->sync ? 0 : MDB_NOSYNC);
    int64_t page = sysconf(_SC_PAGESIZE);
    int64_t size = (options->map_size + page - 1) / page * page;
    int code, dead_readers;
    if ((uint64_t)size > SIZE_MAX) {
        return palm__lmdb_fail(self, ENOMEM, err);
    }
    if ((code = mdb_env_create(&self->env))
        || (code = mdb_env_set_maxdbs(self->env, 3))
        || (code = mdb_env_set_maxreaders(self->env, READERS))
        || (code = mdb_env_set_mapsize(self->env, (size_t)size))
        || (code = mdb_env_open(self->env, self->path, flags, 0600))
        || (code = keep_from_others(self))
        || (code = mdb_reader_check(self->env, &dead_readers))) {
        return palm__lmdb_fail(self, code, err);
    }
    if (mdb_env_get_maxkeysize(self->env) < PALM__LMDB_DISK_KEY_MAX) {
        return palm_error_set(err, ENOTSUP,
                              "lmdb %s: this LMDB takes keys of %d bytes only",
                              self->path, mdb_env_get_maxkeysize(self->env));
    }
    return palm__lmdb_check_whole(self, err) ? -1 : open_tables(self, err);
}

/* --- public --------------------------------------------------------------- */

static void
lmdb_free(palm__lmdb_t *self)
{
    int saved = errno;
    if (self->env) {
        mdb_env_close(self->env);
    }
    free(self->path);
    free(self);
    errno = saved;
}

void *
palm__lmdb_open(const palm_cache_options_t *options, palm_error_t *err)
{
    palm__lmdb_t *self = calloc(1, sizeof *self);
    if (!self || !(self->path = strdup(options->path))) {
        free(self);
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    self->limit =
        (uint64_t)options->size > SIZE_MAX ? SIZE_MAX : (size_t)options->size;
    if (check_folder(self, err) || enlist(self, err)) {
        lmdb_free(self);
        return NULL;
    }
    if (open_env(self, options, err)) {
        palm__lmdb_close(self);
        return NULL;
    }
    return self;
}

void
palm__lmdb_close(void *store)
{
    palm__lmdb_t *self = store;
    int saved = errno;
    /* Closed before the folder is free for the next. */
    if (self->env) {
        mdb_env_close(self->env);
        self->env = NULL;
    }
    delist(self);
    lmdb_free(self);
    errno = saved;
}
