/* SPDX-License-Identifier: MIT */
/* work.h: what is measured, and against which targets. */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/program/program.h"

#define BENCH_MAX_PAIRS 100

struct bench_options {
    int64_t pairs;     /* of one floor run and one server run */
    int64_t time;      /* ms of each measured run */
    int64_t idle_time; /* ms of the works without a worker */
    int64_t window;    /* messages under way, 0 = the work's own */
    bool fill;         /* messages with an empty cache field */
    bool topic;        /* a floor that sends topics as a server must */
    bool null;         /* the floor on both sides: shows the noise */
    bool list;         /* only print what there is */
    const char *only;  /* a pattern of names, NULL = all */
    const char *redis; /* its address, NULL = none */
    const char *json;  /* file to write, NULL = none */
    struct program_list settings; /* for the master */
};

/* What one run may tell. */
enum bench_measure {
    BENCH_RATE,   /* per second */
    BENCH_CPU,    /* µs of the server per message */
    BENCH_P50,    /* µs */
    BENCH_P99,    /* µs */
    BENCH_PEAK,   /* MiB resident */
    BENCH_GROWTH, /* MiB in the second half */
    BENCH_MEASURES
};

struct bench_sample {
    double value[BENCH_MEASURES];
};

enum bench_server { BENCH_FLOOR, BENCH_MASTER, BENCH_SERVERS };

/* All runs of a work. */
struct bench_series {
    struct bench_sample sample[BENCH_SERVERS][BENCH_MAX_PAIRS];
    int count;
};

struct bench_work {
    /* Makes one run.  Returns -1 after saying on stderr what went wrong. */
    int (*run)(const struct bench_work *work,
               const struct bench_options *options, enum bench_server server,
               struct bench_sample *sample);
    size_t size; /* bytes of payload */
    int workers;
    int64_t window;
    bool fill;     /* the server must fill the cache field */
    bool no_floor; /* only the server is run, once */
};

/* A line of the table: one measure of a work. */
struct bench_row {
    const char *name;
    const char *what;
    const struct bench_work *work;
    enum bench_measure measure;
    const char *unit;
    bool lower;  /* is better */
    double must; /* ratio to the floor, or value without one; 0 = none */
    double aim;
};

extern const struct bench_row bench_rows[];
extern const size_t bench_row_count;

/* Whether the options select the row. */
bool bench_row_is_wanted(const struct bench_row *row,
                         const struct bench_options *options);

/* Makes all runs of a work, floor and server in turn. */
int bench_work_run(const struct bench_work *work,
                   const struct bench_options *options,
                   struct bench_series *series);

/* The runs of work.c's table. */
int bench_run_stream(const struct bench_work *work,
                     const struct bench_options *options,
                     enum bench_server server, struct bench_sample *sample);
int bench_run_cache(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample);
/* The same with a cache in LMDB or in a Redis: requests that get, or set. */
int bench_run_lmdb_get(const struct bench_work *work,
                       const struct bench_options *options,
                       enum bench_server server, struct bench_sample *sample);
int bench_run_lmdb_set(const struct bench_work *work,
                       const struct bench_options *options,
                       enum bench_server server, struct bench_sample *sample);
int bench_run_redis_get(const struct bench_work *work,
                        const struct bench_options *options,
                        enum bench_server server, struct bench_sample *sample);
int bench_run_redis_set(const struct bench_work *work,
                        const struct bench_options *options,
                        enum bench_server server, struct bench_sample *sample);

/* The back end of a work's cache; NULL = memory, or none is used. */
const char *bench_run_backend(const struct bench_work *work);

int bench_run_idle(const struct bench_work *work,
                   const struct bench_options *options,
                   enum bench_server server, struct bench_sample *sample);

#endif
