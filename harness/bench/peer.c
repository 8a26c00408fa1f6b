/* SPDX-License-Identifier: MIT */
/* peer.c: see peer.h. */
#include "config.h"
#include "harness/bench/peer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG "a94c2d70-1e3b-4f58-8c6d-0b9e8f7a6d5c"

void
bench_set_timeout(void *socket, int option, int timeout)
{
    if (zmq_setsockopt(socket, option, &timeout, sizeof timeout)) {
        bench_die("timeout");
    }
}

static void
check_result(struct bench_peer *self, int parts)
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
receive(struct bench_peer *self, int flags)
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
fill_window(struct bench_peer *self)
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
keep_time(struct bench_peer *self, int64_t time)
{
    if (self->times && self->time_count < BENCH_MAX_TIMES) {
        self->times[self->time_count++] = time;
    }
}

double
bench_peer_run(struct bench_peer *self, const struct bench_frame *frame,
               double seconds)
{
    int64_t start = bench_now();
    int64_t end = start + (int64_t)(seconds * BENCH_SECOND);
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
    return (double)(now - start) / BENCH_SECOND;
}

void
bench_peer_await(struct bench_peer *self, const struct bench_frame *probe)
{
    int tries = 0;
    self->frame = probe;
    bench_set_timeout(self->sub, ZMQ_RCVTIMEO, 100);
    while (self->received == 0) {
        if (zmq_send(self->push, probe->data, probe->size, 0) == -1
            || tries++ == 100) {
            bench_die("no answer");
        }
        (void)receive(self, 0);
    }
    bench_set_timeout(self->sub, ZMQ_RCVTIMEO, 10000);
}

void
bench_peer_check(struct bench_peer *self)
{
    bench_set_timeout(self->sub, ZMQ_RCVTIMEO, 20);
    while (receive(self, 0)) {
    }
    if (self->received != self->sent) {
        fprintf(stderr,
                "palm-bench: %" PRId64 " results of %" PRId64 " messages\n",
                self->received, self->sent);
        exit(1);
    }
}

void
bench_peer_frame(struct bench_frame *frame,
                 const struct bench_arguments *arguments, const char *id,
                 const char *pipeline)
{
    bool fill = bench_number(arguments, "fill", 0) > 0;
    double payload = bench_number(arguments, "size", 100);
    if (bench_frame_init(frame, pipeline, id, "master.echo", fill ? NULL : TAG,
                         (size_t)payload)) {
        bench_die("frame");
    }
}

void
bench_peer_connect(struct bench_peer *self, void *context,
                   const struct bench_arguments *arguments, const char *id)
{
    /* The floor knows no topics; a pipeline has those of its servers. */
    const char *topic = bench_number(arguments, "topic", 1) > 0
                            ? bench_text(arguments, "subscribe", id)
                            : "";
    if (zmq_msg_init(&self->result)) {
        bench_die("result");
    }
    self->sub =
        bench_connect(context, ZMQ_SUB, bench_text(arguments, "pub", ""));
    self->push =
        bench_connect(context, ZMQ_PUSH, bench_text(arguments, "pull", ""));
    self->parts = *topic ? 2 : 1;
    self->window = (int64_t)bench_number(arguments, "window", 1000);
    self->grows = (size_t)bench_number(arguments, "grows", 0);
    if (bench_number(arguments, "fill", 0) > 0) {
        self->grows += sizeof TAG + 1;
    }
    if (zmq_setsockopt(self->sub, ZMQ_SUBSCRIBE, topic, strlen(topic))) {
        bench_die("subscribe");
    }
}

void
bench_peer_close(struct bench_peer *self)
{
    free(self->times);
    (void)zmq_msg_close(&self->result);
    (void)zmq_close(self->push);
    (void)zmq_close(self->sub);
}
