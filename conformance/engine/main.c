/* SPDX-License-Identifier: MIT */
/* main.c: palm-conform. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/engine/options.h"
#include "conformance/engine/report.h"
#include "conformance/engine/suite.h"

static void
list_rules(void)
{
    size_t i;

    for (i = 0; i < catalogue_size; i++) {
        const struct rule *rule = &catalogue[i];

        printf("%s\t%s\t%s\t%s\t%s\t%s\n", rule->id, rule->level, rule->profile,
               rule->visible, rule->section, rule->text);
    }
}

static void
list_tests(void)
{
    const struct test_entry *const *topic;
    const struct test_entry *entry;

    for (topic = suite_topics; *topic != NULL; topic++) {
        for (entry = *topic; entry->id != NULL; entry++) {
            printf("%s\t%s\n", entry->id, entry->name);
        }
    }
}

/* Targets run elsewhere, so the path must be absolute; a new string. */
static char *
absolute(const char *path)
{
    char whole[8192];
    size_t size = 0;

    if (*path != '/') {
        if (getcwd(whole, sizeof whole / 2) == NULL) {
            return NULL;
        }
        size = strlen(whole);
        whole[size++] = '/';
    }
    (void)snprintf(whole + size, sizeof whole - size, "%s", path);
    return strdup(whole);
}

/* --work, absolute, or a new folder. */
static int
make_work(struct options *options)
{
    const char *parent = getenv("TMPDIR");
    char path[4096];
    char *work;

    if (options->work != NULL) {
        if (mkdir(options->work, 0755) != 0 && errno != EEXIST) {
            fprintf(stderr, "palm-conform: --work: \"%s\": %s\n", options->work,
                    strerror(errno));
            return -1;
        }
        work = absolute(options->work);
    } else {
        (void)snprintf(path, sizeof path, "%s/palm-conform.XXXXXX",
                       parent == NULL || *parent == '\0' ? "/tmp" : parent);
        work = mkdtemp(path) == NULL ? NULL : absolute(path);
    }
    if (work == NULL) {
        fprintf(stderr, "palm-conform: no folder for the traces: %s\n",
                strerror(errno));
        return -1;
    }
    options->settings.work = work;
    return 0;
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

static char *
repeat_command(const struct run *run, const struct result *result)
{
    const struct settings *settings = &run->options->settings;
    const char *whom =
        settings->target != NULL ? settings->target : settings->attach;
    size_t size = strlen(run->program) + strlen(whom) + 200;
    char *text = malloc(size);

    if (text != NULL) {
        (void)snprintf(
            text, size, "%s --%s '%s' --run %s --keep --timeout-factor %g",
            run->program, settings->target != NULL ? "target" : "attach", whom,
            result->entry->name, settings->timeout_factor);
    }
    return text;
}

static void
tell(struct run *run, struct result *result, size_t number)
{
    result->repeat = repeat_command(run, result);
    run->counts[result->outcome.verdict]++;
    tap_result(stdout, run, result, number);
}

enum run_status
run_status(const struct run *run)
{
    bool must = false;
    bool should = false;
    size_t ran = 0;
    size_t i;

    for (i = 0; i < run->count; i++) {
        const struct result *result = &run->results[i];
        enum verdict verdict = result->outcome.verdict;
        bool broken =
            verdict == VERDICT_FAIL || verdict == VERDICT_UNIMPLEMENTED;
        bool is_must = strcmp(result->rule->level, "MUST") == 0;

        must = must || (broken && is_must) || verdict == VERDICT_FIXED;
        should = should
                 || (verdict == VERDICT_FAIL
                     && strcmp(result->rule->level, "SHOULD") == 0);
        ran += verdict == VERDICT_PASS || verdict == VERDICT_FAIL
               || verdict == VERDICT_KNOWN || verdict == VERDICT_FIXED;
    }
    if (must || run->stale > 0) {
        return RUN_BROKEN;
    }
    if (run->counts[VERDICT_ERROR] > 0 || run->counts[VERDICT_NOT_RUN] > 0
        || run->interrupted || ran == 0) {
        return RUN_PARTIAL;
    }
    return should && run->options->strict ? RUN_STRICT : RUN_KEPT;
}

static int
run_suite(struct run *run)
{
    struct outcome outcome;

    if (!run_select(run)) {
        return RUN_PARTIAL;
    }
    if (run_describe(run, &outcome) != 0) {
        fprintf(stderr, "palm-conform: the target cannot be asked: %s %s\n%s\n",
                outcome.reason, outcome.crash, outcome.log);
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
    tap_end(stdout, run);
    return run_status(run);
}

int
main(int argc, char **argv)
{
    struct options options;
    struct run run;

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
        list_rules();
    } else if (options.list_tests) {
        list_tests();
    } else if (make_work(&options) != 0) {
        return RUN_PARTIAL;
    } else {
        return run_suite(&run);
    }
    return RUN_KEPT;
}
