/* SPDX-License-Identifier: MIT */
/* main.c: palm-conform. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance/engine/options.h"
#include "conformance/engine/report.h"
#include "conformance/engine/suite.h"

/* Each has a letter of its own. */
enum { MERGE_MAX = 26 };

/* Of the rules and tests those that the options select. */
static void
list_rules(const struct options *options)
{
    size_t i;

    for (i = 0; i < catalogue_size; i++) {
        const struct rule *rule = &catalogue[i];

        if (!run_wants(options, rule, NULL)) {
            continue;
        }
        printf("%s\t%s\t%s\t%s\t%s\t%s\n", rule->id, rule->level, rule->profile,
               rule->visible, rule->section, rule->text);
    }
}

static void
list_tests(const struct options *options)
{
    const struct test_entry *const *topic;
    const struct test_entry *entry;

    for (topic = suite_topics; *topic != NULL; topic++) {
        for (entry = *topic; entry->id != NULL; entry++) {
            if (run_wants(options, catalogue_find(entry->id), entry->name)) {
                printf("%s\t%s\n", entry->id, entry->name);
            }
        }
    }
}

/* What the target does not claim is not asked of it. */
static void
skip_unclaimed(struct run *run)
{
    size_t i;

    for (i = 0; i < run->count; i++) {
        struct result *result = &run->results[i];

        if (!run_claims(run, result->rule->profile)) {
            result->outcome.verdict = VERDICT_SKIP;
            result->outcome.reason = "the target does not claim this profile";
            result->outcome.expected = "";
            result->outcome.actual = "";
            result->outcome.crash = "";
            result->outcome.log = "";
            result->done = true;
        }
    }
}

/* What one types to run that test again, and to look at its trace. */
static char *
repeat_command(const struct run *run, const struct result *result)
{
    const struct settings *settings = &run->options->settings;
    bool start = settings->target != NULL;
    char *program = shell_word(run->program);
    char *whom = shell_word(start ? settings->target : settings->attach);
    size_t size =
        strlen(program) + strlen(whom) + strlen(result->entry->name) + 100;
    char *text = malloc(size);

    if (text == NULL) {
        abort();
    }
    (void)snprintf(text, size, "%s --%s %s --run %s --keep --timeout-factor %g",
                   program, start ? "target" : "attach", whom,
                   result->entry->name, settings->timeout_factor);
    free(program);
    free(whom);
    return text;
}

static void
tell(struct run *run, struct result *result, size_t number)
{
    run_judge(result);
    result->repeat = repeat_command(run, result);
    run->counts[result->outcome.verdict]++;
    tap_result(stdout, run, result, number);
}

/* The files that were asked for; opened before a test runs, so that a path that
 * is wrong costs no time. */
struct files {
    FILE *junit;
    FILE *jsonl;
    FILE *html;
    FILE *badge;
};

static bool
open_file(const char *option, const char *path, FILE **file)
{
    if (path == NULL) {
        return true;
    }
    *file = fopen(path, "w");
    if (*file == NULL) {
        fprintf(stderr, "palm-conform: --%s: \"%s\": %s\n", option, path,
                strerror(errno));
    }
    return *file != NULL;
}

static bool
open_files(const struct options *options, struct files *files)
{
    memset(files, 0, sizeof *files);
    return open_file("junit", options->junit, &files->junit)
           && open_file("jsonl", options->jsonl, &files->jsonl)
           && open_file("html", options->html, &files->html)
           && open_file("badge", options->badge, &files->badge);
}

static bool
close_file(const char *option, FILE *file)
{
    bool lost;

    if (file == NULL) {
        return true;
    }
    lost = ferror(file) != 0;
    lost = fclose(file) != 0 || lost;
    if (lost) {
        fprintf(stderr, "palm-conform: --%s: cannot be written: %s\n", option,
                strerror(errno));
    }
    return !lost;
}

static bool
close_files(const struct files *files)
{
    bool junit = close_file("junit", files->junit);
    bool jsonl = close_file("jsonl", files->jsonl);
    bool html = close_file("html", files->html);
    bool badge = close_file("badge", files->badge);

    return junit && jsonl && html && badge;
}

/* A page is made of lines of JSON, also if nobody else wants these. */
static bool
write_page(FILE *page, const struct run *run)
{
    static const char *const name = "the report";
    FILE *report = tmpfile();
    int rc;

    if (report == NULL) {
        fprintf(stderr, "palm-conform: --html: %s\n", strerror(errno));
        return false;
    }
    jsonl_write(report, run);
    rewind(report);
    rc = html_write(page, &report, &name, 1, run->options->keep);
    (void)fclose(report);
    return rc == 0;
}

