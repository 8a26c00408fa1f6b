/* SPDX-License-Identifier: MIT */
/* cache.c: the face of a cache: presets in front of a back end.
 *
 * Where the back end is memory, presets are entries of it.  Elsewhere they are
 * in a memory of their own, and their names never reach the back end: two
 * masters that share a Redis have each their own addresses. */
#include "config.h"
#include "core/cache.h"
#include "core/cache_backend.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct palm_cache {
    palm_cache_options_t options;         /* fixed */
    const palm__cache_backend_t *backend; /* fixed; NULL = no such one */
    void *store;                          /* NULL until it is attached */
    void *presets;                        /* a memory; NULL = store is one */
    pthread_mutex_t lock;
    palm_error_t latest; /* failure of the back end; guarded by lock */
};

/* Where a key is. */
struct place {
    const palm__cache_backend_t *backend;
    void *store; /* NULL = not open yet */
};

/* --- life ----------------------------------------------------------------- */

palm_cache_t *
palm__cache_new(const palm_cache_options_t *options)
{
    palm_cache_t *self = calloc(1, sizeof *self);
    palm_cache_options_t defaults;
    palm_error_t err;
    palm_cache_options_init(&defaults);
    if (!self
        || palm__cache_options_copy(&self->options,
                                    options ? options : &defaults)) {
        free(self);
        errno = ENOMEM;
        return NULL;
    }
    (void)pthread_mutex_init(&self->lock, NULL);
    self->backend = palm__cache_backend_find(self->options.backend, &err);
    if (self->backend == &palm__cache_memory) {
        self->store = palm__cache_memory.open(&self->options, &err);
    } else {
        self->presets = palm__cache_memory.open(&defaults, &err);
    }
    if (!self->store && !self->presets) {
        palm_cache_destroy(&self);
        errno = ENOMEM;
    }
    return self;
}

int
palm__cache_attach(palm_cache_t *self, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    if (palm_cache_options_check(&self->options, err)) {
        return -1;
    }
    if (!self->store
        && !(self->store = self->backend->open(&self->options, &why))) {
        return palm_error_set(err, why.code, "cache: %s", why.text);
    }
    return 0;
}

palm_cache_t *
palm_cache_open(const palm_cache_options_t *options, palm_error_t *err)
{
    palm_cache_t *self = palm__cache_new(options);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "cache: out of memory");
        return NULL;
    }
    if (palm__cache_attach(self, err)) {
        palm_cache_destroy(&self);
    }
    return self;
}

palm_cache_t *
palm_cache_new(size_t byte_limit)
{
    palm_cache_options_t options;
    palm_cache_options_init(&options);
    options.size = byte_limit > INT64_MAX ? INT64_MAX : (int64_t)byte_limit;
    return palm__cache_new(&options);
}

void
palm_cache_destroy(palm_cache_t **self_p)
{
    palm_cache_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    if (self->store) {
        self->backend->close(self->store);
    }
    if (self->presets) {
        palm__cache_memory.close(self->presets);
    }
    palm__cache_options_fini(&self->options);
    (void)pthread_mutex_destroy(&self->lock);
    free(self);
    *self_p = NULL;
    errno = saved;
}

/* --- failures ------------------------------------------------------------- */

/* Keeps what an operator should read; gives result, and errno as it was. */
static int
settle(palm_cache_t *self, int result, const palm_error_t *err)
{
    int code = errno;
    if (result && code != ENOENT && code != EEXIST) {
        (void)pthread_mutex_lock(&self->lock);
        (void)palm_error_set(&self->latest, code, "%s",
                             *err->text ? err->text : palm_strerror(code));
        (void)pthread_mutex_unlock(&self->lock);
        errno = code;
    }
    return result;
}

void
palm_cache_error(palm_cache_t *self, palm_error_t *err)
{
    (void)pthread_mutex_lock(&self->lock);
    *err = self->latest;
    (void)pthread_mutex_unlock(&self->lock);
}

/* --- keys ----------------------------------------------------------------- */

static struct place
place_of(palm_cache_t *self, palm_slice_t key)
{
    struct place place = {self->backend, self->store};
    if (self->presets && palm__cache_memory_is_preset(self->presets, key)) {
        place.backend = &palm__cache_memory;
        place.store = self->presets;
    }
    return place;
}

/* Also clears *err, all of which need not be zero for each call. */
static int
check_open(const struct place *place, palm_error_t *err)
{
    err->text[0] = '\0';
    return place->store ? 0
                        : palm_error_set(err, ENOTCONN,
                                         "the cache's back end is not open "
                                         "before the server starts");
}

static int
write_key(palm_cache_t *self, palm__cache_write_t *write)
{
    palm_error_t err;
    struct place place = place_of(self, write->key);
    write->ttl = self->options.ttl;
    return settle(self,
                  check_open(&place, &err)
                      || place.backend->write(place.store, write, &err),
                  &err)
               ? -1
               : 0;
}

int
palm_cache_set(palm_cache_t *self, palm_slice_t key, palm_slice_t value)
{
    palm__cache_write_t write = {.key = key, .value = value};
    return write_key(self, &write);
}

int
palm_cache_cas(palm_cache_t *self, palm_slice_t key,
               const palm_slice_t *expected, palm_slice_t value)
{
    palm__cache_write_t write = {
        .key = key, .value = value, .compare = true, .expected = expected};
    return write_key(self, &write);
}

