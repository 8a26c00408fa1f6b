/* SPDX-License-Identifier: MIT */
/* server_run.c: how a server starts and stops.
 *
 * Start is a barrier.  The handle makes the router's thread and then one thread
 * for each part; each opens its sockets and reports; only when all are ready
 * does the router order them to go, so a server that cannot start has accepted
 * nothing.  Stop is an order to the router, which drains (router.c) and ends
 * the standard parts; then the bypass parts are stopped and all threads are
 * joined.  Threads block all signals: these belong to the program. */
#include "config.h"
#include "core/server.h"
#include "core/server_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/compat.h"

/* Beyond stop_timeout: for closing sockets and leaving threads, ms. */
enum { GRACE = 2000 };

/* --- what threads tell ---------------------------------------------------- */

void
palm__server_report(palm_server_t *self, const palm_error_t *err)
{
    (void)pthread_mutex_lock(&self->mutex);
    self->report.arrived++;
    if (err && !self->report.error.code) {
        self->report.error = *err;
    }
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

void
palm__server_ended(palm_server_t *self, bool is_router)
{
    (void)pthread_mutex_lock(&self->mutex);
    self->alive--;
    if (is_router && self->state == PALM__RUNNING) {
        self->state = PALM__ROUTER_ENDED;
    }
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

/* --- threads -------------------------------------------------------------- */

static void *
router_main(void *arg)
{
    palm_server_t *self = arg;
    palm__thread_name("palm-router");
    palm__router_run(self->router);
    palm__server_ended(self, true);
    return NULL;
}

/* Waits until everybody is ready.  Returns false if the start has failed. */
static bool
await_go(palm_part_t *part)
{
    bool go = false;
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, part->inner, 0) == -1 && errno == EINTR) {
    }
    go = zmq_msg_size(&frame) == sizeof(palm__note_t)
         && palm__note_of(&frame).kind == PALM__GO;
    (void)zmq_msg_close(&frame);
    return go;
}

/* The bases, by side. */
static const struct {
    int (*init)(palm_part_t *part);
    void (*run)(palm_part_t *part);
    void (*fini)(palm_part_t *part);
} bases[] = {
    [PALM_SIDE_INBOUND] = {palm__inbound_init, palm__inbound_run,
                           palm__inbound_fini},
    [PALM_SIDE_OUTBOUND] = {palm__outbound_init, palm__outbound_run,
                            palm__outbound_fini},
    [PALM_SIDE_BYPASS] = {NULL, palm__bypass_run, NULL},
};

static void
run_part(palm_part_t *part)
{
    palm_error_t err = {0, ""};
    if (palm__part_open(part, &err)) {
        palm__server_report(part->server, &err);
        return;
    }
    palm__server_report(part->server, NULL);
    if (await_go(part)) {
        bases[part->side].run(part);
    }
    palm__part_close(part);
}

static void *
part_main(void *arg)
{
    palm_part_t *part = arg;
    palm_error_t err = {0, ""};
    palm__thread_name(part->options.name);
    if (bases[part->side].init && bases[part->side].init(part)) {
        (void)palm_error_set(&err, errno, "%s %s: %s",
                             palm__side_name(part->side), part->options.name,
                             palm_strerror(errno));
        palm__server_report(part->server, &err);
    } else {
        run_part(part);
        if (bases[part->side].fini) {
            bases[part->side].fini(part);
        }
    }
    palm__server_ended(part->server, false);
    return NULL;
}

/* Makes a thread that blocks all signals from its first moment. */
static int
make_thread(palm_server_t *self, pthread_t *thread, void *(*body)(void *),
            void *arg)
{
    sigset_t all, old;
    int code;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    (void)pthread_mutex_lock(&self->mutex);
    code = pthread_create(thread, NULL, body, arg);
    self->alive += code == 0;
    (void)pthread_mutex_unlock(&self->mutex);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = code;
    return code ? -1 : 0;
}

/* --- start ---------------------------------------------------------------- */

static palm_part_t *
find_outbound(palm_server_t *self, const char *name)
{
    for (size_t i = 0; i < self->part_count; i++) {
        if (self->parts[i]->side == PALM_SIDE_OUTBOUND
            && !strcmp(self->parts[i]->options.name, name)) {
            return self->parts[i];
        }
    }
    return NULL;
}

