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

enum {
    SHARE = 8
}; /* topics that have room of their own for as much as may be */

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
palm__topics_init(palm__topics_t *self, uint32_t key, size_t limit)
{
    memset(self, 0, sizeof *self);
    self->limit = limit;
    self->key = 256 + key % (PRIME - 256);
}

static void
note_subscribed(palm__topics_t *self, struct palm__topic *topic, bool is)
{
    if (topic->subscribed == is) {
        return;
    }
    topic->subscribed = is;
    self->lengths[topic->name_size] += is ? 1u : -1u;
    self->subscribed += is ? 1u : -1u;
    self->subscribed_bytes += is ? topic->name_size : -topic->name_size;
}

static void
forget(palm__topics_t *self, struct palm__topic *topic)
{
    if (self->last == topic) {
        self->last = NULL;
    }
    self->slow -= topic->slow ? 1u : 0u;
    note_subscribed(self, topic, false);
    free(topic->peers);
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
    assert(self->count == 0 && self->seen == 0 && self->waiting == 0);
    assert(self->own == 0 && self->shared == 0);
    assert(!self->aging && !self->ready && self->slow == 0);
    assert(self->subscribed == 0 && self->subscribed_bytes == 0);
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
    note_subscribed(self, topic, is);
    palm__topics_set_slow(self, topic, false);
    if (!is) {
        topic->peer_count = 0;
        self->last = NULL;
        palm__topics_tidy(self, topic);
    }
    return 0;
}

/* Forgets connections whose descriptors others have by now. */
static void
forget_gone(struct palm__topic *topic, const palm__peers_t *peers)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < topic->peer_count; i++) {
        if (!palm__peers_is_gone(peers, topic->peers[i])) {
            topic->peers[kept++] = topic->peers[i];
        }
    }
    topic->peer_count = kept;
}

/* There are never more than descriptors: those of one share a place. */
void
palm__topics_join(struct palm__topic *topic, struct palm__peer peer,
                  const palm__peers_t *peers)
{
    for (unsigned i = 0; i < topic->peer_count; i++) {
        if (topic->peers[i].fd == peer.fd) {
            topic->peers[i] = peer;
            return;
        }
    }
    if (topic->peer_count == topic->peer_room) {
        forget_gone(topic, peers);
    }
    if (topic->peer_count == topic->peer_room) {
        unsigned room = topic->peer_room ? 2 * topic->peer_room : 1;
        struct palm__peer *more =
            realloc(topic->peers, room * sizeof *topic->peers);
        if (!more) {
            return;
        }
        topic->peers = more;
        topic->peer_room = room;
    }
    topic->peers[topic->peer_count++] = peer;
}

void
palm__topics_begin(struct palm__beginnings *at, palm_slice_t name)
{
    at->name = name;
    at->size = 0;
    at->hash = 0;
}

/* Looks only for topics of a length that somebody has subscribed to. */
struct palm__topic *
palm__topics_next(palm__topics_t *self, struct palm__beginnings *at)
{
    while (at->size <= at->name.size && at->size <= PALM__TOPIC_MAX) {
        palm_slice_t prefix = {at->name.data, at->size};
        struct palm__topic *topic = NULL;
        if (self->lengths[at->size] > 0) {
            topic = find_hashed(self, prefix, at->hash);
        }
        if (at->size < at->name.size) {
            at->hash = hash_next(self, at->hash, at->name.data[at->size]);
        }
        at->size++;
        if (topic && topic->subscribed) {
            return topic;
        }
    }
    return NULL;
}

bool
palm__topics_has(palm__topics_t *self, palm_slice_t name)
{
    struct palm__beginnings at;
    palm__topics_begin(&at, name);
    return palm__topics_next(self, &at);
}

struct palm__topic *
palm__topics_waiting(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic =
        self->count > 0 ? palm__topics_find(self, name) : NULL;
    return topic && topic->held ? topic : NULL;
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

/* Whether one more result may wait for its client to subscribe; held->shared
 * tells of which half. */
static bool
has_room(const palm__topics_t *self, const struct palm__topic *topic,
         struct palm__held *held)
{
    held->shared = topic->own + held->cost > self->limit / SHARE
                   || self->own + held->cost > self->limit / 2;
    return !held->shared || self->shared < self->limit / 2;
}

/* Adds to what the results of a topic cost, or takes off. */
static void
pay(palm__topics_t *self, struct palm__topic *topic, bool shared, size_t cost)
{
    size_t *total = shared ? &self->shared : &self->own;
    *(shared ? &topic->shared : &topic->own) += cost;
    *(topic->ready ? &self->waiting : total) += cost;
}

/* Makes a result of a topic, which finds its room.  NULL with errno. */
static struct palm__held *
make_held(palm__topics_t *self, struct palm__topic *topic, size_t size,
          bool ready)
{
    struct palm__held *held = calloc(1, sizeof *held);
    if (!held) {
        errno = ENOMEM;
        return NULL;
    }
    held->topic = topic;
    held->cost = size + sizeof *held + sizeof *topic + topic->name_size;
    if (!ready && !has_room(self, topic, held)) {
        free(held);
        errno = ENOSPC;
        return NULL;
    }
    return held;
}

struct palm__held *
palm__topics_hold(palm__topics_t *self, palm_slice_t name, zmq_msg_t *message,
                  bool ready, int64_t now)
{
    struct palm__topic *topic = require(self, name);
    struct palm__held *held = NULL;
    if (topic) {
        held = make_held(self, topic, zmq_msg_size(message),
                         ready || topic->ready);
    }
    if (!held) {
        int saved = errno;
        if (topic) {
            palm__topics_tidy(self, topic);
        }
        errno = saved;
        return NULL;
    }
    topic->moved = topic->held ? topic->moved : now;
    self->last = NULL;
    self->count++;
    pay(self, topic, held->shared, held->cost);
    (void)zmq_msg_init(&held->message);
    (void)zmq_msg_move(&held->message, message);
    DL_APPEND(topic->held, held);
    age(self, held, now);
    if (ready) {
        palm__topics_set_ready(self, topic, true, now);
    }
    return held;
}

void
palm__topics_set_seen(palm__topics_t *self, struct palm__held *held)
{
    self->seen += held->seen ? 0u : 1u;
    held->seen = true;
}

/* What a topic's results cost goes from one account to the other. */
static void
move_account(palm__topics_t *self, struct palm__topic *topic, bool ready)
{
    size_t sign = ready ? 1 : (size_t)-1;
    topic->ready = ready;
    self->waiting += sign * (topic->own + topic->shared);
    self->own -= sign * topic->own;
    self->shared -= sign * topic->shared;
}

void
palm__topics_set_ready(palm__topics_t *self, struct palm__topic *topic, bool is,
                       int64_t now)
{
    if (topic->ready == is || !topic->held) {
        return;
    }
    move_account(self, topic, is);
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
    self->seen -= held->seen ? 1u : 0u;
    pay(self, topic, held->shared, -held->cost);
    palm__topics_stop_aging(self, held);
    DL_DELETE(topic->held, held);
    (void)zmq_msg_close(&held->message);
    free(held);
    if (topic->held) {
        return;
    }
    assert(topic->own == 0 && topic->shared == 0);
    if (topic->ready) {
        topic->ready = false;
        DL_DELETE(self->ready, topic);
    }
    assert(self->ready || self->waiting == 0);
}

void
palm__topics_tidy(palm__topics_t *self, struct palm__topic *topic)
{
    if (!topic->subscribed && !topic->held) {
        forget(self, topic);
    }
}