int
palm_cache_get(palm_cache_t *self, palm_slice_t key, zmq_msg_t *value)
{
    palm_error_t err;
    struct place place = place_of(self, key);
    return settle(self,
                  check_open(&place, &err)
                      || place.backend->get(place.store, key, value, &err),
                  &err)
               ? -1
               : 0;
}

int
palm_cache_delete(palm_cache_t *self, palm_slice_t key)
{
    palm_error_t err;
    struct place place = place_of(self, key);
    return settle(self,
                  check_open(&place, &err)
                      || place.backend->remove(place.store, key, &err),
                  &err)
               ? -1
               : 0;
}

int
palm_cache_ttl(palm_cache_t *self, palm_slice_t key, int64_t ttl)
{
    palm_error_t err;
    struct place place = place_of(self, key);
    if (ttl < 0) {
        errno = EINVAL;
        return -1;
    }
    if (ttl > PALM__CACHE_TTL_MAX) {
        ttl = PALM__CACHE_TTL_MAX;
    }
    return settle(self,
                  check_open(&place, &err)
                      || place.backend->expire(place.store, key, ttl, &err),
                  &err)
               ? -1
               : 0;
}

/* The memory that presets are in. */
static void *
store_of_presets(const palm_cache_t *self)
{
    return self->presets ? self->presets : self->store;
}

int
palm__cache_preset(palm_cache_t *self, palm_slice_t key, palm_slice_t value)
{
    palm_error_t err;
    err.text[0] = '\0';
    return settle(
        self,
        palm__cache_memory_preset(store_of_presets(self), key, value, &err),
        &err);
}

bool
palm_cache_is_protected(palm_cache_t *self, palm_slice_t key)
{
    return self->options.protect
           && palm__cache_memory_is_preset(store_of_presets(self), key);
}

/* --- all keys ------------------------------------------------------------- */

enum { PAGE = 1024 /* keys that are listed in one go */ };

/* Adds what the back end and the presets have. */
static int
gather(palm_cache_t *self, const palm__cache_range_t *range, palm__keys_t *keys,
       palm_error_t *err)
{
    struct place place = {self->backend, self->store};
    if (check_open(&place, err)
        || self->backend->list(self->store, range, keys, err)) {
        return -1;
    }
    return self->presets
               ? palm__cache_memory.list(self->presets, range, keys, err)
               : 0;
}

/* Calls f for each key of a range.  Whether there may be more: then the range
 * is the next one, as long as keys lives. */
static int
list_range(palm_cache_t *self, palm__cache_range_t *range, palm__keys_t *keys,
           palm_cache_list_f *f, void *arg, bool *more)
{
    palm_error_t err;
    palm_slice_t *sorted = NULL;
    size_t count = 0;
    int result = gather(self, range, keys, &err) ? -1 : 0;
    if (!result && !(sorted = palm__keys_sort(keys, &count))) {
        errno = ENOMEM;
        result = -1;
    }
    (void)settle(self, result, &err);
    *more = count >= range->most;
    count = *more ? range->most : count;
    for (size_t i = 0; i < count && !result; i++) {
        range->after = sorted[i];
        result = f(sorted[i], arg);
    }
    int saved = errno;
    free(sorted);
    errno = saved;
    return result;
}

/* Ends what keys hold; errno stays. */
static void
keys_end(palm__keys_t *keys)
{
    int saved = errno;
    palm__keys_fini(keys);
    errno = saved;
}

int
palm_cache_list_after(palm_cache_t *self, palm_slice_t prefix,
                      palm_slice_t after, size_t most, palm_cache_list_f *f,
                      void *arg)
{
    palm__cache_range_t range = {prefix, after, most};
    palm__keys_t keys = {0};
    bool more;
    int result = list_range(self, &range, &keys, f, arg, &more);
    keys_end(&keys);
    return result;
}

int
palm_cache_list(palm_cache_t *self, palm_slice_t prefix, palm_cache_list_f *f,
                void *arg)
{
    palm__cache_range_t range = {prefix, {NULL, 0}, PAGE};
    palm__keys_t pages[2] = {{0}, {0}}; /* one begins where the other ends */
    bool more = true;
    int result = 0;
    for (int i = 0; more && !result; i = !i) {
        palm__keys_fini(&pages[i]);
        result = list_range(self, &range, &pages[i], f, arg, &more);
    }
    keys_end(&pages[0]);
    keys_end(&pages[1]);
    return result;
}

/* Adds the numbers of the back end and the presets. */
static void
measure(palm_cache_t *self, size_t *count, size_t *bytes)
{
    palm_error_t err;
    struct place place = {self->backend, self->store};
    size_t more_count = 0, more_bytes = 0;
    *count = *bytes = 0;
    if (settle(self,
               check_open(&place, &err)
                   || self->backend->measure(self->store, count, bytes, &err),
               &err)) {
        *count = *bytes = 0;
    }
    if (self->presets
        && !palm__cache_memory.measure(self->presets, &more_count, &more_bytes,
                                       &err)) {
        *count += more_count;
        *bytes += more_bytes;
    }
}

size_t
palm_cache_count(palm_cache_t *self)
{
    size_t count, bytes;
    measure(self, &count, &bytes);
    return count;
}

size_t
palm_cache_bytes(palm_cache_t *self)
{
    size_t count, bytes;
    measure(self, &count, &bytes);
    return bytes;
}
