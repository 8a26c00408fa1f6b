/* SPDX-License-Identifier: MIT */
/* Without memory nothing changes and nothing leaks: the first, the second, the
 * next allocation of a call fails until the call succeeds. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/cache.h"
#include "harness/support/no_memory.h"
#include "harness/support/tap.h"

/* The value of a key of the test's cache is this text. */
static void
holds(palm_cache_t *cache, const char *key, const char *expected)
{
    zmq_msg_t value;
    EQUAL_INT(0, palm_cache_get(cache, palm_slice(key), &value));
    EQUAL_BYTES(expected, strlen(expected), zmq_msg_data(&value),
                zmq_msg_size(&value));
    EQUAL_INT(0, zmq_msg_close(&value));
}

/* Sets a key with failures until it succeeds; after each the cache is as
 * before.  Returns how many there were. */
static int
set_at_last(palm_cache_t *cache, const char *key, const char *value)
{
    size_t count = palm_cache_count(cache), bytes = palm_cache_bytes(cache);
    int failures = 0;
    for (;;) {
        no_memory_at = failures + 1;
        int result = palm_cache_set(cache, palm_slice(key), palm_slice(value));
        int code = errno;
        bool was_hit = no_memory_at == 0;
        no_memory_at = 0;
        if (result == 0) {
            EQUAL_INT(false, was_hit);
            return failures;
        }
        EQUAL_INT(ENOMEM, code);
        EQUAL_INT(count, palm_cache_count(cache));
        EQUAL_INT(bytes, palm_cache_bytes(cache));
        failures++;
    }
}

static void
cache_without_memory_stays_empty(void)
{
    palm_cache_t *cache = palm_cache_new(0);
    zmq_msg_t value;
    MUST(cache != NULL);
    MUST(set_at_last(cache, "key", "value") >= 4); /* table, buckets */
    EQUAL_INT(1, palm_cache_count(cache));
    holds(cache, "key", "value");
    FAILS(ENOENT, palm_cache_get(cache, palm_slice("other"), &value));
    palm_cache_destroy(&cache);
}

static void
older_value_survives_a_failed_set(void)
{
    palm_cache_t *cache = palm_cache_new(0);
    MUST(cache != NULL);
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), palm_slice("old")));
    no_memory_at = 1;
    FAILS(ENOMEM,
          palm_cache_set(cache, palm_slice("key"), palm_slice("newer")));
    holds(cache, "key", "old");
    EQUAL_INT(6, palm_cache_bytes(cache));
    EQUAL_INT(1, set_at_last(cache, "key", "newer"));
    holds(cache, "key", "newer");
    palm_cache_destroy(&cache);
}

/* Among so many keys the table grows several times. */
static void
every_key_survives_failures_while_the_table_grows(void)
{
    enum { KEYS = 3000 };
    palm_cache_t *cache = palm_cache_new(0);
    char key[16];
    int grown = 0;
    MUST(cache != NULL);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        grown += set_at_last(cache, key, key) > 2;
    }
    MUST(grown > 2);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        holds(cache, key, key);
    }
    palm_cache_destroy(&cache);
}

static void
new_cache_without_memory_is_null(void)
{
    palm_cache_t *cache = NULL;
    int failures = 0;
    while (!cache) {
        no_memory_at = failures + 1;
        errno = 0;
        cache = palm_cache_new(0);
        int code = errno;
        bool was_hit = no_memory_at == 0;
        no_memory_at = 0;
        EQUAL_INT(!cache, was_hit);
        EQUAL_INT(cache ? code : ENOMEM, code);
        failures += !cache;
    }
    MUST(failures > 1);
    palm_cache_destroy(&cache);
}

/* Calls that fail without memory until they succeed; the cache has "key" and
 * 40 more, so that a list of them grows. */
static int
make_live(palm_cache_t *cache)
{
    return palm_cache_ttl(cache, palm_slice("key"), 3600000);
}

static int
compare_and_set(palm_cache_t *cache)
{
    palm_slice_t expected = palm_slice("key");
    return palm_cache_cas(cache, palm_slice("key"), &expected,
                          palm_slice("key"));
}

static int
ignore(palm_slice_t key, void *arg)
{
    (void)key;
    ++*(int *)arg;
    return 0;
}

static int
list(palm_cache_t *cache)
{
    int count = 0;
    int result = palm_cache_list(cache, palm_slice(""), ignore, &count);
    return result || count == 41 ? result : 1;
}

static void
ttl_cas_and_list_survive_failures(void)
{
    static int (*const calls[])(palm_cache_t *) = {make_live, compare_and_set,
                                                   list};
    palm_cache_t *cache = palm_cache_new(0);
    char key[16];
    MUST(cache != NULL);
    EQUAL_INT(0, palm_cache_set(cache, palm_slice("key"), palm_slice("key")));
    for (int i = 0; i < 40; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        EQUAL_INT(0, palm_cache_set(cache, palm_slice(key), palm_slice(key)));
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        int failures = 0, result;
        do {
            no_memory_at = failures + 1;
            result = calls[i](cache);
            MUST(result == 0 || (result == -1 && errno == ENOMEM));
            EQUAL_INT(result == 0, no_memory_at > 0);
            no_memory_at = 0;
            holds(cache, "key", "key");
            failures += result != 0;
        } while (result);
        MUST(failures > 0);
        EQUAL_INT(41, palm_cache_count(cache));
    }
    palm_cache_destroy(&cache);
}

static void
encode_without_memory_leaves_the_message(void)
{
    palm_message_t before, message = PALM_MESSAGE_INIT;
    zmq_msg_t frame;
    message.payload = palm_slice("payload");
    before = message;
    no_memory_at = 1;
    FAILS(ENOMEM, palm_message_encode(&message, &frame));
    EQUAL_BYTES(&before, sizeof before, &message, sizeof message);
    EQUAL_INT(0, palm_message_encode(&message, &frame));
    EQUAL_BYTES("\x32\x07payload", 9, zmq_msg_data(&frame),
                zmq_msg_size(&frame));
    EQUAL_INT(0, zmq_msg_close(&frame));
}

static void
scan_and_write_need_no_memory(void)
{
    palm_message_t message;
    char out[16];
    no_memory_failed = 0;
    no_memory_at = 1;
    int result = palm_message_scan(&message, "\x38\x01\x0a\x01p", 5, NULL);
    size_t size = palm_message_write(&message, out);
    no_memory_at = 0;
    EQUAL_INT(0, no_memory_failed);
    EQUAL_INT(0, result);
    EQUAL_BYTES("\x0a\x01p\x38\x01", 5, out, size);
}

static const struct tap_test tests[] = {
    {"a cache without memory stays empty", cache_without_memory_stays_empty},
    {"the older value survives a failed set",
     older_value_survives_a_failed_set},
    {"every key survives failures while the table grows",
     every_key_survives_failures_while_the_table_grows},
    {"a new cache without memory is NULL", new_cache_without_memory_is_null},
    {"ttl, cas and list survive failures", ttl_cas_and_list_survive_failures},
    {"encode without memory leaves the message",
     encode_without_memory_leaves_the_message},
    {"scan and write need no memory", scan_and_write_need_no_memory},
};

TAP_MAIN("memory", tests)
