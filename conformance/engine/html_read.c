/* SPDX-License-Identifier: MIT */
/* html_read.c: reads a report, to make a column of it. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/html.h"
#include "conformance/engine/verdict.h"

static bool
is_verdict(const char *name)
{
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdict_name((enum verdict)i), name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *
add_test(struct column *column, const struct json *test)
{
    struct json *tests;

    if (!is_verdict(json_get(test, "verdict"))) {
        return "a test without a verdict that there is";
    }
    if (*json_get(test, "id") == '\0') {
        return "a test without an id";
    }
    tests = realloc(column->tests, (column->count + 1) * sizeof *tests);
    if (tests == NULL) {
        return "out of memory";
    }
    column->tests = tests;
    tests[column->count++] = *test;
    return NULL;
}

/* Keeps the line where it belongs; NULL, or what is wrong with it: then it is
 * still the caller's. */
static const char *
keep(struct column *column, const struct json *line)
{
    const char *type = json_get(line, "type");

    if (strcmp(type, "test") == 0) {
        return add_test(column, line);
    }
    if (strcmp(type, "run") == 0 && column->run.texts == NULL) {
        column->run = *line;
        return NULL;
    }
    if (strcmp(type, "end") == 0 && column->end.texts == NULL) {
        column->end = *line;
        return NULL;
    }
    return "neither a run, nor a test, nor an end; or the second one";
}

static const char *
read_line(struct column *column, const char *text)
{
    struct json line;
    const char *why = json_read(&line, text);

    if (why == NULL) {
        why = keep(column, &line);
    }
    if (why != NULL) {
        json_fini(&line);
    }
    return why;
}

int
html_read(struct column *column, FILE *report, const char *name)
{
    const char *why = NULL;
    char *text = NULL;
    size_t room = 0;
    size_t number = 0;

    memset(column, 0, sizeof *column);
    column->file = name;
    while (why == NULL && getline(&text, &room, report) > 0) {
        number++;
        why = read_line(column, text);
    }
    free(text);
    if (why == NULL && column->run.texts == NULL) {
        why = "no run stands in it: not a report of --jsonl";
    }
    if (why != NULL) {
        fprintf(stderr, "palm-conform: %s:%zu: %s\n", name, number, why);
        return -1;
    }
    return 0;
}

void
html_fini(struct column *column)
{
    size_t i;

    for (i = 0; i < column->count; i++) {
        json_fini(&column->tests[i]);
    }
    free(column->tests);
    json_fini(&column->run);
    json_fini(&column->end);
    memset(column, 0, sizeof *column);
}
