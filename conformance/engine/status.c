/* SPDX-License-Identifier: MIT */
/* status.c: what a run comes to: the exit status, and the headline. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/run.h"
#include "conformance/engine/suite.h"

static bool
is_level(const struct rule *rule, const char *level)
{
    return strcmp(rule->level, level) == 0;
}

/* Whether the verdict of a rule of this level makes the run fail. */
static bool
breaks(enum verdict verdict, const char *level)
{
    bool must = strcmp(level, "MUST") == 0;

    return verdict == VERDICT_FIXED
           || (must
               && (verdict == VERDICT_FAIL
                   || verdict == VERDICT_UNIMPLEMENTED));
}

static bool
has_run(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_FAIL
           || verdict == VERDICT_KNOWN || verdict == VERDICT_FIXED;
}

enum run_status
run_status(const struct run *run)
{
    bool broken = run->stale != NULL;
    bool should = false;
    bool partial = false;
    size_t ran = 0;
    size_t i;

    for (i = 0; i < run->count; i++) {
        enum verdict verdict = run->results[i].outcome.verdict;
        const struct rule *rule = run->results[i].rule;

        broken = broken || breaks(verdict, rule->level);
        should =
            should || (verdict == VERDICT_FAIL && is_level(rule, "SHOULD"));
        partial =
            partial || verdict == VERDICT_ERROR || verdict == VERDICT_NOT_RUN;
        ran += has_run(verdict);
    }
    /* Whoever interrupts has asked for no verdict. */
    if (run->interrupted) {
        return RUN_PARTIAL;
    }
    if (broken) {
        return RUN_BROKEN;
    }
    if (partial || ran == 0) {
        return RUN_PARTIAL;
    }
    return should && run->options->strict ? RUN_STRICT : RUN_KEPT;
}

/* --- the headline ----------------------------------------------------------*/

/* Verdicts of a MUST that are no conformance, as the headline has them. */
static const struct {
    enum verdict verdict;
    const char *word;
} faults[] = {
    {VERDICT_FAIL, "failed"},      {VERDICT_KNOWN, "known to fail"},
    {VERDICT_ERROR, "not judged"}, {VERDICT_UNIMPLEMENTED, "unimplemented"},
    {VERDICT_NOT_RUN, "not run"},
};
enum { FAULTS = sizeof faults / sizeof faults[0] };

/* What is said of profiles: three lists, and how long they are. */
struct lists {
    FILE *kept;
    FILE *broken;
    FILE *partial;
    struct sums sums;
};

static void
put_name(FILE *list, const char *profile)
{
    fprintf(list, "%s%s", ftell(list) > 0 ? ", " : "", profile);
}

/* Tests of the profile's MUST in the suite. */
static size_t
tests_of(const char *profile)
{
    const struct test_entry *const *topic;
    size_t count = 0;

    for (topic = suite_topics; *topic != NULL; topic++) {
        const struct test_entry *entry;

        for (entry = *topic; entry->id != NULL; entry++) {
            const struct rule *rule = catalogue_find(entry->id);

            count += rule != NULL && is_level(rule, "MUST")
                     && strcmp(rule->profile, profile) == 0;
        }
    }
    return count;
}

/* Counts the profile's MUST by verdict; returns how many were selected. */
static size_t
count_verdicts(const struct run *run, const char *profile, size_t *counts)
{
    size_t selected = 0;
    size_t i;

    memset(counts, 0, VERDICT_COUNT * sizeof *counts);
    for (i = 0; i < run->count; i++) {
        const struct rule *rule = run->results[i].rule;

        if (is_level(rule, "MUST") && strcmp(rule->profile, profile) == 0) {
            counts[run->results[i].outcome.verdict]++;
            selected++;
        }
    }
    return selected;
}

static void
judge(const struct run *run, const char *profile, struct lists *lists)
{
    size_t counts[VERDICT_COUNT];
    size_t all = tests_of(profile);
    size_t selected = count_verdicts(run, profile, counts);
    const char *begin = " (";
    size_t i;

    for (i = 0; i < FAULTS; i++) {
        size_t count = counts[faults[i].verdict];

        if (count > 0) {
            if (begin[0] == ' ') {
                put_name(lists->broken, profile);
            }
            fprintf(lists->broken, "%s%zu MUST %s", begin, count,
                    faults[i].word);
            begin = ", ";
        }
    }
    lists->sums.claimed += all > 0;
    if (begin[0] == ',') {
        fputc(')', lists->broken);
    } else if (selected < all) {
        put_name(lists->partial, profile);
        lists->sums.partial++;
    } else if (all > 0) {
        put_name(lists->kept, profile);
        lists->sums.kept++;
    }
}

/* Adds a list that is not empty. */
static void
put_list(FILE *headline, const char *begin, const char *text)
{
    if (*text != '\0') {
        fprintf(headline, "%s%s%s", ftell(headline) > 0 ? "; " : "", begin,
                text);
    }
}

static void
judge_all(const struct run *run, struct lists *lists)
{
    char profiles[1024];
    char *rest = NULL;
    char *word;

    (void)run_fact(run, "profiles", profiles, sizeof profiles);
    for (word = strtok_r(profiles, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        judge(run, word, lists);
    }
}

/* The lists as texts, which the caller frees. */
static struct sums
make_lists(const struct run *run, char *texts[3])
{
    struct lists lists;
    FILE *files[3];
    size_t sizes[3];
    size_t i;

    for (i = 0; i < 3; i++) {
        files[i] = open_memstream(&texts[i], &sizes[i]);
        if (files[i] == NULL) {
            abort(); /* no memory for a few words */
        }
    }
    memset(&lists, 0, sizeof lists);
    lists.kept = files[0];
    lists.broken = files[1];
    lists.partial = files[2];
    judge_all(run, &lists);
    for (i = 0; i < 3; i++) {
        (void)fclose(files[i]);
    }
    return lists.sums;
}

static void
free_lists(char *texts[3])
{
    size_t i;

    for (i = 0; i < 3; i++) {
        free(texts[i]);
    }
}

struct sums
run_sums(const struct run *run)
{
    char *texts[3] = {NULL, NULL, NULL};
    struct sums sums = make_lists(run, texts);

    free_lists(texts);
    return sums;
}

char *
run_headline(const struct run *run)
{
    char *texts[3] = {NULL, NULL, NULL};
    char *headline = NULL;
    size_t size;
    FILE *file = open_memstream(&headline, &size);

    if (file == NULL) {
        abort();
    }
    (void)make_lists(run, texts);
    put_list(file, "CONFORMANT to ", texts[0]);
    put_list(file, *texts[0] == '\0' ? "NOT CONFORMANT to " : "NOT to ",
             texts[1]);
    put_list(file, "partial selection of ", texts[2]);
    if (ftell(file) == 0) {
        fputs("no profile is claimed that has tests", file);
    }
    (void)fclose(file);
    free_lists(texts);
    return headline;
}
