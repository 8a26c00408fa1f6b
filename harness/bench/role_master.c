/* SPDX-License-Identifier: MIT */
/* role_master.c: a master, made in this process through libpalm. */
#include "config.h"
#include "harness/bench/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/server.h"
#include "harness/bench/child.h"
#include "parts/library.h"

/* Pull → WorkerPush, WorkerPull → Pub, and a cache. */
static const struct {
    palm_side_t side;
    const char *class_name;
    const char *name;
    const char *route;
    const char *key; /* under which the endpoint is printed */
} parts[] = {
    {PALM_SIDE_INBOUND, "PullService", "Pull", "WorkerPush", "pull"},
    {PALM_SIDE_INBOUND, "WorkerPullService", "WorkerPull", "Pub",
     "worker_pull"},
    {PALM_SIDE_OUTBOUND, "WorkerPushService", "WorkerPush", NULL,
     "worker_push"},
    {PALM_SIDE_OUTBOUND, "PubService", "Pub", NULL, "pub"},
    {PALM_SIDE_BYPASS, "CacheService", "Cache", NULL, "db"},
};

#define PARTS (sizeof parts / sizeof *parts)

static int
fail(const palm_error_t *err)
{
    fprintf(stderr, "palm-bench: master: %s\n", err->text);
    return 1;
}

/* Applies the words "Name.option=value" of one part, or of "server". */
static int
apply(const struct bench_arguments *arguments, const char *name,
      int (*set)(void *options, const char *key, const char *text,
                 palm_error_t *err),
      void *options, palm_error_t *err)
{
    size_t size = strlen(name);
    for (int i = 0; i < arguments->count; i++) {
        char key[BENCH_LINE];
        const char *word = arguments->word[i];
        const char *value = strchr(word, '=');
        if (!value || strncmp(word, name, size) || word[size] != '.') {
            continue;
        }
        (void)snprintf(key, sizeof key, "%.*s", (int)(value - word - size - 1),
                       word + size + 1);
        if (set(options, key, value + 1, err)) {
            return -1;
        }
    }
    return 0;
}

static int
set_server(void *options, const char *key, const char *text, palm_error_t *err)
{
    return palm_server_option_set(options, key, text, err);
}

static int
set_cache(void *options, const char *key, const char *text, palm_error_t *err)
{
    return palm_cache_option_set(options, key, text, err);
}

static int
set_part(void *options, const char *key, const char *text, palm_error_t *err)
{
    return palm_part_option_set(options, key, text, err);
}

static int
add_part(palm_server_t *server, size_t index,
         const struct bench_arguments *arguments, palm_error_t *err)
{
    palm_part_options_t options;
    const char *class_name = parts[index].class_name;
    const palm_part_class_t *found = palm_library_find(class_name);
    if (!found) {
        return palm_error_set(err, ENOENT, "no class %s", class_name);
    }
    palm_part_options_init(&options);
    options.name = parts[index].name;
    options.address = "tcp://127.0.0.1:*";
    options.route = parts[index].route;
    if (apply(arguments, options.name, set_part, &options, err)) {
        return -1;
    }
    return palm_server_add(server, found, &options, err);
}

static palm_server_t *
make(const struct bench_arguments *arguments, palm_error_t *err)
{
    palm_server_options_t options;
    palm_cache_options_t cache;
    palm_server_options_init(&options);
    palm_cache_options_init(&cache);
    options.cache = &cache;
    options.log.write = palm_log_stderr;
    options.log.level = PALM_LOG_WARNING;
    if (apply(arguments, "server", set_server, &options, err)
        || apply(arguments, "cache", set_cache, &cache, err)) {
        return NULL;
    }
    palm_server_t *server = palm_server_new("master", &options);
    if (!server) {
        (void)palm_error_set(err, errno, "server: %s", palm_strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < PARTS; i++) {
        if (add_part(server, i, arguments, err)) {
            palm_server_destroy(&server);
            return NULL;
        }
    }
    return server;
}

/* Not a preset, which would be in memory. */
static int
set_value(palm_server_t *server, const char *text, palm_error_t *err)
{
    if (palm_cache_set(palm_server_cache(server), palm_slice("key"),
                       palm_slice(text))) {
        return palm_error_set(err, errno, "set: %s", palm_strerror(errno));
    }
    return 0;
}

int
bench_role_master(const struct bench_arguments *arguments)
{
    palm_error_t err = {0, ""};
    palm_server_t *server = make(arguments, &err);
    if (!server) {
        return fail(&err);
    }
    if (palm_server_start(server, &err)
        || set_value(server, bench_text(arguments, "value", "value"), &err)) {
        palm_server_destroy(&server);
        return fail(&err);
    }
    for (size_t i = 0; i < PARTS; i++) {
        printf("%s=%s\n", parts[i].key,
               palm_server_endpoint(server, parts[i].side, parts[i].name));
    }
    printf("ready\n");
    (void)fflush(stdout);
    bench_serve_usage();
    /* A stop that left messages behind is no fault here: a run may end with a
     * full server on purpose. */
    (void)palm_server_stop(server, NULL);
    palm_server_destroy(&server);
    return 0;
}
