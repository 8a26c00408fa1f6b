/* SPDX-License-Identifier: MIT */
/* What only a cache in LMDB has: it outlives its process. */
#include "config.h"
#include "core/cache.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cache_backend.h"
#include "harness/support/stores.h"
#include "harness/support/tap.h"
#ifdef HAVE_LMDB
#include "core/cache_lmdb.h"

static char path[STORE_TEXT];

static palm_cache_options_t
new_options(void)
{
    palm_cache_options_t options;
    palm_cache_options_init(&options);
    store_path(path, "lmdb");
    options.backend = "lmdb";
    options.path = path;
    options.sync = false;
    return options;
}

/* Closes and opens it again, as another process would find it. */
static void
reopen(palm_cache_t **cache, const palm_cache_options_t *options)
{
    palm_cache_destroy(cache);
    *cache = open_cache(options);
}

static void
everything_is_there_again(void)
{
    palm_cache_options_t options = new_options();
    char long_key[600];
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = '\0';
    options.sync = true;
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "", "empty"));
    EQUAL_INT(0, set(cache, long_key, "long"));
    EQUAL_INT(0, set(cache, "ends", "v"));
    EQUAL_INT(0, set(cache, "soon", "v"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("ends"), 3600000));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("soon"), 50));
    size_t bytes = palm_cache_bytes(cache);
    reopen(&cache, &options);
    holds(cache, "key", "value");
    holds(cache, "", "empty");
    holds(cache, long_key, "long");
    holds(cache, "ends", "v");
    await_end_of(cache, "soon");
    EQUAL_INT(4, palm_cache_count(cache));
    EQUAL_INT(bytes - 5, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
presets_are_not_in_the_file(void)
{
    palm_cache_options_t options = new_options();
    palm_cache_t *cache = open_cache(&options);
    palm_slice_t name = palm_slice("name");
    EQUAL_INT(0, palm__cache_preset(cache, name, palm_slice("server")));
    EQUAL_INT(0, set(cache, "name", "other"));
    EQUAL_INT(0, palm_cache_delete(cache, name));
    EQUAL_INT(0, set(cache, "name", "another"));
    holds(cache, "name", "another");
    reopen(&cache, &options);
    misses(cache, "name");
    EQUAL_INT(0, palm_cache_count(cache));
    palm_cache_destroy(&cache);
}

/* --- keys of the same hash ------------------------------------------------ */

enum { TWINS = 6, TWIN_SIZE = 600 };

static const char *
twin(int number)
{
    static char key[TWIN_SIZE + 1];
    memset(key, 'k', TWIN_SIZE);
    key[TWIN_SIZE - 1] = (char)('0' + number);
    return key;
}

static void
check_twins(palm_cache_t *cache, const char *expected)
{
    char value[2] = "";
    for (int i = 0; i < TWINS; i++) {
        *value = expected[i];
        if (*value == ' ') {
            misses(cache, twin(i));
        } else {
            holds(cache, twin(i), value);
        }
    }
}

static void
long_keys_of_the_same_hash_are_kept_apart(void)
{
    palm_cache_options_t options = new_options();
    char value[2] = "";
    palm_cache_t *cache = open_cache(&options);
    palm__lmdb_hash_mask = 0;
    for (int i = 0; i < TWINS; i++) {
        *value = (char)('a' + i);
        EQUAL_INT(0, set(cache, twin(i), value));
    }
    check_twins(cache, "abcdef");
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice(twin(0))));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice(twin(3))));
    check_twins(cache, " bc ef");
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice(twin(5)), 20));
    await_end_of(cache, twin(5));
    check_twins(cache, " bc e ");
    for (int i = TWINS - 1; i >= 0; i--) {
        EQUAL_INT(0, set(cache, twin(i), "x"));
    }
    check_twins(cache, "xxxxxx");
    EQUAL_INT(TWINS, palm_cache_count(cache));
    EQUAL_INT(TWINS * (TWIN_SIZE + 1), palm_cache_bytes(cache));
    palm__lmdb_hash_mask = UINT64_MAX;
    palm_cache_destroy(&cache);
}

/* --- a full file ---------------------------------------------------------- */

enum { PIECE = 30000 };

