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
    {"group", "GLOB", "measure such groups (master)", PROGRAM_TEXT, IN(group)},
    {"all", NULL, "measure every group", PROGRAM_FLAG, IN(all)},
    {"quick", NULL, "once and briefly: whether it works", PROGRAM_FLAG,
     IN(quick)},
    {"list", NULL, "print what is measured, and the targets", PROGRAM_FLAG,
     IN(list)},
    {"only", "GLOB", "measure only what matches", PROGRAM_TEXT, IN(only)},
    {"pairs", "N", "runs of each side, in turn (11)", PROGRAM_COUNT, IN(pairs)},
    {"time", "TIME", "measured time of a run (500ms)", PROGRAM_DURATION,
     IN(time)},
    {"idle-time", "TIME", "the same for idle-*, fair-*, flood-* (10s)",
     PROGRAM_DURATION, IN(idle_time)},
    {"window", "N", "messages under way (each measurement's own)",
     PROGRAM_COUNT, IN(window)},
    {"no-cache", NULL, "messages whose cache field the server must fill",
     PROGRAM_FLAG, IN(fill)},
    {"topic", NULL, "a floor that publishes [topic, message], too",
     PROGRAM_FLAG, IN(topic)},
    {"null", NULL, "the floor on both sides: shows the noise", PROGRAM_FLAG,
     IN(null)},
    {"set", "PART.OPTION=VALUE",
     "an option of a part of our server, or of \"server\"", PROGRAM_LIST,
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

static void
list_group(const struct bench_group *group)
{
    printf("%s: %s\n", group->name, group->what);
    for (size_t i = 0; i < *group->count; i++) {
        const struct bench_row *row = &group->rows[i];
        printf("  %-18s %s", row->name, row->what);
        if (row->must > 0) {
            printf(" (%s %g, aim %g)", row->lower ? "<=" : ">=", row->must,
                   row->aim);
        }
        printf("\n");
    }
}

static int
show_list(void)
{
    for (size_t i = 0; i < bench_group_count; i++) {
        list_group(&bench_groups[i]);
    }
    return program_flush() ? PROGRAM_FAILED : PROGRAM_OK;
}

/* Prints a row, or why it is left out, if missing says so. */
static void
print_row(const struct bench_row *row, const struct bench_series *series,
          const char *missing, struct bench_json *json)
{
    struct bench_result result;
    if (missing) {
        bench_table_skipped(row, missing);
        bench_json_skipped(json, row, missing);
        return;
    }
    bench_result_init(&result, row, series);
    bench_table_row(&result);
    bench_json_row(json, &result);
}

/* Runs the work of the row number index, unless an earlier row has, and prints
 * all rows of it. */
static int
run_row(const struct bench_group *group, size_t index,
        const struct bench_options *options, struct bench_json *json)
{
    static struct bench_series series;
    const struct bench_work *work = group->rows[index].work;
    const char *missing = work->missing ? work->missing(work, options) : NULL;
    for (size_t i = 0; i < index; i++) {
        if (group->rows[i].work == work
            && bench_row_is_wanted(&group->rows[i], options)) {
            return PROGRAM_OK;
        }
    }
    if (!missing && bench_work_run(work, options, &series)) {
        return program_error("%s: the run failed", group->rows[index].name);
    }
    for (size_t i = index; i < *group->count; i++) {
        const struct bench_row *row = &group->rows[i];
        if (row->work == work && bench_row_is_wanted(row, options)) {
            print_row(row, &series, missing, json);
        }
    }
    return PROGRAM_OK;
}

static int
run_group(const struct bench_group *group, const struct bench_options *options,
          struct bench_json *json)
{
    int status = PROGRAM_OK;
    for (size_t i = 0; i < *group->count; i++) {
        if (bench_row_is_wanted(&group->rows[i], options)
            && run_row(group, i, options, json)) {
            status = PROGRAM_FAILED;
        }
    }
    return status;
}

static int
run_all(const struct bench_options *options, struct bench_json *json)
{
    int status = PROGRAM_OK;
    for (size_t i = 0; i < bench_group_count; i++) {
        if (bench_group_is_wanted(&bench_groups[i], options)
            && run_group(&bench_groups[i], options, json)) {
            status = PROGRAM_FAILED;
        }
    }
    return status;
}

static int
measure(const struct bench_options *options)
{
    struct bench_json json = {NULL, true};
    if (options->json && !(json.file = fopen(options->json, "w"))) {
        return program_error("%s: %s", options->json, strerror(errno));
    }
    bench_table_head(options);
    bench_json_head(&json, options);
    int status = run_all(options, &json);
    bench_json_foot(&json);
    if (json.file && fclose(json.file)) {
        status = program_error("%s: %s", options->json, strerror(errno));
    }
    return program_flush() ? PROGRAM_FAILED : status;
}

/* How many rows the options select. */
static size_t
count_wanted(const struct bench_options *options)
{
    size_t wanted = 0;
    for (size_t i = 0; i < bench_group_count; i++) {
        const struct bench_group *group = &bench_groups[i];
        if (!bench_group_is_wanted(group, options)) {
            continue;
        }
        for (size_t k = 0; k < *group->count; k++) {
            wanted += bench_row_is_wanted(&group->rows[k], options);
        }
    }
    return wanted;
}

static int
check(const struct bench_options *options)
{
    if (count_wanted(options) == 0) {
        return program_misuse("nothing is called %s in the chosen groups",
                              options->only ? options->only : options->group);
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
    if (options.quick) {
        options.pairs = 1;
        options.time = 50;
        options.idle_time = 200;
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
