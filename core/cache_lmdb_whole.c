/* SPDX-License-Identifier: MIT */
/* cache_lmdb_whole.c: whether a data file has all that its tables refer to.
 *
 * LMDB maps its file and reads what its pages say; where the file has been cut
 * off, that is SIGBUS, at some later moment.  A file that is shorter than its
 * number of pages need not be: LMDB does not write pages that it has made and
 * freed within one transaction.  So such a file, and only such a one, is read
 * through once, with a handler for that. */
#include "config.h"
#include "core/cache_lmdb.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

enum { FREE_TABLE = 0 /* LMDB's own */, NAME_SIZE = 64 };

/* The one walk that there may be at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    pthread_t thread;
    sigjmp_buf back;
    MDB_cursor *outer, *inner; /* of the main table; of another */
} walker;

/* Another thread's fault is no business of ours. */
static void
on_fault(int number)
{
    if (pthread_equal(walker.thread, pthread_self())) {
        siglongjmp(walker.back, 1);
    }
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Reads a byte of each page of a value, which may lie in many. */
static void
touch(const MDB_val *value, unsigned page)
{
    const volatile char *data = value->mv_data;
    char sum = 0;
    for (size_t at = 0; at < value->mv_size; at += page) {
        sum = (char)(sum ^ data[at]);
    }
    if (value->mv_size > 0) {
        sum = (char)(sum ^ data[value->mv_size - 1]);
    }
    (void)sum;
}

/* The next entry of a table, whole. */
static int
read_next(MDB_cursor *cursor, MDB_val *key, unsigned page)
{
    MDB_val value;
    int code = mdb_cursor_get(cursor, key, &value, MDB_NEXT);
    if (!code) {
        touch(key, page);
        touch(&value, page);
    }
    return code;
}

static void
close_cursor(MDB_cursor **cursor)
{
    if (*cursor) {
        mdb_cursor_close(*cursor);
        *cursor = NULL;
    }
}

static int
walk(MDB_txn *txn, MDB_dbi table, unsigned page)
{
    MDB_val key;
    int code = mdb_cursor_open(txn, table, &walker.inner);
    while (!code) {
        code = read_next(walker.inner, &key, page);
    }
    close_cursor(&walker.inner);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* What is there under the name need not be a table: it is not ours then. */
static int
walk_named(MDB_txn *txn, const MDB_val *name, unsigned page)
{
    char text[NAME_SIZE];
    MDB_dbi table;
    if (name->mv_size >= sizeof text) {
        return 0;
    }
    memcpy(text, name->mv_data, name->mv_size);
    text[name->mv_size] = '\0';
    int code = mdb_dbi_open(txn, text, 0, &table);
    if (code) {
        return code == MDB_INCOMPATIBLE || code == MDB_DBS_FULL ? 0 : code;
    }
    return walk(txn, table, page);
}

/* The main table's keys are names of tables. */
static int
walk_all(MDB_txn *txn, unsigned page)
{
    MDB_dbi table;
    MDB_val name;
    int code = walk(txn, FREE_TABLE, page);
    if (code || (code = mdb_dbi_open(txn, NULL, 0, &table))
        || (code = mdb_cursor_open(txn, table, &walker.outer))) {
        return code;
    }
    while (!code && !(code = read_next(walker.outer, &name, page))) {
        code = walk_named(txn, &name, page);
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

/* With handlers for what a page that is not there raises: SIGBUS, on some
 * systems SIGSEGV.  MDB_CORRUPTED: it was raised. */
static int
walk_guarded(MDB_txn *txn, unsigned page)
{
    struct sigaction action, bus, segv;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fault;
    (void)pthread_mutex_lock(&lock);
    walker.thread = pthread_self();
    (void)sigaction(SIGBUS, &action, &bus);
    (void)sigaction(SIGSEGV, &action, &segv);
    int code = sigsetjmp(walker.back, 1) ? MDB_CORRUPTED : walk_all(txn, page);
    (void)sigaction(SIGBUS, &bus, NULL);
    (void)sigaction(SIGSEGV, &segv, NULL);
    close_cursor(&walker.inner);
    close_cursor(&walker.outer);
    (void)pthread_mutex_unlock(&lock);
    return code;
}

/* How many bytes the file has, and would have with all of its pages. */
static int
measure(MDB_env *env, int64_t *size, int64_t *full, unsigned *page)
{
    mdb_filehandle_t fd;
    MDB_envinfo info;
    MDB_stat stats;
    struct stat status;
    int code = mdb_env_get_fd(env, &fd);
    if (code || (code = mdb_env_info(env, &info))
        || (code = mdb_env_stat(env, &stats))) {
        return code;
    }
    if (fstat(fd, &status)) {
        return errno;
    }
    *page = stats.ms_psize;
    *size = status.st_size;
    *full = (int64_t)(info.me_last_pgno + 1) * stats.ms_psize;
    return 0;
}

int
palm__lmdb_check_whole(const palm__lmdb_t *self, palm_error_t *err)
{
    MDB_txn *txn;
    int64_t size = 0, full = 0;
    unsigned page = 1;
    int code = measure(self->env, &size, &full, &page);
    if (code || size >= full) {
        return code ? palm__lmdb_fail(self, code, err) : 0;
    }
    /* LMDB writes whole pages. */
    if (size % page) {
        code = MDB_CORRUPTED;
    } else if (!(code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn))) {
        code = walk_guarded(txn, page);
        mdb_txn_abort(txn);
    }
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND) {
        return palm_error_set(err, EIO,
                              "lmdb %s: data.mdb has been cut off: it has %lld "
                              "bytes of %lld",
                              self->path, (long long)size, (long long)full);
    }
    return code ? palm__lmdb_fail(self, code, err) : 0;
}
