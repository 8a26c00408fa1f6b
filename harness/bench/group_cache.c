/* SPDX-License-Identifier: MIT */
/* group_cache.c: a cache service, against a bare REP that does the same, and
 * against redis-benchmark. */
#include "config.h"

#include <string.h>

#include "core/cache.h"
#include "harness/bench/tool.h"
#include "harness/bench/work.h"

#define TOOL "redis-benchmark"

static bool
has_store(const char *name)
{
    const char *built_in;
    for (size_t i = 0; (built_in = palm_cache_backend_name(i)); i++) {
        if (!strcmp(built_in, name)) {
            return true;
        }
    }
    return false;
}

static const char *
missing(const struct bench_work *work, const struct bench_options *options)
{
    bool redis = !strcmp(work->store, "redis");
    if (!has_store(work->store)) {
        return redis ? "libpalm was built without Redis"
                     : "libpalm was built without LMDB";
    }
    if (redis && !options->redis) {
        return "there is no --redis";
    }
    if (work->floor && !bench_tool_is_there(work->floor)) {
        return "there is no " TOOL;
    }
    return NULL;
}

#define CACHE(verb)                                                            \
    .run = bench_run_cache, .size = 100, .clients = 8, .method = (verb)

static const struct bench_work memory_get = {CACHE("get")};
static const struct bench_work memory_set = {CACHE("set")};
static const struct bench_work lmdb_get = {CACHE("get"), .store = "lmdb",
                                           .missing = missing};
static const struct bench_work lmdb_set = {CACHE("set"), .store = "lmdb",
                                           .missing = missing};
static const struct bench_work redis_get = {CACHE("get"), .store = "redis",
                                            .missing = missing};
static const struct bench_work redis_set = {CACHE("set"), .store = "redis",
                                            .missing = missing};
static const struct bench_work tool_get = {CACHE("get"), .store = "redis",
                                           .floor = TOOL, .missing = missing};
static const struct bench_work tool_set = {CACHE("set"), .store = "redis",
                                           .floor = TOOL, .missing = missing};

#define ROW(name, what, work)                                                  \
    {                                                                          \
        name, what, work, BENCH_RATE, "op/s", false, 0, 0                      \
    }

const struct bench_row bench_cache_rows[] = {
    ROW("cache-memory-get", "eight clients, against a bare REP", &memory_get),
    ROW("cache-memory-set", "the same", &memory_set),
    ROW("cache-lmdb-get", "against a bare REP before bare LMDB", &lmdb_get),
    ROW("cache-lmdb-set", "the same; each set is on the disk", &lmdb_set),
    ROW("cache-redis-get", "against a bare REP before hiredis; needs --redis",
        &redis_get),
    ROW("cache-redis-set", "the same", &redis_set),
    ROW("cache-tool-get", "a cache in a Redis, against " TOOL, &tool_get),
    ROW("cache-tool-set", "the same", &tool_set),
};

const size_t bench_cache_row_count =
    sizeof bench_cache_rows / sizeof *bench_cache_rows;
