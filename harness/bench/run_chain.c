/* SPDX-License-Identifier: MIT */
/* run_chain.c: one run of a pipeline: client, three servers, client. */
#include "config.h"

#include <stddef.h>

#include "harness/bench/run.h"

/* The topic of a result is the name of the server that it comes from. */
static const char *const names[] = {"step-1", "step-2", "step-3"};

#define STEPS      (sizeof names / sizeof *names)
#define STAGE_SIZE 2 /* bytes of the field, once it is not 0 */

static int
serve_ours(struct bench_run *run, size_t step)
{
    struct bench_words words = {0};
    bench_words_add(&words, "name=%s", names[step]);
    bench_words_add(&words, "Pub.pipelined=yes");
    if (step > 0) {
        bench_words_add(&words, "Sub.address=%s",
                        bench_words_value(&run->endpoints, "pub"));
        bench_words_add(&words, "Sub.previous=%s", names[step - 1]);
    }
    int result = bench_run_serve(run, step == 0 ? "first" : "next", &words);
    bench_words_fini(&words);
    return result;
}

/* The first one puts the topic before, which the others pass on. */
static int
serve_floor(struct bench_run *run, size_t step)
{
    struct bench_words words = {0};
    if (step > 0) {
        bench_words_add(&words, "previous=%s",
                        bench_words_value(&run->endpoints, "pub"));
    } else if (run->work->topic) {
        bench_words_add(&words, "topic=%s", names[STEPS - 1]);
    }
    int result = bench_run_serve(run, "relay", &words);
    bench_words_fini(&words);
    return result;
}

int
bench_run_chain(const struct bench_work *work,
                const struct bench_options *options, enum bench_server server,
                struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    bool is_floor = server == BENCH_FLOOR || options->null;
    int result = 0;
    for (size_t step = 0; step < STEPS && !result; step++) {
        result = is_floor ? serve_floor(&run, step) : serve_ours(&run, step);
    }
    bench_words_add(&run.endpoints, "topic=%d", !is_floor || work->topic);
    bench_words_add(&run.endpoints, "subscribe=%s", names[STEPS - 1]);
    bench_words_add(&run.endpoints, "grows=%d", STAGE_SIZE);
    if (!result && !(result = bench_run_ask(&run, "client", options->time))) {
        result = bench_run_measure(&run, options->time, sample);
    }
    bench_run_end(&run);
    return result;
}
