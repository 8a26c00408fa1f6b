/* SPDX-License-Identifier: MIT */
/* cache_redis.h: the connections to a Redis, for the two files of that back
 * end. */
#ifndef PALM_CACHE_REDIS_H
#define PALM_CACHE_REDIS_H

#include <hiredis.h>
#include <stddef.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/message.h"

typedef struct palm__redis palm__redis_t;

/* All that open and close do; see cache_backend.h. */
void *palm__redis_open(const palm_cache_options_t *options, palm_error_t *err);
void palm__redis_close(void *store);

/* Stands before each key. */
palm_slice_t palm__redis_prefix(const palm__redis_t *self);

/* Sends a command of count words and gets its reply, which the caller frees; a
 * Redis that refuses is a failure, too.  NULL with the reason in *err. */
redisReply *palm__redis_call(palm__redis_t *self, size_t count,
                             const palm_slice_t *words, palm_error_t *err);

/* Fills *err, the address before the text; returns -1. */
int palm__redis_fail(const palm__redis_t *self, int code, const char *text,
                     palm_error_t *err);

#endif
