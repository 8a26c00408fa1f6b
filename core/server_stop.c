/* SPDX-License-Identifier: MIT */
/* server_stop.c: how a server is waited for and stopped.
 *
 * Stop is an order to the router, which drains (router_drain.c) and ends the
 * standard parts; then the bypass parts are stopped and all threads joined. */
#include "config.h"
#include "core/server.h"
#include "core/server_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/compat.h"
#include "core/connect.h"

/* Beyond stop_timeout: for closing sockets and leaving threads, ms. */
enum { GRACE = 2000 };

/* --- orders --------------------------------------------------------------- */

void
palm__server_order_router(palm_server_t *self, palm__kind_t kind,
                          int64_t timeout)
{
    const palm__note_t order = {
        .kind = (uint8_t)kind,
        .bytes = (uint64_t)timeout,
    };
    (void)pthread_mutex_lock(&self->mutex);
    if (self->control) {
        (void)palm__note_send(self->control, &order);
    }
    (void)pthread_mutex_unlock(&self->mutex);
}

void
palm__server_order_bypass(palm_server_t *self, palm__kind_t kind)
{
    const palm__note_t note = {.kind = (uint8_t)kind};
    (void)pthread_mutex_lock(&self->mutex);
    for (size_t i = 0; self->bypass && i < self->part_count; i++) {
        if (self->bypass[i]) {
            (void)palm__note_send(self->bypass[i], &note);
        }
    }
    (void)pthread_mutex_unlock(&self->mutex);
}

/* The running bypass part that sends, with the mutex held. */
static palm_part_t *
find_emitter(palm_server_t *self, const char *name)
{
    palm_part_t *part = palm__server_find(self, PALM_SIDE_BYPASS, name);
    if (part && part->class_->direction != PALM_OUTBOUND) {
        errno = ENOENT;
        return NULL;
    }
    if (part && self->state != PALM__RUNNING) {
        errno = EINVAL;
        return NULL;
    }
    return part;
}

int
palm_server_emit(palm_server_t *self, const char *name, zmq_msg_t *message)
{
    const palm__note_t note = {.kind = PALM__TRAIN, .count = 1};
    zmq_msg_t frame;
    int result = -1;
    (void)pthread_mutex_lock(&self->mutex);
    palm_part_t *part = find_emitter(self, name);
    if (part
        && __atomic_load_n(&part->given, __ATOMIC_RELAXED)
               >= part->options.window) {
        errno = EAGAIN;
    } else if (part && !palm__train_frame(&frame, &note, message, 1)) {
        (void)__atomic_add_fetch(&part->given, 1, __ATOMIC_RELAXED);
        (void)zmq_msg_send(&frame, self->bypass[part->index], ZMQ_DONTWAIT);
        (void)zmq_msg_close(&frame);
        result = 0;
    }
    (void)pthread_mutex_unlock(&self->mutex);
    return result;
}

/* --- wait and stop -------------------------------------------------------- */

static bool
router_has_ended(const palm_server_t *self)
{
    return self->state >= PALM__ROUTER_ENDED;
}

static bool
all_have_ended(const palm_server_t *self)
{
    return self->alive == 0;
}

/* Waits for a fact about the server, at most timeout ms.  Whether it is one. */
static bool
await(palm_server_t *self, bool (*is_so)(const palm_server_t *),
      int64_t timeout)
{
    int64_t now = palm__now_ms();
    int64_t deadline = timeout > INT64_MAX - now ? INT64_MAX : now + timeout;
    int code = 0;
    (void)pthread_mutex_lock(&self->mutex);
    while (!is_so(self) && code != ETIMEDOUT) {
        code = timeout < 0 ? pthread_cond_wait(&self->changed, &self->mutex)
                           : palm__cond_wait_until(&self->changed, &self->mutex,
                                                   deadline);
    }
    bool so = is_so(self);
    (void)pthread_mutex_unlock(&self->mutex);
    return so;
}

static bool
was_started(palm_server_t *self)
{
    (void)pthread_mutex_lock(&self->mutex);
    bool started = self->state != PALM__NEW;
    (void)pthread_mutex_unlock(&self->mutex);
    return started;
}

