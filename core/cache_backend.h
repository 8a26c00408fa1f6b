/* SPDX-License-Identifier: MIT */
/* cache_backend.h: what a cache stands on, as a row of functions.
 *
 * Every function may be called from any thread at any time, open and close
 * excepted.  They return -1 with errno and, unless that is ENOENT or EEXIST,
 * say in *err what has failed; err is never NULL.  A failed call has changed
 * nothing, except that nobody knows what a connection that broke has done. */
#ifndef PALM_CACHE_BACKEND_H
#define PALM_CACHE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/message.h"

/* The keys that a list has found, one behind the other. */
typedef struct palm__keys {
    char *bytes; /* of all keys; the caller frees it */
    size_t size; /* bytes used */
    size_t room; /* bytes allocated */
    size_t *ends;
    size_t count; /* of keys; key i ends at ends[i] */
    size_t places;
} palm__keys_t;

/* Adds a copy of a key.  Returns -1 with errno ENOMEM. */
int palm__keys_add(palm__keys_t *self, palm_slice_t key);

void palm__keys_fini(palm__keys_t *self);

/* Of the keys that begin with prefix and come after another one (its size 0 =
 * after none), the first so many. */
typedef struct palm__cache_range {
    palm_slice_t prefix;
    palm_slice_t after;
    size_t most;
} palm__cache_range_t;

/* Whether a key begins so, and comes after the other one. */
bool palm__range_has(const palm__cache_range_t *self, palm_slice_t key);

/* What all keys of the range are not before. */
palm_slice_t palm__range_start(const palm__cache_range_t *self);

/* Forgets all but the first so many in the order of their bytes, and those that
 * are there twice.  Returns -1 with errno ENOMEM. */
int palm__keys_cut(palm__keys_t *self, size_t most);

/* The keys in the order of their bytes, each once; their bytes stay those of
 * self.  The caller frees the array.  NULL with errno ENOMEM. */
palm_slice_t *palm__keys_sort(const palm__keys_t *self, size_t *count);

/* ms; no clock that this is added to overflows. */
#define PALM__CACHE_TTL_MAX (INT64_MAX / 4)

/* What set() and cas() do with a key. */
typedef struct palm__cache_write {
    palm_slice_t key;
    palm_slice_t value;
    int64_t ttl;                  /* ms, 0 = for ever */
    bool compare;                 /* only if what is there is as expected */
    const palm_slice_t *expected; /* NULL = nothing; not used by set() */
} palm__cache_write_t;

typedef struct palm__cache_backend {
    const char *name;
    bool has_size;  /* it knows the options size, */
    bool has_evict; /* evict, */
    bool has_path;  /* path, */
    bool has_link;  /* and address and password */

    /* Makes what the others get as store.  NULL on failure. */
    void *(*open)(const palm_cache_options_t *options, palm_error_t *err);
    void (*close)(void *store);

    int (*write)(void *store, const palm__cache_write_t *write,
                 palm_error_t *err);
    int (*get)(void *store, palm_slice_t key, zmq_msg_t *value,
               palm_error_t *err);
    int (*remove)(void *store, palm_slice_t key, palm_error_t *err);
    int (*expire)(void *store, palm_slice_t key, int64_t ttl,
                  palm_error_t *err);

    /* Adds the keys of a range in any order, perhaps twice, and perhaps more
     * than its first ones.  It takes the longer the more it gives; only Redis
     * looks at every key. */
    int (*list)(void *store, const palm__cache_range_t *range,
                palm__keys_t *keys, palm_error_t *err);
    int (*measure)(void *store, size_t *count, size_t *bytes,
                   palm_error_t *err);
} palm__cache_backend_t;

extern const palm__cache_backend_t palm__cache_memory;
extern const palm__cache_backend_t palm__cache_lmdb;
extern const palm__cache_backend_t palm__cache_redis;

/* The back end of that name (NULL = memory).  NULL with the reason in *err and
 * errno ENOENT or ENOTSUP. */
const palm__cache_backend_t *palm__cache_backend_find(const char *name,
                                                      palm_error_t *err);

/* --- what only memory can ------------------------------------------------- */

/* Stores a value that is never evicted and lives until it is deleted; the name
 * stays reserved also then.  The store is one of palm__cache_memory. */
int palm__cache_memory_preset(void *store, palm_slice_t key, palm_slice_t value,
                              palm_error_t *err);

/* Whether the name is reserved by a preset. */
bool palm__cache_memory_is_preset(void *store, palm_slice_t key);

/* --- the cache of a server ------------------------------------------------ */

/* Makes a cache whose back end is not open yet; options may be NULL.  Returns
 * NULL with errno ENOMEM. */
palm_cache_t *palm__cache_new(const palm_cache_options_t *options);

/* Opens the back end, unless it is open. */
int palm__cache_attach(palm_cache_t *self, palm_error_t *err);

/* Puts a key into this process, in front of the back end: what a server says
 * of itself is not for others.  A later set or delete of that key reaches only
 * what is in front. */
int palm__cache_preset(palm_cache_t *self, palm_slice_t key, palm_slice_t value)
    PALM_MUST_USE;

int palm__cache_options_copy(palm_cache_options_t *to,
                             const palm_cache_options_t *from);
void palm__cache_options_fini(palm_cache_options_t *options);

#endif