static int
resolve_routes(palm_server_t *self, palm_error_t *err)
{
    for (size_t i = 0; i < self->part_count; i++) {
        palm_part_t *part = self->parts[i];
        const char *route = part->options.route;
        if (route && part->side != PALM_SIDE_BYPASS
            && !(part->route = find_outbound(self, route))) {
            return palm_error_set(err, EHOSTUNREACH,
                                  "%s %s: route to %s, but there is no "
                                  "outbound part of that name",
                                  palm__side_name(part->side),
                                  part->options.name, route);
        }
        part->zmq = self->zmq;
        part->part_count = self->part_count;
    }
    return 0;
}

static int
make_bypass_line(palm_server_t *self, size_t index)
{
    char address[64];
    const int none = 0;
    (void)snprintf(address, sizeof address, PALM__BYPASS_ADDRESS,
                   (unsigned)index);
    return !(self->bypass[index] = zmq_socket(self->zmq, ZMQ_PAIR))
                   || zmq_setsockopt(self->bypass[index], ZMQ_LINGER, &none,
                                     sizeof none)
                   || zmq_bind(self->bypass[index], address)
               ? -1
               : 0;
}

/* Makes the context and the lines from the handle. */
static int
make_lines(palm_server_t *self)
{
    const int none = 0;
    const palm__id_t id = palm__id_of(PALM__HANDLE);
    if (!(self->zmq = zmq_ctx_new())
        || zmq_ctx_set(self->zmq, ZMQ_IO_THREADS, (int)self->options.io_threads)
        || !(self->bypass = calloc(self->part_count + 1, sizeof *self->bypass))
        || !(self->control = zmq_socket(self->zmq, ZMQ_DEALER))
        || zmq_setsockopt(self->control, ZMQ_LINGER, &none, sizeof none)
        || zmq_setsockopt(self->control, ZMQ_ROUTING_ID, id.bytes,
                          sizeof id.bytes)
        || zmq_connect(self->control, PALM__OUTBOUND_ADDRESS)) {
        return -1;
    }
    for (size_t i = 0; i < self->part_count; i++) {
        if (self->parts[i]->side == PALM_SIDE_BYPASS
            && make_bypass_line(self, i)) {
            return -1;
        }
    }
    return 0;
}

/* Waits for n reports.  Returns -1 if one of them is a failure. */
static int
await_reports(palm_server_t *self, size_t n, palm_error_t *err)
{
    (void)pthread_mutex_lock(&self->mutex);
    while (self->report.arrived < n) {
        (void)pthread_cond_wait(&self->changed, &self->mutex);
    }
    palm_error_t first = self->report.error;
    (void)pthread_mutex_unlock(&self->mutex);
    return first.code ? palm_error_set(err, first.code, "%s", first.text) : 0;
}

static int
start_threads(palm_server_t *self, palm_error_t *err)
{
    if (!(self->router = palm__router_new(self))
        || make_thread(self, &self->router_thread, router_main, self)) {
        int code = errno;
        palm__router_destroy(&self->router);
        return palm_error_set(err, code, "router: no thread: %s",
                              palm_strerror(code));
    }
    if (await_reports(self, 1, err)) {
        return -1;
    }
    for (size_t i = 0; i < self->part_count; i++) {
        palm_part_t *part = self->parts[i];
        if (make_thread(self, &part->thread, part_main, part)) {
            int code = errno;
            /* Those that run must be there to be told to stop. */
            (void)await_reports(self, 1 + self->joinable, NULL);
            return palm_error_set(err, code, "%s %s: no thread: %s",
                                  palm__side_name(part->side),
                                  part->options.name, palm_strerror(code));
        }
        self->joinable++;
    }
    return await_reports(self, 1 + self->part_count, err);
}

