/* SPDX-License-Identifier: MIT */
/* cache_service.c: the server's cache for everybody (facts §3).
 *
 * A request is a PalmMessage; its verb stands between the first and the second
 * dot of the function.  The reply is raw bytes.  Whatever is wrong with a
 * request is answered with an empty frame and counted: one bad request must not
 * take the cache from everybody. */
#include "config.h"
#include "parts/bypass/cache_service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    NUMBER = 4,           /* bytes of a number, the highest first */
    LIST_KEYS = 256,      /* in the reply to list */
    LIST_BYTES = 64 << 10 /* in it, after which no further key comes */
};

#define TTL_MAX (INT64_MAX / 100) /* that another digit may follow */
#define NOTHING UINT32_MAX        /* the size that cas expects: no value */

#include "parts/stats.h"

typedef int verb_f(palm_part_t *part, const palm_message_t *request,
                   zmq_msg_t *reply);

static int
reply_with(zmq_msg_t *reply, palm_slice_t text)
{
    if (zmq_msg_init_size(reply, text.size)) {
        (void)zmq_msg_init(reply);
        errno = ENOMEM;
        return -1;
    }
    if (text.size > 0) {
        memcpy(zmq_msg_data(reply), text.data, text.size);
    }
    return 0;
}

/* What is wrong with a request costs it its reply, which is empty then. */
static int
refuse(palm_part_t *part, const char *why)
{
    palm_part_count(&palm_part_stats(part)->undecodable, 1);
    palm_part_warn(part, "PALM-CACHE-REQUEST",
                   "request answered with nothing: %s", why);
    return 0;
}

/* So does one to change what the server presets: workers and clients trust it.
 */
static int
protect(palm_part_t *part)
{
    palm_part_count(&palm_part_stats(part)->foreign, 1);
    palm_part_warn(part, "PALM-CACHE-PROTECTED",
                   "request answered with nothing: the key is preset");
    return 0;
}

/* So does a cache that fails. */
static int
fail(palm_part_t *part)
{
    palm_error_t why;
    palm_cache_error(palm_part_cache(part), &why);
    palm_part_count(&palm_part_stats(part)->failed, 1);
    palm_part_warn(part, "PALM-CACHE-FAILED",
                   "request answered with nothing: %s", why.text);
    return 0;
}

/* --- the verbs of PALM ---------------------------------------------------- */

/* key = cache, or a new id; value = payload; reply = key. */
static int
set(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    char id[PALM_ID_SIZE + 1];
    palm_slice_t key = request->cache;
    if (key.size == 0) {
        if (palm_id_next(palm_part_ids(part), id)) {
            return -1;
        }
        key = palm_slice(id);
    }
    return palm_cache_set(palm_part_cache(part), key, request->payload)
               ? fail(part)
               : reply_with(reply, key);
}

/* key = payload; reply = value, empty if there is none. */
static int
get(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    zmq_msg_t value;
    if (palm_cache_get(palm_part_cache(part), request->payload, &value)) {
        return errno == ENOENT ? 0 : fail(part);
    }
    (void)zmq_msg_move(reply, &value);
    (void)zmq_msg_close(&value);
    return 0;
}

/* key = payload; reply = key, also if it was not there. */
static int delete (palm_part_t *part, const palm_message_t *request,
                   zmq_msg_t *reply)
{
    if (palm_cache_delete(palm_part_cache(part), request->payload)
        && errno != ENOENT) {
        return fail(part);
    }
    return reply_with(reply, request->payload);
}

/* --- extensions, see docs/cache.md ---------------------------------------- */

static void
put_number(char to[NUMBER], size_t number)
{
    for (int i = NUMBER - 1; i >= 0; i--) {
        to[i] = (char)(number & 255);
        number >>= 8;
    }
}

/* The reply to list while it grows. */
struct listing {
    char *bytes; /* a number, then size and key, size and key, … */
    size_t size;
    size_t room;
    size_t count; /* of keys, and one more if some are left */
};

/* A palm_cache_list_f: adds a key, or ends the list if it is long enough. */
static int
list_key(palm_slice_t key, void *arg)
{
    struct listing *self = arg;
    size_t size = self->size + NUMBER + key.size;
    if (self->count++ == LIST_KEYS || self->size >= LIST_BYTES) {
        return 1;
    }
    if (size > self->room) {
        size_t room = size + size / 2;
        char *bytes = realloc(self->bytes, room);
        if (!bytes) {
            errno = ENOMEM;
            return -1;
        }
        self->bytes = bytes;
        self->room = room;
    }
    put_number(self->bytes + self->size, key.size);
    if (key.size > 0) {
        memcpy(self->bytes + self->size + NUMBER, key.data, key.size);
    }
    self->size = size;
    return 0;
}

/* prefix = payload, and only what comes after cache; reply = the number of keys
 * (4 bytes), or a higher one if there are more, then for each its size (4
 * bytes) and the key.  One request must not keep the cache from everybody. */
