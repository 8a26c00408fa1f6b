/* SPDX-License-Identifier: MIT */
/* Every back end of a cache does the same: one list of cases for all. */
#include "config.h"
#include "core/cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cache_backend.h"
#include "harness/support/stores.h"
#include "harness/support/tap.h"

/* Values of one byte. */
static const char digits[] = "0123456789";

static struct redis redis; /* all tests use one */

/* --- one key -------------------------------------------------------------- */

static void
value_comes_back(palm_cache_t *cache)
{
    EQUAL_INT(0, palm_cache_count(cache));
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "key", "value");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(8, palm_cache_bytes(cache));
}

static void
missing_is_not_empty(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "empty", ""));
    holds(cache, "empty", "");
    misses(cache, "missing");
    misses(cache, "empt");
    EQUAL_INT(5, palm_cache_bytes(cache));
}

static void
set_replaces(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "key", "other one"));
    holds(cache, "key", "other one");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(12, palm_cache_bytes(cache));
}

static void
delete_removes(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key")));
    misses(cache, "key");
    holds(cache, "kept", "v");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(5, palm_cache_bytes(cache));
    FAILS(ENOENT, palm_cache_delete(cache, palm_slice("key")));
}

static void
keys_are_any_bytes(palm_cache_t *cache)
{
    palm_slice_t keys[] = {{NULL, 0},   {"a\0b", 3}, {"a\0c", 3},
                           {"a\0", 2},  {"\xff", 1}, {"*", 1},
                           {"[a]?", 4}, {"\\", 1},   {"a", 1}};
    enum { COUNT = sizeof keys / sizeof *keys };
    zmq_msg_t value;
    for (int i = 0; i < COUNT; i++) {
        palm_slice_t own = {&digits[i], 1};
        EQUAL_INT(0, palm_cache_set(cache, keys[i], own));
    }
    EQUAL_INT(COUNT, palm_cache_count(cache));
    for (int i = 0; i < COUNT; i++) {
        EQUAL_INT(0, palm_cache_get(cache, keys[i], &value));
        EQUAL_BYTES(&digits[i], 1, zmq_msg_data(&value), zmq_msg_size(&value));
        EQUAL_INT(0, zmq_msg_close(&value));
        EQUAL_INT(0, palm_cache_delete(cache, keys[i]));
    }
    EQUAL_INT(0, palm_cache_bytes(cache));
}

/* A key of that size, its last byte as given. */
static palm_slice_t
long_key(size_t size, char last)
{
    static char bytes[5000];
    memset(bytes, 'k', sizeof bytes);
    bytes[size - 1] = last;
    return (palm_slice_t){bytes, size};
}

static void
keys_are_of_any_size(palm_cache_t *cache)
{
    static const size_t sizes[] = {509, 510, 511, 512, 513, 1000, 5000};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    for (int i = 0; i < COUNT; i++) {
        palm_slice_t digit = {&digits[i], 1};
        EQUAL_INT(0, palm_cache_set(cache, long_key(sizes[i], 'a'), digit));
        EQUAL_INT(
            0, palm_cache_set(cache, long_key(sizes[i], 'b'), palm_slice("b")));
    }
    EQUAL_INT(2 * COUNT, palm_cache_count(cache));
    for (int i = 0; i < COUNT; i++) {
        zmq_msg_t value;
        EQUAL_INT(0, palm_cache_get(cache, long_key(sizes[i], 'a'), &value));
        EQUAL_BYTES(&digits[i], 1, zmq_msg_data(&value), zmq_msg_size(&value));
        EQUAL_INT(0, zmq_msg_close(&value));
        EQUAL_INT(0, palm_cache_delete(cache, long_key(sizes[i], 'b')));
        FAILS(ENOENT, palm_cache_delete(cache, long_key(sizes[i], 'c')));
    }
    EQUAL_INT(COUNT, palm_cache_count(cache));
}

