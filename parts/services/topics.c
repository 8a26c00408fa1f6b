/* SPDX-License-Identifier: MIT */
#include "config.h"

/* An allocation that fails is an error like any other, not the end. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((void)(element))
#include "parts/services/topics.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The hash of a topic is a polynomial in a secret number, modulo a prime: who
 * does not know the number cannot choose topics with one hash, and the hashes
 * of all beginnings of a topic are found in one pass. */
#define PRIME UINT32_C(2147483647)

static uint32_t
hash_next(const palm__topics_t *self, uint32_t hash, char byte)
{
    uint64_t value = (uint64_t)hash * self->key + (unsigned char)byte + 1;
    return (uint32_t)(value % PRIME);
}

static uint32_t
hash_of(const palm__topics_t *self, palm_slice_t name)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < name.size; i++) {
        hash = hash_next(self, hash, name.data[i]);
    }
    return hash;
}

void
palm__topics_init(palm__topics_t *self, uint32_t key)
{
    memset(self, 0, sizeof *self);
    self->key = 256 + key % (PRIME - 256);
}

static void
forget(palm__topics_t *self, struct palm__topic *topic)
{
    if (self->last == topic) {
        self->last = NULL;
    }
    self->slow -= topic->slow ? 1u : 0u;
    HASH_DELETE(hh, self->all, topic);
    free(topic);
}

void
palm__topics_fini(palm__topics_t *self)
{
    struct palm__topic *topic, *next;
    HASH_ITER (hh, self->all, topic, next) {
        while (topic->held) {
            palm__topics_drop(self, topic->held);
        }
        forget(self, topic);
    }
    assert(self->count == 0 && self->bytes == 0);
    assert(!self->aging && !self->ready && self->slow == 0);
}

static struct palm__topic *
find_hashed(palm__topics_t *self, palm_slice_t name, uint32_t hash)
{
    struct palm__topic *topic;
    const char *key = name.size > 0 ? name.data : "";
    HASH_FIND_BYHASHVALUE(hh, self->all, key, name.size, hash, topic);
    return topic;
}

struct palm__topic *
palm__topics_find(palm__topics_t *self, palm_slice_t name)
{
    return find_hashed(self, name, hash_of(self, name));
}

/* Finds or makes a topic.  NULL: ENOMEM. */
static struct palm__topic *
require(palm__topics_t *self, palm_slice_t name)
{
    uint32_t hash = hash_of(self, name);
    struct palm__topic *topic = find_hashed(self, name, hash);
    if (topic) {
        return topic;
    }
    if (!(topic = calloc(1, sizeof *topic + name.size + 1))) {
        errno = ENOMEM;
        return NULL;
    }
    topic->name_size = name.size;
    if (name.size > 0) {
        memcpy(topic->name, name.data, name.size);
    }
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, self->all, topic->name, topic->name_size,
                                hash, topic);
    if (!find_hashed(self, name, hash)) {
        free(topic);
        errno = ENOMEM;
        return NULL;
    }
    return topic;
}

int
palm__topics_subscribe(palm__topics_t *self, palm_slice_t name, bool is)
{
    struct palm__topic *topic =
        is ? require(self, name) : palm__topics_find(self, name);
    if (!topic || topic->subscribed == is) {
        return is && !topic ? -1 : 0;
    }
    topic->subscribed = is;
    palm__topics_set_slow(self, topic, false);
    self->lengths[name.size] += is ? 1u : -1u;
    if (!is) {
        self->last = NULL;
        palm__topics_tidy(self, topic);
    }
    return 0;
}

/* Looks only for prefixes of a length that somebody has subscribed to. */
bool
palm__topics_has(palm__topics_t *self, palm_slice_t name)
{
    palm_slice_t prefix = name;
    uint32_t hash = 0;
    for (size_t n = 0; n <= name.size && n <= PALM__TOPIC_MAX; n++) {
        struct palm__topic *topic = NULL;
        prefix.size = n;
        if (self->lengths[n] > 0) {
            topic = find_hashed(self, prefix, hash);
        }
        if (topic && topic->subscribed) {
            return true;
        }
        hash = n < name.size ? hash_next(self, hash, name.data[n]) : hash;
    }
    return false;
}

struct palm__topic *
palm__topics_waiting(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic =
        self->count > 0 ? palm__topics_find(self, name) : NULL;
    return topic && topic->held ? topic : NULL;
}

struct palm__topic *
palm__topics_idle(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic = palm__topics_find(self, name);
    return topic && topic->subscribed && !topic->held ? topic : NULL;
}

void
palm__topics_set_slow(palm__topics_t *self, struct palm__topic *topic, bool is)
{
    if (topic->slow != is) {
        topic->slow = is;
        self->slow += is ? 1u : -1u;
    }
}

struct palm__topic *
palm__topics_slow(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic =
        self->slow > 0 ? palm__topics_find(self, name) : NULL;
    return topic && topic->slow ? topic : NULL;
}

static void
age(palm__topics_t *self, struct palm__held *held, int64_t now)
{
    held->aging = true;
    held->since = now;
    DL_APPEND2(self->aging, held, older, younger);
}

struct palm__topic *
palm__topics_hold(palm__topics_t *self, palm_slice_t name, zmq_msg_t *message,
                  int64_t now)
{
    struct palm__topic *topic = require(self, name);
    struct palm__held *held = topic ? calloc(1, sizeof *held) : NULL;
    if (!held) {
        if (topic) {
            palm__topics_tidy(self, topic);
        }
        errno = ENOMEM;
        return NULL;
    }
    if (!topic->held) {
        topic->moved = now;
    }
    held->topic = topic;
    held->cost =
        zmq_msg_size(message) + sizeof *held + sizeof *topic + topic->name_size;
    self->last = NULL;
    self->count++;
    self->bytes += held->cost;
    (void)zmq_msg_init(&held->message);
    (void)zmq_msg_move(&held->message, message);
    DL_APPEND(topic->held, held);
    age(self, held, now);
    return topic;
}

void
palm__topics_set_ready(palm__topics_t *self, struct palm__topic *topic, bool is,
                       int64_t now)
{
    if (topic->ready == is || !topic->held) {
        return;
    }
    topic->ready = is;
    topic->moved = now;
    if (is) {
        DL_APPEND(self->ready, topic);
        return;
    }
    DL_DELETE(self->ready, topic);
    /* Whose time was over while somebody was there have another. */
    struct palm__held *held;
    for (held = topic->held; held && !held->aging; held = held->next) {
        age(self, held, now);
    }
}

void
palm__topics_rotate(palm__topics_t *self)
{
    struct palm__topic *first = self->ready;
    DL_DELETE(self->ready, first);
    DL_APPEND(self->ready, first);
}

void
palm__topics_stop_aging(palm__topics_t *self, struct palm__held *held)
{
    if (held->aging) {
        DL_DELETE2(self->aging, held, older, younger);
    }
    held->aging = false;
}

void
palm__topics_drop(palm__topics_t *self, struct palm__held *held)
{
    struct palm__topic *topic = held->topic;
    self->count--;
    self->bytes -= held->cost;
    assert(self->count > 0 || self->bytes == 0);
    palm__topics_stop_aging(self, held);
    DL_DELETE(topic->held, held);
    (void)zmq_msg_close(&held->message);
    free(held);
    if (!topic->held && topic->ready) {
        topic->ready = false;
        DL_DELETE(self->ready, topic);
    }
}

void
palm__topics_tidy(palm__topics_t *self, struct palm__topic *topic)
{
    if (!topic->subscribed && !topic->held) {
        forget(self, topic);
    }
}
