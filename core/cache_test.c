/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/cache.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/tap.h"

/* Sets texts; returns what palm_cache_set() returns. */
static int
set(palm_cache_t *cache, const char *key, const char *value)
{
    return palm_cache_set(cache, palm_slice(key), palm_slice(value));
}

static void
holds(palm_cache_t *cache, const char *key, const char *expected)
{
    zmq_msg_t value;
    char text[64] = "";
    EQUAL_INT(0, palm_cache_get(cache, palm_slice(key), &value));
    size_t size = zmq_msg_size(&value);
    MUST(size < sizeof text);
    memcpy(text, zmq_msg_data(&value), size);
    EQUAL_INT(0, zmq_msg_close(&value));
    EQUAL_BYTES(expected, strlen(expected), text, size);
}

static void
misses(palm_cache_t *cache, const char *key)
{
    zmq_msg_t value;
    FAILS(ENOENT, palm_cache_get(cache, palm_slice(key), &value));
}

static palm_cache_t *
new_cache(size_t limit)
{
    palm_cache_t *cache = palm_cache_new(limit);
    MUST(cache != NULL);
    return cache;
}

static void
value_comes_back(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    holds(cache, "key", "value");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(8, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
missing_key_is_not_an_empty_value(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "empty", ""));
    holds(cache, "empty", "");
    misses(cache, "missing");
    palm_cache_destroy(&cache);
}

static void
set_replaces(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "key", "other one"));
    holds(cache, "key", "other one");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(12, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
delete_removes(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, set(cache, "kept", "v"));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key")));
    misses(cache, "key");
    holds(cache, "kept", "v");
    EQUAL_INT(1, palm_cache_count(cache));
    EQUAL_INT(5, palm_cache_bytes(cache));
    FAILS(ENOENT, palm_cache_delete(cache, palm_slice("key")));
    palm_cache_destroy(&cache);
}

static void
keys_are_any_bytes(void)
{
    palm_cache_t *cache = new_cache(0);
    palm_slice_t first = {"a\0b", 3}, second = {"a\0c", 3}, none = {NULL, 0};
    zmq_msg_t value;
    EQUAL_INT(0, palm_cache_set(cache, first, palm_slice("1")));
    EQUAL_INT(0, palm_cache_set(cache, second, palm_slice("2")));
    EQUAL_INT(0, palm_cache_set(cache, none, palm_slice("3")));
    EQUAL_INT(3, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_get(cache, first, &value));
    EQUAL_BYTES("1", 1, zmq_msg_data(&value), zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
    holds(cache, "", "3");
    EQUAL_INT(0, palm_cache_delete(cache, none));
    palm_cache_destroy(&cache);
}

static void
value_stays_valid_after_it_is_replaced(void)
{
    static char large[100000];
    palm_cache_t *cache = new_cache(0);
    palm_slice_t slice = {large, sizeof large};
    zmq_msg_t value;
    memset(large, 'x', sizeof large);
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), slice));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &value));
    EQUAL_INT(0, set(cache, "key", "new"));
    palm_cache_destroy(&cache);
    EQUAL_BYTES(large, sizeof large, zmq_msg_data(&value),
                zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
}

static void
large_value_is_handed_out_without_a_copy(void)
{
    static char large[100000];
    palm_cache_t *cache = new_cache(0);
    palm_slice_t slice = {large, sizeof large};
    zmq_msg_t first, second;
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), slice));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &first));
    EQUAL_INT(0, palm_cache_get(cache, palm_slice("key"), &second));
    bool shared = zmq_msg_data(&first) == zmq_msg_data(&second);
    EQUAL_INT(0, zmq_msg_close(&first));
    EQUAL_INT(0, zmq_msg_close(&second));
    palm_cache_destroy(&cache);
    MUST(shared);
}

static void
limit_counts_keys_and_values(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "seven b"));
    FAILS(ENOSPC, set(cache, "", "x"));
    FAILS(ENOSPC, set(cache, "x", ""));
    EQUAL_INT(0, set(cache, "", ""));
    EQUAL_INT(10, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
value_over_the_limit_leaves_the_older_one(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "old"));
    FAILS(ENOSPC, set(cache, "key", "eight by"));
    FAILS(ENOSPC, set(cache, "other", "eleven byte"));
    holds(cache, "key", "old");
    misses(cache, "other");
    EQUAL_INT(6, palm_cache_bytes(cache));
    EQUAL_INT(0, set(cache, "key", "seven b"));
    palm_cache_destroy(&cache);
}

