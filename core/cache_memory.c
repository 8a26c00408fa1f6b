/* SPDX-License-Identifier: MIT */
/* cache_memory.c: a cache in this process.
 *
 * Values are frames: zmq_msg_copy() hands a large one out without copying its
 * bytes, and libzmq counts who still has it.  What takes long, to copy a value
 * in and to free an old one, is done outside the lock. */
#include "config.h"
#include "core/cache_backend.h"
#include "core/cache_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "core/compat.h"

struct memory {
    pthread_mutex_t lock;
    size_t limit; /* bytes, 0 = none; fixed */
    bool evict;   /* fixed */
    /* guarded by lock: */
    palm__entry_t *entries; /* all, by key */
    palm__order_t order;    /* all, in the order of their keys */
    palm__entry_t *by_use;  /* if evict: all but presets, the latest first */
    palm__expiry_t expiry;
    size_t count;        /* of keys that have a value */
    size_t bytes;        /* of keys and values */
    size_t preset_bytes; /* of these: what is not evicted */
};

/* What is to be freed when the lock is open again, linked by next. */
struct trash {
    palm__entry_t *entries;
};

static void *
memory_open(const palm_cache_options_t *options, palm_error_t *err)
{
    struct memory *self = calloc(1, sizeof *self);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    (void)pthread_mutex_init(&self->lock, NULL);
    self->limit =
        (uint64_t)options->size > SIZE_MAX ? SIZE_MAX : (size_t)options->size;
    self->evict = options->evict;
    return self;
}

static void
entry_free(palm__entry_t *entry)
{
    (void)zmq_msg_close(&entry->value);
    free(entry);
}

static void
memory_close(void *store)
{
    struct memory *self = store;
    palm__entry_t *entry, *next;
    HASH_ITER (hh, self->entries, entry, next) {
        HASH_DEL(self->entries, entry);
        entry_free(entry);
    }
    free(self->expiry.entries);
    (void)pthread_mutex_destroy(&self->lock);
    free(self);
}

static void
trash_empty(struct trash *trash)
{
    int saved = errno;
    while (trash->entries) {
        palm__entry_t *entry = trash->entries;
        trash->entries = entry->next;
        entry_free(entry);
    }
    errno = saved;
}

/* --- with the lock held --------------------------------------------------- */

static bool
is_too_long(palm_slice_t key)
{
    return key.size != (unsigned)key.size; /* what uthash can count */
}

/* The entry of a key, also one without a value. */
static palm__entry_t *
find(struct memory *self, palm_slice_t key)
{
    palm__entry_t *entry;
    const char *data = key.size ? key.data : ""; /* for memcmp(), not NULL */
    if (is_too_long(key)) {
        return NULL;
    }
    HASH_FIND(hh, self->entries, data, key.size, entry);
    return entry;
}

static bool
has_value(const palm__entry_t *entry)
{
    return entry && !entry->is_absent
           && (entry->deadline == PALM__ENTRY_LIVES
               || entry->deadline > palm__now_ms());
}

/* Bytes that count. */
static size_t
size_of(const palm__entry_t *entry)
{
    return entry->is_absent
               ? 0
               : entry->key_size + zmq_msg_size((zmq_msg_t *)&entry->value);
}

/* Takes an entry's size out of the sums, or puts it there. */
static void
uncount(struct memory *self, const palm__entry_t *entry)
{
    size_t size = size_of(entry);
    self->bytes -= size;
    self->preset_bytes -= entry->is_preset ? size : 0;
    self->count -= !entry->is_absent;
}

static void
count(struct memory *self, const palm__entry_t *entry)
{
    size_t size = size_of(entry);
    self->bytes += size;
    self->preset_bytes += entry->is_preset ? size : 0;
    self->count += !entry->is_absent;
}

/* Ends an entry; of a preset only the name stays. */
static void
drop(struct memory *self, palm__entry_t *entry, struct trash *trash)
{
    uncount(self, entry);
    palm__expiry_set(&self->expiry, entry, PALM__ENTRY_LIVES);
    if (entry->is_preset) {
        entry->is_absent = true;
        (void)zmq_msg_close(&entry->value);
        (void)zmq_msg_init(&entry->value);
        return;
    }
    if (self->evict) {
        DL_DELETE(self->by_use, entry);
    }
    HASH_DEL(self->entries, entry);
    palm__order_remove(&self->order, entry);
    entry->next = trash->entries;
    trash->entries = entry;
}

static void
drop_due(struct memory *self, struct trash *trash)
{
    palm__entry_t *entry;
    if (self->expiry.count == 0) {
        return;
    }
    int64_t now = palm__now_ms();
    while ((entry = palm__expiry_due(&self->expiry, now))) {
        drop(self, entry, trash);
    }
}

static void
mark_used(struct memory *self, palm__entry_t *entry)
{
    if (self->evict && !entry->is_preset && self->by_use != entry) {
        DL_DELETE(self->by_use, entry);
        DL_PREPEND(self->by_use, entry);
    }
}

