/* SPDX-License-Identifier: MIT */
/* verdict.c: see verdict.h.  The file has a line for each member: a key, a
 * tab, the text, in which a newline is \n and a backslash \\. */
#include "conformance/engine/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[VERDICT_COUNT] = {
    "PASS", "FAIL",    "ERROR", "UNIMPLEMENTED",
    "SKIP", "NOT-RUN", "KNOWN", "FIXED"};

/* The members that are texts. */
static const struct {
    const char *key;
    size_t at;
} texts[] = {
    {"reason", offsetof(struct outcome, reason)},
    {"expected", offsetof(struct outcome, expected)},
    {"actual", offsetof(struct outcome, actual)},
    {"crash", offsetof(struct outcome, crash)},
    {"log", offsetof(struct outcome, log)},
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static const char **
text_of(struct outcome *outcome, size_t index)
{
    return (const char **)(void *)((char *)outcome + texts[index].at);
}

const char *
verdict_name(enum verdict verdict)
{
    return names[verdict];
}

static void
put(FILE *file, const char *key, const char *text)
{
    fprintf(file, "%s\t", key);
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            fputs("\\n", file);
        } else if (*text == '\\') {
            fputs("\\\\", file);
        } else {
            fputc(*text, file);
        }
    }
    fputc('\n', file);
}

int
outcome_write(struct test *test, const struct outcome *outcome)
{
    struct outcome copy = *outcome;
    const char *path = test_text(test, "%s/outcome", test->folder);
    FILE *file = fopen(path, "w");
    size_t i;

    if (file == NULL) {
        return -1;
    }
    put(file, "verdict", names[outcome->verdict]);
    put(file, "elapsed", test_text(test, "%lld", (long long)outcome->elapsed));
    for (i = 0; i < TEXTS; i++) {
        put(file, texts[i].key, *text_of(&copy, i));
    }
    return fclose(file);
}

static void
unescape(char *text)
{
    char *out = text;

    for (; *text != '\0' && *text != '\n'; text++) {
        if (*text == '\\' && text[1] != '\0') {
            text++;
            *out++ = *text == 'n' ? '\n' : *text;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static int
verdict_of(const char *name)
{
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static int
set(struct outcome *outcome, const char *key, const char *value)
{
    size_t i;

    if (strcmp(key, "verdict") == 0) {
        int verdict = verdict_of(value);

        outcome->verdict = verdict < 0 ? VERDICT_ERROR : (enum verdict)verdict;
        return verdict < 0 ? -1 : 0;
    }
    if (strcmp(key, "elapsed") == 0) {
        outcome->elapsed = strtoll(value, NULL, 10);
        return 0;
    }
    for (i = 0; i < TEXTS; i++) {
        if (strcmp(key, texts[i].key) == 0) {
            *text_of(outcome, i) = strdup(value);
            return *text_of(outcome, i) == NULL ? -1 : 0;
        }
    }
    return -1;
}

int
outcome_read(const char *folder, struct outcome *outcome)
{
    char path[4096];
    char *line = NULL;
    size_t room = 0;
    size_t i;
    int rc = 0;
    FILE *file;

    memset(outcome, 0, sizeof *outcome);
    outcome->verdict = (enum verdict)VERDICT_COUNT; /* none */
    (void)snprintf(path, sizeof path, "%s/outcome", folder);
    file = fopen(path, "r");
    if (file == NULL) {
        return -1;
    }
    while (rc == 0 && getline(&line, &room, file) > 0) {
        char *tab = strchr(line, '\t');

        if (tab == NULL) {
            errno = EINVAL;
            rc = -1;
        } else {
            *tab = '\0';
            unescape(tab + 1);
            rc = set(outcome, line, tab + 1);
        }
    }
    free(line);
    (void)fclose(file);
    /* A file that was cut, as on a full disk, is no verdict. */
    for (i = 0; i < TEXTS; i++) {
        rc = *text_of(outcome, i) == NULL ? -1 : rc;
    }
    return outcome->verdict == (enum verdict)VERDICT_COUNT ? -1 : rc;
}

void
outcome_fini(struct outcome *outcome)
{
    size_t i;

    for (i = 0; i < TEXTS; i++) {
        free((void *)(uintptr_t)*text_of(outcome, i));
        *text_of(outcome, i) = NULL;
    }
}
