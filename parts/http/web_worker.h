/* SPDX-License-Identifier: MIT */
/* web_worker.h: a worker that is asked over HTTP, by a HttpConnection.
 *
 * A message comes as the body of a POST.  200: the message with another
 * payload, as application/octet-stream.  Everything else has a reason, as
 * text/plain: 400 no PalmMessage, 500 there is no such function or it failed,
 * and 405, 411, 413 for what is no request.  As with a worker, only functions
 * that were registered can be called, the stage chooses which, and no message
 * ends a web worker.
 *
 * A web worker belongs to one thread, in which its functions run, one message
 * at a time; palm_web_worker_stop() may be called from any. */
#ifndef PALM_WEB_WORKER_H
#define PALM_WEB_WORKER_H

#include <stdint.h>

#include "core/error.h"
#include "core/export.h"
#include "core/functions.h"
#include "core/log.h"
#include "core/worker.h"

typedef struct palm_web_worker palm_web_worker_t;

typedef struct palm_web_worker_options {
    const char *address;      /* "http://HOST:PORT"; "*" is any of them */
    const char *name;         /* for logs; NULL = the endpoint */
    int64_t max_message_size; /* bytes of a message, -1 any, default 128 MiB */
    int64_t max_clients;      /* connections at once, default 1000 */
    int64_t idle_timeout;     /* ms a client may be silent, default 30000 */
    int64_t linger;           /* ms to send answers at the end, default 1000 */
    int64_t messages;         /* end after so many, 0 = never */
    palm_log_t log;
} palm_web_worker_options_t;

PALM_BEGIN_DECLS

PALM_EXPORT
void palm_web_worker_options_init(palm_web_worker_options_t *options);

/* Listens.  Strings are copied.  Returns NULL with the address in *err and
 * errno
 *   EINVAL         no such form of address, or an unknown host; max_clients
 *                  below 1, or messages below 0;
 *   ENOTSUP        the library was built without HTTP;
 *   ENOMEM, EMFILE, EADDRINUSE, EACCES …  from the system. */
PALM_EXPORT
palm_web_worker_t *palm_web_worker_new(const palm_web_worker_options_t *options,
                                       palm_error_t *err);

/* Whoever still waits is told 503. */
PALM_EXPORT
void palm_web_worker_destroy(palm_web_worker_t **self_p);

/* Where it really listens: "http://127.0.0.1:41234". */
PALM_EXPORT
const char *palm_web_worker_endpoint(const palm_web_worker_t *self);

/* Registers a function that answers once, as palm_functions_register(). */
PALM_EXPORT
int palm_web_worker_register(palm_web_worker_t *self, const char *name,
                             palm_function_f *function, void *arg)
    PALM_MUST_USE;

/* Works until palm_web_worker_stop() or the last of `messages`. */
PALM_EXPORT
void palm_web_worker_run(palm_web_worker_t *self);

/* Ends palm_web_worker_run() after the message it is at.  Any thread, and
 * signal handlers. */
PALM_EXPORT
void palm_web_worker_stop(palm_web_worker_t *self);

/* What was counted: results are answers, errors are those with 500.  Exact when
 * palm_web_worker_run() has returned. */
PALM_EXPORT
void palm_web_worker_stats(const palm_web_worker_t *self,
                           palm_worker_stats_t *stats);

PALM_END_DECLS
#endif
