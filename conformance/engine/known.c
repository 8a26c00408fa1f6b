/* SPDX-License-Identifier: MIT */
/* known.c: failures that are known: a file with a line for each,
 *     id  target-version  reason  url
 * separated by tabs.  The id is a rule's (then of all its tests) or the name of
 * a test; the version may be "*". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/run.h"
#include "conformance/engine/suite.h"

enum { COLUMNS = 4, ID = 0, VERSION = 1, REASON = 2, URL = 3 };

struct reading {
    struct run *run;
    const char *file;
    unsigned line;
    char version[80]; /* of the target */
};

static int
refuse(const struct reading *reading, const char *why)
{
    fprintf(stderr, "palm-conform: %s:%u: %s\n", reading->file, reading->line,
            why);
    return -1;
}

/* Cuts the line at its tabs; how many columns it has, 0 if too many. */
static size_t
split(char *line, char **columns)
{
    size_t count = 0;

    line[strcspn(line, "\r\n")] = '\0';
    while (line != NULL) {
        char *tab = strchr(line, '\t');

        if (count == COLUMNS) {
            return 0;
        }
        columns[count++] = line;
        line = tab;
        if (tab != NULL) {
            *tab = '\0';
            line = tab + 1;
        }
    }
    return count;
}

/* "the reason (url)"; a new string. */
static char *
reason_of(char *const *columns)
{
    const char *url = columns[URL] == NULL ? "" : columns[URL];
    size_t size = strlen(columns[REASON]) + strlen(url) + 4;
    char *text = malloc(size);

    if (text == NULL) {
        return NULL;
    }
    if (*url == '\0') {
        (void)snprintf(text, size, "%s", columns[REASON]);
    } else {
        (void)snprintf(text, size, "%s (%s)", columns[REASON], url);
    }
    return text;
}

static bool
is_meant(const struct test_entry *entry, const char *id)
{
    return strcmp(entry->id, id) == 0 || strcmp(entry->name, id) == 0;
}

static bool
there_is_a_test(const char *id)
{
    const struct test_entry *const *topic;

    for (topic = suite_topics; *topic != NULL; topic++) {
        const struct test_entry *entry;

        for (entry = *topic; entry->id != NULL; entry++) {
            if (is_meant(entry, id)) {
                return true;
            }
        }
    }
    return false;
}

/* A line of the file that is out of date: where it stands, and why. */
static int
note_stale(struct run *run, const char *where, const char *id, const char *why)
{
    size_t size = strlen(where) + strlen(id) + strlen(why) + 8;
    struct stale *stale = calloc(1, sizeof *stale);
    struct stale **end = &run->stale;
    char *text = malloc(size);

    if (stale == NULL || text == NULL) {
        free(stale);
        free(text);
        return -1;
    }
    (void)snprintf(text, size, "%s: %s: %s", where, id, why);
    fprintf(stderr, "palm-conform: %s\n", text);
    stale->text = text;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = stale;
    return 0;
}

static int
note_missing(struct reading *reading, const char *id)
{
    char where[4096];

    (void)snprintf(where, sizeof where, "%s:%u", reading->file, reading->line);
    return note_stale(reading->run, where, id,
                      catalogue_find(id) == NULL ? "no such rule or test"
                                                 : "the rule has no test") == 0
               ? 0
               : refuse(reading, strerror(ENOMEM));
}

static int
take(struct reading *reading, char *const *columns)
{
    struct run *run = reading->run;
    size_t i;

    if (!there_is_a_test(columns[ID])) {
        return note_missing(reading, columns[ID]);
    }
    if (strcmp(columns[VERSION], "*") != 0
        && strcmp(columns[VERSION], reading->version) != 0) {
        return 0; /* of another version */
    }
    for (i = 0; i < run->count; i++) {
        struct result *result = &run->results[i];

        if (!is_meant(result->entry, columns[ID])) {
            continue;
        }
        if (result->known != NULL) {
            return refuse(reading, "the test is listed twice");
        }
        result->known_as_rule = strcmp(result->entry->id, columns[ID]) == 0;
        result->known = reason_of(columns);
        if (result->known == NULL) {
            return refuse(reading, strerror(ENOMEM));
        }
    }
    return 0;
}

static int
read_line(struct reading *reading, char *line)
{
    char *columns[COLUMNS] = {NULL, NULL, NULL, NULL};
    size_t count;

    if (*line == '#' || line[strspn(line, " \t\r\n")] == '\0') {
        return 0;
    }
    count = split(line, columns);
    if (count < COLUMNS - 1) {
        return refuse(reading, "a line is: id, version, reason, url; with tabs "
                               "in between");
    }
    if (*columns[ID] == '\0' || *columns[VERSION] == '\0') {
        return refuse(reading, "an id and a version (or *) are needed");
    }
    if (*columns[REASON] == '\0') {
        return refuse(reading, "a reason is needed");
    }
    return take(reading, columns);
}

int
run_known(struct run *run)
{
    struct reading reading = {NULL, NULL, 0, ""};
    char *line = NULL;
    size_t room = 0;
    int rc = 0;
    FILE *file;

    if (run->options->known == NULL) {
        return 0;
    }
    reading.run = run;
    reading.file = run->options->known;
    (void)run_fact(run, "version", reading.version, sizeof reading.version);
    file = fopen(reading.file, "r");
    if (file == NULL) {
        fprintf(stderr, "palm-conform: --known: \"%s\": %s\n", reading.file,
                strerror(errno));
        return -1;
    }
    while (rc == 0 && getline(&line, &room, file) > 0) {
        reading.line++;
        rc = read_line(&reading, line);
    }
    if (rc == 0 && ferror(file)) {
        rc = refuse(&reading, strerror(errno));
    }
    free(line);
    (void)fclose(file);
    return rc;
}

void
run_judge(struct result *result)
{
    enum verdict *verdict = &result->outcome.verdict;

    if (result->known != NULL && *verdict == VERDICT_FAIL) {
        *verdict = VERDICT_KNOWN;
    } else if (result->known != NULL && !result->known_as_rule
               && *verdict == VERDICT_PASS) {
        *verdict = VERDICT_FIXED;
    }
}

/* Whether each test of the rule was run, and passed; at its first test only. */
static bool
all_pass(const struct run *run, size_t first)
{
    const char *id = run->results[first].entry->id;
    size_t i;

    for (i = 0; i < run->count; i++) {
        const struct result *result = &run->results[i];

        if (strcmp(result->entry->id, id) == 0
            && (i < first || result->outcome.verdict != VERDICT_PASS)) {
            return false;
        }
    }
    return true;
}

int
run_known_end(struct run *run)
{
    size_t i;

    for (i = 0; i < run->count; i++) {
        const struct result *result = &run->results[i];

        if (result->known_as_rule && all_pass(run, i)
            && note_stale(run, run->options->known, result->entry->id,
                          "each of its tests passes")
                   != 0) {
            return -1;
        }
    }
    return 0;
}

void
run_known_fini(struct run *run)
{
    size_t i;

    for (i = 0; i < run->count; i++) {
        free((void *)(uintptr_t)run->results[i].known);
        run->results[i].known = NULL;
    }
    while (run->stale != NULL) {
        struct stale *stale = run->stale;

        run->stale = stale->next;
        free((void *)(uintptr_t)stale->text);
        free(stale);
    }
}
