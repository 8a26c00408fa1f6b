/* SPDX-License-Identifier: MIT */
/* cache_options.c: the options of a cache, and the back ends there are. */
#include "config.h"
#include "core/cache.h"
#include "core/cache_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/option_impl.h"

/* clang-format off */
#define ROW(kind, name, least, initial, help) \
    {#name, PALM_OPTION_##kind, offsetof(palm_cache_options_t, name), \
     least, INT64_MAX, initial, false, NULL, help}

static const palm_option_t rows[] = {
    ROW(TEXT, backend, 1, "memory", "where entries are: memory, lmdb, redis"),
    ROW(SIZE, size, 0, "0", "bytes of all entries; 0 = any number"),
    ROW(BOOL, evict, 0, "no", "whether the oldest make room; else set fails"),
    ROW(DURATION, ttl, 0, "0", "how long an entry lives; 0 = for ever"),
    ROW(TEXT, path, 1, NULL, "lmdb: folder of its files"),
    ROW(SIZE, map_size, 1 << 20, "1GiB", "lmdb: bytes of its file at most"),
    ROW(BOOL, sync, 0, "yes", "lmdb: whether set waits for the disk"),
    ROW(TEXT, address, 1, "tcp://127.0.0.1:6379", "redis: where it is"),
    ROW(TEXT, password, 1, NULL, "redis: what it asks for"),
    ROW(TEXT, prefix, 1, "palm:", "redis: stands before each key"),
    ROW(DURATION, timeout, 1, "1s", "redis: time for each answer"),
    ROW(BOOL, protect, 0, "yes", "whether peers cannot change presets"),
    PALM_OPTION_END,
};
/* clang-format on */

/* --- back ends ------------------------------------------------------------ */

static const struct {
    const char *name;
    const palm__cache_backend_t *backend; /* NULL = not built in */
} backends[] = {
    {"memory", &palm__cache_memory},
#ifdef HAVE_LMDB
    {"lmdb", &palm__cache_lmdb},
#else
    {"lmdb", NULL},
#endif
#ifdef HAVE_HIREDIS
    {"redis", &palm__cache_redis},
#else
    {"redis", NULL},
#endif
};

enum { BACKEND_COUNT = sizeof backends / sizeof *backends };

const palm__cache_backend_t *
palm__cache_backend_find(const char *name, palm_error_t *err)
{
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (strcmp(backends[i].name, name ? name : "memory")) {
            continue;
        }
        if (!backends[i].backend) {
            (void)palm_error_set(err, ENOTSUP, "libpalm was built without %s",
                                 name);
        }
        return backends[i].backend;
    }
    (void)palm_error_set(err, ENOENT,
                         "there is no back end \"%.99s\" of a cache; there are "
                         "memory, lmdb and redis",
                         name);
    return NULL;
}

const char *
palm_cache_backend_name(size_t index)
{
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (backends[i].backend && index-- == 0) {
            return backends[i].name;
        }
    }
    return NULL;
}

/* --- options -------------------------------------------------------------- */

void
palm_cache_options_init(palm_cache_options_t *options)
{
    memset(options, 0, sizeof *options);
    palm__option_init(rows, options);
}

/* What is protected: so far the presets, or nothing. */
static int
set_protect(palm_cache_options_t *options, const char *text, palm_error_t *err)
{
    bool presets = !strcmp(text, "presets");
    if (!presets && strcmp(text, "no")) {
        return palm_error_set(err, EINVAL,
                              "protect: expected presets or no, got \"%.99s\"",
                              text);
    }
    options->protect = presets;
    return 0;
}

int
palm_cache_option_set(palm_cache_options_t *options, const char *key,
                      const char *text, palm_error_t *err)
{
    const palm__cache_backend_t *backend;
    palm_error_t why = {0, ""};
    if (!strcmp(key, "protect")) {
        return set_protect(options, text, err);
    }
    if (strcmp(key, "backend")) {
        return palm__option_set(rows, options, key, text, err);
    }
    if (!(backend = palm__cache_backend_find(text, &why))) {
        return palm_error_set(err, why.code == ENOENT ? EINVAL : why.code,
                              "backend: %s", why.text);
    }
    options->backend = backend->name;
    return 0;
}

const char *
palm_cache_option_name(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index].name : NULL;
}

/* The address of a server that is not ZeroMQ's. */
static bool
is_link(const char *text)
{
    return text && (!strncmp(text, "tcp://", 6) || !strncmp(text, "ipc://", 6))
           && !palm_address_check(text, false, NULL);
}

int
palm_cache_options_check(const palm_cache_options_t *options, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    const palm__cache_backend_t *backend =
        palm__cache_backend_find(options->backend, &why);
    if (!backend) {
        return palm_error_set(err, why.code, "cache: %s", why.text);
    }
    const struct {
        bool is_wrong;
        const char *why;
    } rules[] = {
        {options->size && !backend->has_size,
         "size is for memory and lmdb; a Redis has maxmemory"},
        {options->evict && !backend->has_evict,
         "evict is for memory; a Redis has maxmemory-policy"},
        {options->evict && !options->size, "evict needs a size"},
        {options->path && !backend->has_path, "path is for lmdb"},
        {!options->path && backend->has_path, "lmdb needs a path"},
        {options->password && !backend->has_link, "password is for redis"},
        {options->size < 0 || options->ttl < 0, "size and ttl are at least 0"},
        {options->ttl > PALM__CACHE_TTL_MAX, "ttl is too large"},
        {options->map_size < 1 << 20, "map_size is at least 1MiB"},
        {options->timeout < 1, "timeout is at least 1ms"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].is_wrong) {
            return palm_error_set(err, EINVAL, "cache: back end %s: %s",
                                  backend->name, rules[i].why);
        }
    }
    if (backend->has_link && !is_link(options->address)) {
        return palm_error_set(err, EINVAL,
                              "cache: back end %s: address %s: expected "
                              "tcp://HOST:PORT or ipc://PATH",
                              backend->name,
                              options->address ? options->address : "(none)");
    }
    return 0;
}

int
palm__cache_options_copy(palm_cache_options_t *to,
                         const palm_cache_options_t *from)
{
    *to = *from;
    return palm__option_copy_texts(rows, to);
}

void
palm__cache_options_fini(palm_cache_options_t *options)
{
    palm__option_free_texts(rows, options);
}
