/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/connect.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/attach.h"
#include "core/compat.h"

int64_t
palm__deadline(int64_t timeout)
{
    int64_t now = palm__now_ms();
    return timeout < 0 || timeout > INT64_MAX - now ? INT64_MAX : now + timeout;
}

long
palm__left(int64_t deadline)
{
    int64_t left;
    if (deadline == INT64_MAX) {
        return -1;
    }
    left = deadline - palm__now_ms();
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (long)left;
}

int
palm__poll(zmq_pollitem_t *items, int count, int64_t deadline)
{
    for (;;) {
        long left = palm__left(deadline);
        int ready = zmq_poll(items, count, left);
        if (ready > 0 || (ready == 0 && left == 0)) {
            return ready;
        }
        if (ready < 0 && errno != EINTR) {
            return -1;
        }
    }
}

static int
connect_error(const palm__socket_t *how, const palm_error_t *why,
              palm_error_t *err)
{
    int code = errno;
    const char *text = why->code ? why->text : palm_strerror(code);
    if (code == EPROTONOSUPPORT || code == ENOCOMPATPROTO) {
        code = EINVAL; /* to the caller a wrong address like any other */
    }
    return palm_error_set(err, code, "cannot connect to '%s': %s", how->address,
                          text);
}

void *
palm__connect(void *zmq, const palm__socket_t *how, palm_error_t *err)
{
    palm_error_t why = {0, ""};
    void *socket = palm__socket_new(zmq, how);
    if (!socket || palm__attach(socket, how->address, how->binds, &why)) {
        (void)connect_error(how, &why, err);
        palm__close(&socket);
    }
    return socket;
}

/* A socket on which libzmq tells when the connection of another stands. */
static void *
open_monitor(void *zmq, void *socket)
{
    char address[64];
    void *monitor;
    (void)snprintf(address, sizeof address, "inproc://palm-monitor-%" PRIxPTR,
                   (uintptr_t)socket);
    if (zmq_socket_monitor(socket, address, ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        || !(monitor = zmq_socket(zmq, ZMQ_PAIR))) {
        return NULL;
    }
    if (palm__socket_set(monitor, ZMQ_LINGER, 0)
        || zmq_connect(monitor, address)) {
        palm__close(&monitor);
    }
    return monitor;
}

/* Waits for the one event that the monitor was asked for; a PUSH socket then
 * must also have got its pipe, or the first send would find no peer. */
static int
await_connection(void *monitor, void *socket, int type, int64_t deadline)
{
    zmq_pollitem_t event = {monitor, 0, ZMQ_POLLIN, 0};
    zmq_pollitem_t room = {socket, 0, ZMQ_POLLOUT, 0};
    int ready = palm__poll(&event, 1, deadline);
    if (ready > 0 && type == ZMQ_PUSH) {
        ready = palm__poll(&room, 1, deadline);
    }
    if (ready == 0) {
        errno = ETIMEDOUT;
    }
    return ready > 0 ? 0 : -1;
}

void *
palm__connect_wait(void *zmq, const palm__socket_t *how, int64_t deadline,
                   palm_error_t *err)
{
    palm_error_t why = {0, ""};
    void *socket = palm__socket_new(zmq, how);
    void *monitor = socket ? open_monitor(zmq, socket) : NULL;
    if (!monitor || palm__attach(socket, how->address, how->binds, &why)
        || await_connection(monitor, socket, how->type, deadline)) {
        (void)connect_error(how, &why, err);
        palm__close(&monitor);
        palm__close(&socket);
        return NULL;
    }
    (void)zmq_socket_monitor(socket, NULL, 0);
    palm__close(&monitor);
    return socket;
}

bool
palm__has_more(void *socket)
{
    int more = 0;
    size_t size = sizeof more;
    (void)zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
    return more;
}

void
palm__drop_rest(void *socket)
{
    int saved = errno;
    char byte;
    /* The frames of a message arrive together, so none is waited for. */
    while (palm__has_more(socket)) {
        if (zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT) < 0 && errno != EINTR) {
            break;
        }
    }
    errno = saved;
}
