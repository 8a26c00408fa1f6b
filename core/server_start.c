/* SPDX-License-Identifier: MIT */
/* server_start.c: how a server starts.
 *
 * Start is a barrier.  The handle makes the router's thread and then one thread
 * for each part; each opens its sockets and reports; only when all are ready
 * does the router order them to go, so a server that cannot start has accepted
 * nothing.  Threads block all signals: these belong to the program. */
#include "config.h"
#include "core/server.h"
#include "core/server_impl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache_backend.h"
#include "core/compat.h"
#include "core/lookup.h"

/* --- threads -------------------------------------------------------------- */

static void
prepare_thread(const palm_server_t *self, const char *name)
{
    palm__thread_name(name);
    if (self->options.batch) {
        palm__thread_batch();
    }
}

static void *
router_main(void *arg)
{
    palm_server_t *self = arg;
    prepare_thread(self, "palm-router");
    palm__router_run(self->router);
    palm__server_ended(self, true);
    return NULL;
}

/* Receives the first order.  A bypass part that serves its world itself does so
 * meanwhile: it may have something to tell of a server that starts. */
static void
receive_order(palm_part_t *part, zmq_msg_t *frame)
{
    bool serves = part->side == PALM_SIDE_BYPASS && !part->world;
    int flags = serves ? ZMQ_DONTWAIT : 0;
    while (zmq_msg_recv(frame, part->inner, flags) == -1
           && (errno == EINTR || errno == EAGAIN)) {
        if (errno == EAGAIN) {
            palm__part_wait(part, false);
        }
    }
}

/* Waits until everybody is ready.  Returns false if the start has failed. */
static bool
await_go(palm_part_t *part)
{
    bool go = false;
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    receive_order(part, &frame);
    go = zmq_msg_size(&frame) == sizeof(palm__note_t)
         && palm__note_of(&frame).kind == PALM__GO;
    (void)zmq_msg_close(&frame);
    return go;
}

/* The bases, by side. */
static const palm__base_t bases[] = {
    [PALM_SIDE_INBOUND] = {palm__inbound_init, palm__inbound_run,
                           palm__inbound_fini, palm__inbound_yield},
    [PALM_SIDE_OUTBOUND] = {palm__outbound_init, palm__outbound_run,
                            palm__outbound_fini, palm__outbound_yield},
    [PALM_SIDE_BYPASS] = {NULL, palm__bypass_run, NULL, NULL},
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
        part->base->run(part);
    }
    palm__part_close(part);
}

static void *
part_main(void *arg)
{
    palm_part_t *part = arg;
    palm_error_t err = {0, ""};
    prepare_thread(part->server, part->options.name);
    part->base = &bases[part->side];
    if (part->base->init && part->base->init(part)) {
        (void)palm_error_set(&err, errno, "%s %s: %s",
                             palm__side_name(part->side), part->options.name,
                             palm_strerror(errno));
        palm__server_report(part->server, &err);
    } else {
        run_part(part);
        if (part->base->fini) {
            part->base->fini(part);
        }
    }
    palm__server_ended(part->server, false);
    return NULL;
}

/* Makes a thread that blocks all signals from its first moment, but for that of
 * abort(), whose handler may have something to say. */
