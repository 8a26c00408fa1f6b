/* SPDX-License-Identifier: MIT */
/* bench.c: palm-bench, which measures a libpalm master side by side with the
 * floor: what libzmq alone does for the same peers in the same run. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/child.h"
#include "harness/bench/report.h"
#include "harness/bench/role.h"
#include "harness/bench/work.h"
#include "harness/program/program.h"

#define IN(field) offsetof(struct bench_options, field)

static const struct program_option options_table[] = {
    {"list", NULL, "print what is measured, and the targets", PROGRAM_FLAG,
     IN(list)},
    {"only", "GLOB", "measure only what matches", PROGRAM_TEXT, IN(only)},
    {"pairs", "N", "runs of each side, in turn (11)", PROGRAM_COUNT, IN(pairs)},
    {"time", "TIME", "measured time of a run (500ms)", PROGRAM_DURATION,
     IN(time)},
    {"idle-time", "TIME", "the same for idle-* (10s)", PROGRAM_DURATION,
     IN(idle_time)},
    {"window", "N", "messages under way (each measurement's own)",
     PROGRAM_COUNT, IN(window)},
    {"no-cache", NULL, "messages whose cache field the server must fill",
     PROGRAM_FLAG, IN(fill)},
    {"topic", NULL, "a floor that publishes [topic, message], too",
     PROGRAM_FLAG, IN(topic)},
    {"null", NULL, "the floor on both sides: shows the noise", PROGRAM_FLAG,
     IN(null)},
    {"set", "PART.OPTION=VALUE",
     "an option of a part of the master, or of \"server\"", PROGRAM_LIST,
     IN(settings)},
    {"redis", "ADDRESS", "a Redis for cache-redis-*: tcp://HOST:PORT",
     PROGRAM_TEXT, IN(redis)},
    {"json", "FILE", "write the results of every run there, too", PROGRAM_TEXT,
     IN(json)},
};

static const struct program program = {
    "palm-bench",
    "[OPTION]...\n"
    "--role ROLE [KEY=VALUE]...\n",
    "measures libpalm side by side with plain libzmq: the same peers, in\n"
    "turn, several times.  --role makes it one process of a measurement.\n",
    options_table,
    sizeof options_table / sizeof *options_table,
    "Exit status: 0 measured (a missed target is no failure), 1 a run failed,\n"
    "2 wrong use.\n",
};

static int
show_list(void)
{
    for (size_t i = 0; i < bench_row_count; i++) {
        const struct bench_row *row = &bench_rows[i];
        printf("%-18s %s", row->name, row->what);
        if (row->must > 0) {
            printf(" (%s %g, aim %g)", row->lower ? "<=" : ">=", row->must,
                   row->aim);
        }
        printf("\n");
    }
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

/* Prints the rows of a work that has run. */
static void
print_rows(const struct bench_options *options, const struct bench_work *work,
           const struct bench_series *series, FILE *json, bool *first)
{
    for (size_t i = 0; i < bench_row_count; i++) {
        struct bench_result result;
        const struct bench_row *row = &bench_rows[i];
        if (row->work != work || !bench_row_is_wanted(row, options)) {
            continue;
        }
        bench_result_init(&result, row, series);
        bench_table_row(&result);
        if (json) {
            bench_json_row(json, &result, *first);
            *first = false;
        }
    }
}

/* Whether an earlier wanted row has run this row's work. */
static bool
has_run(const struct bench_options *options, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (bench_rows[i].work == bench_rows[index].work
            && bench_row_is_wanted(&bench_rows[i], options)) {
            return true;
        }
    }
    return false;
}

static int
run_all(const struct bench_options *options, FILE *json)
{
    static struct bench_series series;
    bool first = true;
    int status = PROGRAM_OK;
    for (size_t i = 0; i < bench_row_count; i++) {
        const struct bench_row *row = &bench_rows[i];
        if (!bench_row_is_wanted(row, options) || has_run(options, i)) {
            continue;
        }
        if (bench_work_run(row->work, options, &series)) {
            status = program_error("%s: the run failed", row->name);
            continue;
        }
        print_rows(options, row->work, &series, json, &first);
    }
    return status;
}

static int
measure(const struct bench_options *options)
{
    FILE *json = NULL;
    if (options->json && !(json = fopen(options->json, "w"))) {
        return program_error("%s: %s", options->json, strerror(errno));
    }
    bench_table_head(options);
    if (json) {
        bench_json_head(json, options);
    }
    int status = run_all(options, json);
    if (json) {
        bench_json_foot(json);
        if (fclose(json)) {
            status = program_error("%s: %s", options->json, strerror(errno));
        }
    }
    return program_flush() ? PROGRAM_FAILED : status;
}

static int
check(const struct bench_options *options)
{
    size_t wanted = 0;
    for (size_t i = 0; i < bench_row_count; i++) {
        wanted += bench_row_is_wanted(&bench_rows[i], options);
    }
    if (wanted == 0) {
        return program_misuse("nothing is called %s", options->only);
    }
    if (options->pairs < 1 || options->pairs > BENCH_MAX_PAIRS) {
        return program_misuse("--pairs: 1 to %d", BENCH_MAX_PAIRS);
    }
    if (options->time < 1 || options->idle_time < 1) {
        return program_misuse("a time of 1 ms at least");
    }
    return PROGRAM_OK;
}

int
main(int argc, char **argv)
{
    struct bench_options options = {
        .pairs = 11, .time = 500, .idle_time = 10000};
    const char *self = argv[0];
    int operands, status;
    if (argc > 2 && !strcmp(argv[1], "--role")) {
        return bench_role_run(argv[2], argc - 3, argv + 3);
    }
    if (!program_parse(&program, argc, argv, &options, &operands, &status)) {
        return status;
    }
    if (operands > 0) {
        status = program_misuse("%s: no operands are taken", argv[0]);
    } else if (options.list) {
        status = show_list();
    } else if (!(status = check(&options))) {
        /* A child that has gone is noticed by its pipe. */
        (void)signal(SIGPIPE, SIG_IGN);
        bench_child_setup(self);
        status = measure(&options);
    }
    program_list_fini(&options.settings);
    return status;
}