static bool
write_files(const struct files *files, const struct run *run)
{
    bool page = true;

    if (files->junit != NULL) {
        junit_write(files->junit, run);
    }
    if (files->jsonl != NULL) {
        jsonl_write(files->jsonl, run);
    }
    if (files->badge != NULL) {
        badge_write(files->badge, run);
    }
    if (files->html != NULL) {
        page = write_page(files->html, run);
    }
    return close_files(files) && page;
}

static int
run_tests(struct run *run, const struct files *files)
{
    struct outcome outcome;
    enum run_status status;

    memset(&outcome, 0, sizeof outcome);
    if (run_describe(run, &outcome) != 0) {
        fprintf(stderr, "palm-conform: the target cannot be asked: %s %s\n%s\n",
                outcome.reason == NULL ? strerror(errno) : outcome.reason,
                outcome.crash == NULL ? "" : outcome.crash,
                outcome.log == NULL ? "" : outcome.log);
        return RUN_PARTIAL;
    }
    if (run_known(run) != 0) {
        return RUN_PARTIAL;
    }
    skip_unclaimed(run);
    run_shuffle(run);
    tap_begin(stdout, run);
    if (run_all(run, tell) != 0) {
        fprintf(stderr, "palm-conform: a test cannot be started: %s\n",
                strerror(errno));
        return RUN_PARTIAL;
    }
    if (run_known_end(run) != 0) {
        perror("palm-conform: --known");
        return RUN_PARTIAL;
    }
    tap_end(stdout, run);
    status = run_status(run);
    return write_files(files, run) ? (int)status : RUN_PARTIAL;
}

static int
run_suite(struct run *run, struct options *options)
{
    struct files files;
    int status;

    if (!run_select(run) || !open_files(options, &files)
        || work_make(options) != 0) {
        return RUN_PARTIAL;
    }
    status = run_tests(run, &files);
    work_clean(run);
    return status;
}

/* --- reports side by side --------------------------------------------------*/

static int
merge(const struct options *options)
{
    FILE *reports[MERGE_MAX];
    FILE *page = NULL;
    size_t count;
    int rc;

    for (count = 0; options->files[count] != NULL; count++) {
        const char *path = options->files[count];

        if (count == MERGE_MAX) {
            fprintf(stderr, "palm-conform: --merge: more than %d reports\n",
                    MERGE_MAX);
            return RUN_PARTIAL;
        }
        reports[count] = fopen(path, "r");
        if (reports[count] == NULL) {
            fprintf(stderr, "palm-conform: --merge: \"%s\": %s\n", path,
                    strerror(errno));
            return RUN_PARTIAL;
        }
    }
    if (!open_file("html", options->html, &page)) {
        return RUN_PARTIAL;
    }
    rc = html_write(page, reports, (const char *const *)options->files, count,
                    options->keep);
    while (count > 0) {
        (void)fclose(reports[--count]);
    }
    return close_file("html", page) && rc == 0 ? RUN_KEPT : RUN_PARTIAL;
}

/* --- the command -----------------------------------------------------------*/

static char *
command_of(int argc, char *const *argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    int i;

    if (file == NULL) {
        abort();
    }
    for (i = 0; i < argc; i++) {
        char *word = shell_word(argv[i]);

        fprintf(file, "%s%s", i == 0 ? "" : " ", word);
        free(word);
    }
    (void)fclose(file);
    return text;
}

static char *
time_text(void)
{
    time_t seconds = time(NULL);
    struct tm parts;
    char text[32] = "";

    if (gmtime_r(&seconds, &parts) != NULL) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    return strdup(text);
}

/* What could not be written was not told. */
static int
end_of_output(int status)
{
    return fflush(stdout) != 0 || ferror(stdout) ? RUN_PARTIAL : status;
}

int
main(int argc, char **argv)
{
    /* What they hold is needed until the end, and the end frees it. */
    static struct options options;
    static struct run run;

    memset(&run, 0, sizeof run);
    run.options = &options;
    run.program = argv[0];
    run.facts = "";
    if (options_read(&options, argc, argv) != 0) {
        return RUN_PARTIAL;
    }
    if (options.help) {
        options_help(stdout);
    } else if (options.version) {
        puts("palm-conform " SUITE_VERSION ", specification " SPEC_VERSION);
    } else if (options.list) {
        list_rules(&options);
    } else if (options.list_tests) {
        list_tests(&options);
    } else if (options.merge) {
        return merge(&options);
    } else {
        run.command = command_of(argc, argv);
        run.began = time_text();
        return end_of_output(run_suite(&run, &options));
    }
    return end_of_output(RUN_KEPT);
}
