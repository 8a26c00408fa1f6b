/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/attach.h"

#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "core/address.h"
#include "core/socket.h"

enum { HOST = 256 };

static const char tcp[] = "tcp://", ipc[] = "ipc://";

/* --- ipc ---------------------------------------------------------------- */

/* Whether somebody answers there. */
static bool
is_served(const char *path)
{
    struct sockaddr_un name;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd == -1) {
        return false;
    }
    memset(&name, 0, sizeof name);
    name.sun_family = AF_UNIX;
    strcpy(name.sun_path, path); /* palm_address_check() has measured it */
    bool taken = connect(fd, (struct sockaddr *)&name, sizeof name) == 0;
    (void)close(fd);
    return taken;
}

/* libzmq silently takes an ipc path away from a server that lives, and removes
 * a file of any kind that is there. */
static int
check_path(const char *path, palm_error_t *err)
{
    struct stat file;
    if (*path == '@' || *path == '*') {
        return 0;
    }
    if (!lstat(path, &file) && !S_ISSOCK(file.st_mode)) {
        return palm_error_set(err, EEXIST,
                              "there is a file, which is no socket");
    }
    return is_served(path) ? palm_error_set(err, EADDRINUSE, "%s",
                                            palm_strerror(EADDRINUSE))
                           : 0;
}

/* --- tcp ---------------------------------------------------------------- */

/* Copies HOST, if it is a name that the system may know; libzmq knows those of
 * interfaces. */
static bool
has_name(const char *address, char host[HOST])
{
    const char *start = address + sizeof tcp - 1;
    const char *colon = strrchr(start, ':');
    size_t size = colon ? (size_t)(colon - start) : HOST;
    if (strncasecmp(address, tcp, sizeof tcp - 1) != 0 || size >= HOST
        || *start == '[' || *start == '*'
        || strspn(start, "0123456789.") == size) {
        return false;
    }
    memcpy(host, start, size);
    host[size] = '\0';
    return if_nametoindex(host) == 0;
}

/* Writes the address with a number in place of the name.  Of a host that has
 * both, IPv4 is taken: everybody can connect to it. */
static int
look_up(const char *host, const char *port, char *text, size_t room,
        palm_error_t *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char number[HOST];
    if (!strcasecmp(host, "localhost")) { /* everywhere: RFC 6761, 6.3 */
        (void)snprintf(text, room, "tcp://127.0.0.1%s", port);
        return 0;
    }
    int code = getaddrinfo(host, NULL, &hints, &found);
    if (code) {
        return palm_error_set(err, EINVAL, "%s",
                              code == EAI_SYSTEM ? palm_strerror(errno)
                                                 : gai_strerror(code));
    }
    const struct addrinfo *best = found;
    while (best->ai_next && best->ai_family != AF_INET) {
        best = best->ai_next;
    }
    code = getnameinfo(best->ai_addr, best->ai_addrlen, number, sizeof number,
                       NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    if (code) {
        return palm_error_set(err, EINVAL, "%s", gai_strerror(code));
    }
    (void)snprintf(text, room,
                   strchr(number, ':') ? "tcp://[%s]%s" : "tcp://%s%s", number,
                   port);
    return 0;
}

/* ------------------------------------------------------------------------- */

static int
meet(void *socket, const char *address, bool binds)
{
    bool ipv6 = !strncasecmp(address, tcp, sizeof tcp - 1)
                && strchr(address, '[') != NULL;
    if (ipv6 && palm__socket_set(socket, ZMQ_IPV6, 1)) {
        return -1;
    }
    return binds ? zmq_bind(socket, address) : zmq_connect(socket, address);
}

int
palm__attach(void *socket, const char *address, bool binds, palm_error_t *err)
{
    char host[HOST], found[HOST + 32];
    if (palm_address_check(address, binds, err)
        || (binds && !strncasecmp(address, ipc, sizeof ipc - 1)
            && check_path(address + sizeof ipc - 1, err))) {
        return -1;
    }
    if (binds && has_name(address, host)) {
        if (look_up(host, strrchr(address, ':'), found, sizeof found, err)) {
            return -1;
        }
        address = found;
    }
    return meet(socket, address, binds)
               ? palm_error_set(err, errno, "%s", palm_strerror(errno))
               : 0;
}
