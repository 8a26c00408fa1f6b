/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/wait.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <zmq.h>

enum { MOST = 3 }; /* descriptors that anybody waits for */

int
palm__wait_fd(void *socket)
{
    int fd = -1;
    size_t size = sizeof fd;
    return zmq_getsockopt(socket, ZMQ_FD, &fd, &size) ? -1 : fd;
}

static bool
has_event(void *socket, int event)
{
    int events = 0;
    size_t size = sizeof events;
    return !zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size)
           && (events & event);
}

bool
palm__wait_is_writable(void *socket)
{
    return has_event(socket, ZMQ_POLLOUT);
}

bool
palm__wait_is_readable(void *socket)
{
    return has_event(socket, ZMQ_POLLIN);
}

void
palm__wait(const int *fds, int count, int64_t timeout)
{
    struct pollfd items[MOST];
    for (int i = 0; i < count; i++) {
        items[i].fd = fds[i];
        items[i].events = POLLIN;
    }
    (void)poll(items, (nfds_t)count,
               timeout > INT_MAX ? INT_MAX : (int)timeout);
}
