/* SPDX-License-Identifier: MIT */
/* server.h: the template that a server is built from.
 *
 *     server = palm_server_new("master", NULL);
 *     palm_server_add(server, palm_library_find("PullService"), &pull, &err);
 *     ...
 *     palm_server_start(server, &err);     every part bound, or nothing runs
 *     palm_server_wait(server, -1);
 *     palm_server_stop(server, &err);      drains
 *     palm_server_destroy(&server);
 *
 * Add parts, presets and functions before the start.  palm_server_stop(),
 * _wait(), _emit(), _endpoint(), _part_at(), _stats(), _route_at(), _state()
 * and _cache() may then be called from any thread; the other calls belong to
 * one thread at a time.  The library installs no signal handler and its threads
 * block all signals. */
#ifndef PALM_SERVER_H
#define PALM_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/export.h"
#include "core/functions.h"
#include "core/log.h"
#include "core/part.h"

typedef struct palm_server palm_server_t;

/* The three places where a part is registered. */
typedef enum palm_side {
    PALM_SIDE_INBOUND,
    PALM_SIDE_OUTBOUND,
    PALM_SIDE_BYPASS
} palm_side_t;

#define PALM_IO_THREADS_MOST 256

typedef struct palm_server_options {
    int64_t stop_timeout; /* ms that a stop may take, -1 = as long as needed */
    int64_t quiet_time;   /* ms without a result after which a drain believes
                             that workers have handed everything in, once as
                             many results as messages have come back */
    int64_t cache_size;   /* bytes of keys and values, 0 = no limit */
    int64_t io_threads;   /* of the ZeroMQ context, to PALM_IO_THREADS_MOST */
    bool batch;           /* threads are scheduled for throughput (Linux) */
    int64_t messages;     /* stop after routing so many, 0 = never */
    int64_t max_connections; /* of peers, to its ZeroMQ services; 0 = half of
                                the descriptors that the process may have */
    int64_t max_connections_per_address; /* of them; 0 = three quarters of
                                            max_connections */
    palm_log_t log;                      /* silent by default */
    const palm_cache_options_t *cache;   /* copied; NULL = in memory, with
                                            cache_size */
} palm_server_options_t;

/* A part as it is registered.  The pointers are the server's. */
typedef struct palm_part_info {
    palm_side_t side;
    const char *name;
    const palm_part_class_t *class_;
    const palm_part_options_t *options;
    const void *class_options; /* see palm_part_class_options(); NULL before
                                  the part is added */
} palm_part_info_t;

/* A part's route, and what went along it. */
typedef struct palm_route_info {
    palm_side_t side;  /* of the part */
    const char *from;  /* its name */
    const char *to;    /* the outbound part behind it */
    uint64_t messages; /* that were routed so */
    uint64_t bytes;    /* of them */
    uint64_t dropped;  /* messages: that part has ended */
} palm_route_info_t;

typedef enum palm_server_state {
    PALM_SERVER_STARTING, /* not all parts are ready */
    PALM_SERVER_RUNNING,
    PALM_SERVER_DRAINING, /* the intake is closed, the rest leaves */
    PALM_SERVER_STOPPED   /* or it could not start */
} palm_server_state_t;

PALM_BEGIN_DECLS

PALM_EXPORT
void palm_server_options_init(palm_server_options_t *options);

/* Sets an option by its name; log_level is one of them.  Errors as in
 * palm_part_option_set(). */
PALM_EXPORT
int palm_server_option_set(palm_server_options_t *options, const char *key,
                           const char *text, palm_error_t *err);

/* Name of the option number index, NULL after the last. */
PALM_EXPORT
const char *palm_server_option_name(size_t index);

/* Makes a server; options may be NULL for the defaults.  The name is preset in
 * the cache under "name".  Returns NULL with errno EINVAL (empty name) or
 * ENOMEM. */
PALM_EXPORT
palm_server_t *palm_server_new(const char *name,
                               const palm_server_options_t *options);

/* Stops the server if it runs, frees it, sets *self_p to NULL; nothing if it is
 * NULL.  Keeps errno. */
PALM_EXPORT
void palm_server_destroy(palm_server_t **self_p);

/* Registers a part.  The class is copied, what it points to outlives the
 * server; options are copied.  Returns -1 with the names in *err and errno
 *   EINVAL   no class; empty name, no address, class of another interface, or
 *            one that is not derived yet (it has a base), window < 1, an option
 *            of the class that is needed and missing, or is no such value …;
 *   ERANGE   such a value is too small;
 *   ENOENT   an option that the class does not have was set;
 *   EEXIST   the side already has a part of that name;
 *   EBUSY    the server has been started;
 *   ENOMEM. */
PALM_EXPORT
int palm_server_add(palm_server_t *self, const palm_part_class_t *class_,
                    const palm_part_options_t *options, palm_error_t *err)
    PALM_MUST_USE;

