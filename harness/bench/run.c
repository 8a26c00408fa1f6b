/* SPDX-License-Identifier: MIT */
/* run.c: one run of a work: starts a server and its peers, has them measure,
 * ends them. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/child.h"
#include "harness/bench/work.h"

#define START_TIMEOUT 20000 /* ms for a child to be ready */
#define RUN_TIMEOUT   60000 /* ms beyond the measured time */
#define MAX_WORKERS   2
#define SAMPLE_PERIOD 100 /* ms between two looks at the memory */

struct run {
    const struct bench_options *options;
    const struct bench_work *work;
    struct bench_child server;
    struct bench_child worker[MAX_WORKERS];
    struct bench_child client;
    struct bench_words endpoints; /* what the server printed */
    char result[BENCH_LINE];      /* what the client measured */
    char folder[BENCH_LINE];      /* of an LMDB, "" = none */
};

/* Works whose cache is not in memory. */
static const struct {
    int (*run)(const struct bench_work *work,
               const struct bench_options *options, enum bench_server server,
               struct bench_sample *sample);
    const char *backend;
    const char *verb;
} stores[] = {
    {bench_run_lmdb_get, "lmdb", "get"},
    {bench_run_lmdb_set, "lmdb", "set"},
    {bench_run_redis_get, "redis", "get"},
    {bench_run_redis_set, "redis", "set"},
};

enum { STORES = sizeof stores / sizeof *stores };

/* Its number in the table, STORES = none. */
static int
store_of(const struct bench_work *work)
{
    int i = 0;
    while (i < STORES && stores[i].run != work->run) {
        i++;
    }
    return i;
}

const char *
bench_run_backend(const struct bench_work *work)
{
    int store = store_of(work);
    return store < STORES ? stores[store].backend : NULL;
}

static int
complain(const char *who, int got)
{
    fprintf(stderr, "palm-bench: the %s %s\n", who,
            got == 0 ? "did not answer in time" : "has gone");
    return -1;
}

/* Reads lines up to "ready"; the others are endpoints. */
static int
await_ready(struct run *run, struct bench_child *child, const char *role)
{
    char line[BENCH_LINE];
    for (;;) {
        int got = bench_child_line(child, line, START_TIMEOUT);
        if (got != 1) {
            return complain(role, got);
        }
        if (!strcmp(line, "ready")) {
            return 0;
        }
        bench_words_add(&run->endpoints, "%s", line);
    }
}

static int
start(struct bench_child *child, const char *role,
      const struct bench_words *words)
{
    if (bench_child_start(child, role, words)) {
        perror("palm-bench: fork");
        return -1;
    }
    return 0;
}

static void
add_backend(struct run *run, struct bench_words *words)
{
    int store = store_of(run->work);
    if (store == STORES) {
        return;
    }
    bench_words_add(words, "cache.backend=%s", stores[store].backend);
    bench_words_add(words, "verb=%s", stores[store].verb);
    if (!strcmp(stores[store].backend, "redis")) {
        bench_words_add(words, "cache.address=%s", run->options->redis);
        return;
    }
    const char *parent = getenv("TMPDIR");
    (void)snprintf(run->folder, sizeof run->folder, "%.200s/palm-bench-XXXXXX",
                   parent ? parent : "/tmp");
    if (!mkdtemp(run->folder)) {
        perror("palm-bench: mkdtemp");
        exit(1);
    }
    bench_words_add(words, "cache.path=%s", run->folder);
}

static void
remove_folder(struct run *run)
{
    static const char *const names[] = {"/data.mdb", "/lock.mdb", ""};
    for (int i = 0; *run->folder && i < 3; i++) {
        char path[BENCH_LINE + 16];
        (void)snprintf(path, sizeof path, "%s%s", run->folder, names[i]);
        (void)remove(path);
    }
}

static int
start_server(struct run *run, const char *role)
{
    struct bench_words words = {0};
    for (size_t i = 0; i < run->options->settings.count; i++) {
        bench_words_add(&words, "%s", run->options->settings.texts[i]);
    }
    if (run->work->run == bench_run_cache || bench_run_backend(run->work)) {
        bench_words_add(&words, "value=%0*d", (int)run->work->size, 0);
        add_backend(run, &words);
    }
    int result = start(&run->server, role, &words);
    bench_words_fini(&words);
    return result ? result : await_ready(run, &run->server, role);
}

static int
start_workers(struct run *run)
{
    for (int i = 0; i < run->work->workers; i++) {
        if (start(&run->worker[i], "worker", &run->endpoints)
            || await_ready(run, &run->worker[i], "worker")) {
            return -1;
        }
    }
    return 0;
}

static int
start_client(struct run *run, const char *role, int64_t time)
{
    const struct bench_work *work = run->work;
    bool fill = work->fill || run->options->fill;
    int64_t window = run->options->window;
    bench_words_add(&run->endpoints, "seconds=%g", (double)time / 1000);
    bench_words_add(&run->endpoints, "size=%zu", work->size);
    bench_words_add(&run->endpoints, "fill=%d", fill ? 1 : 0);
    bench_words_add(&run->endpoints, "window=%" PRId64,
                    window > 0 && work->window > 1 ? window : work->window);
    bench_words_add(&run->endpoints, "go=1");
    return start(&run->client, role, &run->endpoints);
}

