/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/lookup.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/connect.h"

enum { REQUESTS_QUEUED = 8 }; /* there is never more than one */

void
palm__lookup_init(palm__lookup_t *self, void *zmq, const char *address,
                  const char *routing_id, int64_t timeout)
{
    memset(self, 0, sizeof *self);
    self->zmq = zmq;
    self->address = address;
    self->routing_id = routing_id;
    self->timeout = timeout;
}

void
palm__lookup_fini(palm__lookup_t *self)
{
    palm__close(&self->socket);
}

int
palm__lookup_open(palm__lookup_t *self, palm_error_t *err)
{
    palm__socket_t how = PALM__PEER_SOCKET;
    if (!self->address) {
        return palm_error_set(err, EINVAL, "the cache has no address");
    }
    how.type = ZMQ_DEALER;
    how.hwm = REQUESTS_QUEUED;
    how.address = self->address;
    how.routing_id = self->routing_id;
    self->socket = palm__connect(self->zmq, &how, err);
    /* The server may not yet have seen that this socket is gone, and would
     * ignore another of the same identity. */
    self->routing_id = NULL;
    return self->socket ? 0 : -1;
}

/* Returns 0, or -1 with errno: ETIMEDOUT if nothing happens in time. */
static int
await(zmq_pollitem_t *item, int64_t deadline)
{
    int ready = palm__poll(item, 1, deadline);
    if (ready == 0) {
        errno = ETIMEDOUT;
    }
    return ready > 0 ? 0 : -1;
}

static int
receive(void *socket, zmq_msg_t *frame, int64_t deadline)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    while (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR && (errno != EAGAIN || await(&item, deadline))) {
            return -1;
        }
    }
    return 0;
}

/* An empty delimiter and one frame.  The caller closes *reply in any case. */
static int
receive_reply(void *socket, zmq_msg_t *reply, int64_t deadline)
{
    if (receive(socket, reply, deadline)) {
        return -1;
    }
    if (zmq_msg_size(reply) == 0 && zmq_msg_more(reply)) {
        if (receive(socket, reply, deadline)) {
            return -1;
        }
        if (!zmq_msg_more(reply)) {
            return 0;
        }
    }
    errno = EBADMSG;
    return -1;
}

/* An empty delimiter and one frame.  A queue that seems full need not be: that
 * its messages have gone libzmq hears when it looks for it, which it does in a
 * wait, and else only now and then. */
static int
send_request(void *socket, zmq_msg_t *request, int64_t deadline)
{
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLOUT, 0};
    while (zmq_send(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        if (errno != EINTR && (errno != EAGAIN || await(&item, deadline))) {
            return -1;
        }
    }
    return zmq_msg_send(request, socket, ZMQ_DONTWAIT) < 0 ? -1 : 0;
}

static int
exchange(palm__lookup_t *self, zmq_msg_t *request, zmq_msg_t *reply)
{
    int64_t deadline = palm__deadline(self->timeout);
    if (send_request(self->socket, request, deadline)) {
        return -1;
    }
    return receive_reply(self->socket, reply, deadline);
}

static int
ask_error(const palm__lookup_t *self, palm_error_t *err)
{
    if (errno == ETIMEDOUT) {
        return palm_error_set(err, ETIMEDOUT,
                              "no answer from the cache at '%s' in %" PRId64
                              " ms",
                              self->address, self->timeout);
    }
    return palm_error_set(err, errno, "request to the cache at '%s': %s",
                          self->address, palm_strerror(errno));
}

int
palm__lookup_ask(palm__lookup_t *self, const palm_message_t *request,
                 zmq_msg_t *reply, palm_error_t *err)
{
    zmq_msg_t frame;
    int result;
    if (!self->socket && palm__lookup_open(self, err)) {
        return -1;
    }
    if (palm_message_encode(request, &frame)) {
        return ask_error(self, err);
    }
    (void)zmq_msg_init(reply);
    result = exchange(self, &frame, reply);
    if (result) {
        (void)ask_error(self, err);
        palm__close(&self->socket);
        (void)zmq_msg_close(reply);
    }
    (void)zmq_msg_close(&frame);
    return result;
}

/* A copy with a NUL behind it; NULL with errno EBADMSG if one is inside. */
static char *
copy_text(const void *data, size_t size)
{
    char *text;
    if (memchr(data, '\0', size)) {
        errno = EBADMSG;
        return NULL;
    }
    text = malloc(size + 1);
    if (text) {
        memcpy(text, data, size);
        text[size] = '\0';
    }
    return text;
}

char *
palm__lookup_text(palm__lookup_t *self, const palm_message_t *request,
                  const char *key, palm_error_t *err)
{
    palm_message_t get = *request;
    zmq_msg_t reply;
    char *text = NULL;
    get.payload = palm_slice(key);
    if (palm__lookup_ask(self, &get, &reply, err)) {
        return NULL;
    }
    if (zmq_msg_size(&reply) == 0) {
        (void)palm_error_set(err, ENOENT, "the cache at '%s' has no '%s'",
                             self->address, key);
    } else if (!(text =
                     copy_text(zmq_msg_data(&reply), zmq_msg_size(&reply)))) {
        (void)palm_error_set(err, errno, "'%s' from the cache at '%s': %s", key,
                             self->address, palm_strerror(errno));
    }
    (void)zmq_msg_close(&reply);
    return text;
}

char *
palm__limit_key(const char *key)
{
    size_t size = strlen(key) + sizeof PALM__LIMIT_SUFFIX;
    char *text = malloc(size);
    if (text) {
        (void)snprintf(text, size, "%s%s", key, PALM__LIMIT_SUFFIX);
    }
    return text;
}

/* A number above 0 of digits only; -1 with errno EBADMSG. */
static int
read_limit(const char *text, int64_t *limit)
{
    char *end;
    errno = 0;
    *limit = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || *limit < 1) {
        errno = EBADMSG;
        return -1;
    }
    return 0;
}

int
palm__lookup_limit(palm__lookup_t *self, const palm_message_t *request,
                   const char *key, int64_t *limit, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    char *name = palm__limit_key(key);
    char *text = name ? palm__lookup_text(self, request, name, &why) : NULL;
    int result = 0;
    *limit = -1;
    if (text && read_limit(text, limit)) {
        result = palm_error_set(err, EBADMSG,
                                "'%s' from the cache at '%s' is no number",
                                name, self->address);
    } else if (!text && (!name || why.code != ENOENT)) {
        result = palm_error_set(err, name ? why.code : ENOMEM, "%s",
                                name ? why.text : "out of memory");
    }
    free(text);
    free(name);
    return result;
}
