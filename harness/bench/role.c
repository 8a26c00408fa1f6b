/* SPDX-License-Identifier: MIT */
/* role.c: what the roles share.  See role.h. */
#include "config.h"
#include "harness/bench/role.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "harness/bench/child.h"

const char *
bench_text(const struct bench_arguments *arguments, const char *key,
           const char *otherwise)
{
    size_t size = strlen(key);
    for (int i = 0; i < arguments->count; i++) {
        const char *word = arguments->word[i];
        if (!strncmp(word, key, size) && word[size] == '=') {
            return word + size + 1;
        }
    }
    return otherwise;
}

double
bench_number(const struct bench_arguments *arguments, const char *key,
             double otherwise)
{
    const char *text = bench_text(arguments, key, NULL);
    return text ? strtod(text, NULL) : otherwise;
}

static int64_t
microseconds(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

/* Resident memory in KiB: of this moment where the system tells, else the
 * highest so far. */
static long
resident(const struct rusage *usage)
{
    long total, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%ld %ld", &total, &pages) != 2) {
            pages = 0;
        }
        (void)fclose(file);
    }
    return pages > 0 ? pages * (sysconf(_SC_PAGESIZE) / 1024)
                     : usage->ru_maxrss;
}

void
bench_serve_usage(void)
{
    char line[BENCH_LINE];
    while (fgets(line, sizeof line, stdin)) {
        struct rusage usage;
        (void)getrusage(RUSAGE_SELF, &usage);
        printf("cpu_us=%" PRId64 " rss_kib=%ld\n",
               microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
               resident(&usage));
        (void)fflush(stdout);
    }
}

static void *
watch_stdin(void *arg)
{
    char bytes[64];
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0) {
    }
    _exit(0);
    return arg;
}

void
bench_watch_stdin(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch_stdin, NULL)) {
        bench_die("thread");
    }
    (void)pthread_detach(thread);
}

void
bench_await_go(const struct bench_arguments *arguments)
{
    char line[BENCH_LINE];
    if (bench_number(arguments, "go", 0) <= 0) {
        return;
    }
    printf("warm\n");
    (void)fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) {
        exit(1);
    }
    bench_watch_stdin();
}

void
bench_die(const char *what)
{
    fprintf(stderr, "palm-bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
    _exit(1);
}

/* No limit on this side: the window of the client bounds what is under way,
 * and a limit would lose results in a PUB. */
static void *
open_socket(void *context, int type)
{
    const int none = 0;
    void *socket = zmq_socket(context, type);
    if (!socket || zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none)
        || ((type == ZMQ_PUB || type == ZMQ_XPUB)
            && zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none))
        || ((type == ZMQ_SUB || type == ZMQ_XSUB)
            && zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none))) {
        bench_die("socket");
    }
    return socket;
}

void *
bench_bind(void *context, int type, const char *name)
{
    char endpoint[256];
    size_t size = sizeof endpoint;
    void *socket = open_socket(context, type);
    if (zmq_bind(socket, "tcp://127.0.0.1:*")
        || zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size)) {
        bench_die(name);
    }
    printf("%s=%s\n", name, endpoint);
    return socket;
}

void *
bench_connect(void *context, int type, const char *endpoint)
{
    void *socket = open_socket(context, type);
    if (zmq_connect(socket, endpoint)) {
        bench_die(*endpoint ? endpoint : "endpoint missing");
    }
    return socket;
}

int64_t
bench_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
