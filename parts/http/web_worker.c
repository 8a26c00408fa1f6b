/* SPDX-License-Identifier: MIT */
/* web_worker.c: a worker behind the HTTP listener.
 *
 * Design notes
 *
 * - The listener collects requests; they wait there, the oldest first.  The
 *   loop takes one, runs its function, answers, and lets the listener write
 *   before it takes the next.
 * - While a function runs nobody is listened to, so that time does not count
 *   against clients.
 * - The stop is a flag, for the loop, and a byte in a pipe, for its wait.  What
 *   waits then is refused when the listener is destroyed, and answers that are
 *   on their way have `linger` ms. */
#include "config.h"
#include "parts/http/web_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/compat.h"
#include "parts/http/listener.h"

enum { LOG_PAUSE = 1000 /* ms between two lines about peers */ };

struct palm_web_worker {
    palm__http_t *http;
    palm_functions_t *functions;
    palm_results_t results; /* to result and error below */
    char *name;             /* NULL = the endpoint */
    int stop_pipe[2];       /* palm_web_worker_stop() writes, the loop waits */
    int stopping;           /* atomic */
    int64_t linger;
    uint64_t messages; /* end after so many received, 0 = never */
    palm_log_t log;
    int64_t logged;    /* ms when the last line about peers was written */
    uint64_t unlogged; /* lines that were not written since */
    palm_worker_stats_t stats;   /* atomic; only the worker's thread writes */
    zmq_msg_t result;            /* of the message at work */
    char error[PALM_ERROR_TEXT]; /* the same: "" = it has a result */
};

static const char out_of_memory[] = "ENOMEM out of memory";

void
palm_web_worker_options_init(palm_web_worker_options_t *options)
{
    memset(options, 0, sizeof *options);
    options->max_message_size = 128 << 20;
    options->max_clients = 1000;
    options->idle_timeout = 30000;
    options->linger = 1000;
}

/* Trouble that peers can cause is logged once a second at most. */
static void
warn(palm_web_worker_t *self, const char *id, const char *text)
{
    int64_t now = palm__now_ms();
    if (self->logged && now - self->logged < LOG_PAUSE) {
        self->unlogged++;
        return;
    }
    palm_log(&self->log, PALM_LOG_WARNING, id,
             "web worker '%s': %s (%" PRIu64 " more not logged)",
             self->name ? self->name : palm_web_worker_endpoint(self), text,
             self->unlogged);
    self->logged = now;
    self->unlogged = 0;
}

/* --- what the listener and the functions call ----------------------------- */

/* The request waits in the listener. */
static void
on_request(palm__http_request_t *request, void *arg)
{
    (void)request;
    (void)arg;
}

static void
on_loss(palm__http_request_t *request, palm__http_loss_t why, void *arg)
{
    (void)request;
    (void)why;
    (void)arg;
}

static void
on_refusal(unsigned status, const char *why, void *arg)
{
    char text[PALM_ERROR_TEXT];
    (void)snprintf(text, sizeof text, "status %u, %.*s", status,
                   (int)strcspn(why, "\n"), why);
    warn(arg, "PALM-WORKER-REFUSED", text);
}

static void
on_warning(const char *text, void *arg)
{
    warn(arg, "PALM-WORKER-HTTP", text);
}

/* A function of this worker has one result; that of a failure is told by
 * status and text instead. */
static int
keep_result(void *arg, zmq_msg_t *frame)
{
    palm_web_worker_t *self = arg;
    (void)zmq_msg_move(&self->result, frame);
    return zmq_msg_close(frame);
}

static void
keep_error(void *arg, const char *text)
{
    palm_web_worker_t *self = arg;
    (void)snprintf(self->error, sizeof self->error, "%s", text);
}

/* --- making --------------------------------------------------------------- */

