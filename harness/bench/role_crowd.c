/* SPDX-License-Identifier: MIT */
/* role_crowd.c: many clients at once, each with its own sockets, uuid and
 * thread.  Tells how evenly the server serves them. */
#include "config.h"
#include "harness/bench/role.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>

#include "harness/bench/peer.h"

#define MAX_CLIENTS   400
#define SOCKET_FDS    4 /* a socket needs no more descriptors */
#define STACK_OF_EACH (256 * 1024)

struct crowd;

struct member {
    struct crowd *crowd;
    pthread_t thread;
    char id[sizeof BENCH_CLIENT]; /* BENCH_CLIENT with another end */
    int64_t messages;             /* in the measured time */
    double seconds;               /* of its own clock */
};

struct crowd {
    const struct bench_arguments *arguments;
    void *context;
    double seconds;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int ready; /* members that have a way to the server; guarded by mutex */
    bool go;   /* they may begin; guarded by mutex */
    struct member member[MAX_CLIENTS];
    int count;
};

/* Everybody begins at the same moment. */
static void
await_others(struct crowd *crowd)
{
    (void)pthread_mutex_lock(&crowd->mutex);
    crowd->ready++;
    (void)pthread_cond_broadcast(&crowd->changed);
    while (!crowd->go) {
        (void)pthread_cond_wait(&crowd->changed, &crowd->mutex);
    }
    (void)pthread_mutex_unlock(&crowd->mutex);
}

static void *
run_member(void *arg)
{
    struct member *self = arg;
    struct crowd *crowd = self->crowd;
    struct bench_peer peer = {0};
    struct bench_frame probe, warm, run;
    bench_peer_frame(&probe, crowd->arguments, self->id, "probe");
    bench_peer_frame(&warm, crowd->arguments, self->id, "warm");
    bench_peer_frame(&run, crowd->arguments, self->id, "run");
    bench_peer_connect(&peer, crowd->context, crowd->arguments, self->id);
    bench_peer_await(&peer, &probe);
    await_others(crowd);
    (void)bench_peer_run(&peer, &warm, crowd->seconds / 4);
    self->seconds = bench_peer_run(&peer, &run, crowd->seconds);
    self->messages = peer.received;
    bench_peer_check(&peer);
    bench_peer_close(&peer);
    bench_frame_fini(&probe);
    bench_frame_fini(&warm);
    bench_frame_fini(&run);
    return NULL;
}

/* Hundreds of sockets may be more than a process has descriptors for. */
static void
raise_limit(int clients)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)clients * 2 * SOCKET_FDS;
    if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void
start_members(struct crowd *crowd)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes)
        || pthread_attr_setstacksize(&attributes, STACK_OF_EACH)) {
        bench_die("stack");
    }
    for (int i = 0; i < crowd->count; i++) {
        struct member *member = &crowd->member[i];
        member->crowd = crowd;
        (void)snprintf(member->id, sizeof member->id, "%.24s%012d",
                       BENCH_CLIENT, i);
        if (pthread_create(&member->thread, &attributes, run_member, member)) {
            bench_die("thread");
        }
    }
    (void)pthread_attr_destroy(&attributes);
}

/* Lets them run when all have met the server. */
static void
conduct(struct crowd *crowd)
{
    (void)pthread_mutex_lock(&crowd->mutex);
    while (crowd->ready < crowd->count) {
        (void)pthread_cond_wait(&crowd->changed, &crowd->mutex);
    }
    bench_await_go(crowd->arguments);
    crowd->go = true;
    (void)pthread_cond_broadcast(&crowd->changed);
    (void)pthread_mutex_unlock(&crowd->mutex);
    for (int i = 0; i < crowd->count; i++) {
        (void)pthread_join(crowd->member[i].thread, NULL);
    }
}

static void
report(const struct crowd *crowd)
{
    double sum = 0, low = INFINITY, high = 0;
    int64_t messages = 0;
    for (int i = 0; i < crowd->count; i++) {
        const struct member *member = &crowd->member[i];
        double rate = (double)member->messages / member->seconds;
        messages += member->messages;
        sum += rate;
        low = rate < low ? rate : low;
        high = rate > high ? rate : high;
    }
    double mean = sum / crowd->count;
    double worst = high - mean > mean - low ? high - mean : mean - low;
    printf("messages=%" PRId64 " seconds=%.6f lowest=%.2f mean=%.2f "
           "highest=%.2f worst=%.2f\nright\n",
           messages, (double)messages / sum, low, mean, high,
           100 * worst / mean);
    (void)fflush(stdout);
}

int
bench_role_crowd(const struct bench_arguments *arguments)
{
    static struct crowd crowd;
    crowd.arguments = arguments;
    crowd.seconds = bench_number(arguments, "seconds", 5);
    crowd.count = (int)bench_number(arguments, "clients", 200);
    if (crowd.count < 1 || crowd.count > MAX_CLIENTS) {
        fprintf(stderr, "palm-bench: clients: 1 to %d\n", MAX_CLIENTS);
        return 2;
    }
    raise_limit(crowd.count);
    if (pthread_mutex_init(&crowd.mutex, NULL)
        || pthread_cond_init(&crowd.changed, NULL)
        || !(crowd.context = zmq_ctx_new())) {
        bench_die("context");
    }
    start_members(&crowd);
    conduct(&crowd);
    report(&crowd);
    (void)zmq_ctx_term(crowd.context);
    return 0;
}
