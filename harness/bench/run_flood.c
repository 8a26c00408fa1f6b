/* SPDX-License-Identifier: MIT */
/* run_flood.c: a master with a client, and perhaps a peer that attacks it. */
#include "config.h"
#include "harness/bench/role.h"
#include "harness/bench/run.h"

#include <stdio.h>
#include <string.h>

static int
serve(struct bench_run *run)
{
    struct bench_words words = {0};
    if (run->work->setting) {
        bench_words_add(&words, "%s", run->work->setting);
    }
    int result = bench_run_serve(run, "master", &words);
    bench_words_fini(&words);
    for (int i = 0; i < run->work->workers && !result; i++) {
        result = bench_run_hire(run);
    }
    return result;
}

/* Starts the attack; one that prepares itself says when it is ready. */
static int
attack(struct bench_run *run)
{
    struct bench_words words = {0};
    char line[BENCH_LINE];
    for (size_t i = 0; i < run->endpoints.count; i++) {
        bench_words_add(&words, "%s", run->endpoints.word[i]);
    }
    bench_words_add(&words, "attack=%s", run->work->attack);
    bench_words_add(&words, "seconds=%g",
                    (double)run->options->idle_time / 1000);
    int result = bench_child_start(&run->attack, "attack", &words);
    bench_words_fini(&words);
    if (result) {
        perror("palm-bench: fork");
        return -1;
    }
    int got = bench_child_line(&run->attack, line, BENCH_RUN_TIMEOUT);
    return got == 1 ? 0 : bench_run_complain("attack", got);
}

/* A client of the cache, or one with messages. */
static int
ask(struct bench_run *run)
{
    int64_t time = run->options->idle_time;
    if (run->work->clients > 0) {
        bench_words_add(&run->endpoints, "clients=%d", run->work->clients);
        bench_words_add(&run->endpoints, "verb=set");
        bench_words_add(&run->endpoints, "reply=%zu", sizeof BENCH_CLIENT - 1);
        return bench_run_ask(run, "cache", time);
    }
    return bench_run_ask(run, "client", time);
}

/* The peak is what the server has grown by. */
int
bench_run_flood(const struct bench_work *work,
                const struct bench_options *options, enum bench_server server,
                struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    double before = 0, after = 0;
    int result = serve(&run) || bench_run_memory(&run, &before) ? -1 : 0;
    if (!result && server == BENCH_MASTER) {
        result = attack(&run);
    }
    if (!result && !ask(&run)) {
        result = bench_run_measure(&run, options->idle_time, sample)
                         || bench_run_memory(&run, &after)
                     ? -1
                     : 0;
    }
    sample->value[BENCH_PEAK] = after - before;
    bench_run_end(&run);
    return result;
}