static void
values_may_be_large(palm_cache_t *cache)
{
    enum { SIZE = 5 << 20 };
    char *bytes = malloc(SIZE);
    palm_slice_t large = {bytes, SIZE};
    zmq_msg_t value;
    MUST(bytes != NULL);
    for (int i = 0; i < SIZE; i++) {
        bytes[i] = (char)(i % 251);
    }
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), large));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &value));
    EQUAL_INT(0, set(cache, "key", "new"));
    EQUAL_BYTES(bytes, SIZE, zmq_msg_data(&value), zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
    holds(cache, "key", "new");
    free(bytes);
}

/* --- compare and set ------------------------------------------------------ */

/* expected NULL = nothing. */
static int
cas(palm_cache_t *cache, const char *expected, const char *value)
{
    palm_slice_t slice = palm_slice(expected);
    return palm_cache_cas(cache, palm_slice("key"), expected ? &slice : NULL,
                          palm_slice(value));
}

static void
cas_makes_a_key_once(palm_cache_t *cache)
{
    EQUAL_INT(0, cas(cache, NULL, "first"));
    FAILS(EEXIST, cas(cache, NULL, "second"));
    holds(cache, "key", "first");
    EQUAL_INT(8, palm_cache_bytes(cache));
}

static void
cas_replaces_what_is_expected(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "key", "old"));
    EQUAL_INT(0, cas(cache, "old", "newer"));
    holds(cache, "key", "newer");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(8, palm_cache_bytes(cache));
}

static void
cas_leaves_what_is_not_expected(palm_cache_t *cache)
{
    FAILS(ENOENT, cas(cache, "old", "new"));
    FAILS(ENOENT, cas(cache, "", "new"));
    misses(cache, "key");
    EQUAL_INT(0, set(cache, "key", "old"));
    FAILS(EEXIST, cas(cache, "old ", "new"));
    FAILS(EEXIST, cas(cache, "ol", "new"));
    FAILS(EEXIST, cas(cache, "", "new"));
    holds(cache, "key", "old");
    EQUAL_INT(0, cas(cache, "old", ""));
    FAILS(EEXIST, cas(cache, NULL, "new"));
    EQUAL_INT(0, cas(cache, "", "new"));
    EQUAL_INT(6, palm_cache_bytes(cache));
}

static void
cas_compares_any_bytes(palm_cache_t *cache)
{
    palm_slice_t key = palm_slice("key"), old = {"a\0b", 3},
                 other = {"a\0c", 3};
    EQUAL_INT(0, palm_cache_set(cache, key, old));
    FAILS(EEXIST, palm_cache_cas(cache, key, &other, old));
    EQUAL_INT(0, palm_cache_cas(cache, key, &old, other));
    EQUAL_INT(0, palm_cache_cas(cache, key, &other, old));
}

/* --- a time to live ------------------------------------------------------- */

static int
end_soon(palm_cache_t *cache, const char *key)
{
    return palm_cache_ttl(cache, palm_slice(key), 30);
}

static void
a_key_ends(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, end_soon(cache, "key"));
    await_end_of(cache, "key");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(5, palm_cache_bytes(cache));
    lists(cache, "", "kept");
    FAILS(ENOENT, palm_cache_delete(cache, palm_slice("key")));
    FAILS(ENOENT, end_soon(cache, "key"));
}

/* Nobody has looked for it since. */
static void
what_has_ended_may_be_made_anew(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "other", "value"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("key"), 10));
    EQUAL_INT(0, end_soon(cache, "other"));
    await_end_of(cache, "other");
    FAILS(ENOENT, cas(cache, "value", "new"));
    EQUAL_INT(0, cas(cache, NULL, "new"));
    holds(cache, "key", "new");
    EQUAL_INT(6, palm_cache_bytes(cache));
}

static void
a_time_to_live_can_be_taken_back(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, set(cache, "set anew", "v"));
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, end_soon(cache, "kept"));
    EQUAL_INT(0, end_soon(cache, "set anew"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("kept"), 0));
    EQUAL_INT(0, set(cache, "set anew", "w"));
    EQUAL_INT(0, end_soon(cache, "key")); /* after the others would */
    await_end_of(cache, "key");
    holds(cache, "kept", "v");
    holds(cache, "set anew", "w");
    EQUAL_INT(2, palm_cache_count(cache));
}