/* Puts a key into the cache before the start.  It stays in this process, also
 * if the cache does not: what a client then sets under that key, too. */
PALM_EXPORT
int palm_server_preset(palm_server_t *self, const char *key, palm_slice_t value)
    PALM_MUST_USE;

/* Registers a function for the parts that run them (trait PALM_RUNS), as
 * palm_functions_register().  It is called in such a part's thread.  Add these
 * parts first.  Returns -1 with errno
 *   ENOTSUP  no part of the server runs functions;
 *   EBUSY    the server has been started;
 *   EINVAL, ENOMEM  see there. */
PALM_EXPORT
int palm_server_register(palm_server_t *self, const char *name,
                         palm_yields_t yields, palm_function_f *function,
                         void *arg) PALM_MUST_USE;

/* Starts every part and returns when all have bound or connected.  On failure
 * nothing runs any more and *err names the part and its address:
 *   EHOSTUNREACH  a route to a part that is not registered;
 *   what palm_cache_open() gives, if the cache cannot be opened;
 *   EADDRINUSE, EACCES, EINVAL, EPROTONOSUPPORT …  from bind or connect;
 *   EAGAIN, EMFILE, ENOMEM  no thread, no socket, no memory;
 *   EBUSY  it was started before. */
PALM_EXPORT
int palm_server_start(palm_server_t *self, palm_error_t *err) PALM_MUST_USE;

/* Waits until the server has ended by itself or by palm_server_stop() from
 * another thread.  timeout in ms, -1 = for ever.  Returns -1 with errno
 * ETIMEDOUT, or EINVAL if it was not started. */
PALM_EXPORT
int palm_server_wait(palm_server_t *self, int64_t timeout);

/* Drains and stops: intake closes, what is inside leaves, sockets are flushed,
 * threads are joined; stop_timeout bounds it.  Returns 0, also if the server
 * does not run; -1 with errno ETIMEDOUT if messages were left (then *err says
 * how many, and where). */
PALM_EXPORT
int palm_server_stop(palm_server_t *self, palm_error_t *err);

/* Hands a message to an outbound bypass part, which sends it; takes *message,
 * which is empty then.  Returns -1 and takes nothing with errno ENOENT (no such
 * part), EINVAL (the server does not run), EAGAIN (`window` messages wait
 * already) or ENOMEM.  Any thread. */
PALM_EXPORT
int palm_server_emit(palm_server_t *self, const char *name, zmq_msg_t *message)
    PALM_MUST_USE;

/* The side at which parts of a class are registered. */
PALM_EXPORT
palm_side_t palm_part_class_side(const palm_part_class_t *class_);

/* The endpoint that a part has really bound or connected, for example with the
 * port in place of "*".  NULL with errno ENOENT, or EINVAL before the start.
 * Valid until the server is destroyed. */
PALM_EXPORT
const char *palm_server_endpoint(palm_server_t *self, palm_side_t side,
                                 const char *name);

/* The same for a part with several endpoints: 0 is that one, then come those of
 * further sockets, as the PULL of a PushPullService.  ENOENT also behind the
 * last. */
PALM_EXPORT
const char *palm_server_endpoint_at(palm_server_t *self, palm_side_t side,
                                    const char *name, size_t index);

/* The text that an option of the part's class has; NULL: none was given, or the
 * class has no such text. */
PALM_EXPORT
const char *palm_part_info_text(const palm_part_info_t *info, const char *key);

/* Looks at the part number index, in the order in which they were added.  What
 * *info points to is valid until the server is destroyed.  Returns -1 with
 * errno ENOENT behind the last. */
PALM_EXPORT
int palm_server_part_at(const palm_server_t *self, size_t index,
                        palm_part_info_t *info);

/* Copies what a part has counted.  Numbers may be a moment old; counters only
 * grow.  Takes no lock.  Returns -1 with errno ENOENT. */
PALM_EXPORT
int palm_server_stats(palm_server_t *self, palm_side_t side, const char *name,
                      palm_part_stats_t *stats);

/* The same for the route number index, once the server has been started.
 * Returns -1 with errno ENOENT behind the last. */
PALM_EXPORT
int palm_server_route_at(const palm_server_t *self, size_t index,
                         palm_route_info_t *info);

/* The name that it was made with. */
PALM_EXPORT
const char *palm_server_name(const palm_server_t *self);

/* How far the server is; its name: "starting", "running", "draining",
 * "stopped".  Takes no lock. */
PALM_EXPORT
palm_server_state_t palm_server_state(const palm_server_t *self);
PALM_EXPORT
const char *palm_server_state_name(palm_server_state_t state);

/* The server's cache, valid until the server is destroyed.  Before the start
 * one that is not in memory has the presets only; for other keys it gives -1
 * with errno ENOTCONN. */
PALM_EXPORT
palm_cache_t *palm_server_cache(palm_server_t *self);

PALM_END_DECLS
#endif
