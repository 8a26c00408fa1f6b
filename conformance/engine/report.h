/* SPDX-License-Identifier: MIT */
/* report.h: what is told of a run, in four forms.  Main process only. */
#ifndef CONFORMANCE_ENGINE_REPORT_H
#define CONFORMANCE_ENGINE_REPORT_H

#include "conformance/engine/run.h"

/* TAP 13, as the tests end. */
void tap_begin(FILE *file, const struct run *run);
void tap_result(FILE *file, const struct run *run, const struct result *result,
                size_t number);
void tap_end(FILE *file, const struct run *run);

/* When all tests have ended, and while their traces are there. */
void junit_write(FILE *file, const struct run *run);

/* A line for the run, one for each test, one for the end. */
void jsonl_write(FILE *file, const struct run *run);

/* The badge, SVG. */
void badge_write(FILE *file, const struct run *run);

/* One page of several reports in JSON lines, each of which is a column; with
 * the traces of tests that passed, or without these, which are most of it.  0,
 * or -1: the reason has been printed with the name of the report. */
int html_write(FILE *page, FILE *const *reports, const char *const *names,
               size_t count, bool all_traces);

/* --- what they share -------------------------------------------------------*/

/* What a form writes for a byte; the last one's text is NULL. */
struct escape {
    char byte;
    const char *text;
};

/* How a form writes texts: of the target and of users, so of any bytes. */
struct form {
    const struct escape *escapes;
    const char *control; /* before two hex digits: of other control bytes */
    const char *invalid; /* the same, of bytes that are no UTF-8 */
};
void report_text(FILE *file, const char *text, const struct form *form);

/* &, <, > and quotes; for text and for attributes. */
extern const struct form form_markup;

/* The lines of the test's trace, one by one, without their newlines.  Of a
 * trace that is very long only both ends; one line tells of the rest. */
typedef void report_line(FILE *file, const char *line, size_t number);
void report_trace(FILE *file, const struct result *result, report_line *put);

#endif
