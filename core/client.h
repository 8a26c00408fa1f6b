/* SPDX-License-Identifier: MIT */
/* client.h: sends messages to a server and gets the results.
 *
 * One PUSH and one SUB socket for the client's whole life, subscribed before
 * the first message is pushed, and a connection to the cache.  At most `window`
 * messages are outstanding.  A client belongs to one thread at a time. */
#ifndef PALM_CLIENT_H
#define PALM_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/cache.h"
#include "core/error.h"
#include "core/export.h"
#include "core/message.h"

typedef struct palm_client palm_client_t;

typedef struct palm_client_options {
    const char *db_address;   /* the cache service; needed unless both below */
    const char *server;       /* the name it must have; NULL = any (then
                                 functions name their server themselves) */
    const char *push_address; /* NULL = ask the cache for pull_address */
    const char *sub_address;  /* NULL = ask the cache for pub_address */
    const char *session;      /* pipeline field, and prefix of set() keys */
    int64_t window;           /* messages outstanding at most, default 512 */
    int64_t timeout;          /* ms for connecting and for each cache request,
                                 default 5000, -1 = for ever */
    bool cache_only;          /* speak to the cache at db_address, and to
                                 nobody else: no messages */
} palm_client_options_t;

/* A result.  Slices stay valid until palm_result_fini().  They may point into
 * the struct itself, so it must not be copied or moved. */
typedef struct palm_result {
    palm_message_t message; /* slices of frame */
    palm_slice_t error;     /* size 0 = no error; else code and text */
    zmq_msg_t frame;        /* what came */
} palm_result_t;

PALM_BEGIN_DECLS

PALM_EXPORT
void palm_client_options_init(palm_client_options_t *options);

/* Connects: asks the cache for the addresses (and the name, which must be the
 * expected one), connects both sockets and returns when both connections stand.
 * Strings are copied.  Returns NULL with the address in *err and errno
 *   EINVAL     an address is missing or not understood;
 *   ETIMEDOUT  nobody answered in time;
 *   ENOENT     the cache does not have the key;
 *   EPERM      the server has another name;
 *   ENOMEM, EMFILE. */
PALM_EXPORT
palm_client_t *palm_client_new(const palm_client_options_t *options,
                               palm_error_t *err);

/* Closes the sockets, frees, sets *self_p to NULL; nothing if NULL. */
PALM_EXPORT
void palm_client_destroy(palm_client_t **self_p);

/* The client's uuid: the topic of its results. */
PALM_EXPORT
const char *palm_client_id(const palm_client_t *self);

/* Bytes of a message that the server takes, as its cache told when the client
 * was made; -1 any, or not told. */
PALM_EXPORT
int64_t palm_client_max_message_size(const palm_client_t *self);

/* Sends one message of a job.  function is "method" (the server's name is put
 * before it), "server.method", or several of these separated by blanks; cache,
 * which may be NULL, travels along and comes back with the result.
 * Waits for room in the window and in the socket, at most timeout ms (-1 = for
 * ever); results that come meanwhile are kept for palm_client_recv(), at most
 * `window` of them: then only receiving makes room, and it fails at once.
 * Returns -1 with errno EAGAIN (no room in time), EINVAL (not UTF-8), EMSGSIZE
 * (larger than palm_client_max_message_size()), ENOTCONN (cache_only) or
 * ENOMEM; then nothing was sent. */
PALM_EXPORT
int palm_client_send(palm_client_t *self, const char *function,
                     palm_slice_t payload, const char *cache, int64_t timeout)
    PALM_MUST_USE;

/* Gets the next result, in the order of arrival.  On success the caller calls
 * palm_result_fini().  Returns -1 with errno EAGAIN (none in time) or ENOTCONN
 * (cache_only). */
PALM_EXPORT
int palm_client_recv(palm_client_t *self, palm_result_t *result,
                     int64_t timeout) PALM_MUST_USE;

/* One message out, its result in (matched by the cache field, so results of a
 * job are not taken for it).  Errors as palm_client_send(), and ETIMEDOUT if
 * the result does not come in time; it is dropped should it come later, as are
 * further results of a function that yields several. */
PALM_EXPORT
int palm_client_call(palm_client_t *self, const char *function,
                     palm_slice_t payload, palm_result_t *result,
                     int64_t timeout, palm_error_t *err) PALM_MUST_USE;

/* Messages sent whose results have not come. */
PALM_EXPORT
int64_t palm_client_outstanding(const palm_client_t *self);

/* Gives up waiting for n outstanding results (a function that answers
 * nothing), so that the window has room again. */
PALM_EXPORT
void palm_client_forget(palm_client_t *self, int64_t n);

PALM_EXPORT
void palm_result_fini(palm_result_t *result);

/* The cache.  A request that is not answered in time is -1 with errno
 * ETIMEDOUT; the next request is not confused by a late answer.  A value that
 * the server did not store is -1 with errno EIO.
 *
 * get and delete take the full key; set puts the session before the key and
 * returns the full key in *full_key (if not NULL; the caller frees it).  An
 * empty key lets the server choose one, without the session.  The wire cannot
 * tell a missing value from an empty one: both are a frame of 0 bytes.  The
 * caller closes *value. */
PALM_EXPORT
int palm_client_get(palm_client_t *self, palm_slice_t key, zmq_msg_t *value,
                    palm_error_t *err) PALM_MUST_USE;
PALM_EXPORT
int palm_client_set(palm_client_t *self, palm_slice_t key, palm_slice_t value,
                    char **full_key, palm_error_t *err) PALM_MUST_USE;
PALM_EXPORT
int palm_client_delete(palm_client_t *self, palm_slice_t key, palm_error_t *err)
    PALM_MUST_USE;

/* Extensions, see docs/cache.md; keys are full ones, UTF-8 and not empty.
 *
 * cas stores a value if the present one equals *expected, or if there is none
 * and expected is NULL; -1 with errno EEXIST if it did not.  ttl lets the key
 * end in so many ms, 0 = never; -1 with errno ENOENT if it did not.  list calls
 * f as palm_cache_list() does, and asks again after every 256 keys or 64 KiB of
 * them; f may use the client.  -1 with errno EMSGSIZE if the server gives
 * the same keys again although there are more, ENOTSUP if there was no answer
 * in it.  stats gets what the server counts, which the caller closes; -1 with
 * errno ENOTSUP if there was no answer in it.  A server that does not know the
 * verb, or fails, is one of these. */
PALM_EXPORT
int palm_client_cas(palm_client_t *self, palm_slice_t key,
                    const palm_slice_t *expected, palm_slice_t value,
                    palm_error_t *err) PALM_MUST_USE;
PALM_EXPORT
int palm_client_ttl(palm_client_t *self, palm_slice_t key, int64_t ttl,
                    palm_error_t *err) PALM_MUST_USE;
PALM_EXPORT
int palm_client_stats(palm_client_t *self, zmq_msg_t *json, palm_error_t *err)
    PALM_MUST_USE;
PALM_EXPORT
int palm_client_list(palm_client_t *self, palm_slice_t prefix,
                     palm_cache_list_f *f, void *arg, palm_error_t *err)
    PALM_MUST_USE;

PALM_END_DECLS
#endif