/* Sets keys of some size until the file is full.  Returns how many it took. */
static int
fill_up(palm_cache_t *cache, int64_t ttl)
{
    static char piece[PIECE];
    palm_slice_t value = {piece, sizeof piece};
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        if (palm_cache_set(cache, palm_slice(key), value)
            || (ttl && palm_cache_ttl(cache, palm_slice(key), ttl))) {
            EQUAL_INT(ENOSPC, errno);
            return i;
        }
    }
    return 1000;
}

static void
a_full_file_has_room_after_a_delete(void)
{
    palm_cache_options_t options = new_options();
    palm_error_t err;
    options.map_size = 2 << 20;
    palm_cache_t *cache = open_cache(&options);
    int taken = fill_up(cache, 0);
    MUST(taken > 20 && taken < 70);
    palm_cache_error(cache, &err);
    CONTAINS("map_size", err.text);
    CONTAINS(path, err.text);
    EQUAL_INT(taken, palm_cache_count(cache));
    for (int i = 0; i < 5; i++) { /* full again and again */
        EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key 0")));
        EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key 1")));
        MUST(fill_up(cache, 0) > 0);
    }
    reopen(&cache, &options);
    MUST(palm_cache_count(cache) > (size_t)taken / 2);
    palm_cache_destroy(&cache);
}

static void
a_full_file_has_room_when_keys_have_ended(void)
{
    palm_cache_options_t options = new_options();
    options.map_size = 2 << 20;
    palm_cache_t *cache = open_cache(&options);
    int taken = fill_up(cache, 300);
    MUST(taken > 20 && taken < 70);
    char key[16];
    (void)snprintf(key, sizeof key, "key %d", taken - 1);
    await_end_of(cache, key);
    MUST(fill_up(cache, 0) > taken / 2);
    palm_cache_destroy(&cache);
}

/* Whatever is done to a full file, deleting is not refused.  Small values leave
 * no page to spare, large ones leave holes of many sizes. */
static void
change_a_full_file(unsigned numbers, size_t largest)
{
    enum { STEPS = 20000 };
    static char bytes[90000];
    palm_cache_options_t options = new_options();
    unsigned random = 1;
    int full = 0;
    options.map_size = 1 << 20;
    palm_cache_t *cache = open_cache(&options);
    for (int i = 0; i < STEPS; i++) {
        char key[16];
        random = random * 1664525u + 1013904223u;
        palm_slice_t value = {bytes, random >> 8 & 1 ? random % largest : 100};
        (void)snprintf(key, sizeof key, "key %u", (random >> 12) % numbers);
        if (random >> 9 & 7) {
            int result = palm_cache_set(cache, palm_slice(key), value);
            MUST(!result || errno == ENOSPC);
            full += result != 0;
        } else {
            MUST(!palm_cache_delete(cache, palm_slice(key)) || errno == ENOENT);
        }
    }
    MUST(full > STEPS / 20);
    palm_cache_destroy(&cache);
}

static void
a_delete_always_has_room(void)
{
    change_a_full_file(150, 90000);
    change_a_full_file(10000, 300);
    change_a_full_file(3000, 1900);
}

/* --- opening -------------------------------------------------------------- */

static void
refused(const palm_cache_options_t *options, int code, const char *text)
{
    palm_error_t err = {0, ""};
    FAILS(code, palm_cache_open(options, &err) ? 0 : -1);
    EQUAL_INT(code, err.code);
    CONTAINS(text, err.text);
    CONTAINS(options->path, err.text);
}

static void
a_folder_is_open_once_in_a_process(void)
{
    palm_cache_options_t options = new_options();
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "value"));
    refused(&options, EBUSY, "already");
    holds(cache, "key", "value");
    reopen(&cache, &options);
    palm_cache_destroy(&cache);
}

static void
what_cannot_be_opened_is_named(void)
{
    palm_cache_options_t options = new_options();
    char below[STORE_TEXT + 16];
    (void)snprintf(below, sizeof below, "%s/a/b", path);
    options.path = below;
    refused(&options, ENOENT, "No such file");
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    MUST(file >= 0);
    EQUAL_INT(0, close(file));
    options.path = path;
    refused(&options, ENOTDIR, "Not a directory");
}

