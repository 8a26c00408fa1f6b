/* SPDX-License-Identifier: MIT */
/* report.h: results as a table on stdout and as JSON. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include "harness/bench/work.h"

/* What a row's runs come to. */
struct bench_result {
    const struct bench_row *row;
    const struct bench_series *series;
    double median[BENCH_SERVERS];
    double ratio; /* median of the pairs' ratios, 0 without a floor */
    double low;   /* the lowest of them, and the highest */
    double high;
    const char *met; /* "aim", "must", "-" (missed) or "" (no target) */
};

void bench_result_init(struct bench_result *self, const struct bench_row *row,
                       const struct bench_series *series);

void bench_table_head(const struct bench_options *options);
void bench_table_row(const struct bench_result *result);

/* The same of a row that cannot be measured here. */
void bench_table_skipped(const struct bench_row *row, const char *why);

/* Where results go as JSON; nothing is written if there is no file. */
struct bench_json {
    FILE *file; /* borrowed, may be NULL */
    bool first; /* no row has been written */
};

void bench_json_head(struct bench_json *json,
                     const struct bench_options *options);
void bench_json_row(struct bench_json *json, const struct bench_result *result);
void bench_json_skipped(struct bench_json *json, const struct bench_row *row,
                        const char *why);
void bench_json_foot(struct bench_json *json);

#endif
