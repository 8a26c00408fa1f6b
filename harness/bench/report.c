/* SPDX-License-Identifier: MIT */
/* report.c: see report.h. */
#include "config.h"
#include "harness/bench/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static const char *const server_names[BENCH_SERVERS] = {"floor", "libpalm"};

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
median(const double *values, int count)
{
    double sorted[BENCH_MAX_PAIRS];
    memcpy(sorted, values, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    return (sorted[count / 2] + sorted[(count - 1) / 2]) / 2;
}

static double
value_of(const struct bench_result *self, int server, int index)
{
    return self->series->sample[server][index].value[self->row->measure];
}

static const char *
judge(const struct bench_row *row, double value)
{
    if (row->must <= 0) {
        return "";
    }
    if (row->lower ? value <= row->aim : value >= row->aim) {
        return "aim";
    }
    return (row->lower ? value <= row->must : value >= row->must) ? "must"
                                                                  : "-";
}

void
bench_result_init(struct bench_result *self, const struct bench_row *row,
                  const struct bench_series *series)
{
    double values[BENCH_SERVERS][BENCH_MAX_PAIRS], ratios[BENCH_MAX_PAIRS];
    bool no_floor = row->work->no_floor;
    self->row = row;
    self->series = series;
    for (int i = 0; i < series->count; i++) {
        double floor = values[BENCH_FLOOR][i] = value_of(self, BENCH_FLOOR, i);
        double server = values[BENCH_MASTER][i] =
            value_of(self, BENCH_MASTER, i);
        ratios[i] = floor > 0 ? server / floor : 0;
    }
    for (int i = 0; i < BENCH_SERVERS; i++) {
        self->median[i] = median(values[i], series->count);
    }
    self->ratio = no_floor ? 0 : median(ratios, series->count);
    qsort(ratios, (size_t)series->count, sizeof *ratios, compare);
    self->low = ratios[0];
    self->high = ratios[series->count - 1];
    self->met = judge(row, no_floor ? self->median[BENCH_MASTER] : self->ratio);
}

static void
libzmq_version(char text[32])
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    (void)snprintf(text, 32, "%d.%d.%d", major, minor, patch);
}

static long
cores(void)
{
#ifdef _SC_NPROCESSORS_ONLN
    return sysconf(_SC_NPROCESSORS_ONLN);
#else
    return -1;
#endif
}

void
bench_table_head(const struct bench_options *options)
{
    char version[32];
    libzmq_version(version);
    printf("palm-bench %s: %ld cores, libzmq %s, %d pairs of %g s\n\n",
           PACKAGE_VERSION, cores(), version, (int)options->pairs,
           (double)options->time / 1000);
    printf("%-18s %-7s %9s %9s %5s %11s %7s %7s %4s\n", "", "", "floor",
           "libpalm", "ratio", "low..high", "must", "aim", "met");
}

/* Rates without decimals, small numbers with some. */
static void
print_number(double value)
{
    printf(" %9.*f", value < 1000 ? 2 : 0, value);
}

static void
print_target(const struct bench_row *row, double target)
{
    if (row->must > 0) {
        printf(" %2s %4g", row->lower ? "<=" : ">=", target);
    } else {
        printf(" %7s", "");
    }
}

void
bench_table_row(const struct bench_result *result)
{
    const struct bench_row *row = result->row;
    printf("%-18s %-7s", row->name, row->unit);
    if (row->work->no_floor) {
        printf(" %9s", "");
    } else {
        print_number(result->median[BENCH_FLOOR]);
    }
    print_number(result->median[BENCH_MASTER]);
    if (row->work->no_floor || result->median[BENCH_FLOOR] <= 0) {
        printf(" %17s", "");
    } else {
        printf(" %5.2f  %4.2f..%4.2f", result->ratio, result->low,
               result->high);
    }
    print_target(row, row->must);
    print_target(row, row->aim);
    printf(" %4s\n", result->met);
    (void)fflush(stdout);
}

void
bench_table_skipped(const struct bench_row *row, const char *why)
{
    printf("%-18s %-7s skipped: %s\n", row->name, row->unit, why);
    (void)fflush(stdout);
}

void
bench_json_head(struct bench_json *json, const struct bench_options *options)
{
    char version[32];
    if (!json->file) {
        return;
    }
    libzmq_version(version);
    fprintf(json->file,
            "{\n  \"version\": \"%s\",\n  \"cores\": %ld,\n"
            "  \"libzmq\": \"%s\",\n  \"pairs\": %d,\n  \"seconds\": %g,\n"
            "  \"rows\": [",
            PACKAGE_VERSION, cores(), version, (int)options->pairs,
            (double)options->time / 1000);
}

static void
json_values(FILE *file, const struct bench_result *result, int server)
{
    fprintf(file, ",\n     \"%s\": [", server_names[server]);
    for (int i = 0; i < result->series->count; i++) {
        fprintf(file, "%s%.6g", i > 0 ? ", " : "", value_of(result, server, i));
    }
    fprintf(file, "], \"%s_median\": %.6g", server_names[server],
            result->median[server]);
}

static void
json_begin(struct bench_json *json, const struct bench_row *row)
{
    fprintf(json->file, "%s\n    {\"name\": \"%s\", \"unit\": \"%s\"",
            json->first ? "" : ",", row->name, row->unit);
    json->first = false;
}

void
bench_json_row(struct bench_json *json, const struct bench_result *result)
{
    const struct bench_row *row = result->row;
    FILE *file = json->file;
    if (!file) {
        return;
    }
    json_begin(json, row);
    for (int server = 0; server < BENCH_SERVERS; server++) {
        if (server == BENCH_MASTER || !row->work->no_floor) {
            json_values(file, result, server);
        }
    }
    if (!row->work->no_floor) {
        fprintf(file, ",\n     \"ratio\": %.4g, \"low\": %.4g, \"high\": %.4g",
                result->ratio, result->low, result->high);
    }
    if (row->must > 0) {
        fprintf(file, ",\n     \"must\": %g, \"aim\": %g, \"met\": \"%s\"",
                row->must, row->aim, result->met);
    }
    fprintf(file, "}");
}

void
bench_json_skipped(struct bench_json *json, const struct bench_row *row,
                   const char *why)
{
    if (json->file) {
        json_begin(json, row);
        fprintf(json->file, ", \"skipped\": \"%s\"}", why);
    }
}

void
bench_json_foot(struct bench_json *json)
{
    if (json->file) {
        fprintf(json->file, "\n  ]\n}\n");
    }
}