static int
list(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    struct listing listing = {NULL, NUMBER, NUMBER, 0};
    int result = -1;
    if (!(listing.bytes = malloc(NUMBER))) {
        return -1;
    }
    if (palm_cache_list_after(palm_part_cache(part), request->payload,
                              request->cache, LIST_KEYS + 1, list_key, &listing)
        < 0) {
        result = errno == ENOMEM ? -1 : fail(part);
    } else {
        palm_slice_t all = {listing.bytes, listing.size};
        put_number(listing.bytes, listing.count);
        result = reply_with(reply, all);
    }
    int saved = errno;
    free(listing.bytes);
    errno = saved;
    return result;
}

/* key = cache; payload = size of the expected value (4 bytes, all bits set: no
 * value), this and the new one; reply = key, or empty if another is there. */
static int
cas(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    palm_slice_t expected, value, payload = request->payload;
    uint32_t size = 0;
    bool is_none;
    for (size_t i = 0; i < NUMBER && i < payload.size; i++) {
        size = size << 8 | (unsigned char)payload.data[i];
    }
    is_none = size == NOTHING;
    if (payload.size < NUMBER || (!is_none && size > payload.size - NUMBER)) {
        return refuse(part, "cas: the payload is too short");
    }
    expected.data = payload.data + NUMBER;
    expected.size = is_none ? 0 : size;
    value.data = expected.data + expected.size;
    value.size = payload.size - NUMBER - expected.size;
    if (request->cache.size == 0) {
        return refuse(part, "cas: no key");
    }
    if (palm_cache_cas(palm_part_cache(part), request->cache,
                       is_none ? NULL : &expected, value)) {
        return errno == ENOENT || errno == EEXIST ? 0 : fail(part);
    }
    return reply_with(reply, request->cache);
}

/* key = cache; payload = ms as decimal digits, 0 = for ever; reply = key, or
 * empty if it is not there. */
static int
ttl(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    int64_t milliseconds = 0;
    palm_slice_t payload = request->payload;
    for (size_t i = 0; i < payload.size; i++) {
        if (payload.data[i] < '0' || payload.data[i] > '9'
            || milliseconds > TTL_MAX) {
            return refuse(part, "ttl: the payload is not a number of ms");
        }
        milliseconds = milliseconds * 10 + (payload.data[i] - '0');
    }
    if (payload.size == 0) {
        return refuse(part, "ttl: the payload is empty");
    }
    if (palm_cache_ttl(palm_part_cache(part), request->cache, milliseconds)) {
        return errno == ENOENT ? 0 : fail(part);
    }
    return reply_with(reply, request->cache);
}

/* reply = what the server counts, as JSON. */
static int
stats(palm_part_t *part, const palm_message_t *request, zmq_msg_t *reply)
{
    zmq_msg_t json;
    (void)request;
    if (palm__stats_json(palm_part_server(part), &json)) {
        return -1;
    }
    (void)zmq_msg_move(reply, &json);
    (void)zmq_msg_close(&json);
    return 0;
}

static const struct {
    const char *name;
    verb_f *run;
    bool key_is_payload;
    bool changes; /* its key */
} verbs[] = {
    {"set", set, false, true},      {"get", get, true, false},
    {"delete", delete, true, true}, {"list", list, true, false},
    {"cas", cas, false, true},      {"ttl", ttl, false, true},
    {"stats", stats, false, false},
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

/* The text between the first and the second dot; without a dot, nothing. */
static palm_slice_t
verb_of(palm_slice_t function)
{
    palm_slice_t verb = {NULL, 0};
    const char *dot =
        function.size ? memchr(function.data, '.', function.size) : NULL;
    if (dot) {
        verb.data = dot + 1;
        verb.size = (size_t)(function.data + function.size - verb.data);
        dot = verb.size ? memchr(verb.data, '.', verb.size) : NULL;
        verb.size = dot ? (size_t)(dot - verb.data) : verb.size;
    }
    return verb;
}

int
palm__cache_answer(palm_part_t *part, zmq_msg_t *frame, zmq_msg_t *reply)
{
    palm_message_t request;
    palm_error_t why;
    if (!frame) {
        return refuse(part, "several frames, expected one");
    }
    if (palm_message_scan(&request, zmq_msg_data(frame), zmq_msg_size(frame),
                          &why)) {
        return refuse(part, why.text);
    }
    palm_slice_t verb = verb_of(request.function);
    for (int i = 0; i < VERB_COUNT; i++) {
        if (!palm_slice_is_equal(verb, palm_slice(verbs[i].name))) {
            continue;
        }
        if (verbs[i].key_is_payload && !palm_slice_is_utf8(request.payload)) {
            return refuse(part, "the key is not UTF-8");
        }
        if (verbs[i].changes
            && palm_cache_is_protected(
                palm_part_cache(part),
                verbs[i].key_is_payload ? request.payload : request.cache)) {
            return protect(part);
        }
        return verbs[i].run(part, &request, reply);
    }
    return refuse(part, verb.data ? "unknown verb" : "function without a dot");
}
