/* SPDX-License-Identifier: MIT */
/* A worker's life and its functions.  The loop is in worker_loop.c. */
#include "config.h"
#include "core/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/connect.h"
#include "core/id.h"
#include "core/lookup.h"
#include "core/worker_state.h"

enum {
    PREFETCH_DEFAULT = 1000,
    TIMEOUT_DEFAULT = 5000, /* ms */
    LINGER_DEFAULT = 1000,  /* ms */
    RESULTS_QUEUED = 1000
};

void
palm_worker_options_init(palm_worker_options_t *options)
{
    memset(options, 0, sizeof *options);
    options->timeout = TIMEOUT_DEFAULT;
    options->prefetch = PREFETCH_DEFAULT;
    options->linger = LINGER_DEFAULT;
}

/* --- making --------------------------------------------------------------- */

static int
make_name(palm_worker_t *self, const char *name, palm_error_t *err)
{
    palm_id_source_t source;
    char id[PALM_ID_SIZE + 1];
    palm_id_init(&source);
    if (!name && palm_id_next(&source, id)) {
        return palm_error_set(err, errno, "worker: no random numbers");
    }
    self->name = strdup(name ? name : id);
    return self->name ? 0 : palm_error_set(err, ENOMEM, "worker: no memory");
}

static int
make_pipe_end(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)
                   || fcntl(fd, F_SETFD, FD_CLOEXEC)
               ? -1
               : 0;
}

static int
make_base(palm_worker_t *self, palm_error_t *err)
{
    if (pipe(self->stop_pipe)) {
        self->stop_pipe[0] = self->stop_pipe[1] = -1;
        return palm_error_set(err, errno, "worker: no pipe: %s",
                              palm_strerror(errno));
    }
    if (make_pipe_end(self->stop_pipe[0]) || make_pipe_end(self->stop_pipe[1])
        || !(self->zmq = zmq_ctx_new())
        || !(self->functions = palm_functions_new())) {
        return palm_error_set(err, errno, "worker: %s", palm_strerror(errno));
    }
    return 0;
}

/* Asks for what is stored under a preset key, in *text, which the caller frees;
 * or, without text, for the limit of an address. */
static int
look_up(palm_worker_t *self, palm__lookup_t *lookup, const char *key,
        char **text, palm_error_t *err)
{
    palm_message_t request = PALM_MESSAGE_INIT;
    palm_id_source_t source;
    char pipeline[PALM_ID_SIZE + 1];
    palm_id_init(&source);
    if (palm_id_next(&source, pipeline)) {
        return palm_error_set(err, errno, "worker: no random numbers");
    }
    request.pipeline = palm_slice(pipeline);
    request.function = palm_slice("_.get");
    if (!text) {
        return palm__lookup_limit(lookup, &request, key, &self->largest, err);
    }
    *text = palm__lookup_text(lookup, &request, key, err);
    return *text ? 0 : -1;
}

/* Connects to the address given, or to the one that the cache has. */
static int
connect_to(palm_worker_t *self, void **socket, palm__socket_t *how,
           palm__lookup_t *lookup, const char *key, palm_error_t *err)
{
    char *found = NULL;
    int saved;
    if (!how->address && !look_up(self, lookup, key, &found, err)) {
        how->address = found;
    }
    *socket = how->address ? palm__connect(self->zmq, how, err) : NULL;
    saved = errno;
    free(found);
    errno = saved;
    return *socket ? 0 : -1;
}

/* The PUSH keeps its queue while there is no connection: results then reach a
 * master that was restarted, and the client still waits for them. */
static int
connect_sockets(palm_worker_t *self, const palm_worker_options_t *options,
                palm_error_t *err)
{
    palm__socket_t push = PALM__PEER_SOCKET;
    palm__socket_t pull = PALM__PEER_SOCKET;
    palm__lookup_t lookup;
    int result;
    push.type = ZMQ_PUSH;
    push.address = options->push_address;
    push.hwm = RESULTS_QUEUED;
    push.linger = options->linger;
    pull.type = ZMQ_PULL;
    pull.address = options->pull_address;
    pull.hwm = options->prefetch;
    palm__lookup_init(&lookup, self->zmq, options->db_address, NULL,
                      options->timeout);
    result = connect_to(self, &self->push, &push, &lookup,
                        "worker_pull_address", err);
    if (!result && !options->push_address) {
        result = look_up(self, &lookup, "worker_pull_address", NULL, err);
    }
    if (!result) {
        result = connect_to(self, &self->pull, &pull, &lookup,
                            "worker_push_address", err);
    }
    palm__lookup_fini(&lookup);
    return result;
}

palm_worker_t *
palm_worker_new(const palm_worker_options_t *options, palm_error_t *err)
{
    palm_worker_t *self;
    if (options->prefetch < 1 || options->messages < 0) {
        (void)palm_error_set(
            err, EINVAL, "worker: prefetch is below 1, or messages below 0");
        return NULL;
    }
    self = calloc(1, sizeof *self);
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "worker: no memory");
        return NULL;
    }
    self->log = options->log;
    self->linger = options->linger;
    self->largest = -1;
    self->messages = (uint64_t)options->messages;
    self->results.hand_in = palm__worker_hand_in;
    self->results.on_error = palm__worker_on_error;
    self->results.arg = self;
    if (make_base(self, err) || make_name(self, options->name, err)
        || connect_sockets(self, options, err)) {
        palm_worker_destroy(&self);
    }
    return self;
}

void
palm_worker_destroy(palm_worker_t **self_p)
{
    palm_worker_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    palm__close(&self->pull);
    palm__close(&self->push);
    palm__term(&self->zmq);
    for (int i = 0; i < 2; i++) {
        if (self->stop_pipe[i] >= 0) {
            (void)close(self->stop_pipe[i]);
        }
    }
    palm_functions_destroy(&self->functions);
    free(self->name);
    free(self);
    *self_p = NULL;
    errno = saved;
}

int
palm_worker_register(palm_worker_t *self, const char *name,
                     palm_yields_t yields, palm_function_f *function, void *arg)
{
    return palm_functions_register(self->functions, name, yields, function,
                                   arg);
}