/* Puts the addresses that were really bound into the cache. */
static int
advertise(palm_server_t *self, palm_error_t *err)
{
    for (size_t i = 0; i < self->part_count; i++) {
        const palm_part_t *part = self->parts[i];
        const palm_part_options_t *options = &part->options;
        const char *address =
            options->advertise ? options->advertise : part->endpoint;
        if (options->advertise_as
            && palm_server_preset(self, options->advertise_as,
                                  palm_slice(address))) {
            return palm_error_set(err, errno, "%s %s: cannot preset %s: %s",
                                  palm__side_name(part->side), options->name,
                                  options->advertise_as, palm_strerror(errno));
        }
    }
    return 0;
}

static void
order_router(palm_server_t *self, palm__kind_t kind, int64_t timeout)
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

static void
order_bypass(palm_server_t *self, palm__kind_t kind)
{
    const palm__note_t note = {.kind = (uint8_t)kind};
    for (size_t i = 0; self->bypass && i < self->part_count; i++) {
        if (self->bypass[i]) {
            (void)palm__note_send(self->bypass[i], &note);
        }
    }
}

static void
set_state(palm_server_t *self, palm__server_state_t state)
{
    (void)pthread_mutex_lock(&self->mutex);
    self->state = state;
    (void)pthread_cond_broadcast(&self->changed);
    (void)pthread_mutex_unlock(&self->mutex);
}

int
palm_server_start(palm_server_t *self, palm_error_t *err)
{
    if (self->state != PALM__NEW) {
        return palm_error_set(err, EBUSY, "server %s was started before",
                              self->name);
    }
    if (make_lines(self)) {
        (void)palm_error_set(err, errno, "server %s: no sockets: %s",
                             self->name, palm_strerror(errno));
        palm__server_end(self);
        return -1;
    }
    if (resolve_routes(self, err) || start_threads(self, err)
        || advertise(self, err)) {
        palm__server_end(self);
        return -1;
    }
    set_state(self, PALM__RUNNING);
    order_router(self, PALM__GO, 0);
    order_bypass(self, PALM__GO);
    palm_log(&self->options.log, PALM_LOG_INFO, "PALM-SERVER-STARTED",
             "server %s runs with %zu parts", self->name, self->part_count);
    return 0;
}

/* --- wait and stop -------------------------------------------------------- */

/* The condition variable's clock is the wall clock: POSIX cannot change it
 * everywhere, and waiting somewhat too long does no harm. */
static struct timespec
wall_deadline(int64_t timeout)
{
    struct timespec when;
    (void)clock_gettime(CLOCK_REALTIME, &when);
    when.tv_sec += (time_t)(timeout / 1000);
    when.tv_nsec += (long)(timeout % 1000) * 1000000;
    if (when.tv_nsec >= 1000000000) {
        when.tv_sec++;
        when.tv_nsec -= 1000000000;
    }
    return when;
}

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
    struct timespec when = wall_deadline(timeout < 0 ? 0 : timeout);
    int code = 0;
    (void)pthread_mutex_lock(&self->mutex);
    while (!is_so(self) && code != ETIMEDOUT) {
        code = timeout < 0 ? pthread_cond_wait(&self->changed, &self->mutex)
                           : pthread_cond_timedwait(&self->changed,
                                                    &self->mutex, &when);
    }
    bool so = is_so(self);
    (void)pthread_mutex_unlock(&self->mutex);
    return so;
}

int
palm_server_wait(palm_server_t *self, int64_t timeout)
{
    if (self->state == PALM__NEW) {
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
    for (size_t i = 0; self->bypass && i < self->part_count; i++) {
        if (self->bypass[i]) {
            (void)zmq_close(self->bypass[i]);
        }
    }
    free(self->bypass);
    self->bypass = NULL;
    if (self->control) {
        (void)zmq_close(self->control);
        self->control = NULL;
    }
    if (self->zmq) {
        while (zmq_ctx_term(self->zmq) && errno == EINTR) {
        }
        self->zmq = NULL;
    }
}

void
palm__server_end(palm_server_t *self)
{
    int saved = errno;
    order_router(self, PALM__STOP, 0);
    order_bypass(self, PALM__STOP);
    join_threads(self);
    free_lines(self);
    set_state(self, PALM__STOPPED);
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
    order_router(self, PALM__DRAIN, timeout);
    (void)await(self, router_has_ended, timeout < 0 ? -1 : timeout + GRACE);
    order_bypass(self, PALM__STOP);
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
