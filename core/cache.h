/* SPDX-License-Identifier: MIT */
/* cache.h: the key-value store of a server.
 *
 * Keys and values are any bytes.  Every call may be made from any thread at
 * any time; a value that was handed out stays valid after it is replaced. */
#ifndef PALM_CACHE_H
#define PALM_CACHE_H

#include <stddef.h>
#include <zmq.h>

#include "core/export.h"
#include "core/message.h"

typedef struct palm_cache palm_cache_t;

PALM_BEGIN_DECLS

/* Makes an empty cache that holds at most byte_limit bytes of keys and values
 * (0 = no limit).  Returns NULL with errno ENOMEM. */
PALM_EXPORT palm_cache_t *palm_cache_new(size_t byte_limit);

/* Frees the cache and sets *self_p to NULL; nothing if it is NULL already.
 * No other thread may still use it. */
PALM_EXPORT void palm_cache_destroy(palm_cache_t **self_p);

/* Stores a copy of the value, in place of an older one.  On failure (-1) the
 * older value stays: ENOSPC (over the byte limit), ENOMEM. */
PALM_EXPORT int palm_cache_set(palm_cache_t *self, palm_slice_t key,
                               palm_slice_t value) PALM_MUST_USE;

/* Gets a value as a frame, which this call initializes and the caller closes
 * with zmq_msg_close().  An empty value is a frame of 0 bytes; a missing key
 * is -1 with errno ENOENT, and *value is then not initialized. */
PALM_EXPORT int palm_cache_get(palm_cache_t *self, palm_slice_t key,
                               zmq_msg_t *value) PALM_MUST_USE;

/* Removes a key.  Returns -1 with errno ENOENT if it is not there. */
PALM_EXPORT int palm_cache_delete(palm_cache_t *self, palm_slice_t key);

/* Number of keys, and bytes of keys and values. */
PALM_EXPORT size_t palm_cache_count(palm_cache_t *self);
PALM_EXPORT size_t palm_cache_bytes(palm_cache_t *self);

PALM_END_DECLS
#endif
