/* SPDX-License-Identifier: MIT */
/* peer.h: a client of a measurement: messages out, results in, a window of them
 * under way.  It ends the process when something is wrong.  One thread owns a
 * peer. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "harness/bench/frame.h"
#include "harness/bench/role.h"

#define BENCH_SECOND    1000000000.0 /* ns */
#define BENCH_MAX_TIMES 4000000      /* round trips that are kept */

struct bench_peer {
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

/* Makes a message of the client id as the words "size" and "fill" say. */
void bench_peer_frame(struct bench_frame *frame,
                      const struct bench_arguments *arguments, const char *id,
                      const char *pipeline);

/* Connects as the words "pull", "pub", "topic", "subscribe", "window", "grows"
 * and "fill" say; the topic is the client's id unless they do. */
void bench_peer_connect(struct bench_peer *self, void *context,
                        const struct bench_arguments *arguments,
                        const char *id);
void bench_peer_close(struct bench_peer *self);

/* A PUB loses what it gets before it knows the subscription: asks until an
 * answer comes. */
void bench_peer_await(struct bench_peer *self, const struct bench_frame *probe);

/* Keeps the window full for a while, then waits for what is under way.
 * Returns the seconds that it took. */
double bench_peer_run(struct bench_peer *self, const struct bench_frame *frame,
                      double seconds);

/* More results than messages would be a fault as well. */
void bench_peer_check(struct bench_peer *self);

/* ZMQ_RCVTIMEO or ZMQ_SNDTIMEO of a socket, in ms. */
void bench_set_timeout(void *socket, int option, int timeout);

#endif
