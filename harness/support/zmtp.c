/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/zmtp.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness/support/tap.h"

enum {
    GREETING = 64, /* bytes */
    HEAD = 2,      /* bytes of a command: a flag and a size */
    TYPE = 24      /* where in READY the type is, behind its size */
};

static int
connect_ipc(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    MUST(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(fd >= 0);
    MUST(!connect(fd, (struct sockaddr *)&address, sizeof address));
    return fd;
}

static int
connect_tcp(const char *place)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char host[256] = "";
    const char *colon = strrchr(place, ':');
    MUST(colon && (size_t)(colon - place) < sizeof host);
    memcpy(host, place, (size_t)(colon - place));
    EQUAL_INT(0, getaddrinfo(host, colon + 1, &hints, &found));
    int fd = socket(found->ai_family, found->ai_socktype, 0);
    EQUAL_INT(0, connect(fd, found->ai_addr, found->ai_addrlen));
    freeaddrinfo(found);
    return fd;
}

static void
receive(int fd, char *to, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(fd, to, size, 0);
        MUST(got > 0);
        to += got;
        size -= (size_t)got;
    }
}

int
zmtp_open(const char *endpoint)
{
    static const char tcp[] = "tcp://", ipc[] = "ipc://";
    bool is_ipc = !strncmp(endpoint, ipc, sizeof ipc - 1);
    int fd = is_ipc ? connect_ipc(endpoint + sizeof ipc - 1)
                    : connect_tcp(endpoint + sizeof tcp - 1);
    tap_limit(fd);
    return fd;
}

int
zmtp_connect(const char *endpoint, const char *type)
{
    char greeting[GREETING] = "\xff\0\0\0\0\0\0\0\0\x7f\3\0NULL";
    char ready[64] = "\4 \5READY\xbSocket-Type\0\0\0";
    char answer[256];
    int fd = zmtp_open(endpoint);
    size_t size = TYPE + strlen(type);
    ready[1] = (char)(size - HEAD);
    ready[TYPE - 1] = (char)strlen(type);
    memcpy(ready + TYPE, type, strlen(type));
    EQUAL_INT(GREETING, send(fd, greeting, GREETING, MSG_NOSIGNAL));
    EQUAL_INT(size, send(fd, ready, size, MSG_NOSIGNAL));
    receive(fd, answer, GREETING);
    receive(fd, answer, HEAD);
    receive(fd, answer, (unsigned char)answer[1]);
    return fd;
}