static void
a_long_time_to_live_is_long(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("key"), INT64_MAX));
    holds(cache, "key", "value");
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("key"), 3600000));
    holds(cache, "key", "value");
    FAILS(EINVAL, palm_cache_ttl(cache, palm_slice("key"), -1));
    FAILS(ENOENT, palm_cache_ttl(cache, palm_slice("missing"), 0));
}

/* Long keys, too, and many with the same deadline. */
static void
many_keys_end(palm_cache_t *cache)
{
    enum { KEYS = 300 };
    char key[600], number[16];
    memset(key, 'k', sizeof key);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(number, sizeof number, "%d", i);
        memcpy(key + 594 * (i % 2), number, strlen(number) + 1);
        EQUAL_INT(0, set(cache, key, "value"));
        EQUAL_INT(0, end_soon(cache, key));
        key[strlen(key)] = 'k';
    }
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, end_soon(cache, "key"));
    await_end_of(cache, "key");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(5, palm_cache_bytes(cache));
}

/* --- lists ---------------------------------------------------------------- */

static void
list_gives_what_begins_so(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "a:2", "v"));
    EQUAL_INT(0, set(cache, "a:1", "v"));
    EQUAL_INT(0, set(cache, "b:1", "v"));
    EQUAL_INT(0, set(cache, "a", "v"));
    lists(cache, "a:", "a:1 a:2");
    lists(cache, "a", "a a:1 a:2");
    lists(cache, "", "a a:1 a:2 b:1");
    lists(cache, "c", "");
    lists(cache, "a:11", "");
}

static void
a_prefix_is_no_pattern(palm_cache_t *cache)
{
    EQUAL_INT(0, set(cache, "a*b", "v"));
    EQUAL_INT(0, set(cache, "axb", "v"));
    EQUAL_INT(0, set(cache, "[a]", "v"));
    EQUAL_INT(0, set(cache, "\\", "v"));
    EQUAL_INT(0, set(cache, "?", "v"));
    lists(cache, "a*", "a*b");
    lists(cache, "[a]", "[a]");
    lists(cache, "\\", "\\");
    lists(cache, "?", "?");
}

static int
add_size(palm_slice_t key, void *arg)
{
    *(size_t *)arg += key.size;
    return 0;
}

static void
long_and_binary_keys_are_listed(palm_cache_t *cache)
{
    palm_slice_t binary = {"k\0b", 3}, prefix = {"k\0", 2};
    size_t sizes = 0;
    EQUAL_INT(0, palm_cache_set(cache, long_key(5000, 'a'), palm_slice("")));
    EQUAL_INT(0, palm_cache_set(cache, long_key(510, 'a'), palm_slice("")));
    EQUAL_INT(0, palm_cache_set(cache, binary, palm_slice("")));
    EQUAL_INT(0, palm_cache_list(cache, palm_slice("kk"), add_size, &sizes));
    EQUAL_INT(5510, sizes);
    EQUAL_INT(0, palm_cache_list(cache, prefix, add_size, &sizes));
    EQUAL_INT(5513, sizes);
    EQUAL_INT(0, palm_cache_list(cache, long_key(4999, 'k'), add_size, &sizes));
    EQUAL_INT(10513, sizes);
}

static int
stop_at_b(palm_slice_t key, void *arg)
{
    ++*(int *)arg;
    return *key.data == 'b' ? 7 : 0;
}

static void
a_list_can_be_ended(palm_cache_t *cache)
{
    int calls = 0;
    EQUAL_INT(0, set(cache, "a", ""));
    EQUAL_INT(0, set(cache, "b", ""));
    EQUAL_INT(0, set(cache, "c", ""));
    EQUAL_INT(7, palm_cache_list(cache, palm_slice(""), stop_at_b, &calls));
    EQUAL_INT(2, calls);
}

static void
many_keys_are_listed_once(palm_cache_t *cache)
{
    enum { KEYS = 3000 };
    char key[16];
    size_t sizes = 0;
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "key %04d", i);
        EQUAL_INT(0, set(cache, key, "12"));
    }
    EQUAL_INT(0, palm_cache_list(cache, palm_slice("key "), add_size, &sizes));
    EQUAL_INT(8 * KEYS, sizes);
    EQUAL_INT(KEYS, palm_cache_count(cache));
    EQUAL_INT(10 * KEYS, palm_cache_bytes(cache));
}

