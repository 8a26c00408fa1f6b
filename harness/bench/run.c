/* SPDX-License-Identifier: MIT */
/* run.c: one run of a work: starts servers and their peers, has them measure,
 * ends them.  See run.h. */
#include "config.h"
#include "harness/bench/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_PERIOD 100 /* ms between two looks at the memory */

int
bench_run_complain(const char *who, int got)
{
    fprintf(stderr, "palm-bench: the %s %s\n", who,
            got == 0 ? "did not answer in time" : "has gone");
    return -1;
}

/* Reads lines up to "ready"; the others are endpoints. */
int
bench_run_await(struct bench_run *run, struct bench_child *child,
                const char *role)
{
    char line[BENCH_LINE];
    for (;;) {
        int got = bench_child_line(child, line, BENCH_START_TIMEOUT);
        if (got != 1) {
            return bench_run_complain(role, got);
        }
        if (!strcmp(line, "ready")) {
            return 0;
        }
        bench_words_put(&run->endpoints, line);
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

int
bench_run_serve(struct bench_run *run, const char *role,
                const struct bench_words *more)
{
    struct bench_words words = {0};
    struct bench_child *server = &run->server[run->servers++];
    for (size_t i = 0; i < run->options->settings.count; i++) {
        bench_words_add(&words, "%s", run->options->settings.texts[i]);
    }
    for (size_t i = 0; more && i < more->count; i++) {
        bench_words_add(&words, "%s", more->word[i]);
    }
    int result = start(server, role, &words);
    bench_words_fini(&words);
    return result ? result : bench_run_await(run, server, role);
}

int
bench_run_hire(struct bench_run *run)
{
    struct bench_child *worker = &run->worker[run->workers++];
    return start(worker, "worker", &run->endpoints)
                   || bench_run_await(run, worker, "worker")
               ? -1
               : 0;
}

int
bench_run_ask(struct bench_run *run, const char *role, int64_t time)
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

void
bench_run_end(struct bench_run *run)
{
    bench_child_end(&run->client);
    bench_child_end(&run->attack);
    for (int i = 0; i < run->workers; i++) {
        bench_child_end(&run->worker[i]);
    }
    for (int i = 0; i < run->servers; i++) {
        bench_child_end(&run->server[i]);
    }
    bench_words_fini(&run->endpoints);
}

/* What all servers have used. */
struct usage {
    double cpu; /* us */
    double rss; /* KiB */
};

static int
ask_usage(struct bench_run *run, struct usage *usage)
{
    char line[BENCH_LINE];
    memset(usage, 0, sizeof *usage);
    for (int i = 0; i < run->servers; i++) {
        struct bench_child *server = &run->server[i];
        if (bench_child_say(server, "usage")) {
            return bench_run_complain("server", -1);
        }
        int got = bench_child_line(server, line, BENCH_START_TIMEOUT);
        if (got != 1) {
            return bench_run_complain("server", got);
        }
        usage->cpu += bench_line_number(line, "cpu_us");
        usage->rss += bench_line_number(line, "rss_kib");
    }
    return 0;
}

int
bench_run_memory(struct bench_run *run, double *memory)
{
    struct usage usage;
    if (ask_usage(run, &usage)) {
        return -1;
    }
    *memory = usage.rss / 1024;
    return 0;
}

static int
client_line(struct bench_run *run, char line[BENCH_LINE], int64_t time)
{
    int got =
        bench_child_line(&run->client, line, (int)(time + BENCH_RUN_TIMEOUT));
    return got == 1 ? 0 : bench_run_complain("client", got);
}

/* Words of a client's result, and where they go. */
static const struct {
    const char *word;
    enum bench_measure measure;
} told[] = {
    {"p50_us", BENCH_P50}, {"p99_us", BENCH_P99},      {"lowest", BENCH_LOWEST},
    {"mean", BENCH_MEAN},  {"highest", BENCH_HIGHEST}, {"worst", BENCH_WORST},
};

int
bench_run_measure(struct bench_run *run, int64_t time,
                  struct bench_sample *sample)
{
    struct usage before, after;
    char line[BENCH_LINE], result[BENCH_LINE];
    if (client_line(run, line, time) || ask_usage(run, &before)
        || bench_child_say(&run->client, "go") || client_line(run, result, time)
        || ask_usage(run, &after) || client_line(run, line, time)) {
        return -1;
    }
    double messages = bench_line_number(result, "messages");
    sample->value[BENCH_RATE] = messages / bench_line_number(result, "seconds");
    sample->value[BENCH_CPU] = (after.cpu - before.cpu) / messages;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        sample->value[told[i].measure] =
            bench_line_number(result, told[i].word);
    }
    return 0;
}

/* --- the runs ------------------------------------------------------------- */

static bool
is_floor_run(const struct bench_options *options, enum bench_server server)
{
    return server == BENCH_FLOOR || options->null;
}

/* A master with idle parts is compared with a master without. */
static int
serve_stream(struct bench_run *run, bool is_floor)
{
    struct bench_words words = {0};
    const char *role = run->options->topic ? "topic-floor" : "floor";
    if (run->work->idle > 0 || !is_floor) {
        role = "master";
    }
    bench_words_add(&words, "idle=%d", is_floor ? 0 : run->work->idle);
    int result = bench_run_serve(run, role, &words);
    bench_words_fini(&words);
    bench_words_add(&run->endpoints, "topic=%d", strcmp(role, "floor") ? 1 : 0);
    return result;
}

int
bench_run_stream(const struct bench_work *work,
                 const struct bench_options *options, enum bench_server server,
                 struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    int result = serve_stream(&run, is_floor_run(options, server));
    for (int i = 0; i < work->workers && !result; i++) {
        result = bench_run_hire(&run);
    }
    if (!result && !(result = bench_run_ask(&run, "client", options->time))) {
        result = bench_run_measure(&run, options->time, sample);
    }
    bench_run_end(&run);
    return result;
}

int
bench_run_crowd(const struct bench_work *work,
                const struct bench_options *options, enum bench_server server,
                struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    int64_t time = options->idle_time;
    (void)server;
    int result = bench_run_serve(&run, "master", NULL);
    bench_words_add(&run.endpoints, "workers=%d", work->workers);
    bench_words_add(&run.endpoints, "clients=%d", work->clients);
    if (!result && !(result = bench_run_hire(&run))
        && !(result = bench_run_ask(&run, "crowd", time))) {
        result = bench_run_measure(&run, time, sample);
    }
    bench_run_end(&run);
    return result;
}

/* Looks at the server's memory until the client has ended. */
static int
watch_memory(struct bench_run *run, int64_t half, struct bench_sample *sample)
{
    char line[BENCH_LINE];
    struct usage usage;
    double middle = 0, peak = 0;
    int64_t time = 0;
    int got;
    do {
        got = bench_child_line(&run->client, line, SAMPLE_PERIOD);
        if (got == -1 || ask_usage(run, &usage)) {
            return got == -1 ? bench_run_complain("client", got) : -1;
        }
        double now = usage.rss / 1024;
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
    struct bench_run run = {.options = options, .work = work};
    int64_t time = options->idle_time;
    int result = -1;
    (void)server;
    if (!bench_run_serve(&run, "master", NULL)
        && !bench_run_ask(&run, "flood", time)) {
        result = watch_memory(&run, time / 2, sample);
    }
    bench_run_end(&run);
    return result;
}
