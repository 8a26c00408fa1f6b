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
    int64_t idle_time; /* ms of the works without a floor */
    int64_t window;    /* messages under way, 0 = the work's own */
    bool fill;         /* messages with an empty cache field */
    bool topic;        /* a floor that sends topics as a server must */
    bool all;          /* every group */
    bool quick;        /* once, and briefly: whether it works */
    bool null;         /* the floor on both sides: shows the noise */
    bool list;         /* only print what there is */
    const char *group; /* NULL = the first */
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
    BENCH_LOWEST, /* rate of the slowest client */
    BENCH_MEAN,
    BENCH_HIGHEST,
    BENCH_WORST, /* % that one of them is away from the mean */
    BENCH_WRONG, /* answers that are errors, or did not come */
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
    bool topic;    /* the floor sends topics as a server must */
    int idle;      /* parts of the server that nobody talks to; the floor is a
                      server without them */
    int clients;
    const char *floor;   /* which one, where run() knows several */
    const char *method;  /* of the requests: "GET", "get" */
    const char *store;   /* back end of a cache, NULL = memory */
    const char *attack;  /* what another peer does meanwhile */
    const char *setting; /* of the server, "PART.OPTION=VALUE", or NULL */
    /* Why it cannot be measured here; NULL: it can.  May be NULL. */
    const char *(*missing)(const struct bench_work *work,
                           const struct bench_options *options);
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

/* What is measured together. */
struct bench_group {
    const char *name;
    const char *what;
    const struct bench_row *rows;
    const size_t *count;
};

extern const struct bench_group bench_groups[];
extern const size_t bench_group_count;

/* The rows of the groups. */
extern const struct bench_row bench_master_rows[];
extern const size_t bench_master_row_count;
extern const struct bench_row bench_http_rows[];
extern const size_t bench_http_row_count;
extern const size_t bench_pipeline_row_count;
extern const struct bench_row bench_pipeline_rows[];
extern const size_t bench_parts_row_count;
extern const struct bench_row bench_parts_rows[];
extern const size_t bench_fair_row_count;
extern const struct bench_row bench_fair_rows[];
extern const size_t bench_cache_row_count;
extern const size_t bench_flood_row_count;
extern const struct bench_row bench_flood_rows[];
extern const struct bench_row bench_cache_rows[];

/* Whether the options select the group, and a row of such a group. */
bool bench_group_is_wanted(const struct bench_group *group,
                           const struct bench_options *options);
bool bench_row_is_wanted(const struct bench_row *row,
                         const struct bench_options *options);

/* Makes all runs of a work, floor and server in turn. */
int bench_work_run(const struct bench_work *work,
                   const struct bench_options *options,
                   struct bench_series *series);

/* The runs of the tables. */
int bench_run_stream(const struct bench_work *work,
                     const struct bench_options *options,
                     enum bench_server server, struct bench_sample *sample);
int bench_run_cache(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample);
int bench_run_chain(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample);
int bench_run_crowd(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample);
int bench_run_flood(const struct bench_work *work,
                    const struct bench_options *options,
                    enum bench_server server, struct bench_sample *sample);
int bench_run_http(const struct bench_work *work,
                   const struct bench_options *options,
                   enum bench_server server, struct bench_sample *sample);
int bench_run_idle(const struct bench_work *work,
                   const struct bench_options *options,
                   enum bench_server server, struct bench_sample *sample);

#endif