/* The keys that a list gives, each of which comes behind the one before. */
struct seen {
    char last[1000];
    size_t size; /* of it */
    int count;
};

static int
see(palm_slice_t key, void *arg)
{
    struct seen *self = arg;
    palm_slice_t last = {self->last, self->size};
    MUST(key.size <= sizeof self->last);
    MUST(self->count == 0 || palm_slice_compare(last, key) < 0);
    memcpy(self->last, key.data, key.size);
    self->size = key.size;
    self->count++;
    return 0;
}

/* Lists by so many keys; how many there are in all. */
static int
list_by(palm_cache_t *cache, const char *prefix, size_t most)
{
    struct seen seen = {{0}, 0, 0};
    int before;
    do {
        char last[sizeof seen.last]; /* see() writes to the other one */
        palm_slice_t after = {last, seen.size};
        memcpy(last, seen.last, seen.size);
        before = seen.count;
        EQUAL_INT(0, palm_cache_list_after(cache, palm_slice(prefix), after,
                                           most, see, &seen));
        MUST(seen.count - before <= (int)most);
    } while (seen.count > before);
    return seen.count;
}

/* Short ones, long ones of which many begin alike, and one preset. */
static void
a_list_goes_on_after_a_key(palm_cache_t *cache)
{
    enum { KEYS = 40 };
    char text[700];
    EQUAL_INT(0, palm__cache_preset(cache, palm_slice("k 11 preset"),
                                    palm_slice("")));
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(text, sizeof text, "k %02d", i);
        EQUAL_INT(0, set(cache, text, ""));
        (void)snprintf(text, sizeof text, "k 10 %0650d", i * 7 % KEYS);
        EQUAL_INT(0, set(cache, text, ""));
        (void)snprintf(text, sizeof text, "j %02d", i);
        EQUAL_INT(0, set(cache, text, ""));
    }
    EQUAL_INT(2 * KEYS + 1, list_by(cache, "k ", 3));
    EQUAL_INT(2 * KEYS + 1, list_by(cache, "k ", 1000));
    EQUAL_INT(3 * KEYS + 1, list_by(cache, "", 7));
    EQUAL_INT(KEYS + 1, list_by(cache, "k 10", 1));
    EQUAL_INT(0, list_by(cache, "l", 1));
}

static void
what_a_list_goes_on_after_need_not_be_there(palm_cache_t *cache)
{
    struct seen seen = {{0}, 0, 0};
    palm_slice_t prefix = palm_slice("b");
    EQUAL_INT(0, set(cache, "a", ""));
    EQUAL_INT(0, set(cache, "b1", ""));
    EQUAL_INT(0, set(cache, "b3", ""));
    EQUAL_INT(0, palm_cache_list_after(cache, prefix, palm_slice("b2"), 9, see,
                                       &seen));
    EQUAL_INT(1, seen.count);
    EQUAL_BYTES("b3", 2, seen.last, seen.size);
    EQUAL_INT(0, palm_cache_list_after(cache, prefix, palm_slice("c"), 9, see,
                                       &seen));
    EQUAL_INT(1, seen.count);
    seen.count = 0;
    EQUAL_INT(0, palm_cache_list_after(cache, prefix, palm_slice("a"), 9, see,
                                       &seen));
    EQUAL_INT(2, seen.count);
}

/* --- presets -------------------------------------------------------------- */

static void
presets_are_like_other_keys(palm_cache_t *cache)
{
    palm_slice_t name = palm_slice("name");
    EQUAL_INT(0, palm__cache_preset(cache, name, palm_slice("one")));
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "name", "one");
    EQUAL_INT(15, palm_cache_bytes(cache));
    lists(cache, "", "key name");
    EQUAL_INT(0, set(cache, "name", "three"));
    holds(cache, "name", "three");
    EQUAL_INT(0, palm_cache_delete(cache, name));
    misses(cache, "name");
    FAILS(ENOENT, palm_cache_delete(cache, name));
    lists(cache, "", "key");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_cas(cache, name, NULL, palm_slice("four")));
    holds(cache, "name", "four");
    EQUAL_INT(2, palm_cache_count(cache));
    EQUAL_INT(16, palm_cache_bytes(cache));
}

