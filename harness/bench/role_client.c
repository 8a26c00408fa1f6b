/* SPDX-License-Identifier: MIT */
/* role_client.c: a client that keeps a window of messages under way, and one
 * that pushes as much as the server takes. */
#include "config.h"
#include "harness/bench/role.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "harness/bench/frame.h"

#define TAG       "a94c2d70-1e3b-4f58-8c6d-0b9e8f7a6d5c"
#define SECOND    1000000000.0
#define MAX_TIMES 4000000 /* round trips that are kept */

struct client {
    void *context;
    void *push;
    void *sub;
    zmq_msg_t result;
    const struct bench_frame *frame; /* what this phase sends */
    size_t grows;   /* bytes that a server may add to a message */
    int parts;      /* frames of a result */
    int64_t window; /* messages under way */
    int64_t sent;   /* in this phase */
    int64_t received;
    int64_t *times; /* round trips in ns, NULL = not kept */
    size_t time_count;
};

static void
set_timeout(void *socket, int option, int timeout)
{
    if (zmq_setsockopt(socket, option, &timeout, sizeof timeout)) {
        bench_die("timeout");
    }
}

static void
check_result(struct client *self, int parts)
{
    size_t size = zmq_msg_size(&self->result);
    const void *data = zmq_msg_data(&self->result);
    if (!bench_frame_is_kin(self->frame, data, size)) {
        return; /* of an earlier phase */
    }
    if (parts != self->parts || size < self->frame->size
        || size > self->frame->size + self->grows) {
        fprintf(stderr, "palm-bench: result of %d frames, %zu bytes\n", parts,
                size);
        exit(1);
    }
    self->received++;
}

/* Receives one result; false if none is there, or none came in time. */
static bool
receive(struct client *self, int flags)
{
    int parts = 0;
    do {
        if (zmq_msg_recv(&self->result, self->sub, flags) == -1) {
            if (errno == EAGAIN) {
                return false;
            }
            bench_die("result");
        }
        parts++;
    } while (zmq_msg_more(&self->result));
    check_result(self, parts);
    return true;
}

static void
fill_window(struct client *self)
{
    const struct bench_frame *frame = self->frame;
    while (self->sent - self->received < self->window) {
        if (zmq_send(self->push, frame->data, frame->size, 0) == -1) {
            bench_die("push");
        }
        self->sent++;
    }
}

static void
keep_time(struct client *self, int64_t time)
{
    if (self->times && self->time_count < MAX_TIMES) {
        self->times[self->time_count++] = time;
    }
}

/* Keeps the window full for a while, then waits for what is under way.
 * Returns the seconds that it took. */
static double
run_phase(struct client *self, const struct bench_frame *frame, double seconds)
{
    int64_t start = bench_now();
    int64_t end = start + (int64_t)(seconds * SECOND);
    int64_t now = start;
    self->frame = frame;
    self->sent = self->received = 0;
    self->time_count = 0;
    do {
        int64_t before = now;
        if (now < end) {
            fill_window(self);
        }
        if (!receive(self, 0)) {
            fprintf(stderr,
                    "palm-bench: %" PRId64 " results of %" PRId64 " messages\n",
                    self->received, self->sent);
            exit(1);
        }
        while (receive(self, ZMQ_DONTWAIT)) {
        }
        now = bench_now();
        keep_time(self, now - before);
    } while (now < end || self->received < self->sent);
    return (double)(now - start) / SECOND;
}

/* A PUB loses what it gets before it knows the subscription: ask until an
 * answer comes. */
static void
await_path(struct client *self, const struct bench_frame *probe)
{
    int tries = 0;
    self->frame = probe;
    set_timeout(self->sub, ZMQ_RCVTIMEO, 100);
    while (self->received == 0) {
        if (zmq_send(self->push, probe->data, probe->size, 0) == -1
            || tries++ == 100) {
            bench_die("no answer");
        }
        (void)receive(self, 0);
    }
    set_timeout(self->sub, ZMQ_RCVTIMEO, 10000);
}

static int
compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static double
percentile(const struct client *self, double part)
{
    size_t index = (size_t)(part * (double)self->time_count);
    if (!self->times || self->time_count == 0) {
        return 0;
    }
    return (double)self->times[index] / 1000;
}

static void
report(struct client *self, double seconds)
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

/* More results than messages would be a fault as well. */
static void
check_surplus(struct client *self)
{
    set_timeout(self->sub, ZMQ_RCVTIMEO, 20);
    while (receive(self, 0)) {
    }
    if (self->received != self->sent) {
        fprintf(stderr,
                "palm-bench: %" PRId64 " results of %" PRId64 " messages\n",
                self->received, self->sent);
        exit(1);
    }
}

static void
make_frame(struct bench_frame *frame, const struct bench_arguments *arguments,
           const char *pipeline)
{
    bool fill = bench_number(arguments, "fill", 0) > 0;
    double payload = bench_number(arguments, "size", 100);
    if (bench_frame_init(frame, pipeline, BENCH_CLIENT, "master.echo",
                         fill ? NULL : TAG, (size_t)payload)) {
        bench_die("frame");
    }
}

static void
connect_client(struct client *self, const struct bench_arguments *arguments)
{
    void *context = self->context = zmq_ctx_new();
    /* The floor knows no topics. */
    const char *topic =
        bench_number(arguments, "topic", 1) > 0 ? BENCH_CLIENT : "";
    if (!context || zmq_msg_init(&self->result)) {
        bench_die("context");
    }
    self->sub =
        bench_connect(context, ZMQ_SUB, bench_text(arguments, "pub", ""));
    self->push =
        bench_connect(context, ZMQ_PUSH, bench_text(arguments, "pull", ""));
    self->parts = *topic ? 2 : 1;
    self->window = (int64_t)bench_number(arguments, "window", 1000);
    self->grows = bench_number(arguments, "fill", 0) > 0 ? sizeof TAG + 1 : 0;
    if (zmq_setsockopt(self->sub, ZMQ_SUBSCRIBE, topic, strlen(topic))) {
        bench_die("subscribe");
    }
    if (self->window == 1
        && !(self->times = malloc(MAX_TIMES * sizeof *self->times))) {
        bench_die("times");
    }
}

static void
close_client(struct client *self)
{
    free(self->times);
    (void)zmq_msg_close(&self->result);
    (void)zmq_close(self->push);
    (void)zmq_close(self->sub);
    (void)zmq_ctx_term(self->context);
}

int
bench_role_client(const struct bench_arguments *arguments)
{
    struct client client = {0};
    struct bench_frame probe, warm, run;
    double seconds = bench_number(arguments, "seconds", 5);
    make_frame(&probe, arguments, "probe");
    make_frame(&warm, arguments, "warm");
    make_frame(&run, arguments, "run");
    connect_client(&client, arguments);
    await_path(&client, &probe);
    (void)run_phase(&client, &warm, seconds / 4);
    bench_await_go(arguments);
    seconds = run_phase(&client, &run, seconds);
    report(&client, seconds);
    check_surplus(&client);
    printf("right\n");
    (void)fflush(stdout);
    close_client(&client);
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
    make_frame(&frame, arguments, "flood");
    bench_watch_stdin();
    set_timeout(push, ZMQ_SNDTIMEO, 100);
    int64_t end = bench_now() + (int64_t)(seconds * SECOND);
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
