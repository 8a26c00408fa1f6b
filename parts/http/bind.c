/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/http/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/address.h"

enum { HOST = 256, PORT = 16 };

/* Copies a part of the address; whether it has room and is not empty. */
static bool
copy(char *to, size_t room, const char *from, size_t size)
{
    if (size == 0 || size >= room) {
        return false;
    }
    memcpy(to, from, size);
    to[size] = '\0';
    return true;
}

/* "http://HOST:PORT", with or without a slash at its end. */
static bool
split(const char *address, char host[HOST], char port[PORT])
{
    static const char scheme[] = "http://";
    const char *start = address + sizeof scheme - 1;
    const char *end, *colon;
    if (strncasecmp(address, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    end = start + strlen(start);
    end -= end > start && end[-1] == '/';
    if (*start == '[') {
        colon = strchr(start, ']');
        if (!colon || colon[1] != ':'
            || !copy(host, HOST, start + 1, (size_t)(colon - start - 1))) {
            return false;
        }
        colon++;
    } else {
        colon = strchr(start, ':');
        if (!colon || !copy(host, HOST, start, (size_t)(colon - start))) {
            return false;
        }
    }
    return copy(port, PORT, colon + 1, (size_t)(end - colon - 1))
           && (!strcmp(port, "*")
               || strspn(port, "0123456789") == strlen(port));
}

static int
resolve(const char *host, const char *port, struct addrinfo **found,
        palm_error_t *err)
{
    bool any_host = !strcmp(host, "*");
    const struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
        .ai_family = any_host ? AF_INET : AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    int code = getaddrinfo(any_host ? NULL : host,
                           strcmp(port, "*") ? port : "0", &hints, found);
    if (code == EAI_SYSTEM) {
        return palm_error_set(err, errno, "%s", palm_strerror(errno));
    }
    return code ? palm_error_set(err, EINVAL, "%s", gai_strerror(code)) : 0;
}

/* Sets what every socket of ours has; -1 with errno. */
static int
set_flags(int fd)
{
    const int on = 1;
    int flags = fcntl(fd, F_GETFL);
    return flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1
                   || fcntl(fd, F_SETFD, FD_CLOEXEC) == -1
                   || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)
               ? -1
               : 0;
}

static int
listen_at(const struct addrinfo *at, int backlog)
{
    int fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
    if (fd == -1) {
        return -1;
    }
    if (set_flags(fd) || bind(fd, at->ai_addr, at->ai_addrlen)
        || listen(fd, backlog)) {
        int saved = errno;
        (void)close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/* Writes the address that the system has given. */
static int
name(int fd, char endpoint[PALM__HTTP_ENDPOINT])
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;
    char host[HOST], port[PORT];
    if (getsockname(fd, (struct sockaddr *)&at, &size)) {
        return -1;
    }
    if (getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    (void)snprintf(endpoint, PALM__HTTP_ENDPOINT,
                   strchr(host, ':') ? "http://[%s]:%s" : "http://%s:%s", host,
                   port);
    return 0;
}

int
palm__http_bind(const char *address, int backlog,
                char endpoint[PALM__HTTP_ENDPOINT], palm_error_t *err)
{
    char host[HOST], port[PORT];
    struct addrinfo *found;
    int fd = -1;
    if (palm_address_check_http(address, true, err)) {
        return -1;
    }
    if (!split(address, host, port)) {
        return palm_error_set(err, EINVAL, "expected http://HOST:PORT");
    }
    if (resolve(host, port, &found, err)) {
        return -1;
    }
    for (const struct addrinfo *at = found; at && fd == -1; at = at->ai_next) {
        fd = listen_at(at, backlog);
    }
    int saved = errno;
    freeaddrinfo(found);
    if (fd != -1 && name(fd, endpoint)) {
        saved = errno;
        (void)close(fd);
        fd = -1;
    }
    return fd == -1 ? palm_error_set(err, saved, "%s", palm_strerror(saved))
                    : fd;
}
