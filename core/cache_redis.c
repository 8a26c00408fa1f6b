/* SPDX-License-Identifier: MIT */
/* cache_redis.c: a cache in a Redis, which several servers may share.
 *
 * A key is the prefix and the key, a value is a Redis string; what takes
 * several steps is a script, which Redis runs as one. */
#include "config.h"
#include "core/cache_backend.h"
#include "core/cache_redis.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER = 24,           /* bytes of a number as text */
    VALUE_MAX = 512 << 20, /* bytes of a string of Redis */
    MEASURED_AT_ONCE = 512 /* keys */
};

/* KEYS: the key.  ARGV: 0 or 1 (whether one is expected), the expected value,
 * the new one, its ms.  Gives 0 (done), 1 (another is there), 2 (none is). */
static const char cas_script[] =
    "local v = redis.call('GET', KEYS[1])\n"
    "if ARGV[1] == '0' then if v then return 1 end\n"
    "elseif not v then return 2\n"
    "elseif v ~= ARGV[2] then return 1 end\n"
    "if ARGV[4] == '0' then redis.call('SET', KEYS[1], ARGV[3])\n"
    "else redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) end\n"
    "return 0";

/* KEYS: the key.  ARGV: its ms, 0 = for ever.  Gives 0, or 1 (none there). */
static const char expire_script[] =
    "if redis.call('EXISTS', KEYS[1]) == 0 then return 1 end\n"
    "if ARGV[1] == '0' then redis.call('PERSIST', KEYS[1])\n"
    "else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end\n"
    "return 0";

/* Gives the number of KEYS that are there, and the bytes of their values. */
static const char measure_script[] =
    "local count, bytes = 0, 0\n"
    "for i = 1, #KEYS do\n"
    "  local v = redis.pcall('STRLEN', KEYS[i])\n"
    "  if type(v) == 'number' and redis.call('EXISTS', KEYS[i]) == 1 then\n"
    "    count = count + 1\n"
    "    bytes = bytes + v + string.len(KEYS[i])\n"
    "  end\n"
    "end\n"
    "return {count, bytes}";

/* --- words and replies ---------------------------------------------------- */