static void
room_comes_back(void)
{
    palm_cache_t *cache = new_cache(10);
    EQUAL_INT(0, set(cache, "key", "seven b"));
    EQUAL_INT(0, set(cache, "key", "s"));
    EQUAL_INT(0, set(cache, "two", "abc"));
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("key")));
    EQUAL_INT(0, set(cache, "k", "abc"));
    EQUAL_INT(10, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static void
many_keys_are_all_found(void)
{
    palm_cache_t *cache = new_cache(0);
    char key[32];
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        EQUAL_INT(0, set(cache, key, key));
    }
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        holds(cache, key, key);
    }
    EQUAL_INT(5000, palm_cache_count(cache));
    palm_cache_destroy(&cache);
}

static void
destroy_clears_the_pointer_and_keeps_errno(void)
{
    palm_cache_t *cache = new_cache(0);
    EQUAL_INT(0, set(cache, "key", "value"));
    errno = EDOM;
    palm_cache_destroy(&cache);
    EQUAL_INT(EDOM, errno);
    MUST(cache == NULL);
    palm_cache_destroy(&cache);
}

/* A thread that sets, gets and deletes.  Each value is many times one letter;
 * what is read must be so, too.  It reports by its fields. */
struct hammer {
    pthread_t thread;
    palm_cache_t *cache;
    unsigned seed;
    int torn;   /* values that were not one letter */
    int failed; /* calls with another errno than ENOENT */
};

enum { HAMMERS = 4, BLOWS = 5000, KEYS = 7, VALUE_SIZE = 200 };

static bool
is_one_letter(const char *data, size_t size)
{
    for (size_t i = 1; i < size; i++) {
        if (data[i] != data[0]) {
            return false;
        }
    }
    return true;
}

static int
blow(struct hammer *self, unsigned number)
{
    char key = (char)('a' + number % KEYS), room[VALUE_SIZE];
    palm_slice_t key_slice = {&key, 1}, value = {room, 1 + number % VALUE_SIZE};
    zmq_msg_t got;
    memset(room, (int)('A' + number % 26), sizeof room);
    if (number % 5 == 0) {
        return palm_cache_delete(self->cache, key_slice);
    }
    if (number % 2 == 0) {
        return palm_cache_set(self->cache, key_slice, value);
    }
    if (palm_cache_get(self->cache, key_slice, &got)) {
        return -1;
    }
    self->torn += !is_one_letter(zmq_msg_data(&got), zmq_msg_size(&got));
    return zmq_msg_close(&got);
}

static void *
hammer_run(void *arg)
{
    struct hammer *self = arg;
    unsigned random = self->seed;
    for (int i = 0; i < BLOWS; i++) {
        random = random * 1664525u + 1013904223u;
        if (blow(self, random >> 8) && errno != ENOENT) {
            self->failed++;
        }
    }
    return NULL;
}

static void
threads_do_not_disturb_each_other(void)
{
    palm_cache_t *cache = new_cache(0);
    struct hammer hammers[HAMMERS] = {{0}};
    int started = 0, torn = 0, failed = 0;
    for (int i = 0; i < HAMMERS; i++) {
        hammers[i].cache = cache;
        hammers[i].seed = (unsigned)i;
        started +=
            !pthread_create(&hammers[i].thread, NULL, hammer_run, &hammers[i]);
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(hammers[i].thread, NULL);
        torn += hammers[i].torn;
        failed += hammers[i].failed;
    }
    EQUAL_INT(HAMMERS, started);
    EQUAL_INT(0, torn);
    EQUAL_INT(0, failed);
    for (char key = 'a'; key < 'a' + KEYS; key++) {
        palm_slice_t slice = {&key, 1};
        (void)palm_cache_delete(cache, slice);
    }
    EQUAL_INT(0, palm_cache_count(cache));
    EQUAL_INT(0, palm_cache_bytes(cache));
    palm_cache_destroy(&cache);
}

static const struct tap_test tests[] = {
    {"a value comes back", value_comes_back},
    {"a missing key is not an empty value", missing_key_is_not_an_empty_value},
    {"set replaces", set_replaces},
    {"delete removes", delete_removes},
    {"keys are any bytes", keys_are_any_bytes},
    {"a value stays valid after it is replaced",
     value_stays_valid_after_it_is_replaced},
    {"a large value is handed out without a copy",
     large_value_is_handed_out_without_a_copy},
    {"the limit counts keys and values", limit_counts_keys_and_values},
    {"a value over the limit leaves the older one",
     value_over_the_limit_leaves_the_older_one},
    {"room comes back", room_comes_back},
    {"many keys are all found", many_keys_are_all_found},
    {"destroy clears the pointer and keeps errno",
     destroy_clears_the_pointer_and_keeps_errno},
    {"threads do not disturb each other", threads_do_not_disturb_each_other},
};

TAP_MAIN("cache", tests)