static void
garbage_is_refused(void)
{
    palm_cache_options_t options = new_options();
    char name[STORE_TEXT + 16], garbage[20000];
    memset(garbage, 'x', sizeof garbage);
    EQUAL_INT(0, mkdir(path, 0700));
    (void)snprintf(name, sizeof name, "%s/data.mdb", path);
    FILE *file = fopen(name, "w");
    MUST(file != NULL);
    EQUAL_INT(1, fwrite(garbage, sizeof garbage, 1, file));
    EQUAL_INT(0, fclose(file));
    refused(&options, EIO, "MDB_INVALID");
}

/* Somebody else's LMDB, with or without a table called meta. */
static void
a_foreign_file_is_left_alone(void)
{
    for (int i = 0; i < 2; i++) {
        palm_cache_options_t options = new_options();
        MDB_env *env;
        MDB_txn *txn;
        MDB_dbi table;
        MDB_val key = {3, (void *)"key"}, value = {5, (void *)"value"};
        EQUAL_INT(0, mkdir(path, 0700));
        EQUAL_INT(0, mdb_env_create(&env));
        EQUAL_INT(0, mdb_env_set_maxdbs(env, 1));
        EQUAL_INT(0, mdb_env_open(env, path, 0, 0600));
        EQUAL_INT(0, mdb_txn_begin(env, NULL, 0, &txn));
        EQUAL_INT(0, mdb_dbi_open(txn, i ? "meta" : NULL, MDB_CREATE, &table));
        EQUAL_INT(0, mdb_put(txn, table, &key, &value, 0));
        EQUAL_INT(0, mdb_txn_commit(txn));
        mdb_env_close(env);
        refused(&options, EINVAL, "not a cache");
    }
}

/* --- a file that has been cut off ----------------------------------------- */

/* REFUSED is no status that a sanitizer gives to who dies of SIGBUS. */
enum { CUT_KEYS = 30, CUT_VALUE = 9000, REFUSED = 100 };

/* Of each number another, of up to CUT_VALUE bytes. */
static palm_slice_t
cut_value(char *value, int number)
{
    palm_slice_t slice = {value, (size_t)(number * 7919 % CUT_VALUE)};
    memset(value, 'a' + number % 26, slice.size);
    return slice;
}