int
palm_server_wait(palm_server_t *self, int64_t timeout)
{
    if (!was_started(self)) {
        errno = EINVAL;
        return -1;
    }
    if (!await(self, router_has_ended, timeout)) {
        errno = ETIMEDOUT;
        return -1;
    }
    return 0;
}

static void
join_threads(palm_server_t *self)
{
    if (self->router) {
        (void)pthread_join(self->router_thread, NULL);
    }
    for (; self->joinable > 0; self->joinable--) {
        (void)pthread_join(self->parts[self->joinable - 1]->thread, NULL);
    }
    palm__router_destroy(&self->router);
}

static void
free_lines(palm_server_t *self)
{
    (void)pthread_mutex_lock(&self->mutex);
    for (size_t i = 0; self->bypass && i < self->part_count; i++) {
        palm__close(&self->bypass[i]);
    }
    free(self->bypass);
    self->bypass = NULL;
    palm__close(&self->control);
    (void)pthread_mutex_unlock(&self->mutex);
    palm__watch_before_term(&self->watch);
    palm__term(&self->zmq);
    palm__watch_after_term(&self->watch);
}

void
palm__server_end(palm_server_t *self)
{
    int saved = errno;
    palm__server_order_router(self, PALM__STOP, 0);
    palm__server_order_bypass(self, PALM__STOP);
    join_threads(self);
    free_lines(self);
    palm__server_set_state(self, PALM__STOPPED);
    errno = saved;
}

/* Says what was left, and where.  -1 if anything was. */
static int
report_leavings(palm_server_t *self, palm_error_t *err)
{
    char text[PALM_ERROR_TEXT];
    size_t length = 0;
    uint64_t held = 0;
    text[0] = '\0';
    for (size_t i = 0; i < self->part_count; i++) {
        const palm_part_t *part = self->parts[i];
        if (part->stats.left > 0 && length < sizeof text - 64) {
            length += (size_t)snprintf(
                text + length, sizeof text - length, "%s %s %.64s %" PRIu64,
                length ? "," : ":", palm__side_name(part->side),
                part->options.name, part->stats.left);
        }
        held += part->stats.left;
    }
    if (self->left == 0 && held == 0 && self->with_workers == 0) {
        return 0;
    }
    (void)palm_error_set(err, ETIMEDOUT,
                         "server %s stopped with %" PRIu64
                         " messages inside%s; %" PRIu64 " were with workers",
                         self->name, self->left > held ? self->left : held,
                         text, self->with_workers);
    return -1;
}

static bool
is_stopped(const palm_server_t *self)
{
    return self->state == PALM__STOPPED;
}

/* Whether this caller is the one that stops a running server. */
static bool
claim_stop(palm_server_t *self)
{
    (void)pthread_mutex_lock(&self->mutex);
    bool runs =
        self->state == PALM__RUNNING || self->state == PALM__ROUTER_ENDED;
    bool first = runs && !self->stopping;
    self->stopping |= runs;
    (void)pthread_mutex_unlock(&self->mutex);
    if (runs && !first) {
        (void)await(self, is_stopped, -1);
    }
    return first;
}

int
palm_server_stop(palm_server_t *self, palm_error_t *err)
{
    palm_error_t own = {0, ""};
    int64_t timeout = self->options.stop_timeout;
    if (!claim_stop(self)) {
        return 0;
    }
    palm__server_order_router(self, PALM__DRAIN, timeout);
    (void)await(self, router_has_ended, timeout < 0 ? -1 : timeout + GRACE);
    palm__server_order_bypass(self, PALM__STOP);
    if (!await(self, all_have_ended, timeout < 0 ? -1 : GRACE)) {
        palm_log(&self->options.log, PALM_LOG_ERROR, "PALM-SERVER-STUCK",
                 "server %s: %zu threads do not stop", self->name, self->alive);
    }
    palm__server_end(self);
    if (report_leavings(self, &own)) {
        palm_log(&self->options.log, PALM_LOG_WARNING, "PALM-SERVER-LEFT", "%s",
                 own.text);
        return palm_error_set(err, own.code, "%s", own.text);
    }
    palm_log(&self->options.log, PALM_LOG_INFO, "PALM-SERVER-STOPPED",
             "server %s has stopped", self->name);
    return 0;
}
