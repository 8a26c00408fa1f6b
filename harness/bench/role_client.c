/* SPDX-License-Identifier: MIT */
/* role_client.c: a client that keeps a window of messages under way, and one
 * that pushes as much as the server takes. */
#include "config.h"
#include "harness/bench/role.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "harness/bench/peer.h"

static int
compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double
percentile(const struct bench_peer *self, double part)
{
    size_t index = (size_t)(part * (double)self->time_count);
    if (!self->times || self->time_count == 0) {
        return 0;
    }
    return (double)self->times[index] / 1000;
}

static void
report(struct bench_peer *self, double seconds)
{
    if (self->times) {
        qsort(self->times, self->time_count, sizeof *self->times,
              compare_times);
    }
    printf("messages=%" PRId64 " seconds=%.6f p50_us=%.2f p99_us=%.2f\n",
           self->received, seconds, percentile(self, 0.5),
           percentile(self, 0.99));
    (void)fflush(stdout);
}

int
bench_role_client(const struct bench_arguments *arguments)
{
    struct bench_peer client = {0};
    struct bench_frame probe, warm, run;
    double seconds = bench_number(arguments, "seconds", 5);
    void *context = zmq_ctx_new();
    if (!context) {
        bench_die("context");
    }
    bench_peer_frame(&probe, arguments, BENCH_CLIENT, "probe");
    bench_peer_frame(&warm, arguments, BENCH_CLIENT, "warm");
    bench_peer_frame(&run, arguments, BENCH_CLIENT, "run");
    bench_peer_connect(&client, context, arguments, BENCH_CLIENT);
    if (client.window == 1
        && !(client.times = malloc(BENCH_MAX_TIMES * sizeof *client.times))) {
        bench_die("times");
    }
    bench_peer_await(&client, &probe);
    (void)bench_peer_run(&client, &warm, seconds / 4);
    bench_await_go(arguments);
    seconds = bench_peer_run(&client, &run, seconds);
    report(&client, seconds);
    bench_peer_check(&client);
    printf("right\n");
    (void)fflush(stdout);
    bench_peer_close(&client);
    (void)zmq_ctx_term(context);
    bench_frame_fini(&probe);
    bench_frame_fini(&warm);
    bench_frame_fini(&run);
    return 0;
}

int
bench_role_flood(const struct bench_arguments *arguments)
{
    struct bench_frame frame;
    int64_t count = 0;
    double seconds = bench_number(arguments, "seconds", 10);
    void *context = zmq_ctx_new();
    if (!context) {
        bench_die("context");
    }
    void *push =
        bench_connect(context, ZMQ_PUSH, bench_text(arguments, "pull", ""));
    bench_peer_frame(&frame, arguments, BENCH_CLIENT, "flood");
    bench_watch_stdin();
    bench_set_timeout(push, ZMQ_SNDTIMEO, 100);
    int64_t end = bench_now() + (int64_t)(seconds * BENCH_SECOND);
    while (bench_now() < end) {
        if (zmq_send(push, frame.data, frame.size, 0) != -1) {
            count++;
        } else if (errno != EAGAIN) {
            bench_die("push");
        }
    }
    printf("messages=%" PRId64 "\n", count);
    (void)fflush(stdout);
    bench_frame_fini(&frame);
    (void)zmq_close(push);
    (void)zmq_ctx_term(context);
    return 0;
}