/* --- threads -------------------------------------------------------------- */

enum { COUNTERS = 4, STEPS = 25 };

struct counter {
    pthread_t thread;
    palm_cache_t *cache;
    int failed; /* calls with another errno than EEXIST */
};

/* Adds one to the number in the cache, unless another does so meanwhile. */
static bool
step(struct counter *self)
{
    zmq_msg_t value;
    char text[16] = "";
    if (palm_cache_get(self->cache, palm_slice("key"), &value)) {
        self->failed++;
        return true;
    }
    palm_slice_t old = {zmq_msg_data(&value), zmq_msg_size(&value)};
    if (old.size < sizeof text) {
        memcpy(text, old.data, old.size);
    }
    (void)snprintf(text, sizeof text, "%d", atoi(text) + 1);
    int result =
        palm_cache_cas(self->cache, palm_slice("key"), &old, palm_slice(text));
    self->failed += result && errno != EEXIST;
    (void)zmq_msg_close(&value);
    return result == 0;
}

static void *
counter_run(void *arg)
{
    struct counter *self = arg;
    for (int i = 0; i < STEPS; i++) {
        while (!step(self) && !self->failed) {
        }
    }
    return NULL;
}

static void
threads_count_together(palm_cache_t *cache)
{
    struct counter counters[COUNTERS] = {{0}};
    int started = 0, failed = 0;
    EQUAL_INT(0, set(cache, "key", "0"));
    for (int i = 0; i < COUNTERS; i++) {
        counters[i].cache = cache;
        started += !pthread_create(&counters[i].thread, NULL, counter_run,
                                   &counters[i]);
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(counters[i].thread, NULL);
        failed += counters[i].failed;
    }
    EQUAL_INT(COUNTERS, started);
    EQUAL_INT(0, failed);
    holds(cache, "key", "100");
}

/* --- all of them with each back end --------------------------------------- */

/* Options of a new cache; false if the test is skipped. */
static bool
prepare(const char *backend, palm_cache_options_t *options)
{
    static char path[STORE_TEXT];
    palm_cache_options_init(options);
    options->backend = backend;
    if (!has_backend(backend)
        || (!strcmp(backend, "redis") && !redis.pid && !redis_start(&redis))) {
        return false;
    }
    if (!strcmp(backend, "redis")) {
        *options = redis_options(&redis);
    } else if (!strcmp(backend, "lmdb")) {
        store_path(path, "lmdb");
        options->path = path;
        options->sync = false;
    }
    return true;
}

static void
with_cache(const char *backend, void (*test)(palm_cache_t *cache))
{
    palm_cache_options_t options;
    if (!prepare(backend, &options)) {
        return;
    }
    palm_cache_t *cache = open_cache(&options);
    test(cache);
    palm_cache_destroy(&cache);
}

/* Opens another cache than the others have. */
static void
the_option_ttl_ends_keys(const char *backend)
{
    palm_cache_options_t options;
    if (!prepare(backend, &options)) {
        return;
    }
    options.ttl = 60;
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(
        0, palm__cache_preset(cache, palm_slice("name"), palm_slice("server")));
    EQUAL_INT(0, set(cache, "name", "other"));
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("kept"), 0));
    EQUAL_INT(0, set(cache, "key", "value"));
    await_end_of(cache, "key");
    EQUAL_INT(0, cas(cache, NULL, "value"));
    await_end_of(cache, "key");
    holds(cache, "kept", "v");
    holds(cache, "name", "other");
    palm_cache_destroy(&cache);
}

