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

void bench_json_head(FILE *file, const struct bench_options *options);
void bench_json_row(FILE *file, const struct bench_result *result, bool first);
void bench_json_foot(FILE *file);

#endif
