/* SPDX-License-Identifier: MIT */
/* run_http.c: one run of wrk at an HTTP server. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/bench/http.h"
#include "harness/bench/run.h"
#include "harness/bench/tool.h"

#define MAX_BODY 1024

/* Starts the floor or a gateway with a worker. */
static int
serve(struct bench_run *run, bool is_floor)
{
    const char *floor = run->work->floor;
    if (!is_floor) {
        return bench_run_serve(run, "gateway", NULL) || bench_run_hire(run) ? -1
                                                                            : 0;
    }
    if (!strcmp(floor, BENCH_HTTP_BARE)) {
        return bench_run_serve(run, "http-floor", NULL);
    }
    const char *argv[] = {"python3", "-c", bench_http_python, floor, NULL};
    struct bench_child *server = &run->server[run->servers++];
    if (bench_child_exec(server, argv)) {
        perror("palm-bench: python3");
        return -1;
    }
    return bench_run_await(run, server, "python3");
}

/* Makes the script that says what wrk shall ask. */
static int
write_script(const struct bench_work *work, char path[BENCH_PATH])
{
    char text[256];
    (void)snprintf(text, sizeof text, "wrk.method = \"%s\"\n", work->method);
    if (strcmp(work->method, "GET") != 0) {
        (void)snprintf(text, sizeof text,
                       "wrk.method = \"%s\"\n"
                       "wrk.body = string.rep(\"x\", %zu)\n",
                       work->method, work->size);
    }
    if (bench_tool_file(path, text)) {
        perror("palm-bench: script for wrk");
        return -1;
    }
    return 0;
}

/* Reads one line of wrk's report. */
static void
take_line(const char *line, struct bench_sample *sample)
{
    double rate;
    int64_t wrong, connect, reading, writing, timeout;
    if (sscanf(line, "Requests/sec: %lf", &rate) == 1) {
        sample->value[BENCH_RATE] = rate;
    }
    if (sscanf(line, " Non-2xx or 3xx responses: %" SCNd64, &wrong) == 1) {
        sample->value[BENCH_WRONG] += (double)wrong;
    }
    if (sscanf(line,
               " Socket errors: connect %" SCNd64 ", read %" SCNd64
               ", write %" SCNd64 ", timeout %" SCNd64,
               &connect, &reading, &writing, &timeout)
        == 4) {
        sample->value[BENCH_WRONG] +=
            (double)(connect + reading + writing + timeout);
    }
}

/* wrk counts whole seconds. */
static int
load(struct bench_run *run, const char *script, struct bench_sample *sample)
{
    char url[BENCH_LINE], clients[32], time[32], line[BENCH_LINE];
    int64_t seconds = (run->options->time + 999) / 1000;
    int got;
    (void)snprintf(url, sizeof url, "%s/f",
                   bench_words_value(&run->endpoints, "http"));
    (void)snprintf(clients, sizeof clients, "-c%d", run->work->clients);
    (void)snprintf(time, sizeof time, "-d%" PRId64, seconds);
    const char *argv[] = {"wrk", "-t1", clients, time, "-s", script, url, NULL};
    if (bench_child_exec(&run->client, argv)) {
        perror("palm-bench: wrk");
        return -1;
    }
    do {
        got = bench_child_line(&run->client, line,
                               (int)(seconds * 1000 + BENCH_RUN_TIMEOUT));
        if (got == 1) {
            take_line(line, sample);
        }
    } while (got == 1);
    if (got == 0) {
        return bench_run_complain("wrk", got);
    }
    if (sample->value[BENCH_RATE] <= 0) {
        fprintf(stderr, "palm-bench: wrk %s: no answers\n", url);
        return -1;
    }
    return 0;
}

int
bench_run_http(const struct bench_work *work,
               const struct bench_options *options, enum bench_server server,
               struct bench_sample *sample)
{
    struct bench_run run = {.options = options, .work = work};
    char script[BENCH_PATH], body[MAX_BODY] = "";
    int result = -1;
    memset(body, 'x', work->size < MAX_BODY ? work->size : MAX_BODY - 1);
    if (!serve(&run, server == BENCH_FLOOR || options->null)
        && bench_http_echoes(bench_words_value(&run.endpoints, "http"), body)
        && !write_script(work, script)) {
        result = load(&run, script, sample);
        (void)unlink(script);
    }
    bench_run_end(&run);
    return result;
}
