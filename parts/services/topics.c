/* SPDX-License-Identifier: MIT */
#include "config.h"

/* An allocation that fails is an error like any other, not the end. */
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((void)(element))
#include "parts/services/topics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONGER = 256 };

void
palm__topics_init(palm__topics_t *self)
{
    memset(self, 0, sizeof *self);
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
            palm__topics_drop_first(self, topic);
        }
        forget(self, topic);
    }
}

static struct palm__topic *
find(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic;
    const char *key = name.size > 0 ? name.data : "";
    HASH_FIND(hh, self->all, key, name.size, topic);
    return topic;
}

/* Finds or makes a topic.  NULL: ENOMEM. */
static struct palm__topic *
require(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic = find(self, name);
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
    HASH_ADD_KEYPTR(hh, self->all, topic->name, topic->name_size, topic);
    if (!find(self, name)) {
        free(topic);
        errno = ENOMEM;
        return NULL;
    }
    return topic;
}

static unsigned *
length_counter(palm__topics_t *self, size_t size)
{
    return size < LONGER ? &self->lengths[size] : &self->longer;
}

int
palm__topics_subscribe(palm__topics_t *self, palm_slice_t name, bool is)
{
    struct palm__topic *topic = is ? require(self, name) : find(self, name);
    if (!topic || topic->subscribed == is) {
        return is && !topic ? -1 : 0;
    }
    topic->subscribed = is;
    palm__topics_set_slow(self, topic, false);
    *length_counter(self, name.size) += is ? 1u : -1u;
    if (!is) {
        self->last = NULL;
        palm__topics_tidy(self, topic);
    }
    return 0;
}

static bool
is_subscribed(palm__topics_t *self, palm_slice_t prefix)
{
    struct palm__topic *topic = find(self, prefix);
    return topic && topic->subscribed;
}

/* Looks only for prefixes of a length that somebody has subscribed to. */
bool
palm__topics_has(palm__topics_t *self, palm_slice_t topic)
{
    palm_slice_t prefix = topic;
    for (size_t n = 0; n <= topic.size && n < LONGER; n++) {
        prefix.size = n;
        if (self->lengths[n] > 0 && is_subscribed(self, prefix)) {
            return true;
        }
    }
    for (size_t n = LONGER; self->longer > 0 && n <= topic.size; n++) {
        prefix.size = n;
        if (is_subscribed(self, prefix)) {
            return true;
        }
    }
    return false;
}

struct palm__topic *
palm__topics_waiting(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic = self->waiting ? find(self, name) : NULL;
    return topic && topic->held ? topic : NULL;
}

struct palm__topic *
palm__topics_idle(palm__topics_t *self, palm_slice_t name)
{
    struct palm__topic *topic = find(self, name);
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
    struct palm__topic *topic = self->slow > 0 ? find(self, name) : NULL;
    return topic && topic->slow ? topic : NULL;
}

int
palm__topics_hold(palm__topics_t *self, palm_slice_t name, zmq_msg_t *message,
                  int64_t now)
{
    struct palm__topic *topic = require(self, name);
    struct palm__held *held = topic ? malloc(sizeof *held) : NULL;
    if (!held) {
        errno = ENOMEM;
        return -1;
    }
    if (!topic->held) {
        topic->moved = now;
        DL_APPEND(self->waiting, topic);
    }
    self->last = NULL;
    self->count++;
    self->bytes += zmq_msg_size(message);
    held->since = now;
    (void)zmq_msg_init(&held->message);
    (void)zmq_msg_move(&held->message, message);
    DL_APPEND(topic->held, held);
    return 0;
}

void
palm__topics_drop_first(palm__topics_t *self, struct palm__topic *topic)
{
    struct palm__held *held = topic->held;
    self->count--;
    self->bytes -= zmq_msg_size(&held->message);
    DL_DELETE(topic->held, held);
    (void)zmq_msg_close(&held->message);
    free(held);
    if (!topic->held) {
        DL_DELETE(self->waiting, topic);
    }
}

void
palm__topics_tidy(palm__topics_t *self, struct palm__topic *topic)
{
    if (!topic->subscribed && !topic->held) {
        forget(self, topic);
    }
}