static void
the_option_size_is_kept(const char *backend)
{
    palm_cache_options_t options;
    palm_error_t err;
    if (!prepare(backend, &options)) {
        return;
    }
    options.size = 10;
    palm_cache_t *cache = open_cache(&options);
    EQUAL_INT(0, set(cache, "key", "seven b"));
    palm_cache_error(cache, &err);
    EQUAL_INT(0, err.code);
    FAILS(ENOSPC, set(cache, "", "x"));
    FAILS(ENOSPC, set(cache, "x", ""));
    FAILS(ENOSPC, set(cache, "key", "eight by"));
    palm_cache_error(cache, &err);
    EQUAL_INT(ENOSPC, err.code);
    CONTAINS("10", err.text);
    holds(cache, "key", "seven b");
    EQUAL_INT(0, set(cache, "key", "s"));
    EQUAL_INT(0, set(cache, "two", "abc"));
    EQUAL_INT(0, palm_cache_ttl(cache, palm_slice("two"), 20));
    await_end_of(cache, "two");
    EQUAL_INT(0, set(cache, "new", "abc"));
    EQUAL_INT(10, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

#define CASES(DO, b)                                                           \
    DO(b, value_comes_back, "a value comes back")                              \
    DO(b, missing_is_not_empty, "a missing key is not an empty value")         \
    DO(b, set_replaces, "set replaces")                                        \
    DO(b, delete_removes, "delete removes")                                    \
    DO(b, keys_are_any_bytes, "keys are any bytes")                            \
    DO(b, keys_are_of_any_size, "keys are of any size")                        \
    DO(b, values_may_be_large, "values may be large, and outlive a set")       \
    DO(b, cas_makes_a_key_once, "cas makes a key once")                        \
    DO(b, cas_replaces_what_is_expected, "cas replaces what is expected")      \
    DO(b, cas_leaves_what_is_not_expected, "cas leaves what is not expected")  \
    DO(b, cas_compares_any_bytes, "cas compares any bytes")                    \
    DO(b, a_key_ends, "a key with a time to live ends")                        \
    DO(b, what_has_ended_may_be_made_anew, "what has ended may be made anew")  \
    DO(b, a_time_to_live_can_be_taken_back,                                    \
       "a time to live can be taken back")                                     \
    DO(b, a_long_time_to_live_is_long, "a long time to live is long")          \
    DO(b, many_keys_end, "many keys end")                                      \
    DO(b, list_gives_what_begins_so, "list gives what begins so, in order")    \
    DO(b, a_prefix_is_no_pattern, "a prefix is no pattern")                    \
    DO(b, long_and_binary_keys_are_listed, "long and binary keys are listed")  \
    DO(b, a_list_goes_on_after_a_key, "a list goes on after a key")            \
    DO(b, what_a_list_goes_on_after_need_not_be_there,                         \
       "what a list goes on after need not be there")                          \
    DO(b, a_list_can_be_ended, "a list can be ended")                          \
    DO(b, many_keys_are_listed_once, "many keys are listed once")              \
    DO(b, presets_are_like_other_keys, "presets are like other keys")          \
    DO(b, threads_count_together, "threads count together by cas")

#define OPTION_CASES(DO, b)                                                    \
    DO(b, the_option_ttl_ends_keys, "the option ttl ends keys, not presets")

#define SIZE_CASES(DO, b)                                                      \
    DO(b, the_option_size_is_kept, "the option size is kept")

#define DEFINE(backend, test, sentence)                                        \
    static void backend##_##test(void)                                         \
    {                                                                          \
        with_cache(#backend, test);                                            \
    }
#define DEFINE_BY_NAME(backend, test, sentence)                                \
    static void backend##_##test(void)                                         \
    {                                                                          \
        test(#backend);                                                        \
    }
#define ROW(backend, test, sentence) {#backend ": " sentence, backend##_##test},

/* clang-format off */
CASES(DEFINE, memory)
CASES(DEFINE, lmdb)
CASES(DEFINE, redis)
OPTION_CASES(DEFINE_BY_NAME, memory)
OPTION_CASES(DEFINE_BY_NAME, lmdb)
OPTION_CASES(DEFINE_BY_NAME, redis)
SIZE_CASES(DEFINE_BY_NAME, memory)
SIZE_CASES(DEFINE_BY_NAME, lmdb)

static const struct tap_test tests[] = {
    CASES(ROW, memory)
    OPTION_CASES(ROW, memory)
    SIZE_CASES(ROW, memory)
    CASES(ROW, lmdb)
    OPTION_CASES(ROW, lmdb)
    SIZE_CASES(ROW, lmdb)
    CASES(ROW, redis)
    OPTION_CASES(ROW, redis)
};
/* clang-format on */

TAP_MAIN("cache_backend", tests)
