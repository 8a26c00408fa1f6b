/* SPDX-License-Identifier: MIT */
/* role_worker.c: a worker that returns each frame unchanged. */
#include "config.h"
#include "harness/bench/role.h"

#include <stdio.h>
#include <zmq.h>

int
bench_role_worker(const struct bench_arguments *arguments)
{
    zmq_msg_t frame;
    void *context = zmq_ctx_new();
    if (!context || zmq_msg_init(&frame)) {
        bench_die("context");
    }
    void *in = bench_connect(context, ZMQ_PULL,
                             bench_text(arguments, "worker_push", ""));
    void *out = bench_connect(context, ZMQ_PUSH,
                              bench_text(arguments, "worker_pull", ""));
    bench_watch_stdin();
    printf("ready\n");
    (void)fflush(stdout);
    while (zmq_msg_recv(&frame, in, 0) != -1
           && zmq_msg_send(&frame, out, 0) != -1) {
    }
    bench_die("worker");
    return 1;
}
