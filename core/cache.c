/* SPDX-License-Identifier: MIT */
/* Values are frames: zmq_msg_copy() hands a large one out without copying its
 * bytes, and libzmq counts who still has it.  What takes long, to copy a value
 * in and to free an old one, is done outside the lock. */
#include "config.h"
#include "core/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* uthash calls exit() without memory unless it is told not to; the element that
 * could not be added then has no table. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct entry {
    UT_hash_handle hh;
    zmq_msg_t value;
    size_t key_size;
    char key[]; /* key_size bytes, no NUL */
};

struct palm_cache {
    pthread_mutex_t lock;
    struct entry *entries; /* guarded by lock */
    size_t bytes;          /* of keys and values; guarded by lock */
    size_t byte_limit;     /* 0 = none */
};

palm_cache_t *
palm_cache_new(size_t byte_limit)
{
    palm_cache_t *self = calloc(1, sizeof *self);
    if (!self) {
        return NULL;
    }
    int code = pthread_mutex_init(&self->lock, NULL);
    if (code) {
        free(self);
        errno = code;
        return NULL;
    }
    self->byte_limit = byte_limit;
    return self;
}

static void
entry_free(struct entry *entry)
{
    (void)zmq_msg_close(&entry->value);
    free(entry);
}

void
palm_cache_destroy(palm_cache_t **self_p)
{
    palm_cache_t *self = *self_p;
    struct entry *entry, *next;
    int saved = errno;
    if (!self) {
        return;
    }
    HASH_ITER (hh, self->entries, entry, next) {
        HASH_DEL(self->entries, entry);
        entry_free(entry);
    }
    (void)pthread_mutex_destroy(&self->lock);
    free(self);
    *self_p = NULL;
    errno = saved;
}

/* --- with the lock held -------------------------------------------------- */

static struct entry *
find(palm_cache_t *self, palm_slice_t key)
{
    struct entry *entry;
    const char *data = key.size ? key.data : ""; /* for memcmp(), not NULL */
    HASH_FIND(hh, self->entries, data, key.size, entry);
    return entry;
}

static int
check_limit(const palm_cache_t *self, size_t added, size_t removed)
{
    if (self->byte_limit
        && (added > self->byte_limit
            || self->bytes - removed > self->byte_limit - added)) {
        errno = ENOSPC;
        return -1;
    }
    return 0;
}

/* The older value goes to *value. */
static int
replace(palm_cache_t *self, struct entry *entry, zmq_msg_t *value)
{
    size_t added = zmq_msg_size(value);
    size_t removed = zmq_msg_size(&entry->value);
    if (check_limit(self, added, removed)) {
        return -1;
    }
    zmq_msg_t older;
    (void)zmq_msg_init(&older);
    (void)zmq_msg_move(&older, &entry->value);
    (void)zmq_msg_move(&entry->value, value);
    (void)zmq_msg_move(value, &older);
    self->bytes = self->bytes - removed + added;
    return 0;
}

/* Takes *value on success. */
static int
add(palm_cache_t *self, palm_slice_t key, zmq_msg_t *value)
{
    size_t size = key.size + zmq_msg_size(value);
    if (check_limit(self, size, 0)) {
        return -1;
    }
    struct entry *entry = malloc(sizeof *entry + key.size);
    if (!entry) {
        return -1;
    }
    if (key.size > 0) {
        memcpy(entry->key, key.data, key.size);
    }
    entry->key_size = key.size;
    HASH_ADD_KEYPTR(hh, self->entries, entry->key, key.size, entry);
    if (!entry->hh.tbl) {
        free(entry);
        errno = ENOMEM;
        return -1;
    }
    (void)zmq_msg_init(&entry->value);
    (void)zmq_msg_move(&entry->value, value);
    self->bytes += size;
    return 0;
}

static struct entry *
take(palm_cache_t *self, palm_slice_t key)
{
    struct entry *entry = find(self, key);
    if (entry) {
        self->bytes -= entry->key_size + zmq_msg_size(&entry->value);
        HASH_DEL(self->entries, entry);
    }
    return entry;
}

/* --- public -------------------------------------------------------------- */

int
palm_cache_set(palm_cache_t *self, palm_slice_t key, palm_slice_t value)
{
    zmq_msg_t frame;
    if (key.size != (unsigned)key.size) { /* of uthash */
        errno = ENOSPC;
        return -1;
    }
    if (zmq_msg_init_size(&frame, value.size)) {
        return -1;
    }
    if (value.size > 0) {
        memcpy(zmq_msg_data(&frame), value.data, value.size);
    }
    (void)pthread_mutex_lock(&self->lock);
    struct entry *entry = find(self, key);
    int result = entry ? replace(self, entry, &frame) : add(self, key, &frame);
    (void)pthread_mutex_unlock(&self->lock);
    int saved = errno;
    (void)zmq_msg_close(&frame);
    errno = saved;
    return result;
}

int
palm_cache_get(palm_cache_t *self, palm_slice_t key, zmq_msg_t *value)
{
    (void)pthread_mutex_lock(&self->lock);
    struct entry *entry = find(self, key);
    if (entry) {
        (void)zmq_msg_init(value);
        (void)zmq_msg_copy(value, &entry->value);
    }
    (void)pthread_mutex_unlock(&self->lock);
    if (!entry) {
        errno = ENOENT;
        return -1;
    }
    return 0;
}

int
palm_cache_delete(palm_cache_t *self, palm_slice_t key)
{
    (void)pthread_mutex_lock(&self->lock);
    struct entry *entry = take(self, key);
    (void)pthread_mutex_unlock(&self->lock);
    if (!entry) {
        errno = ENOENT;
        return -1;
    }
    entry_free(entry);
    return 0;
}

size_t
palm_cache_count(palm_cache_t *self)
{
    (void)pthread_mutex_lock(&self->lock);
    size_t count = HASH_COUNT(self->entries);
    (void)pthread_mutex_unlock(&self->lock);
    return count;
}

size_t
palm_cache_bytes(palm_cache_t *self)
{
    (void)pthread_mutex_lock(&self->lock);
    size_t bytes = self->bytes;
    (void)pthread_mutex_unlock(&self->lock);
    return bytes;
}
