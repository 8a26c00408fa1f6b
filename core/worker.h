/* SPDX-License-Identifier: MIT */
/* worker.h: takes messages from a master, runs functions, hands results in.
 *
 * Only functions that were registered can be called.  Whatever is wrong with a
 * message or in a function gives an error result (payload "0" and the reason in
 * field 8) or, if the frame cannot be decoded, is dropped and counted; a worker
 * never ends because of a message.  A worker belongs to one thread;
 * palm_worker_stop() may be called from any. */
#ifndef PALM_WORKER_H
#define PALM_WORKER_H

#include <stdint.h>

#include "core/error.h"
#include "core/export.h"
#include "core/functions.h"
#include "core/log.h"

typedef struct palm_worker palm_worker_t;

typedef struct palm_worker_options {
    const char *db_address;   /* cache service; needed unless both below */
    const char *name;         /* for logs; NULL = a new uuid4 */
    const char *pull_address; /* NULL = ask for worker_push_address */
    const char *push_address; /* NULL = ask for worker_pull_address */
    int64_t timeout;          /* ms to wait for the cache, default 5000 */
    int64_t prefetch;         /* messages in the receive queue, default 1000 */
    int64_t linger;           /* ms to flush at the end, default 1000 */
    int64_t messages;         /* end after so many, 0 = never */
    palm_log_t log;
} palm_worker_options_t;

typedef struct palm_worker_stats {
    uint64_t received;    /* messages that could be decoded */
    uint64_t results;     /* result messages handed in, errors included */
    uint64_t errors;      /* error results */
    uint64_t undecodable; /* frames dropped */
} palm_worker_stats_t;

PALM_BEGIN_DECLS

PALM_EXPORT
void palm_worker_options_init(palm_worker_options_t *options);

/* Asks the cache for the addresses and connects.  Strings are copied.  Returns
 * NULL with the address in *err and errno as palm_client_new(). */
PALM_EXPORT
palm_worker_t *palm_worker_new(const palm_worker_options_t *options,
                               palm_error_t *err);

PALM_EXPORT
void palm_worker_destroy(palm_worker_t **self_p);

/* Registers a function, as palm_functions_register(). */
PALM_EXPORT
int palm_worker_register(palm_worker_t *self, const char *name,
                         palm_yields_t yields, palm_function_f *function,
                         void *arg) PALM_MUST_USE;

/* Works until palm_worker_stop() or the last of `messages`.  Returns 0, or -1
 * with errno if the sockets fail. */
PALM_EXPORT
int palm_worker_run(palm_worker_t *self);

/* Ends palm_worker_run() after the message it is at.  Any thread, and signal
 * handlers. */
PALM_EXPORT
void palm_worker_stop(palm_worker_t *self);

/* What was counted; exact when palm_worker_run() has returned. */
PALM_EXPORT
void palm_worker_stats(const palm_worker_t *self, palm_worker_stats_t *stats);

PALM_END_DECLS
#endif
