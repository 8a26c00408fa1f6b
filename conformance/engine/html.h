/* SPDX-License-Identifier: MIT */
/* html.h: the parts of the page; report.h has the whole.  Main process only. */
#ifndef CONFORMANCE_ENGINE_HTML_H
#define CONFORMANCE_ENGINE_HTML_H

#include <stdbool.h>
#include <stdio.h>

#include "conformance/engine/json.h"

/* A report: one target, a column of the page. */
struct column {
    struct json run;
    struct json end;    /* empty if the report was cut */
    struct json *tests; /* as they stand in the report: in any order */
    size_t count;
    const char *file;
};

struct page {
    const struct column *columns;
    size_t count;
    const struct json *
        *rows; /* of each rule a test, in the catalogue's order */
    size_t row_count;
    bool all_traces; /* of tests that passed, too */
};

/* Reads a report; -1: the reason has been printed. */
int html_read(struct column *column, FILE *report, const char *name);
void html_fini(struct column *column);

/* Text of a report, for elements and attributes. */
void html_text(FILE *file, const char *text);

/* The text of a rule, in which `…` is code. */
void html_clause(FILE *file, const char *text);

/* A name and its value in a list; nothing if it is empty. */
void html_row(FILE *file, const char *name, const char *value);

/* The head of the page, up to <body>, and what follows the rules. */
void html_head(FILE *file, const char *title);
void html_tail(FILE *file);

/* What is said of the targets, the sums of topics, the filter. */
void html_summary(FILE *file, const struct page *page);

/* The column's; 0 if it is alone. */
char html_letter(const struct page *page, size_t column);

/* A test of a column: a cell that opens. */
void html_cell(FILE *file, const struct page *page, const struct json *test,
               size_t column);

/* The trace of a test: lines, each ended by a newline. */
void html_trace(FILE *file, const char *lines);

/* "CACHE" of PALM-CACHE-007: where it begins, and its length. */
const char *html_topic(const char *id, size_t *length);

#endif