/* Whether the value may be there instead of entry (NULL = nothing). */
static int
check_expected(const palm__cache_write_t *write, palm__entry_t *entry)
{
    bool is_there = entry && !entry->is_absent;
    if (!write->compare || (!write->expected && !is_there)) {
        return 0;
    }
    if (!is_there) {
        errno = ENOENT;
        return -1;
    }
    if (write->expected) {
        palm_slice_t present = {zmq_msg_data(&entry->value),
                                zmq_msg_size(&entry->value)};
        if (palm_slice_is_equal(present, *write->expected)) {
            return 0;
        }
    }
    errno = EEXIST;
    return -1;
}

/* Whether size bytes fit in place of entry (NULL = nothing), after evictions if
 * these are allowed. */
static int
check_limit(const struct memory *self, size_t size, const palm__entry_t *entry,
            palm_error_t *err)
{
    size_t old = entry ? size_of(entry) : 0;
    size_t stays = self->evict ? self->preset_bytes : self->bytes;
    if (!self->evict || (entry && entry->is_preset)) {
        stays -= old;
    }
    if (self->limit && (size > self->limit || stays > self->limit - size)) {
        return palm_error_set(err, ENOSPC,
                              "the cache has no room for %zu more bytes: its "
                              "size is %zu",
                              size, self->limit);
    }
    return 0;
}

/* Evicts until the limit is kept.  The entry itself is the latest. */
static void
evict(struct memory *self, struct trash *trash)
{
    while (self->evict && self->limit && self->bytes > self->limit) {
        drop(self, self->by_use->prev, trash);
    }
}

/* An entry with its key and its place in the order, in one block: behind the
 * key are the links. */
static palm__entry_t *
entry_new(palm_slice_t key)
{
    unsigned height = palm__order_height(key);
    size_t links = sizeof(palm__entry_t) + key.size;
    links += -links % sizeof(palm__entry_t *);
    palm__entry_t *entry = malloc(links + height * sizeof *entry->behind);
    if (entry) {
        if (key.size > 0) {
            memcpy(entry->key, key.data, key.size);
        }
        entry->key_size = key.size;
        entry->height = height;
        entry->behind = (void *)((char *)entry + links);
    }
    return entry;
}

/* Adds an entry that is absent yet.  NULL with errno ENOMEM. */
static palm__entry_t *
add(struct memory *self, palm_slice_t key, bool is_preset)
{
    palm__entry_t *entry = entry_new(key);
    if (!entry) {
        return NULL;
    }
    entry->deadline = PALM__ENTRY_LIVES;
    entry->is_preset = is_preset;
    entry->is_absent = true;
    HASH_ADD_KEYPTR(hh, self->entries, entry->key, key.size, entry);
    if (!entry->hh.tbl) {
        free(entry);
        errno = ENOMEM;
        return NULL;
    }
    palm__order_add(&self->order, entry);
    (void)zmq_msg_init(&entry->value);
    if (self->evict && !is_preset) {
        DL_PREPEND(self->by_use, entry);
    }
    return entry;
}

/* Takes *value on success, and gives the older one. */
static int
store_value(struct memory *self, const palm__cache_write_t *write,
            zmq_msg_t *value, bool preset, struct trash *trash,
            palm_error_t *err)
{
    drop_due(self, trash);
    palm__entry_t *entry = find(self, write->key);
    if (check_expected(write, entry)
        || check_limit(self, write->key.size + zmq_msg_size(value), entry,
                       err)) {
        return -1;
    }
    bool is_preset = preset || (entry && entry->is_preset);
    bool ends = write->ttl > 0 && !is_preset;
    if ((ends && palm__expiry_reserve(&self->expiry))
        || (!entry && !(entry = add(self, write->key, preset)))) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    uncount(self, entry);
    if (preset && !entry->is_preset && self->evict) {
        DL_DELETE(self->by_use, entry);
    }
    entry->is_preset = is_preset;
    entry->is_absent = false;
    zmq_msg_t older;
    (void)zmq_msg_init(&older);
    (void)zmq_msg_move(&older, &entry->value);
    (void)zmq_msg_move(&entry->value, value);
    (void)zmq_msg_move(value, &older);
    (void)zmq_msg_close(&older);
    count(self, entry);
    palm__expiry_set(&self->expiry, entry,
                     ends ? palm__now_ms() + write->ttl : PALM__ENTRY_LIVES);
    mark_used(self, entry);
    evict(self, trash);
    return 0;
}

/* --- the row -------------------------------------------------------------- */