static int
make_pipe(palm_web_worker_t *self)
{
    if (pipe(self->stop_pipe)) {
        self->stop_pipe[0] = self->stop_pipe[1] = -1;
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        int flags = fcntl(self->stop_pipe[i], F_GETFL);
        if (flags < 0
            || fcntl(self->stop_pipe[i], F_SETFL, flags | O_NONBLOCK) < 0
            || fcntl(self->stop_pipe[i], F_SETFD, FD_CLOEXEC) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
make_base(palm_web_worker_t *self, const palm_web_worker_options_t *options,
          palm_error_t *err)
{
    self->results.hand_in = keep_result;
    self->results.on_error = keep_error;
    self->results.arg = self;
    if (make_pipe(self) || !(self->functions = palm_functions_new())
        || (options->name && !(self->name = strdup(options->name)))) {
        return palm_error_set(err, errno, "web worker: %s",
                              palm_strerror(errno));
    }
    return 0;
}

static int
listen_at(palm_web_worker_t *self, const palm_web_worker_options_t *options,
          palm_error_t *err)
{
    palm_error_t why = {0, ""};
    const palm__http_settings_t settings = {
        .address = options->address,
        .allow = "POST",
        .max_clients = options->max_clients,
        .max_body = options->max_message_size,
        .idle_timeout = options->idle_timeout,
        .reply_timeout = -1,
        .serve = on_request,
        .forget = on_loss,
        .refused = on_refusal,
        .warn = on_warning,
        .arg = self,
    };
    self->http = palm__http_new(&settings, &why);
    return self->http
               ? 0
               : palm_error_set(err, why.code, "web worker: cannot bind %s: %s",
                                options->address, why.text);
}

palm_web_worker_t *
palm_web_worker_new(const palm_web_worker_options_t *options, palm_error_t *err)
{
    palm_web_worker_t *self;
    if (!options->address || options->max_clients < 1
        || options->messages < 0) {
        (void)palm_error_set(err, EINVAL,
                             "web worker: no address, max_clients is below 1, "
                             "or messages below 0");
        return NULL;
    }
    self = calloc(1, sizeof *self);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "web worker: no memory");
        return NULL;
    }
    (void)zmq_msg_init(&self->result);
    self->log = options->log;
    self->linger = options->linger;
    self->messages = (uint64_t)options->messages;
    if (make_base(self, options, err) || listen_at(self, options, err)) {
        palm_web_worker_destroy(&self);
    }
    return self;
}

void
palm_web_worker_destroy(palm_web_worker_t **self_p)
{
    palm_web_worker_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    palm__http_destroy(&self->http, self->linger);
    for (int i = 0; i < 2; i++) {
        if (self->stop_pipe[i] >= 0) {
            (void)close(self->stop_pipe[i]);
        }
    }
    palm_functions_destroy(&self->functions);
    (void)zmq_msg_close(&self->result);
    free(self->name);
    free(self);
    *self_p = NULL;
    errno = saved;
}

const char *
palm_web_worker_endpoint(const palm_web_worker_t *self)
{
    return palm__http_endpoint(self->http);
}

int
palm_web_worker_register(palm_web_worker_t *self, const char *name,
                         palm_function_f *function, void *arg)
{
    return palm_functions_register(self->functions, name, PALM_YIELDS_ONE,
                                   function, arg);
}

/* --- working -------------------------------------------------------------- */

void
palm_web_worker_stop(palm_web_worker_t *self)
{
    int saved = errno;
    ssize_t written;
    __atomic_store_n(&self->stopping, 1, __ATOMIC_RELEASE);
    written = write(self->stop_pipe[1], "", 1);
    (void)written; /* a full pipe wakes the loop as well */
    errno = saved;
}

static void
count(uint64_t *counter)
{
    __atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

void
palm_web_worker_stats(const palm_web_worker_t *self, palm_worker_stats_t *stats)
{
    const palm_worker_stats_t *from = &self->stats;
    stats->received = __atomic_load_n(&from->received, __ATOMIC_RELAXED);
    stats->results = __atomic_load_n(&from->results, __ATOMIC_RELAXED);
    stats->errors = __atomic_load_n(&from->errors, __ATOMIC_RELAXED);
    stats->undecodable = __atomic_load_n(&from->undecodable, __ATOMIC_RELAXED);
}

static void
refuse(palm__http_request_t *request, unsigned status, const char *text)
{
    palm__http_answer(request, status, "text/plain", palm_slice(text), NULL);
}

/* Runs the function; then there is a result, or else an error. */
static void
run_function(palm_web_worker_t *self, const palm_message_t *message)
{
    int64_t begin = palm__now_ms();
    self->error[0] = '\0';
    if (palm_functions_run(self->functions, message, &self->results)
        && !self->error[0]) {
        keep_error(self, out_of_memory);
    }
    palm__http_excuse(self->http, palm__now_ms() - begin);
}

static void
work_on(palm_web_worker_t *self, palm__http_request_t *request)
{
    palm_slice_t body = palm__http_body(request);
    palm_message_t message;
    palm_error_t err;
    if (palm_message_scan(&message, body.data, body.size, &err)) {
        count(&self->stats.undecodable);
        warn(self, "PALM-WORKER-UNDECODABLE", err.text);
        refuse(request, PALM__HTTP_BAD_REQUEST, err.text);
        return;
    }
    count(&self->stats.received);
    run_function(self, &message);
    count(&self->stats.results);
    if (self->error[0]) {
        count(&self->stats.errors);
        warn(self, "PALM-WORKER-ERROR", self->error);
        refuse(request, PALM__HTTP_FAILED, self->error);
    } else {
        palm_slice_t result = {zmq_msg_data(&self->result),
                               zmq_msg_size(&self->result)};
        palm__http_answer(request, PALM__HTTP_OK, "application/octet-stream",
                          result, NULL);
    }
    (void)zmq_msg_close(&self->result);
    (void)zmq_msg_init(&self->result);
}

static bool
is_over(palm_web_worker_t *self)
{
    return __atomic_load_n(&self->stopping, __ATOMIC_ACQUIRE)
           || (self->messages && self->stats.received >= self->messages);
}

void
palm_web_worker_run(palm_web_worker_t *self)
{
    while (!is_over(self)) {
        palm__http_run(self->http);
        palm__http_request_t *request = palm__http_oldest(self->http);
        if (request) {
            work_on(self, request);
        } else {
            palm__http_wait(self->http, self->stop_pipe, 1, -1);
        }
    }
}
