/* SPDX-License-Identifier: MIT */
/* role_server.c: servers made in this process through libpalm: a master, what
 * HTTP clients meet, and the steps of a pipeline. */
#include "config.h"
#include "harness/bench/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/server.h"
#include "harness/bench/child.h"
#include "parts/library.h"

#define TCP    "tcp://127.0.0.1:*"
#define HTTP   "http://127.0.0.1:*"
#define INPROC "inproc://gateway"

struct part {
    palm_side_t side;
    const char *class_name;
    const char *name;
    const char *address;
    const char *route;
    const char *key; /* under which the endpoint is printed, or NULL */
};

/* Pull → WorkerPush, WorkerPull → Pub, and a cache. */
static const struct part master_parts[] = {
    {PALM_SIDE_INBOUND, "PullService", "Pull", TCP, "WorkerPush", "pull"},
    {PALM_SIDE_INBOUND, "WorkerPullService", "WorkerPull", TCP, "Pub",
     "worker_pull"},
    {PALM_SIDE_OUTBOUND, "WorkerPushService", "WorkerPush", TCP, NULL,
     "worker_push"},
    {PALM_SIDE_OUTBOUND, "PubService", "Pub", TCP, NULL, "pub"},
    {PALM_SIDE_BYPASS, "CacheService", "Cache", TCP, NULL, "db"},
    {0},
};

/* HTTP requests to the workers and back. */
static const struct part gateway_parts[] = {
    {PALM_SIDE_INBOUND, "GatewayRouter", "Router", INPROC, "WorkerPush", NULL},
    {PALM_SIDE_INBOUND, "WorkerPullService", "WorkerPull", TCP, "Dealer",
     "worker_pull"},
    {PALM_SIDE_OUTBOUND, "WorkerPushService", "WorkerPush", TCP, NULL,
     "worker_push"},
    {PALM_SIDE_OUTBOUND, "GatewayDealer", "Dealer", INPROC, NULL, NULL},
    {PALM_SIDE_BYPASS, "HttpGateway", "Gateway", HTTP, NULL, "http"},
    {0},
};

/* The first step of a pipeline, and each further one. */
static const struct part first_parts[] = {
    {PALM_SIDE_INBOUND, "PullService", "Pull", TCP, "Pub", "pull"},
    {PALM_SIDE_OUTBOUND, "PubService", "Pub", TCP, NULL, "pub"},
    {0},
};
static const struct part next_parts[] = {
    {PALM_SIDE_INBOUND, "SubConnection", "Sub", NULL, "Pub", NULL},
    {PALM_SIDE_OUTBOUND, "PubService", "Pub", TCP, NULL, "pub"},
    {0},
};

/* Parts that nobody talks to, on both sides of the router; the word "idle" says
 * how many. */
static const struct part idle_parts[] = {
    {PALM_SIDE_INBOUND, "PullService", NULL, TCP, "WorkerPush", NULL},
    {PALM_SIDE_OUTBOUND, "PushService", NULL, TCP, NULL, NULL},
};

static int
fail(const palm_error_t *err)
{
    fprintf(stderr, "palm-bench: server: %s\n", err->text);
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

/* The options of a part, and its class. */
struct part_options {
    palm_part_options_t options;
    const palm_part_class_t *class_;
};

static int
set_part(void *options, const char *key, const char *text, palm_error_t *err)
{
    struct part_options *part = options;
    return palm_part_option_set(&part->options, part->class_, key, text, err);
}

static int
add_part(palm_server_t *server, const struct part *part, const char *name,
         const struct bench_arguments *arguments, palm_error_t *err)
{
    struct part_options made = {.class_ = palm_library_find(part->class_name)};
    if (!made.class_) {
        return palm_error_set(err, ENOENT, "no class %s", part->class_name);
    }
    palm_part_options_init(&made.options);
    made.options.name = name;
    made.options.address = part->address;
    made.options.route = part->route;
    if (!strcmp(part->class_name, "HttpGateway")
        && set_part(&made, "router_address", INPROC, err)) {
        return -1;
    }
    if (apply(arguments, name, set_part, &made, err)) {
        return -1;
    }
    return palm_server_add(server, made.class_, &made.options, err);
}

static int
add_idle_parts(palm_server_t *server, const struct bench_arguments *arguments,
               palm_error_t *err)
{
    int count = (int)bench_number(arguments, "idle", 0);
    for (int i = 0; i < count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "Idle%d", i);
        if (add_part(server, &idle_parts[i % 2], name, arguments, err)) {
            return -1;
        }
    }
    return 0;
}

static palm_server_t *
make(const struct part *parts, const struct bench_arguments *arguments,
     palm_error_t *err)
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
    palm_server_t *server =
        palm_server_new(bench_text(arguments, "name", "master"), &options);
    if (!server) {
        (void)palm_error_set(err, errno, "server: %s", palm_strerror(errno));
        return NULL;
    }
    int result = add_idle_parts(server, arguments, err);
    for (const struct part *part = parts; part->name && !result; part++) {
        result = add_part(server, part, part->name, arguments, err);
    }
    if (result) {
        palm_server_destroy(&server);
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

static int
serve(const struct part *parts, const struct bench_arguments *arguments)
{
    palm_error_t err = {0, ""};
    palm_server_t *server = make(parts, arguments, &err);
    if (!server) {
        return fail(&err);
    }
    if (palm_server_start(server, &err)
        || set_value(server, bench_text(arguments, "value", "value"), &err)) {
        palm_server_destroy(&server);
        return fail(&err);
    }
    for (const struct part *part = parts; part->name; part++) {
        if (part->key) {
            printf("%s=%s\n", part->key,
                   palm_server_endpoint(server, part->side, part->name));
        }
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

int
bench_role_master(const struct bench_arguments *arguments)
{
    return serve(master_parts, arguments);
}

int
bench_role_gateway(const struct bench_arguments *arguments)
{
    return serve(gateway_parts, arguments);
}

int
bench_role_first(const struct bench_arguments *arguments)
{
    return serve(first_parts, arguments);
}

int
bench_role_next(const struct bench_arguments *arguments)
{
    return serve(next_parts, arguments);
}