static int
write_value(struct memory *self, const palm__cache_write_t *write, bool preset,
            palm_error_t *err)
{
    zmq_msg_t frame;
    struct trash trash = {NULL};
    if (is_too_long(write->key)) {
        return palm_error_set(err, ENOSPC, "the key is too long");
    }
    if (zmq_msg_init_size(&frame, write->value.size)) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    if (write->value.size > 0) {
        memcpy(zmq_msg_data(&frame), write->value.data, write->value.size);
    }
    (void)pthread_mutex_lock(&self->lock);
    int result = store_value(self, write, &frame, preset, &trash, err);
    (void)pthread_mutex_unlock(&self->lock);
    int saved = errno;
    (void)zmq_msg_close(&frame);
    errno = saved;
    trash_empty(&trash);
    return result;
}

static int
memory_write(void *store, const palm__cache_write_t *write, palm_error_t *err)
{
    return write_value(store, write, false, err);
}

static int
memory_get(void *store, palm_slice_t key, zmq_msg_t *value, palm_error_t *err)
{
    struct memory *self = store;
    (void)err;
    (void)pthread_mutex_lock(&self->lock);
    palm__entry_t *entry = find(self, key);
    bool found = has_value(entry);
    if (found) {
        (void)zmq_msg_init(value);
        (void)zmq_msg_copy(value, &entry->value);
        mark_used(self, entry);
    }
    (void)pthread_mutex_unlock(&self->lock);
    if (!found) {
        errno = ENOENT;
        return -1;
    }
    return 0;
}

static int
memory_remove(void *store, palm_slice_t key, palm_error_t *err)
{
    struct memory *self = store;
    struct trash trash = {NULL};
    (void)err;
    (void)pthread_mutex_lock(&self->lock);
    palm__entry_t *entry = find(self, key);
    bool found = has_value(entry);
    if (found) {
        drop(self, entry, &trash);
    }
    (void)pthread_mutex_unlock(&self->lock);
    trash_empty(&trash);
    if (!found) {
        errno = ENOENT;
        return -1;
    }
    return 0;
}

static int
memory_expire(void *store, palm_slice_t key, int64_t ttl, palm_error_t *err)
{
    struct memory *self = store;
    int code = 0;
    (void)pthread_mutex_lock(&self->lock);
    palm__entry_t *entry = find(self, key);
    if (!has_value(entry)) {
        code = ENOENT;
    } else if (ttl > 0 && palm__expiry_reserve(&self->expiry)) {
        code = ENOMEM;
    } else {
        palm__expiry_set(&self->expiry, entry,
                         ttl > 0 ? palm__now_ms() + ttl : PALM__ENTRY_LIVES);
    }
    (void)pthread_mutex_unlock(&self->lock);
    return code ? palm_error_set(err, code, "%s", palm_strerror(code)) : 0;
}

static int
memory_list(void *store, const palm__cache_range_t *range, palm__keys_t *keys,
            palm_error_t *err)
{
    struct memory *self = store;
    struct trash trash = {NULL};
    size_t found = 0;
    int result = 0;
    (void)pthread_mutex_lock(&self->lock);
    drop_due(self, &trash);
    palm__entry_t *entry =
        palm__order_find(&self->order, palm__range_start(range));
    if (entry && range->after.size > 0
        && palm_slice_is_equal(palm__entry_key(entry), range->after)) {
        entry = entry->behind[0];
    }
    for (; entry && found < range->most && !result
           && palm__range_has(range, palm__entry_key(entry));
         entry = entry->behind[0]) {
        if (!entry->is_absent) {
            result = palm__keys_add(keys, palm__entry_key(entry));
            found++;
        }
    }
    (void)pthread_mutex_unlock(&self->lock);
    trash_empty(&trash);
    return result ? palm_error_set(err, ENOMEM, "out of memory") : 0;
}

static int
memory_measure(void *store, size_t *keys, size_t *bytes, palm_error_t *err)
{
    struct memory *self = store;
    struct trash trash = {NULL};
    (void)err;
    (void)pthread_mutex_lock(&self->lock);
    drop_due(self, &trash);
    *keys = self->count;
    *bytes = self->bytes;
    (void)pthread_mutex_unlock(&self->lock);
    trash_empty(&trash);
    return 0;
}

const palm__cache_backend_t palm__cache_memory = {
    .name = "memory",
    .has_size = true,
    .has_evict = true,
    .open = memory_open,
    .close = memory_close,
    .write = memory_write,
    .get = memory_get,
    .remove = memory_remove,
    .expire = memory_expire,
    .list = memory_list,
    .measure = memory_measure,
};

/* --- presets -------------------------------------------------------------- */

int
palm__cache_memory_preset(void *store, palm_slice_t key, palm_slice_t value,
                          palm_error_t *err)
{
    palm__cache_write_t write = {.key = key, .value = value};
    return write_value(store, &write, true, err);
}

bool
palm__cache_memory_is_preset(void *store, palm_slice_t key)
{
    struct memory *self = store;
    (void)pthread_mutex_lock(&self->lock);
    palm__entry_t *entry = find(self, key);
    bool is_preset = entry && entry->is_preset;
    (void)pthread_mutex_unlock(&self->lock);
    return is_preset;
}
