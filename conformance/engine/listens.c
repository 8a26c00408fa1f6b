/* SPDX-License-Identifier: MIT */
/* listens.c: whether a server that runs already still listens. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "conformance/engine/run.h"

enum { ADDRESS_MAX = 512 };

static bool
takes_tcp(char *host)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char *port = strrchr(host, ':');
    bool takes = false;
    int fd;

    if (port == NULL) {
        return false;
    }
    *port++ = '\0';
    if (*host == '[' && port[-2] == ']') {
        port[-2] = '\0';
        host++;
    }
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return false;
    }
    fd = socket(found->ai_family, found->ai_socktype, 0);
    if (fd >= 0) {
        takes = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
        (void)close(fd);
    }
    freeaddrinfo(found);
    return takes;
}

static bool
takes_ipc(const char *path)
{
    struct sockaddr_un address;
    bool takes = false;
    int fd;

    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) {
        return true; /* nobody can say */
    }
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0) {
        takes = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
        (void)close(fd);
    }
    return takes;
}

/* A line of the facts: key=value. */
static bool
takes(const char *line, size_t size)
{
    static const char tcp[] = "tcp://";
    static const char ipc[] = "ipc://";
    const char *value = memchr(line, '=', size);
    char address[ADDRESS_MAX];

    if (value == NULL) {
        return true;
    }
    value++;
    (void)snprintf(address, sizeof address, "%.*s",
                   (int)(size - (size_t)(value - line)), value);
    if (strncmp(address, tcp, sizeof tcp - 1) == 0) {
        return takes_tcp(address + sizeof tcp - 1);
    }
    return strncmp(address, ipc, sizeof ipc - 1) != 0
           || takes_ipc(address + sizeof ipc - 1);
}

bool
run_target_listens(const struct run *run)
{
    const char *line = run->facts;

    while (*line != '\0') {
        size_t size = strcspn(line, "\n");

        if (!takes(line, size)) {
            return false;
        }
        line += size + (line[size] == '\n');
    }
    return true;
}
