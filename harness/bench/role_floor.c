/* SPDX-License-Identifier: MIT */
/* role_floor.c: what a server is compared with: the least that libzmq itself
 * does for the same traffic. */
#include "config.h"
#include "harness/bench/role.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

struct proxy {
    void *frontend;
    void *backend;
    const char *topic; /* of run_publisher */
};

static void *
run_proxy(void *arg)
{
    struct proxy *proxy = arg;
    (void)zmq_proxy(proxy->frontend, proxy->backend, NULL);
    return NULL;
}

/* The least that obeys the wire: a topic before each result. */
static void *
run_publisher(void *arg)
{
    struct proxy *proxy = arg;
    size_t size = strlen(proxy->topic);
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, proxy->frontend, 0) != -1
           && zmq_send(proxy->backend, proxy->topic, size, ZMQ_SNDMORE) != -1
           && zmq_msg_send(&frame, proxy->backend, 0) != -1) {
    }
    return NULL;
}

static void *
run_echo(void *arg)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, arg, 0) != -1
           && zmq_msg_send(&frame, arg, 0) != -1) {
    }
    return NULL;
}

static void
start(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, arg)) {
        bench_die("thread");
    }
    (void)pthread_detach(thread);
}

/* The threads own the sockets until the process ends. */
static int
serve(void)
{
    printf("ready\n");
    (void)fflush(stdout);
    bench_serve_usage();
    _exit(0);
}

static int
serve_floor(void *(*run_back)(void *))
{
    static struct proxy out, back;
    void *context = zmq_ctx_new();
    if (!context) {
        bench_die("context");
    }
    out.frontend = bench_bind(context, ZMQ_PULL, "pull");
    out.backend = bench_bind(context, ZMQ_PUSH, "worker_push");
    back.frontend = bench_bind(context, ZMQ_PULL, "worker_pull");
    back.backend = bench_bind(context, ZMQ_PUB, "pub");
    back.topic = BENCH_CLIENT;
    start(run_proxy, &out);
    start(run_back, &back);
    return serve();
}

int
bench_role_floor(const struct bench_arguments *arguments)
{
    (void)arguments;
    return serve_floor(run_proxy);
}

int
bench_role_topic_floor(const struct bench_arguments *arguments)
{
    (void)arguments;
    return serve_floor(run_publisher);
}

/* One server of a pipeline: from PULL or XSUB to PUB or XPUB.  XSUB and XPUB
 * pass the client's subscription on to the first server. */
int
bench_role_relay(const struct bench_arguments *arguments)
{
    static struct proxy proxy;
    void *context = zmq_ctx_new();
    const char *previous = bench_text(arguments, "previous", NULL);
    if (!context) {
        bench_die("context");
    }
    proxy.topic = bench_text(arguments, "topic", NULL);
    proxy.frontend = previous ? bench_connect(context, ZMQ_XSUB, previous)
                              : bench_bind(context, ZMQ_PULL, "pull");
    proxy.backend = bench_bind(context, previous ? ZMQ_XPUB : ZMQ_PUB, "pub");
    start(proxy.topic ? run_publisher : run_proxy, &proxy);
    return serve();
}

int
bench_role_echo(const struct bench_arguments *arguments)
{
    void *context = zmq_ctx_new();
    (void)arguments;
    if (!context) {
        bench_die("context");
    }
    start(run_echo, bench_bind(context, ZMQ_REP, "db"));
    return serve();
}