/* Opens it in a process of its own, which may die: its status. */
static int
status_of_opening(const palm_cache_options_t *options)
{
    pid_t child = fork();
    int status;
    MUST(child >= 0);
    if (child == 0) {
        char key[16], value[CUT_VALUE];
        palm_error_t err = {0, ""};
        palm_cache_t *cache = palm_cache_open(options, &err);
        if (!cache) {
            _exit(err.code == EIO && strstr(err.text, "cut off") ? REFUSED : 2);
        }
        for (int i = 0; i < CUT_KEYS; i++) {
            (void)snprintf(key, sizeof key, "%d", i);
            palm_slice_t wanted = cut_value(value, i), found;
            zmq_msg_t frame;
            if (palm_cache_get(cache, palm_slice(key), &frame)) {
                _exit(3);
            }
            found.data = zmq_msg_data(&frame);
            found.size = zmq_msg_size(&frame);
            if (!palm_slice_is_equal(wanted, found)) {
                _exit(3);
            }
            (void)zmq_msg_close(&frame);
        }
        palm_cache_destroy(&cache);
        _exit(0);
    }
    MUST(waitpid(child, &status, 0) == child);
    MUST(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Wherever it is cut, it is refused with the reason, or all is there. */
static void
a_file_that_is_cut_off_is_refused(void)
{
    palm_cache_options_t options = new_options();
    palm_cache_t *cache = open_cache(&options);
    char key[32], value[CUT_VALUE], name[STORE_TEXT + 16];
    struct stat whole;
    const long page = sysconf(_SC_PAGESIZE);
    int refusals = 0;
    for (int i = 0; i < CUT_KEYS; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        EQUAL_INT(0,
                  palm_cache_set(cache, palm_slice(key), cut_value(value, i)));
    }
    palm_cache_destroy(&cache);
    (void)snprintf(name, sizeof name, "%s/data.mdb", path);
    EQUAL_INT(0, stat(name, &whole));
    MUST(whole.st_size > 20 * page);
    EQUAL_INT(0, status_of_opening(&options));
    EQUAL_INT(0, stat(name, &whole));
    /* Downwards, so that one file will do: a refusal leaves it alone. */
    for (long size = (long)whole.st_size - page; size >= 2 * page;
         size -= page) {
        EQUAL_INT(0, truncate(name, size + 1000));
        EQUAL_INT(REFUSED, status_of_opening(&options));
        EQUAL_INT(0, truncate(name, size));
        EQUAL_INT(REFUSED, status_of_opening(&options));
        refusals++;
    }
    MUST(refusals >= 18);
}

/* LMDB does not write what it has made and freed within one transaction. */
static void
a_short_file_that_has_all_is_no_damage(void)
{
    palm_cache_options_t options = new_options();
    palm_cache_t *cache = open_cache(&options);
    char key[32], value[CUT_VALUE], name[STORE_TEXT + 16];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi keys;
    MDB_val last = {5, (void *)"klast"}, data = {4000, value};
    MDB_envinfo info;
    struct stat status;
    for (int i = 0; i < CUT_KEYS; i++) {
        (void)snprintf(key, sizeof key, "%d", i);
        EQUAL_INT(0,
                  palm_cache_set(cache, palm_slice(key), cut_value(value, i)));
    }
    palm_cache_destroy(&cache);
    EQUAL_INT(0, mdb_env_create(&env));
    EQUAL_INT(0, mdb_env_set_maxdbs(env, 3));
    EQUAL_INT(0, mdb_env_open(env, path, 0, 0600));
    EQUAL_INT(0, mdb_txn_begin(env, NULL, 0, &txn));
    EQUAL_INT(0, mdb_dbi_open(txn, "keys", 0, &keys));
    for (int i = 0; i < 40; i++) {
        (void)snprintf(key, sizeof key, "klast%d", i);
        last.mv_data = key;
        last.mv_size = strlen(key);
        EQUAL_INT(0, mdb_put(txn, keys, &last, &data, 0));
    }
    for (int i = 0; i < 40; i++) {
        (void)snprintf(key, sizeof key, "klast%d", i);
        last.mv_data = key;
        last.mv_size = strlen(key);
        EQUAL_INT(0, mdb_del(txn, keys, &last, NULL));
    }
    EQUAL_INT(0, mdb_txn_commit(txn));
    EQUAL_INT(0, mdb_env_info(env, &info));
    mdb_env_close(env);
    (void)snprintf(name, sizeof name, "%s/data.mdb", path);
    EQUAL_INT(0, stat(name, &status));
    MUST(status.st_size
         < (off_t)((info.me_last_pgno + 1) * (size_t)sysconf(_SC_PAGESIZE)));
    EQUAL_INT(0, status_of_opening(&options));
}

/* --- kill -9 -------------------------------------------------------------- */

enum { NAMES = 7, ROUNDS = 12, LARGEST = 9000 };

/* The value number n: its number, then as many bytes as it says. */
static palm_slice_t
value_of(uint32_t n)
{
    static char bytes[LARGEST];
    size_t size = sizeof n + n * 37u % (LARGEST - sizeof n);
    memset(bytes, (int)(n & 255), size);
    memcpy(bytes, &n, sizeof n);
    return (palm_slice_t){bytes, size};
}

static void
name_of(uint32_t n, char key[16])
{
    (void)snprintf(key, 16, "key %u", (unsigned)(n % NAMES));
}

/* The child: sets values until it is killed, and tells the number of each that
 * was set. */
static void
write_for_ever(const palm_cache_options_t *options, uint32_t n, int pipe_fd)
{
    palm_cache_t *cache = palm_cache_open(options, NULL);
    char key[16];
    for (; cache; n++) {
        name_of(n, key);
        if (palm_cache_set(cache, palm_slice(key), value_of(n))
            || (n % 3 == 0 && palm_cache_ttl(cache, palm_slice(key), 3600000))
            || write(pipe_fd, &n, sizeof n) != sizeof n) {
            break;
        }
    }
    _exit(1);
}

/* Reads numbers; returns the last, or before if there was none. */
static uint32_t
read_numbers(int pipe_fd, int count, uint32_t before)
{
    uint32_t n;
    while (count-- != 0 && read(pipe_fd, &n, sizeof n) == sizeof n) {
        before = n;
    }
    return before;
}

/* Each key has the value that was set last or, one of them, the next. */
static void
check_values(palm_cache_t *cache, uint32_t last)
{
    size_t bytes = 0;
    char key[16];
    for (uint32_t k = 0; k < NAMES && k <= last; k++) {
        uint32_t newest = last - k, next = newest + NAMES, got;
        zmq_msg_t value;
        name_of(newest, key);
        EQUAL_INT(0, palm_cache_get(cache, palm_slice(key), &value));
        MUST(zmq_msg_size(&value) >= sizeof got);
        memcpy(&got, zmq_msg_data(&value), sizeof got);
        MUST(got == newest || (got == next && next == last + 1));
        palm_slice_t expected = value_of(got);
        EQUAL_BYTES(expected.data, expected.size, zmq_msg_data(&value),
                    zmq_msg_size(&value));
        bytes += strlen(key) + expected.size;
        EQUAL_INT(0, zmq_msg_close(&value));
    }
    if (last >= NAMES) {
        EQUAL_INT(NAMES, palm_cache_count(cache));
        EQUAL_INT(bytes, palm_cache_bytes(cache));
    }
}

/* Lets a child write, and kills it amidst. */
static uint32_t
kill_one(const palm_cache_options_t *options, uint32_t first, int after)
{
    int ends[2];
    EQUAL_INT(0, pipe(ends));
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        write_for_ever(options, first, ends[1]);
    }
    MUST(pid > 0);
    EQUAL_INT(0, close(ends[1]));
    uint32_t last = read_numbers(ends[0], after, 0);
    EQUAL_INT(0, kill(pid, SIGKILL));
    int status = 0;
    EQUAL_INT(pid, waitpid(pid, &status, 0));
    MUST(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    last = read_numbers(ends[0], -1, last);
    EQUAL_INT(0, close(ends[0]));
    MUST(last >= first);
    return last;
}

static void
survive_kills(bool sync)
{
    palm_cache_options_t options = new_options();
    uint32_t first = 0;
    options.sync = sync;
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t last = kill_one(&options, first, 20 + 7 * i);
        palm_cache_t *cache = open_cache(&options);
        check_values(cache, last);
        palm_cache_destroy(&cache);
        first = last + 1;
    }
}

static void
what_was_set_survives_kill_9(void)
{
    survive_kills(true);
}

static void
so_it_does_without_sync(void)
{
    survive_kills(false);
}

/* A reader and a writer in another process, killed while this one goes on. */
static void
a_killed_neighbour_blocks_nobody(void)
{
    palm_cache_options_t options = new_options();
    uint32_t first = 0;
    for (int i = 0; i < 5; i++) {
        uint32_t last = kill_one(&options, first, 30);
        palm_cache_t *cache = open_cache(&options);
        EQUAL_INT(0, set(cache, "own", "value"));
        holds(cache, "own", "value");
        EQUAL_INT(0, palm_cache_delete(cache, palm_slice("own")));
        palm_cache_destroy(&cache);
        first = last + 1;
    }
}

static const struct tap_test tests[] = {
    {"everything is there again", everything_is_there_again},
    {"presets are not in the file", presets_are_not_in_the_file},
    {"long keys of the same hash are kept apart",
     long_keys_of_the_same_hash_are_kept_apart},
    {"a full file has room after a delete",
     a_full_file_has_room_after_a_delete},
    {"a full file has room when keys have ended",
     a_full_file_has_room_when_keys_have_ended},
    {"a delete always has room", a_delete_always_has_room},
    {"a folder is open once in a process", a_folder_is_open_once_in_a_process},
    {"what cannot be opened is named", what_cannot_be_opened_is_named},
    {"garbage is refused", garbage_is_refused},
    {"a foreign file is left alone", a_foreign_file_is_left_alone},
    {"a file that is cut off is refused", a_file_that_is_cut_off_is_refused},
    {"a short file that has all is no damage",
     a_short_file_that_has_all_is_no_damage},
    {"what was set survives kill -9", what_was_set_survives_kill_9},
    {"so it does without sync", so_it_does_without_sync},
    {"a killed neighbour blocks nobody", a_killed_neighbour_blocks_nobody},
};
#else
static void
there_is_no_lmdb(void)
{
    (void)has_backend("lmdb");
}

static const struct tap_test tests[] = {
    {"a cache in a file", there_is_no_lmdb},
};
#endif

TAP_MAIN("cache_lmdb", tests)