static void
end(struct run *run)
{
    bench_child_end(&run->client);
    for (int i = 0; i < MAX_WORKERS; i++) {
        bench_child_end(&run->worker[i]);
    }
    bench_child_end(&run->server);
    bench_words_fini(&run->endpoints);
    remove_folder(run);
}

static int
ask_usage(struct run *run, char line[BENCH_LINE])
{
    if (bench_child_say(&run->server, "usage")) {
        return complain("server", -1);
    }
    int got = bench_child_line(&run->server, line, START_TIMEOUT);
    return got == 1 ? 0 : complain("server", got);
}

static int
client_line(struct run *run, char line[BENCH_LINE])
{
    int timeout = (int)run->options->time + RUN_TIMEOUT;
    int got = bench_child_line(&run->client, line, timeout);
    return got == 1 ? 0 : complain("client", got);
}

/* From the client's "warm" to its "right". */
static int
measure(struct run *run, struct bench_sample *sample)
{
    char before[BENCH_LINE], after[BENCH_LINE], line[BENCH_LINE];
    if (client_line(run, line) || ask_usage(run, before)
        || bench_child_say(&run->client, "go") || client_line(run, run->result)
        || ask_usage(run, after) || client_line(run, line)) {
        return -1;
    }
    double messages = bench_line_number(run->result, "messages");
    sample->value[BENCH_RATE] =
        messages / bench_line_number(run->result, "seconds");
    sample->value[BENCH_CPU] = (bench_line_number(after, "cpu_us")
                                - bench_line_number(before, "cpu_us"))
                               / messages;
    sample->value[BENCH_P50] = bench_line_number(run->result, "p50_us");
    sample->value[BENCH_P99] = bench_line_number(run->result, "p99_us");
    return 0;
}

static bool
is_floor_run(const struct bench_options *options, enum bench_server server)
{
    return server == BENCH_FLOOR || options->null;
}

int
bench_run_stream(const struct bench_work *work,
                 const struct bench_options *options, enum bench_server server,
                 struct bench_sample *sample)
{
    struct run run = {.options = options, .work = work};
    int result = -1;
    bool is_floor = is_floor_run(options, server);
    const char *floor = options->topic ? "topic-floor" : "floor";
    if (!start_server(&run, is_floor ? floor : "master")
        && !start_workers(&run)) {
        bench_words_add(&run.endpoints, "topic=%d",
                        is_floor && !options->topic ? 0 : 1);
        if (!start_client(&run, "client", options->time)) {
            result = measure(&run, sample);
        }
    }
    end(&run);
    return result;
}

int
bench_run_cache(const struct bench_work *work,
                const struct bench_options *options, enum bench_server server,
                struct bench_sample *sample)
{
    struct run run = {.options = options, .work = work};
    int result = -1;
    bool is_floor = is_floor_run(options, server);
    int store = store_of(work);
    const char *floor = store < STORES ? "store" : "echo";
    const char *verb = store < STORES ? stores[store].verb : "get";
    if (!start_server(&run, is_floor ? floor : "master")) {
        bench_words_add(&run.endpoints, "clients=%" PRId64, work->window);
        bench_words_add(&run.endpoints, "verb=%s", verb);
        if (!strcmp(verb, "set")) {
            bench_words_add(&run.endpoints, "reply=36"); /* the key */
        } else if (!is_floor || store < STORES) {
            bench_words_add(&run.endpoints, "reply=%zu", work->size);
        }
        if (!start_client(&run, "cache", options->time)) {
            result = measure(&run, sample);
        }
    }
    end(&run);
    return result;
}

int
bench_run_lmdb_get(const struct bench_work *work,
                   const struct bench_options *options,
                   enum bench_server server, struct bench_sample *sample)
{
    return bench_run_cache(work, options, server, sample);
}

int
bench_run_lmdb_set(const struct bench_work *work,
                   const struct bench_options *options,
                   enum bench_server server, struct bench_sample *sample)
{
    return bench_run_cache(work, options, server, sample);
}

int
bench_run_redis_get(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample)
{
    return bench_run_cache(work, options, server, sample);
}

int
bench_run_redis_set(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample)
{
    return bench_run_cache(work, options, server, sample);
}

/* Looks at the server's memory until the client has ended. */
static int
watch_memory(struct run *run, int64_t half, struct bench_sample *sample)
{
    char line[BENCH_LINE];
    double middle = 0, peak = 0;
    int64_t time = 0;
    int got;
    do {
        got = bench_child_line(&run->client, run->result, SAMPLE_PERIOD);
        if (got == -1 || ask_usage(run, line)) {
            return got == -1 ? complain("client", got) : -1;
        }
        double now = bench_line_number(line, "rss_kib") / 1024;
        peak = now > peak ? now : peak;
        middle = time < half ? peak : middle;
        time += SAMPLE_PERIOD;
    } while (got == 0);
    sample->value[BENCH_PEAK] = peak;
    sample->value[BENCH_GROWTH] = peak - middle;
    return 0;
}

int
bench_run_idle(const struct bench_work *work,
               const struct bench_options *options, enum bench_server server,
               struct bench_sample *sample)
{
    struct run run = {.options = options, .work = work};
    int64_t time = options->idle_time;
    int result = -1;
    if (!start_server(&run, server == BENCH_FLOOR ? "floor" : "master")
        && !start_client(&run, "flood", time)) {
        result = watch_memory(&run, time / 2, sample);
    }
    end(&run);
    return result;
}
