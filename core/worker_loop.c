/* SPDX-License-Identifier: MIT */
/* A worker's loop.
 *
 * Design notes.  The loop receives as long as something is there and polls
 * only when nothing is, so that a busy worker makes no system call of ours per
 * message.  Every message that can be decoded is answered: by its function, or
 * with an error result.  While results cannot be handed in nothing is taken,
 * so the pressure reaches the master.  The stop is a flag, for the loop, and a
 * byte in a pipe, for the poll; results that have no room then are tried for
 * `linger` ms, all of them together. */
#include "config.h"
#include "core/worker.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/worker_state.h"

enum { LOG_PAUSE_MS = 1000 };

static bool
is_stopping(palm_worker_t *self)
{
    return __atomic_load_n(&self->stopping, __ATOMIC_ACQUIRE);
}

void
palm_worker_stop(palm_worker_t *self)
{
    int saved = errno;
    ssize_t written;
    __atomic_store_n(&self->stopping, 1, __ATOMIC_RELEASE);
    written = write(self->stop_pipe[1], "", 1);
    (void)written; /* a full pipe wakes the loop as well */
    errno = saved;
}

/* Adds one to a counter that other threads may read. */
static void
count(uint64_t *counter)
{
    __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

void
palm_worker_stats(const palm_worker_t *self, palm_worker_stats_t *stats)
{
    const palm_worker_stats_t *from = &self->stats;
    stats->received = __atomic_load_n(&from->received, __ATOMIC_RELAXED);
    stats->results = __atomic_load_n(&from->results, __ATOMIC_RELAXED);
    stats->errors = __atomic_load_n(&from->errors, __ATOMIC_RELAXED);
    stats->undecodable = __atomic_load_n(&from->undecodable, __ATOMIC_RELAXED);
}

/* Whether nothing was logged within the last second. */
static bool
may_log(palm__limit_t *limit)
{
    int64_t now = palm__now_ms();
    if (now < limit->next) {
        limit->skipped++;
        return false;
    }
    limit->next = now + LOG_PAUSE_MS;
    return true;
}

/* Waits for room in the PUSH socket; -1 with errno ECANCELED if the worker was
 * stopped and its time is up. */
static int
await_room(palm_worker_t *self)
{
    zmq_pollitem_t items[2] = {{self->push, 0, ZMQ_POLLOUT, 0},
                               {NULL, self->stop_pipe[0], ZMQ_POLLIN, 0}};
    int64_t deadline = INT64_MAX;
    int count = 2;
    int ready;
    if (is_stopping(self)) {
        if (!self->give_up) {
            self->give_up = palm__deadline(self->linger);
        }
        deadline = self->give_up;
        count = 1;
    }
    ready = palm__poll(items, count, deadline);
    if (ready == 0) {
        errno = ECANCELED;
    }
    return ready > 0 ? 0 : -1;
}

static int
hand_in(void *arg, zmq_msg_t *frame)
{
    palm_worker_t *self = arg;
    while (zmq_msg_send(frame, self->push, ZMQ_DONTWAIT) < 0) {
        int saved = errno;
        if (saved != EINTR && (saved != EAGAIN || await_room(self))) {
            saved = errno;
            (void)zmq_msg_close(frame);
            errno = saved;
            return -1;
        }
    }
    count(&self->stats.results);
    return 0;
}

static bool
is_too_large(const palm_worker_t *self, zmq_msg_t *frame)
{
    return self->largest >= 0 && zmq_msg_size(frame) > (uint64_t)self->largest;
}

/* Hands in an error result, which the server takes, instead of a result that
 * it does not. */
static int
hand_in_refusal(palm_worker_t *self, zmq_msg_t *frame)
{
    palm_results_t results = self->results;
    palm_message_t message;
    int result = -1;
    results.hand_in = hand_in;
    if (!palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                           NULL)) {
        result = palm_functions_refuse(
            &message, &results, EMSGSIZE,
            "the result has %zu bytes, the server takes %lld at most",
            zmq_msg_size(frame), (long long)self->largest);
    }
    int saved = errno;
    (void)zmq_msg_close(frame);
    errno = saved;
    return result;
}

int
palm__worker_hand_in(void *arg, zmq_msg_t *frame)
{
    palm_worker_t *self = arg;
    return is_too_large(self, frame) ? hand_in_refusal(self, frame)
                                     : hand_in(self, frame);
}

void
palm__worker_on_error(void *arg, const char *text)
{
    palm_worker_t *self = arg;
    count(&self->stats.errors);
    if (may_log(&self->failed)) {
        palm_log(&self->log, PALM_LOG_WARNING, "PALM-WORKER-ERROR",
                 "worker '%s': error result: %s (%" PRIu64 " more not logged)",
                 self->name, text, self->failed.skipped);
        self->failed.skipped = 0;
    }
}

static void
drop(palm_worker_t *self, const char *id, const char *reason)
{
    count(&self->stats.undecodable);
    if (may_log(&self->dropped)) {
        palm_log(&self->log, PALM_LOG_WARNING, id,
                 "worker '%s' dropped a message: %s (%" PRIu64
                 " more not logged)",
                 self->name, reason, self->dropped.skipped);
        self->dropped.skipped = 0;
    }
}

/* Works on one frame.  Returns -1 only for what must end the loop. */
static int
work_on(palm_worker_t *self, zmq_msg_t *frame)
{
    palm_message_t message;
    palm_error_t err;
    if (zmq_msg_more(frame)) {
        palm__drop_rest(self->pull);
        drop(self, "PALM-WORKER-FRAMES", "it has several frames");
        return 0;
    }
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          &err)) {
        drop(self, "PALM-WORKER-UNDECODABLE", err.text);
        return 0;
    }
    count(&self->stats.received);
    if (!palm_functions_run(self->functions, &message, &self->results)) {
        return 0;
    }
    palm_log(&self->log, errno == ECANCELED ? PALM_LOG_WARNING : PALM_LOG_ERROR,
             "PALM-WORKER-UNSENT", "worker '%s' could not hand in a result: %s",
             self->name, palm_strerror(errno));
    return errno == ENOMEM ? 0 : -1;
}

static int
await_message(palm_worker_t *self)
{
    zmq_pollitem_t items[2] = {{self->pull, 0, ZMQ_POLLIN, 0},
                               {NULL, self->stop_pipe[0], ZMQ_POLLIN, 0}};
    return palm__poll(items, 2, INT64_MAX) < 0 ? -1 : 0;
}

static bool
is_done(palm_worker_t *self)
{
    return self->messages && self->stats.received >= self->messages;
}

int
palm_worker_run(palm_worker_t *self)
{
    zmq_msg_t frame;
    int result = 0;
    int saved;
    (void)zmq_msg_init(&frame);
    while (!result && !is_stopping(self) && !is_done(self)) {
        if (zmq_msg_recv(&frame, self->pull, ZMQ_DONTWAIT) >= 0) {
            result = work_on(self, &frame);
        } else if (errno == EAGAIN) {
            result = await_message(self);
        } else if (errno != EINTR) {
            result = -1;
        }
    }
    saved = errno;
    (void)zmq_msg_close(&frame);
    errno = saved;
    /* The order to stop is not a failure. */
    return result && errno == ECANCELED ? 0 : result;
}
