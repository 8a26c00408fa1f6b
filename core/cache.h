/* SPDX-License-Identifier: MIT */
/* cache.h: the key-value store of a server.
 *
 * Keys and values are any bytes.  Every call may be made from any thread at
 * any time; a value that was handed out stays valid after it is replaced.
 *
 * Where the bytes are is the back end's: in this process (memory, the default),
 * in a file (lmdb) or in a Redis that several servers share (redis).  A back
 * end that fails gives -1 with its errno, as EIO, ECONNREFUSED or ETIMEDOUT,
 * and palm_cache_error() says it in words. */
#ifndef PALM_CACHE_H
#define PALM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/export.h"
#include "core/message.h"

typedef struct palm_cache palm_cache_t;

typedef struct palm_cache_options {
    const char *backend;  /* memory, lmdb or redis; NULL = memory */
    int64_t size;         /* memory, lmdb: bytes of keys and values, 0 = no
                             limit */
    bool evict;           /* memory: over the limit the keys go that were not
                             used for longest, rather than ENOSPC */
    int64_t ttl;          /* ms that a value lives after it is set, 0 = until
                             it is deleted */
    const char *path;     /* lmdb: the folder; made if its parent is there */
    int64_t map_size;     /* lmdb: bytes that the file may have */
    bool sync;            /* lmdb: a set is on the disk when it returns */
    const char *address;  /* redis: tcp://HOST:PORT or ipc://PATH */
    const char *password; /* redis: NULL = none */
    const char *prefix;   /* redis: stands before each key */
    int64_t timeout;      /* redis: ms to connect, and for each answer */
    bool protect;         /* peers may not change what the server presets */
} palm_cache_options_t;

/* Gets a key; another result than 0 ends the list. */
typedef int palm_cache_list_f(palm_slice_t key, void *arg);

PALM_BEGIN_DECLS

/* Sets every option to its default. */
PALM_EXPORT void palm_cache_options_init(palm_cache_options_t *options);

/* Sets an option by its name, as in [cache] of a server file.  Errors as in
 * palm_part_option_set(); ENOTSUP: the back end is not built in. */
PALM_EXPORT int palm_cache_option_set(palm_cache_options_t *options,
                                      const char *key, const char *text,
                                      palm_error_t *err);

/* Name of the option number index, NULL after the last. */
PALM_EXPORT const char *palm_cache_option_name(size_t index);

/* Whether the options make sense together.  Returns -1 with the reason in *err
 * and errno EINVAL, ENOENT (no such back end) or ENOTSUP (not built in). */
PALM_EXPORT int palm_cache_options_check(const palm_cache_options_t *options,
                                         palm_error_t *err);

/* Name of the built-in back end number index, NULL after the last. */
PALM_EXPORT const char *palm_cache_backend_name(size_t index);

/* Makes a cache on a back end; options may be NULL for the defaults.  Returns
 * NULL with the reason in *err; errno is one of palm_cache_options_check(),
 * ENOMEM, EBUSY (this process has that lmdb folder open), or what the file
 * system or the connection gave. */
PALM_EXPORT palm_cache_t *palm_cache_open(const palm_cache_options_t *options,
                                          palm_error_t *err);

/* Makes an empty cache in memory that holds at most byte_limit bytes of keys
 * and values (0 = no limit).  Returns NULL with errno ENOMEM. */
PALM_EXPORT palm_cache_t *palm_cache_new(size_t byte_limit);

/* Frees the cache and sets *self_p to NULL; nothing if it is NULL already.
 * No other thread may still use it. */
PALM_EXPORT void palm_cache_destroy(palm_cache_t **self_p);

/* Stores a copy of the value, in place of an older one.  On failure (-1) the
 * older value stays: ENOSPC (over the byte limit), ENOMEM.  If a connection
 * broke or did not answer, the value may have been stored. */
PALM_EXPORT int palm_cache_set(palm_cache_t *self, palm_slice_t key,
                               palm_slice_t value) PALM_MUST_USE;

/* Gets a value as a frame, which this call initializes and the caller closes
 * with zmq_msg_close().  An empty value is a frame of 0 bytes; a missing key
 * is -1 with errno ENOENT, and *value is then not initialized. */
PALM_EXPORT int palm_cache_get(palm_cache_t *self, palm_slice_t key,
                               zmq_msg_t *value) PALM_MUST_USE;

/* Removes a key.  Returns -1 with errno ENOENT if it is not there. */
PALM_EXPORT int palm_cache_delete(palm_cache_t *self, palm_slice_t key);

/* Stores a value only if the present one equals *expected, or, with expected
 * NULL, if there is none; nobody comes between the two.  Returns -1 with errno
 * EEXIST (there is another value), ENOENT (there is none), or as
 * palm_cache_set(). */
PALM_EXPORT int palm_cache_cas(palm_cache_t *self, palm_slice_t key,
                               const palm_slice_t *expected, palm_slice_t value)
    PALM_MUST_USE;

/* Sets how many ms from now the key lives, 0 = until it is deleted; the next
 * set or cas forgets it.  Returns -1 with errno ENOENT, EINVAL (less than 0),
 * ENOMEM. */
PALM_EXPORT int palm_cache_ttl(palm_cache_t *self, palm_slice_t key,
                               int64_t ttl);

/* Whether peers may not change a key: one that is preset, unless the option
 * protect is false.  It stays so when its value is deleted here. */
PALM_EXPORT bool palm_cache_is_protected(palm_cache_t *self, palm_slice_t key);

/* Calls f for each key that begins with prefix, in the order of their bytes.
 * Keys that are set or deleted meanwhile may be missing or be there; f may use
 * the cache.  Returns 0, what f returned if that is not 0, or -1 with errno
 * ENOMEM.  The cache is free for others between 1,024 keys and the next. */
PALM_EXPORT int palm_cache_list(palm_cache_t *self, palm_slice_t prefix,
                                palm_cache_list_f *f, void *arg);

/* The same for the first so many (most, at least 1) of those keys that come
 * after another one, which need not be there; its size 0 = from the first on.
 * In memory and LMDB it takes a time that follows from most; Redis looks at
 * every key that it has. */
PALM_EXPORT int palm_cache_list_after(palm_cache_t *self, palm_slice_t prefix,
                                      palm_slice_t after, size_t most,
                                      palm_cache_list_f *f, void *arg);

/* Number of keys, and bytes of keys and values; 0 if the back end cannot tell.
 * Redis has to look at every key for it. */
PALM_EXPORT size_t palm_cache_count(palm_cache_t *self);
PALM_EXPORT size_t palm_cache_bytes(palm_cache_t *self);

/* Copies the latest failure of the back end (not ENOENT or EEXIST) into *err;
 * err->code is 0 if there was none. */
PALM_EXPORT void palm_cache_error(palm_cache_t *self, palm_error_t *err);

PALM_END_DECLS
#endif
