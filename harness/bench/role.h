/* SPDX-License-Identifier: MIT */
/* role.h: what the children of a measurement are. */
#ifndef BENCH_ROLE_H
#define BENCH_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The client's id, the topic of its results. */
#define BENCH_CLIENT "3f2b8c1e-5d47-4a6f-9b0a-7c1d2e3f4a5b"

/* The words behind `--role NAME`. */
struct bench_arguments {
    int count;
    char **word; /* "key=value" */
};

typedef int bench_role_f(const struct bench_arguments *arguments);

/* Servers: they print "key=endpoint" lines and "ready", answer each line on
 * stdin with what they have used, and leave at its end. */
bench_role_f bench_role_floor;       /* two zmq_proxy threads */
bench_role_f bench_role_topic_floor; /* the same, but [topic, message] out */
bench_role_f bench_role_relay;       /* one zmq_proxy, a step of a pipeline */
bench_role_f bench_role_echo;        /* a REP that returns what it gets */
bench_role_f bench_role_store;       /* a REP before LMDB or a Redis */
bench_role_f bench_role_http_floor;  /* libmicrohttpd that returns the body */
bench_role_f bench_role_master;      /* libpalm */
bench_role_f bench_role_gateway;     /* libpalm, from HTTP to workers */
bench_role_f bench_role_first;       /* libpalm, the first of a pipeline */
bench_role_f bench_role_next;        /* libpalm, a further one */

/* Peers. */
bench_role_f bench_role_worker; /* returns each frame unchanged */
bench_role_f bench_role_client; /* messages out, results in, a window of them */
bench_role_f bench_role_attack; /* what a peer should not do */
bench_role_f bench_role_flood;  /* messages out, as many as the server takes */
bench_role_f bench_role_crowd;  /* many clients, each with a window */
bench_role_f bench_role_cache;  /* cache requests from several REQ sockets */

/* Runs a role by its name; returns the exit status, 2 if there is none. */
int bench_role_run(const char *name, int count, char **words);

/* The value of a word, or the default. */
const char *bench_text(const struct bench_arguments *arguments, const char *key,
                       const char *otherwise);
double bench_number(const struct bench_arguments *arguments, const char *key,
                    double otherwise);

/* Answers stdin's lines with "cpu_us=… rss_kib=…" until it ends. */
void bench_serve_usage(void);

/* Starts a thread that ends the process when stdin ends; for the peers. */
void bench_watch_stdin(void);

/* With the word "go=1": tells the parent that warming up is over, waits for its
 * word, then watches stdin. */
void bench_await_go(const struct bench_arguments *arguments);

/* Prints what failed, with errno's text, and ends the process. */
void bench_die(const char *what);

/* A socket that is bound or connected, or the process ends. */
void *bench_bind(void *context, int type, const char *name);
void *bench_connect(void *context, int type, const char *endpoint);

int64_t bench_now(void); /* ns on the monotonic clock */

#endif
