/* SPDX-License-Identifier: MIT */
/* lookup.h: asks the cache service of a server, for clients and workers.
 *
 * A DEALER that speaks as a REQ does (empty delimiter) with a timeout of its
 * own.  After a request that failed the socket is thrown away, so that a late
 * answer cannot be taken for the next request's, and a lost one wedges
 * nothing.  Belongs to one thread. */
#ifndef PALM_LOOKUP_H
#define PALM_LOOKUP_H

#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/message.h"

typedef struct palm__lookup {
    void *zmq;              /* context; its owner closes it after fini */
    const char *address;    /* of the service; outlives this */
    const char *routing_id; /* of the first socket, NULL = none; outlives */
    int64_t timeout;        /* ms for one request, -1 = for ever */
    void *socket;           /* NULL = to be opened by the next request */
} palm__lookup_t;

/* Prepares; connects only with the first request. */
void palm__lookup_init(palm__lookup_t *self, void *zmq, const char *address,
                       const char *routing_id, int64_t timeout);

void palm__lookup_fini(palm__lookup_t *self);

/* Opens the socket now.  Returns -1 with the address in *err and errno EINVAL,
 * ENOMEM or EMFILE. */
int palm__lookup_open(palm__lookup_t *self, palm_error_t *err) PALM_MUST_USE;

/* Sends a request and waits for its reply, a raw frame that the caller closes.
 * Returns -1 with the address in *err, *reply not initialized, and errno
 *   EINVAL     there is no address, or it is not understood;
 *   ETIMEDOUT  no answer in time;
 *   EBADMSG    the answer is not one frame;
 *   ENOMEM, EMFILE. */
int palm__lookup_ask(palm__lookup_t *self, const palm_message_t *request,
                     zmq_msg_t *reply, palm_error_t *err) PALM_MUST_USE;

/* Gets the text stored under a preset key, which the caller frees; the request
 * is otherwise *request.  Returns NULL with errno as palm__lookup_ask(), and
 * ENOENT (no such key). */
char *palm__lookup_text(palm__lookup_t *self, const palm_message_t *request,
                        const char *key, palm_error_t *err);

/* What stands behind an address's key in the key of its limit; and that key,
 * which the caller frees, or NULL with errno ENOMEM. */
#define PALM__LIMIT_SUFFIX ".max_message_size"
char *palm__limit_key(const char *key);

/* Gets how many bytes a message may have that goes to the address under a key:
 * the server presets that under its limit's key.  *limit is -1 if it does not,
 * as servers of old and those that take any.  Returns -1 with errno as
 * palm__lookup_ask(), and EBADMSG (no number). */
int palm__lookup_limit(palm__lookup_t *self, const palm_message_t *request,
                       const char *key, int64_t *limit, palm_error_t *err)
    PALM_MUST_USE;

#endif
