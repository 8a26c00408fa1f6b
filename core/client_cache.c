/* SPDX-License-Identifier: MIT */
/* client_cache.c: the verbs of the cache that are extensions: an old server
 * answers them with nothing. */
#include "config.h"
#include "core/client.h"
#include "core/client_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER = 4 /* bytes, the highest first */ };

static void
put_number(char to[NUMBER], size_t number)
{
    for (int i = NUMBER - 1; i >= 0; i--) {
        to[i] = (char)(number & 255);
        number >>= 8;
    }
}

static size_t
get_number(const char from[NUMBER])
{
    size_t number = 0;
    for (int i = 0; i < NUMBER; i++) {
        number = number << 8 | (unsigned char)from[i];
    }
    return number;
}

static int
check_key(palm_slice_t key, palm_error_t *err)
{
    if (key.size == 0 || !palm_slice_is_utf8(key)) {
        return palm_error_set(err, EINVAL, "client: the key is %s",
                              key.size ? "not UTF-8" : "empty");
    }
    return 0;
}

/* Sends a request whose reply is the key, or else nothing: then -1 with this
 * code. */
static int
ask_for_key(palm_client_t *self, const char *verb, palm_message_t *request,
            int code, const char *why, palm_error_t *err)
{
    zmq_msg_t reply;
    if (palm__client_ask(self, verb, request, &reply, err)) {
        return -1;
    }
    size_t size = zmq_msg_size(&reply);
    (void)zmq_msg_close(&reply);
    return size ? 0
                : palm_error_set(err, code, "%s at the cache '%s': %s", verb,
                                 self->db_address, why);
}

int
palm_client_cas(palm_client_t *self, palm_slice_t key,
                const palm_slice_t *expected, palm_slice_t value,
                palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    size_t old = expected ? expected->size : 0;
    if (check_key(key, err)) {
        return -1;
    }
    if (old >= UINT32_MAX) {
        return palm_error_set(err, EINVAL, "client: cas: a value is too long");
    }
    char *payload = malloc(NUMBER + old + value.size);
    if (!payload) {
        return palm_error_set(err, ENOMEM, "client: out of memory");
    }
    put_number(payload, expected ? old : UINT32_MAX);
    if (old > 0) {
        memcpy(payload + NUMBER, expected->data, old);
    }
    if (value.size > 0) {
        memcpy(payload + NUMBER + old, value.data, value.size);
    }
    request.cache = key;
    request.payload.data = payload;
    request.payload.size = NUMBER + old + value.size;
    int result = ask_for_key(self, "cas", &request, EEXIST,
                             "there is another value, or it was refused", err);
    int saved = errno;
    free(payload);
    errno = saved;
    return result;
}

int
palm_client_ttl(palm_client_t *self, palm_slice_t key, int64_t ttl,
                palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    char text[24];
    if (check_key(key, err)) {
        return -1;
    }
    if (ttl < 0) {
        return palm_error_set(err, EINVAL, "client: ttl: less than 0");
    }
    (void)snprintf(text, sizeof text, "%" PRId64, ttl);
    request.cache = key;
    request.payload = palm_slice(text);
    return ask_for_key(self, "ttl", &request, ENOENT,
                       "there is no such key, or it was refused", err);
}

/* Takes the next key off a reply.  Returns -1 if that is cut. */
static int
next_key(palm_slice_t *rest, palm_slice_t *key)
{
    if (rest->size < NUMBER
        || (key->size = get_number(rest->data)) > rest->size - NUMBER) {
        return -1;
    }
    key->data = rest->data + NUMBER;
    rest->data += NUMBER + key->size;
    rest->size -= NUMBER + key->size;
    return 0;
}

/* How a list goes on. */
struct listing {
    palm_cache_list_f *f;
    void *arg;
    zmq_msg_t pages[2]; /* replies, in turn; bytes of a short one lie in here */
    int latest;         /* which of them holds the last key */
    palm_slice_t after; /* that key; of size 0 before there is one */
    bool more;
};

static int
fail_list(const palm_client_t *self, int code, const char *why,
          palm_error_t *err)
{
    return palm_error_set(err, code, "list at the cache '%s': %s",
                          self->db_address, why);
}

/* Gives the keys of a reply, which come after those that were given. */
static int
read_page(const palm_client_t *self, palm_slice_t reply,
          struct listing *listing, palm_error_t *err)
{
    palm_slice_t key, rest;
    size_t told, given = 0;
    if (reply.size < NUMBER) {
        return reply.size
                   ? fail_list(self, EPROTO, "an answer of another kind", err)
                   : fail_list(self, ENOTSUP, "it was refused, or is unknown",
                               err);
    }
    told = get_number(reply.data);
    rest.data = reply.data + NUMBER;
    rest.size = reply.size - NUMBER;
    for (; rest.size > 0; given++) {
        if (next_key(&rest, &key)) {
            return fail_list(self, EPROTO, "a key is cut", err);
        }
        if (listing->after.size > 0
            && palm_slice_compare(key, listing->after) <= 0) {
            return fail_list(
                self, EMSGSIZE,
                "it gives the same keys again; there are more than "
                "one answer of it holds",
                err);
        }
        int result = listing->f(key, listing->arg);
        if (result) {
            return result;
        }
        listing->after = key;
    }
    listing->more = given < told;
    return !listing->more || (given > 0 && listing->after.size > 0)
               ? 0
               : fail_list(self, EMSGSIZE, "there are more keys than it gives",
                           err);
}

/* Asks for the next keys.  The reply before stays until these have come, since
 * the last key is in it. */
static int
list_on(palm_client_t *self, palm_slice_t prefix, struct listing *listing,
        palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    zmq_msg_t *reply = &listing->pages[!listing->latest];
    request.payload = prefix;
    request.cache = listing->after;
    (void)zmq_msg_close(reply);
    if (palm__client_ask(self, "list", &request, reply, err)) {
        (void)zmq_msg_init(reply);
        return -1;
    }
    listing->latest = !listing->latest;
    palm_slice_t all = {zmq_msg_data(reply), zmq_msg_size(reply)};
    return read_page(self, all, listing, err);
}

int
palm_client_list(palm_client_t *self, palm_slice_t prefix, palm_cache_list_f *f,
                 void *arg, palm_error_t *err)
{
    struct listing listing = {.f = f, .arg = arg};
    int result;
    (void)zmq_msg_init(&listing.pages[0]);
    (void)zmq_msg_init(&listing.pages[1]);
    do {
        result = list_on(self, prefix, &listing, err);
    } while (!result && listing.more);
    int saved = errno;
    (void)zmq_msg_close(&listing.pages[0]);
    (void)zmq_msg_close(&listing.pages[1]);
    errno = saved;
    return result;
}

int
palm_client_stats(palm_client_t *self, zmq_msg_t *json, palm_error_t *err)
{
    palm_message_t request = palm__client_message(self);
    if (palm__client_ask(self, "stats", &request, json, err)) {
        return -1;
    }
    if (zmq_msg_size(json) > 0) {
        return 0;
    }
    (void)zmq_msg_close(json);
    return palm_error_set(err, ENOTSUP,
                          "stats at the cache '%s': it was refused, or is "
                          "unknown",
                          self->db_address);
}
