/* SPDX-License-Identifier: MIT */
/* bench.c: palm-bench, which measures a libpalm master side by side with the
 * floor: what libzmq alone does for the same peers in the same run. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/bench/child.h"
#include "harness/bench/report.h"
#include "harness/bench/role.h"
#include "harness/bench/work.h"

static const char usage[] =
    "usage: palm-bench [OPTION]...\n"
    "       palm-bench --role ROLE [KEY=VALUE]...\n"
    "\n"
    "Measures libpalm side by side with plain libzmq.\n"
    "\n"
    "  --list             what is measured, and the targets\n"
    "  --only GLOB        only what matches\n"
    "  --pairs N          runs of each side, in turn (11)\n"
    "  --seconds S        measured time of a run (0.5)\n"
    "  --idle-seconds S   the same for idle-* (10)\n"
    "  --window N         messages under way (each measurement's own)\n"
    "  --no-cache         messages whose cache field the server must fill\n"
    "  --null             the floor on both sides: shows the noise\n"
    "  --set PART.OPTION=VALUE\n"
    "                     an option of a part of the master, or of \"server\"\n"
    "  --json FILE        write the results there, too\n"
    "  --role ROLE        be one process of a measurement\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 measured, 1 a run failed, 2 wrong usage.\n";

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
    return 0;
}

/* Numbers are taken whole or not at all. */
static bool
set_number(double *number, const char *text, double least, double most)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && *end == '\0' && *number >= least && *number <= most;
}

static bool
set_pairs(struct bench_options *options, const char *text)
{
    double number;
    bool ok = set_number(&number, text, 1, BENCH_MAX_PAIRS);
    options->pairs = ok ? (int)number : 0;
    return ok;
}

static bool
set_seconds(struct bench_options *options, const char *text)
{
    return set_number(&options->seconds, text, 0.01, 3600);
}

static bool
set_idle_seconds(struct bench_options *options, const char *text)
{
    return set_number(&options->idle_seconds, text, 0.01, 3600);
}

static bool
set_window(struct bench_options *options, const char *text)
{
    double number;
    bool ok = set_number(&number, text, 1, 1e9);
    options->window = ok ? (long)number : 0;
    return ok;
}

static bool
set_only(struct bench_options *options, const char *text)
{
    options->only = text;
    return true;
}

static bool
set_json(struct bench_options *options, const char *text)
{
    options->json = text;
    return true;
}

static bool
add_setting(struct bench_options *options, const char *text)
{
    if (options->settings_count == BENCH_MAX_SETTINGS || !strchr(text, '.')
        || !strchr(text, '=')) {
        return false;
    }
    options->settings[options->settings_count++] = text;
    return true;
}

static const struct {
    const char *name;
    bool (*set)(struct bench_options *options, const char *text);
} option_table[] = {
    {"--only", set_only},       {"--pairs", set_pairs},
    {"--seconds", set_seconds}, {"--idle-seconds", set_idle_seconds},
    {"--window", set_window},   {"--json", set_json},
    {"--set", add_setting},
};

/* Reads option and value; false if there is no such option or it is wrong. */
static bool
set_option(struct bench_options *options, const char *name, const char *text)
{
    for (size_t i = 0; i < sizeof option_table / sizeof *option_table; i++) {
        if (!strcmp(option_table[i].name, name)) {
            return text && option_table[i].set(options, text);
        }
    }
    return false;
}

static bool
read_options(struct bench_options *options, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--no-cache")) {
            options->fill = true;
            continue;
        }
        if (!strcmp(argv[i], "--null")) {
            options->null = true;
            continue;
        }
        if (!set_option(options, argv[i], argv[i + 1])) {
            fprintf(stderr,
                    "palm-bench: wrong option or value: %s\n"
                    "Try palm-bench --help.\n",
                    argv[i]);
            return false;
        }
        i++;
    }
    return true;
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
    int status = 0;
    for (size_t i = 0; i < bench_row_count; i++) {
        const struct bench_row *row = &bench_rows[i];
        if (!bench_row_is_wanted(row, options) || has_run(options, i)) {
            continue;
        }
        if (bench_work_run(row->work, options, &series)) {
            fprintf(stderr, "palm-bench: %s failed\n", row->name);
            status = 1;
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
        fprintf(stderr, "palm-bench: %s: %s\n", options->json, strerror(errno));
        return 1;
    }
    bench_table_head(options);
    if (json) {
        bench_json_head(json, options);
    }
    int status = run_all(options, json);
    if (json) {
        bench_json_foot(json);
        status = fclose(json) ? 1 : status;
    }
    return status;
}

int
main(int argc, char **argv)
{
    struct bench_options options = {
        .pairs = 11, .seconds = 0.5, .idle_seconds = 10};
    if (argc > 2 && !strcmp(argv[1], "--role")) {
        return bench_role_run(argv[2], argc - 3, argv + 3);
    }
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        return fputs(usage, stdout) == EOF;
    }
    if (argc == 2 && !strcmp(argv[1], "--version")) {
        return printf("palm-bench %s\n", PACKAGE_VERSION) < 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--list")) {
        return show_list();
    }
    if (!read_options(&options, argc, argv)) {
        return 2;
    }
    /* A child that has gone is noticed by its pipe. */
    (void)signal(SIGPIPE, SIG_IGN);
    bench_child_setup(argv[0]);
    return measure(&options);
}
