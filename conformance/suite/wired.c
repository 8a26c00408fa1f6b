/* SPDX-License-Identifier: MIT */
/* wired.c: see wired.h. */
#include "conformance/suite/wired.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer *
wired_peer(struct target *target, const char *label, int type, const char *part)
{
    const char *fact = test_text(target->test, "part.%s.address", part);

    return peer_connect(target->test, label, type,
                        target_address(target, fact));
}

struct message
wired_take(struct peer *peer)
{
    return check_message(peer->test, peer->label, peer_receive_one(peer));
}

/* A socket at a port of 127.0.0.1, 0 = any, that others may share. */
static int
share_port(int port, struct sockaddr_in *address)
{
    static const int yes = 1;
    socklen_t size = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)port);
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd != -1
        && (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0
            || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
            || bind(fd, (struct sockaddr *)address, sizeof *address) != 0
            || getsockname(fd, (struct sockaddr *)address, &size) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* The socket that keeps the address stays open as long as the test's process.
 * Where nobody can listen beside it the address is free for everybody. */
const char *
free_address(struct test *test)
{
    struct sockaddr_in address, again;
    int keeper = share_port(0, &address);
    int port = ntohs(address.sin_port);
    int listener;

    check_that(test, keeper != -1, "there is no port: %s", strerror(errno));
    listener = share_port(port, &again);
    if (listener == -1 || listen(listener, 1) != 0) {
        (void)close(keeper);
    }
    if (listener != -1) {
        (void)close(listener);
    }
    return test_text(test, "tcp://127.0.0.1:%d", port);
}
