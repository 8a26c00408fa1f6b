/* SPDX-License-Identifier: MIT */
/* run_cache.c: one run of requests at a cache, or of redis-benchmark. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/run.h"
#include "harness/bench/tool.h"

#define KEY_SIZE   36    /* bytes; the reply to a set */
#define PER_SECOND 60000 /* requests that redis-benchmark makes */

/* --- servers -------------------------------------------------------------- */

/* Adds where the back end keeps its bytes; folder becomes "" if it needs none.
 */
static int
add_store(const struct bench_run *run, struct bench_words *words,
          char folder[BENCH_PATH])
{
    const char *store = run->work->store;
    *folder = '\0';
    if (!store) {
        return 0;
    }
    bench_words_add(words, "cache.backend=%s", store);
    if (!strcmp(store, "redis")) {
        bench_words_add(words, "cache.address=%s", run->options->redis);
        return 0;
    }
    if (bench_tool_folder(folder)) {
        perror("palm-bench: folder for LMDB");
        return -1;
    }
    bench_words_add(words, "cache.path=%s", folder);
    return 0;
}

static void
remove_store(const char *folder)
{
    static const char *const names[] = {"/data.mdb", "/lock.mdb", ""};
    for (size_t i = 0; *folder && i < sizeof names / sizeof *names; i++) {
        char path[BENCH_PATH + 16];
        (void)snprintf(path, sizeof path, "%s%s", folder, names[i]);
        (void)remove(path);
    }
}

static int
serve(struct bench_run *run, const char *role, char folder[BENCH_PATH])
{
    struct bench_words words = {0};
    int result = add_store(run, &words, folder);
    if (!result) {
        bench_words_add(&words, "value=%0*d", (int)run->work->size, 0);
        bench_words_add(&words, "verb=%s", run->work->method);
        result = bench_run_serve(run, role, &words);
    }
    bench_words_fini(&words);
    return result;
}

/* --- redis-benchmark ------------------------------------------------------ */

/* A line of its table: "GET","71428.57",… */
static void
take_line(const char *line, const char *method, struct bench_sample *sample)
{
    char name[16], wanted[16];
    double rate;
    (void)snprintf(wanted, sizeof wanted, "%s",
                   strcmp(method, "set") ? "GET" : "SET");
    if (sscanf(line, "\"%15[A-Z]\",\"%lf\"", name, &rate) == 2
        && !strcmp(name, wanted)) {
        sample->value[BENCH_RATE] = rate;
    }
}

/* It sets first, so that there is a value to get. */
static int
run_tool(struct bench_run *run, struct bench_sample *sample)
{
    char host[128], port[16], clients[16], size[32], count[32];
    char line[BENCH_LINE];
    int got;
    if (sscanf(run->options->redis, "tcp://%127[^:]:%15[0-9]", host, port)
        != 2) {
        fprintf(stderr, "palm-bench: --redis %s: tcp://HOST:PORT?\n",
                run->options->redis);
        return -1;
    }
    (void)snprintf(clients, sizeof clients, "%d", run->work->clients);
    (void)snprintf(size, sizeof size, "%zu", run->work->size);
    (void)snprintf(count, sizeof count, "%" PRId64,
                   1 + run->options->time * PER_SECOND / 1000);
    const char *argv[] = {"redis-benchmark", "-h",    host, "-p", port,  "-c",
                          clients,           "-d",    size, "-n", count, "-t",
                          "set,get",         "--csv", NULL};
    if (bench_child_exec(&run->client, argv)) {
        perror("palm-bench: redis-benchmark");
        return -1;
    }
    while ((got = bench_child_line(&run->client, line, BENCH_RUN_TIMEOUT))
           == 1) {
        take_line(line, run->work->method, sample);
    }
    if (got == 0 || sample->value[BENCH_RATE] <= 0) {
        return bench_run_complain("redis-benchmark", got);
    }
    return 0;
}

/* --- the run -------------------------------------------------------------- */

static int
ask(struct bench_run *run, bool echoes, struct bench_sample *sample)
{
    const struct bench_work *work = run->work;
    int64_t time = run->options->time;
    bool sets = !strcmp(work->method, "set");
    bench_words_add(&run->endpoints, "clients=%d", work->clients);
    bench_words_add(&run->endpoints, "verb=%s", work->method);
    if (!echoes) {
        bench_words_add(&run->endpoints, "reply=%zu",
                        sets ? (size_t)KEY_SIZE : work->size);
    }
    return bench_run_ask(run, "cache", time)
                   || bench_run_measure(run, time, sample)
               ? -1
               : 0;
}

int
bench_run_cache(const struct bench_work *work,
                const struct bench_options *options, enum bench_server server,
                struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    char folder[BENCH_PATH] = "";
    bool is_floor = server == BENCH_FLOOR || options->null;
    const char *floor = work->store ? "store" : "echo";
    int result;
    if (is_floor && work->floor) {
        result = run_tool(&run, sample);
    } else if (!(result = serve(&run, is_floor ? floor : "master", folder))) {
        result = ask(&run, is_floor && !work->store, sample);
    }
    bench_run_end(&run);
    remove_store(folder);
    return result;
}
