/* SPDX-License-Identifier: MIT */
/* tcp.c: see tcp.h. */
#include "conformance/engine/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/engine/check.h"
#include "conformance/engine/test.h"
#include "conformance/engine/trace.h"

enum { STALL = 500, CHUNK = 65536 };

static struct tcp *
wrap(struct test *test, const char *label, int fd)
{
    struct tcp *tcp = test_memory(test, sizeof *tcp);

    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    /* Else a target would keep it open when we have closed it. */
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    tcp->test = test;
    tcp->label = label;
    tcp->fd = fd;
    return tcp;
}

struct tcp *
tcp_connect(struct test *test, const char *label, const char *address)
{
    char host[128];
    char port[16];
    const char *at = strstr(address, "://");
    struct addrinfo hints;
    struct addrinfo *found = NULL;
    int fd = -1;

    at = at == NULL ? address : at + 3;
    if (sscanf(at, "%127[^:]:%15[0-9]", host, port) != 2) {
        broken(test, "\"%s\" is no address for TCP", address);
    }
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) == 0) {
        fd = socket(found->ai_family, SOCK_STREAM, 0);
    }
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        fail(test, "%s: no connection to \"%s\": %s", label, address,
             strerror(errno));
    }
    freeaddrinfo(found);
    return wrap(test, label, fd);
}

struct tcp *
tcp_listen(struct test *test, const char *label)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct tcp *tcp;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0
        || listen(fd, 64) != 0
        || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        broken(test, "%s: cannot listen: %s", label, strerror(errno));
    }
    tcp = wrap(test, label, fd);
    tcp->port = ntohs(address.sin_port);
    tcp->address = test_text(test, "tcp://127.0.0.1:%u", tcp->port);
    return tcp;
}

static bool
ready(const struct tcp *tcp, short events, int milliseconds)
{
    struct pollfd item;
    int rc;

    item.fd = tcp->fd;
    item.events = events;
    item.revents = 0;
    do {
        rc = poll(&item, 1, milliseconds);
    } while (rc < 0 && errno == EINTR);
    return rc > 0;
}

struct tcp *
tcp_accept(struct tcp *listener)
{
    int fd;

    if (!ready(listener, POLLIN, bound(listener->test))) {
        fail(listener->test, "%s: nobody connected within %d ms",
             listener->label, bound(listener->test));
    }
    fd = accept(listener->fd, NULL, NULL);
    if (fd < 0) {
        broken(listener->test, "%s: accept: %s", listener->label,
               strerror(errno));
    }
    return wrap(listener->test, listener->label, fd);
}

bool
tcp_send(struct tcp *tcp, struct bytes bytes)
{
    size_t sent = 0;

    trace_frames(tcp->test, '>', tcp->label, &bytes, 1);
    while (sent < bytes.size) {
        ssize_t rc =
            send(tcp->fd, bytes.data + sent, bytes.size - sent, MSG_NOSIGNAL);

        if (rc > 0) {
            sent += (size_t)rc;
        } else if (rc < 0 && errno != EINTR
                   && ((errno != EAGAIN && errno != EWOULDBLOCK)
                       || !ready(tcp, POLLOUT, STALL))) {
            return false;
        }
    }
    return true;
}

struct bytes
tcp_receive(struct tcp *tcp, int milliseconds)
{
    struct bytes bytes = {NULL, 0};
    char *chunk;
    ssize_t rc;

    if (!ready(tcp, POLLIN, milliseconds)) {
        return bytes;
    }
    chunk = test_memory(tcp->test, CHUNK);
    rc = recv(tcp->fd, chunk, CHUNK, 0);
    bytes = bytes_of(chunk, rc < 0 ? 0 : (size_t)rc);
    trace_frames(tcp->test, '<', tcp->label, &bytes, 1);
    return bytes;
}

struct bytes
tcp_receive_until(struct tcp *tcp, const char *text, int milliseconds)
{
    int64_t until = now() + (int64_t)milliseconds * 1000;
    struct bytes all = {NULL, 0};

    while (text == NULL || strstr(bytes_string(tcp->test, all), text) == NULL) {
        int64_t left = (until - now()) / 1000;
        struct bytes more = {NULL, 0};

        if (left > 0) {
            more = tcp_receive(tcp, (int)left);
        }
        if (more.size == 0) {
            break;
        }
        all = bytes_joined(tcp->test, all, more);
    }
    return all;
}

bool
tcp_closed(struct tcp *tcp, int milliseconds)
{
    int64_t until = now() + (int64_t)milliseconds * 1000;

    for (;;) {
        int64_t left = (until - now()) / 1000;
        struct bytes more = tcp_receive(tcp, left > 0 ? (int)left : 0);

        if (more.size == 0) {
            return more.data != NULL;
        }
    }
}

void
tcp_close(struct tcp *tcp)
{
    (void)close(tcp->fd);
    tcp->fd = -1;
}
