/* SPDX-License-Identifier: MIT */
/* select.c: which tests are run, and in which order. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/run.h"
#include "conformance/engine/suite.h"

enum { GLOB_MAX = 256 };

/* The next of the globs in *list, into glob; false behind the last. */
static bool
next_glob(const char **list, char *glob)
{
    size_t size;

    if (*list == NULL || **list == '\0') {
        return false;
    }
    size = strcspn(*list, ",");
    (void)snprintf(glob, GLOB_MAX, "%.*s", (int)size, *list);
    *list += size + ((*list)[size] == ',');
    return true;
}

/* No list selects everything. */
static bool
matches(const char *list, const char *text, const char *other)
{
    char glob[GLOB_MAX];
    bool found = list == NULL;

    while (!found && next_glob(&list, glob)) {
        found = fnmatch(glob, text, 0) == 0
                || (other != NULL && fnmatch(glob, other, 0) == 0);
    }
    return found;
}

bool
run_wears(const struct rule *rule)
{
    return strstr(rule->note, "wear") != NULL;
}

bool
run_wants(const struct options *options, const struct rule *rule,
          const char *test)
{
    return rule != NULL && (options->soak == NULL || run_wears(rule))
           && matches(options->run, rule->id, test)
           && matches(options->section, rule->section, NULL)
           && matches(options->level, rule->level, NULL)
           && matches(options->profile, rule->profile, NULL);
}

/* What a glob of an option is compared with. */
enum subject { SUBJECT_RUN, SUBJECT_SECTION, SUBJECT_LEVEL, SUBJECT_PROFILE };

static bool
glob_fits(enum subject subject, const char *glob,
          const struct test_entry *entry, const struct rule *rule)
{
    const char *texts[] = {entry->id, rule->section, rule->level,
                           rule->profile};

    return fnmatch(glob, texts[subject], 0) == 0
           || (subject == SUBJECT_RUN && fnmatch(glob, entry->name, 0) == 0);
}

static bool
glob_fits_any(enum subject subject, const char *glob)
{
    const struct test_entry *const *topic;

    for (topic = suite_topics; *topic != NULL; topic++) {
        const struct test_entry *entry;

        for (entry = *topic; entry->id != NULL; entry++) {
            const struct rule *rule = catalogue_find(entry->id);

            if (rule != NULL && glob_fits(subject, glob, entry, rule)) {
                return true;
            }
        }
    }
    return false;
}

/* A glob that selects nothing by itself is a mistake. */
static bool
each_glob_matches(enum subject subject, const char *list)
{
    static const char *const options[] = {"run", "section", "level", "profile"};
    char glob[GLOB_MAX];

    while (next_glob(&list, glob)) {
        if (!glob_fits_any(subject, glob)) {
            fprintf(stderr, "palm-conform: --%s: \"%s\" matches no test\n",
                    options[subject], glob);
            return false;
        }
    }
    return true;
}

static size_t
count_all(void)
{
    const struct test_entry *const *topic;
    size_t count = 0;

    for (topic = suite_topics; *topic != NULL; topic++) {
        const struct test_entry *entry;

        for (entry = *topic; entry->id != NULL; entry++) {
            count++;
        }
    }
    return count;
}

bool
run_select(struct run *run)
{
    const struct options *options = run->options;
    const struct test_entry *const *topic;

    if (!each_glob_matches(SUBJECT_RUN, options->run)
        || !each_glob_matches(SUBJECT_SECTION, options->section)
        || !each_glob_matches(SUBJECT_LEVEL, options->level)
        || !each_glob_matches(SUBJECT_PROFILE, options->profile)) {
        return false;
    }
    run->results = calloc(count_all() + 1, sizeof *run->results);
    if (run->results == NULL) {
        fputs("palm-conform: out of memory\n", stderr);
        return false;
    }
    for (topic = suite_topics; *topic != NULL; topic++) {
        const struct test_entry *entry;

        for (entry = *topic; entry->id != NULL; entry++) {
            const struct rule *rule = catalogue_find(entry->id);

            if (run_wants(options, rule, entry->name)) {
                run->results[run->count].entry = entry;
                run->results[run->count++].rule = rule;
            }
        }
    }
    if (run->count == 0) {
        fputs("palm-conform: the options select no test\n", stderr);
    }
    return run->count > 0;
}

/* Tests that take long by their rule begin first, so that the others run beside
 * them and not before. */
static void
put_slow_first(struct run *run)
{
    size_t slow = 0;
    size_t i;

    for (i = 0; i < run->count; i++) {
        if (strstr(run->results[i].rule->note, "slow test") != NULL) {
            struct result held = run->results[slow];

            run->results[slow++] = run->results[i];
            run->results[i] = held;
        }
    }
}

void
run_shuffle(struct run *run)
{
    /* A linear congruential generator: the same order on every machine. */
    uint64_t state = run->options->seed;
    size_t left;

    for (left = run->count; left > 1; left--) {
        struct result held = run->results[left - 1];
        size_t other;

        state = state * UINT64_C(6364136223846793005)
                + UINT64_C(1442695040888963407);
        other = (size_t)(state >> 33) % left;
        run->results[left - 1] = run->results[other];
        run->results[other] = held;
    }
    put_slow_first(run);
}
