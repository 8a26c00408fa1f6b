/* SPDX-License-Identifier: MIT */
/* role_worker.c: a worker that returns each frame unchanged, or several, each
 * in a thread of its own. */
#include "config.h"
#include "harness/bench/role.h"

#include <pthread.h>
#include <stdio.h>
#include <zmq.h>

struct worker {
    void *context;
    const struct bench_arguments *arguments;
};

static void *
run_worker(void *arg)
{
    const struct worker *worker = arg;
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    void *in = bench_connect(worker->context, ZMQ_PULL,
                             bench_text(worker->arguments, "worker_push", ""));
    void *out = bench_connect(worker->context, ZMQ_PUSH,
                              bench_text(worker->arguments, "worker_pull", ""));
    while (zmq_msg_recv(&frame, in, 0) != -1
           && zmq_msg_send(&frame, out, 0) != -1) {
    }
    bench_die("worker");
    return NULL;
}

int
bench_role_worker(const struct bench_arguments *arguments)
{
    struct worker worker = {zmq_ctx_new(), arguments};
    int others = (int)bench_number(arguments, "workers", 1) - 1;
    if (!worker.context) {
        bench_die("context");
    }
    bench_watch_stdin();
    printf("ready\n");
    (void)fflush(stdout);
    for (int i = 0; i < others; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run_worker, &worker)) {
            bench_die("thread");
        }
        (void)pthread_detach(thread);
    }
    (void)run_worker(&worker);
    return 1;
}