static int
make_thread(palm_server_t *self, pthread_t *thread, void *(*body)(void *),
            void *arg)
{
    sigset_t all, old;
    int code;
    (void)sigfillset(&all);
    (void)sigdelset(&all, SIGABRT);
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

static int
resolve_routes(palm_server_t *self, palm_error_t *err)
{
    for (size_t i = 0; i < self->part_count; i++) {
        palm_part_t *part = self->parts[i];
        const char *route = part->options.route;
        if (route && part->side != PALM_SIDE_BYPASS
            && !(part->route =
                     palm__server_find(self, PALM_SIDE_OUTBOUND, route))) {
            return palm_error_set(err, EHOSTUNREACH,
                                  "%s %s: route to %s, but there is no "
                                  "outbound part of that name",
                                  palm__side_name(part->side),
                                  part->options.name, route);
        }
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
                   || zmq_setsockopt(self->bypass[index], ZMQ_SNDHWM, &none,
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
    if (await_reports(self, 1 + self->part_count, err)) {
        return -1;
    }
    return palm__watch_start(&self->watch)
               ? palm_error_set(err, errno, "server %s: no thread: %s",
                                self->name, palm_strerror(errno))
               : 0;
}

/* "*" binds every interface; none of them is told. */
static bool
is_any_host(const char *address)
{
    return !strncmp(address, "tcp://0.0.0.0:", 14)
           || !strncmp(address, "tcp://[::]:", 11);
}

static int
advertise_one(const palm_part_t *part, const char *key, const char *address,
              palm_error_t *err)
{
    if (key && is_any_host(address)) {
        palm_log(&part->server->options.log, PALM_LOG_WARNING,
                 "PALM-SERVER-WILDCARD",
                 "%s %s: %s tells %s, where peers on other machines do not "
                 "find it: advertise = … tells another address",
                 palm__side_name(part->side), part->options.name, key, address);
    }
    if (key && palm_server_preset(part->server, key, palm_slice(address))) {
        return palm_error_set(err, errno, "%s %s: cannot preset %s: %s",
                              palm__side_name(part->side), part->options.name,
                              key, palm_strerror(errno));
    }
    return 0;
}

/* Whether peers send messages to its address. */
static bool
takes(const palm_part_t *part)
{
    return part->side == PALM_SIDE_INBOUND && part->class_->binds;
}

/* So clients and workers refuse by themselves what the part would drop. */
static int
advertise_limit(const palm_part_t *part, const char *key, palm_error_t *err)
{
    int64_t most = part->options.max_message_size;
    char text[24];
    char *name;
    int code = 0;
    if (!key || most < 0) {
        return 0;
    }
    (void)snprintf(text, sizeof text, "%lld", (long long)most);
    if (!(name = palm__limit_key(key))
        || palm_server_preset(part->server, name, palm_slice(text))) {
        code = palm_error_set(err, errno,
                              "%s %s: cannot preset the limit of "
                              "%s: %s",
                              palm__side_name(part->side), part->options.name,
                              key, palm_strerror(errno));
    }
    free(name);
    return code;
}

static int
advertise_more(const palm_part_t *part, palm_error_t *err)
{
    for (const struct palm__endpoint *endpoint = part->more; endpoint;
         endpoint = endpoint->next) {
        const char *key = endpoint->advertise_as;
        if (advertise_one(part, key, endpoint->text, err)
            || advertise_limit(part, key, err)) {
            return -1;
        }
    }
    return 0;
}

/* Puts the addresses that were really bound into the cache. */
static int
advertise(palm_server_t *self, palm_error_t *err)
{
    for (size_t i = 0; i < self->part_count; i++) {
        const palm_part_t *part = self->parts[i];
        const palm_part_options_t *options = &part->options;
        if (advertise_one(
                part, options->advertise_as,
                options->advertise ? options->advertise : part->endpoint, err)
            || advertise_limit(part, takes(part) ? options->advertise_as : NULL,
                               err)
            || advertise_more(part, err)) {
            return -1;
        }
    }
    return 0;
}

int
palm_server_start(palm_server_t *self, palm_error_t *err)
{
    if (self->state != PALM__NEW) {
        return palm_error_set(err, EBUSY, "server %s was started before",
                              self->name);
    }
    /* Before there are sockets: closing one whose peer never came, while the
     * context ends, is a race inside libzmq 4.3.4. */
    if (resolve_routes(self, err) || palm__cache_attach(self->cache, err)) {
        palm__server_set_state(self, PALM__STOPPED);
        return -1;
    }
    palm__server_divide_descriptors(self);
    if (make_lines(self)) {
        (void)palm_error_set(err, errno, "server %s: no sockets: %s",
                             self->name, palm_strerror(errno));
        palm__server_end(self);
        return -1;
    }
    if (start_threads(self, err) || advertise(self, err)) {
        palm__server_end(self);
        return -1;
    }
    palm__server_set_state(self, PALM__RUNNING);
    palm__server_order_router(self, PALM__GO, 0);
    palm__server_order_bypass(self, PALM__GO);
    palm_log(&self->options.log, PALM_LOG_INFO, "PALM-SERVER-STARTED",
             "server %s runs with %zu parts", self->name, self->part_count);
    return 0;
}
