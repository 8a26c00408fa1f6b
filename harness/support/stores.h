/* SPDX-License-Identifier: MIT */
/* stores.h: where caches of tests keep their bytes: folders that go away with
 * the test program, and Redis servers that it starts. */
#ifndef HARNESS_STORES_H
#define HARNESS_STORES_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/cache.h"

enum { STORE_TEXT = 256 };

/* A folder of the test program's own; the first call makes it, the program's
 * end removes it with all that is in it. */
const char *store_folder(void);

/* A path in it that nothing has had before. */
void store_path(char path[STORE_TEXT], const char *name);

/* A running redis-server. */
struct redis {
    pid_t pid; /* 0 = none runs */
    int port;
    char address[STORE_TEXT]; /* tcp://127.0.0.1:PORT */
    const char *extra[9];     /* more arguments, up to NULL */
};

/* Starts one at a free port and waits until it answers.  Marks the test as
 * skipped, and returns false, where there is no redis-server, or libpalm cannot
 * use it. */
bool redis_start(struct redis *redis);

/* Starts it again, at the same port. */
void redis_restart(struct redis *redis);

/* Sends it a signal; SIGKILL and SIGTERM wait for its end. */
void redis_signal(struct redis *redis, int number);

/* Options of a cache in it, with a prefix that no other test has. */
palm_cache_options_t redis_options(const struct redis *redis);

/* Whether libpalm has that back end; if not, the test is marked as skipped. */
bool has_backend(const char *name);

/* A cache with these options, or the test fails with the reason. */
palm_cache_t *open_cache(const palm_cache_options_t *options);

/* --- what is in a cache --------------------------------------------------- */

/* Sets texts; returns what palm_cache_set() returns. */
int set(palm_cache_t *cache, const char *key, const char *value);
void holds(palm_cache_t *cache, const char *key, const char *expected);
void misses(palm_cache_t *cache, const char *key);

/* Waits until a key is not there any more. */
void await_end_of(palm_cache_t *cache, const char *key);

/* The keys that begin with prefix are those, separated by blanks. */
void lists(palm_cache_t *cache, const char *prefix, const char *expected);

#endif