/* The key of Redis, whose data the caller frees. */
static int
full_key(palm__redis_t *self, palm_slice_t key, palm_slice_t *full,
         palm_error_t *err)
{
    palm_slice_t prefix = palm__redis_prefix(self);
    char *bytes = malloc(prefix.size + key.size + 1);
    if (!bytes) {
        return palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    if (prefix.size > 0) {
        memcpy(bytes, prefix.data, prefix.size);
    }
    if (key.size > 0) {
        memcpy(bytes + prefix.size, key.data, key.size);
    }
    full->data = bytes;
    full->size = prefix.size + key.size;
    return 0;
}

static palm_slice_t
number_word(char text[NUMBER], int64_t number)
{
    (void)snprintf(text, NUMBER, "%" PRId64, number);
    return palm_slice(text);
}

static int
fail_strange(const palm__redis_t *self, palm_error_t *err)
{
    return palm__redis_fail(self, EPROTO, "an answer of another kind", err);
}

/* Sends a command, words[key] being a key without its prefix, and gets a
 * number.  What is no number counts as 0 if the command was done. */
static int
ask_number(palm__redis_t *self, size_t count, palm_slice_t *words, size_t key,
           long long *number, palm_error_t *err)
{
    palm_slice_t full = {NULL, 0};
    if (full_key(self, words[key], &full, err)) {
        return -1;
    }
    words[key] = full;
    redisReply *reply = palm__redis_call(self, count, words, err);
    int saved = errno;
    free((char *)full.data);
    errno = saved;
    if (!reply) {
        return -1;
    }
    *number = reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
    freeReplyObject(reply);
    return 0;
}

/* --- the row -------------------------------------------------------------- */

static int
compare_and_set(palm__redis_t *self, const palm__cache_write_t *write,
                palm_error_t *err)
{
    static const int codes[] = {0, EEXIST, ENOENT};
    char ttl[NUMBER];
    long long answer = 0;
    palm_slice_t words[] = {palm_slice("EVAL"),
                            palm_slice(cas_script),
                            palm_slice("1"),
                            write->key,
                            palm_slice(write->expected ? "1" : "0"),
                            write->expected ? *write->expected : palm_slice(""),
                            write->value,
                            number_word(ttl, write->ttl)};
    if (ask_number(self, 8, words, 3, &answer, err)) {
        return -1;
    }
    if (answer < 0 || answer > 2) {
        return fail_strange(self, err);
    }
    errno = codes[answer];
    return answer ? -1 : 0;
}

static int
redis_write(void *store, const palm__cache_write_t *write, palm_error_t *err)
{
    palm__redis_t *self = store;
    char ttl[NUMBER];
    long long ignored;
    palm_slice_t words[] = {palm_slice("SET"), write->key, write->value,
                            palm_slice("PX"), number_word(ttl, write->ttl)};
    if (write->value.size > VALUE_MAX || write->key.size > VALUE_MAX) {
        return palm__redis_fail(self, ENOSPC,
                                "a key or a value has 512 MiB at most", err);
    }
    return write->compare
               ? compare_and_set(self, write, err)
               : ask_number(self, write->ttl ? 5 : 3, words, 1, &ignored, err);
}

/* Takes the value out of a reply. */
static int
take_value(palm__redis_t *self, const redisReply *reply, zmq_msg_t *value,
           palm_error_t *err)
{
    if (reply->type == REDIS_REPLY_NIL) {
        errno = ENOENT;
        return -1;
    }
    if (reply->type != REDIS_REPLY_STRING) {
        return fail_strange(self, err);
    }
    if (zmq_msg_init_size(value, (size_t)reply->len)) {
        return palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    if (reply->len > 0) {
        memcpy(zmq_msg_data(value), reply->str, (size_t)reply->len);
    }
    return 0;
}

static int
redis_get(void *store, palm_slice_t key, zmq_msg_t *value, palm_error_t *err)
{
    palm__redis_t *self = store;
    palm_slice_t words[] = {palm_slice("GET"), {NULL, 0}};
    if (full_key(self, key, &words[1], err)) {
        return -1;
    }
    redisReply *reply = palm__redis_call(self, 2, words, err);
    int result = reply ? take_value(self, reply, value, err) : -1;
    int saved = errno;
    free((char *)words[1].data);
    if (reply) {
        freeReplyObject(reply);
    }
    errno = saved;
    return result;
}

static int
redis_remove(void *store, palm_slice_t key, palm_error_t *err)
{
    palm_slice_t words[] = {palm_slice("DEL"), key};
    long long removed = 0;
    if (ask_number(store, 2, words, 1, &removed, err)) {
        return -1;
    }
    errno = ENOENT;
    return removed > 0 ? 0 : -1;
}

static int
redis_expire(void *store, palm_slice_t key, int64_t ttl, palm_error_t *err)
{
    char text[NUMBER];
    long long is_missing = 0;
    palm_slice_t words[] = {palm_slice("EVAL"), palm_slice(expire_script),
                            palm_slice("1"), key, number_word(text, ttl)};
    if (ask_number(store, 5, words, 3, &is_missing, err)) {
        return -1;
    }
    errno = ENOENT;
    return is_missing ? -1 : 0;
}

/* --- all keys ------------------------------------------------------------- */

/* The pattern of keys that begin so, whose data the caller frees. */
static int
pattern_of(palm__redis_t *self, palm_slice_t prefix, palm_slice_t *pattern,
           palm_error_t *err)
{
    palm_slice_t full = {NULL, 0};
    if (full_key(self, prefix, &full, err)) {
        return -1;
    }
    char *bytes = malloc(2 * full.size + 1), *end = bytes;
    for (size_t i = 0; bytes && i < full.size; i++) {
        if (full.data[i] && strchr("*?[]\\", full.data[i])) {
            *end++ = '\\';
        }
        *end++ = full.data[i];
    }
    free((char *)full.data);
    if (!bytes) {
        return palm__redis_fail(self, ENOMEM, "out of memory", err);
    }
    *end++ = '*';
    pattern->data = bytes;
    pattern->size = (size_t)(end - bytes);
    return 0;
}

/* Takes the keys of a range out of one page of a scan, and the place of the
 * next one. */
static int
take_page(palm__redis_t *self, const redisReply *reply, char cursor[NUMBER],
          const palm__cache_range_t *range, palm__keys_t *keys,
          palm_error_t *err)
{
    size_t prefix = palm__redis_prefix(self).size;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2
        || reply->element[0]->type != REDIS_REPLY_STRING
        || reply->element[1]->type != REDIS_REPLY_ARRAY
        || (size_t)reply->element[0]->len >= NUMBER) {
        return fail_strange(self, err);
    }
    const redisReply *page = reply->element[1];
    for (size_t i = 0; i < page->elements; i++) {
        const redisReply *key = page->element[i];
        if (key->type != REDIS_REPLY_STRING || (size_t)key->len < prefix) {
            return fail_strange(self, err);
        }
        palm_slice_t slice = {key->str + prefix, (size_t)key->len - prefix};
        if (palm__range_has(range, slice) && palm__keys_add(keys, slice)) {
            return palm__redis_fail(self, ENOMEM, "out of memory", err);
        }
    }
    memcpy(cursor, reply->element[0]->str, (size_t)reply->element[0]->len);
    cursor[reply->element[0]->len] = '\0';
    return 0;
}

static int
redis_list(void *store, const palm__cache_range_t *range, palm__keys_t *keys,
           palm_error_t *err)
{
    palm__redis_t *self = store;
    char cursor[NUMBER] = "0";
    palm_slice_t pattern = {NULL, 0};
    int result;
    if (pattern_of(self, range->prefix, &pattern, err)) {
        return -1;
    }
    do {
        palm_slice_t words[] = {palm_slice("SCAN"),  palm_slice(cursor),
                                palm_slice("MATCH"), pattern,
                                palm_slice("COUNT"), palm_slice("1000")};
        redisReply *reply = palm__redis_call(self, 6, words, err);
        result = reply ? take_page(self, reply, cursor, range, keys, err) : -1;
        int saved = errno;
        if (reply) {
            freeReplyObject(reply);
        }
        errno = saved;
        if (!result && keys->count / 4 > range->most
            && palm__keys_cut(keys, range->most)) {
            result = palm__redis_fail(self, ENOMEM, "out of memory", err);
        }
    } while (!result && strcmp(cursor, "0"));
    int saved = errno;
    free((char *)pattern.data);
    errno = saved;
    return result;
}

/* Adds up some keys, which get their prefix. */
static int
measure_some(palm__redis_t *self, const palm_slice_t *keys, size_t n,
             size_t *count, size_t *bytes, palm_error_t *err)
{
    char number[NUMBER];
    palm_slice_t words[3 + MEASURED_AT_ONCE];
    redisReply *reply = NULL;
    size_t made = 0;
    words[0] = palm_slice("EVAL");
    words[1] = palm_slice(measure_script);
    words[2] = number_word(number, (int64_t)n);
    while (made < n && !full_key(self, keys[made], &words[3 + made], err)) {
        made++;
    }
    if (made == n) {
        reply = palm__redis_call(self, 3 + n, words, err);
    }
    for (size_t i = 0; i < made; i++) {
        free((char *)words[3 + i].data);
    }
    if (!reply) {
        return -1;
    }
    bool is_sound = reply->type == REDIS_REPLY_ARRAY && reply->elements == 2;
    if (is_sound) {
        size_t found = (size_t)reply->element[0]->integer;
        *count += found;
        *bytes += (size_t)reply->element[1]->integer
                  - found * palm__redis_prefix(self).size;
    }
    freeReplyObject(reply);
    return is_sound ? 0 : fail_strange(self, err);
}

static int
redis_measure(void *store, size_t *count, size_t *bytes, palm_error_t *err)
{
    palm__redis_t *self = store;
    palm__keys_t keys = {0};
    const palm__cache_range_t all = {{NULL, 0}, {NULL, 0}, SIZE_MAX};
    palm_slice_t *sorted = NULL;
    size_t n = 0;
    int result = redis_list(store, &all, &keys, err);
    if (!result && !(sorted = palm__keys_sort(&keys, &n))) {
        (void)palm__redis_fail(self, ENOMEM, "out of memory", err);
        result = -1;
    }
    for (size_t i = 0; i < n && !result; i += MEASURED_AT_ONCE) {
        size_t some = n - i < MEASURED_AT_ONCE ? n - i : MEASURED_AT_ONCE;
        result = measure_some(self, sorted + i, some, count, bytes, err);
    }
    int saved = errno;
    free(sorted);
    palm__keys_fini(&keys);
    errno = saved;
    return result;
}

const palm__cache_backend_t palm__cache_redis = {
    .name = "redis",
    .has_link = true,
    .open = palm__redis_open,
    .close = palm__redis_close,
    .write = redis_write,
    .get = redis_get,
    .remove = redis_remove,
    .expire = redis_expire,
    .list = redis_list,
    .measure = redis_measure,
};
