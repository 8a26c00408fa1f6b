/* SPDX-License-Identifier: MIT */
/* accepted.c: connections by descriptor, and their number by address.
 *
 * One whose end is not told would keep its place for ever, and in the end
 * nobody would get one.  No such case is known of libzmq 4.3.4; yet before one
 * is refused a few of those that are counted are looked at. */
#include "config.h"
#include "core/accepted.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/part_impl.h"

#define HASH_NONFATAL_OOM         1
#define uthash_nonfatal_oom(host) ((host)->is_lost = true)
#include <uthash.h>

enum {
    GROWTH = 64, /* more descriptors at a time */
    LOOKS = 16   /* at others, for one that is refused */
};

struct palm__host {
    unsigned char key[8]; /* of IPv4 the address, of IPv6 its network */
    size_t count;         /* connections; without any it is freed */
    bool is_lost;         /* there was no memory to put it into the table */
    UT_hash_handle hh;
};

/* --- descriptors ---------------------------------------------------------- */

static void
find_name(int fd, char name[PALM__PEER_NAME])
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[PALM__PEER_NAME - 9], port[8];
    memset(&address, 0, sizeof address);
    if (getpeername(fd, (struct sockaddr *)&address, &size)
        || (address.ss_family != AF_INET && address.ss_family != AF_INET6)
        || getnameinfo((struct sockaddr *)&address, size, host, sizeof host,
                       port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)) {
        (void)snprintf(name, PALM__PEER_NAME, "descriptor %d", fd);
    } else {
        (void)snprintf(name, PALM__PEER_NAME, "%s:%s", host, port);
    }
}

void
palm__listener_set(palm__listener_t *self, int fd)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    self->size = sizeof self->address;
    bool is_one =
        !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) && listens
        && !getsockname(fd, (struct sockaddr *)&self->address, &self->size);
    self->fd = is_one ? fd : -1;
}

static in_port_t
port_of(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET
               ? ((const struct sockaddr_in *)address)->sin_port
               : ((const struct sockaddr_in6 *)address)->sin6_port;
}

/* Whether a descriptor is a connection that this socket has accepted. */
static bool
is_of(int fd, const palm__listener_t *listener)
{
    struct sockaddr_storage own, other;
    socklen_t size = sizeof own, other_size = sizeof other;
    if (listener->fd == -1 || getsockname(fd, (struct sockaddr *)&own, &size)
        || getpeername(fd, (struct sockaddr *)&other, &other_size)
        || own.ss_family != listener->address.ss_family) {
        return false;
    }
    if (own.ss_family != AF_INET && own.ss_family != AF_INET6) {
        return size == listener->size
               && !memcmp(&own, &listener->address, size);
    }
    return port_of(&own) == port_of(&listener->address);
}

/* --- hosts ---------------------------------------------------------------- */

/* False: the peer has no address. */
static bool
find_key(int fd, unsigned char key[8])
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    memset(key, 0, 8);
    if (getpeername(fd, (struct sockaddr *)&address, &size)) {
        return false;
    }
    if (address.ss_family == AF_INET) {
        memcpy(key, &((struct sockaddr_in *)&address)->sin_addr, 4);
        return true;
    }
    if (address.ss_family == AF_INET6) {
        const struct in6_addr *in6 =
            &((struct sockaddr_in6 *)&address)->sin6_addr;
        bool is_4 = IN6_IS_ADDR_V4MAPPED(in6);
        memcpy(key, in6->s6_addr + (is_4 ? 12 : 0), is_4 ? 4 : 8);
        return true;
    }
    return false;
}

/* The host at the other end, with no connection if it is new; NULL if it has no
 * address, or there is no memory. */
static struct palm__host *
find_host(palm__accepted_t *self, int fd)
{
    unsigned char key[8];
    struct palm__host *host = NULL;
    if (!find_key(fd, key)) {
        return NULL;
    }
    HASH_FIND(hh, self->hosts, key, sizeof key, host);
    if (!host && (host = calloc(1, sizeof *host))) {
        memcpy(host->key, key, sizeof key);
        HASH_ADD(hh, self->hosts, key, sizeof key, host);
        if (host->is_lost) {
            free(host);
            return NULL;
        }
    }
    return host;
}

static void
drop_if_empty(palm__accepted_t *self, struct palm__host *host)
{
    if (host && host->count == 0) { /* then it is in the table */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        HASH_DEL(self->hosts, host);
        free(host);
    }
}

/* --- peers ---------------------------------------------------------------- */

/* The place of a descriptor; NULL without memory. */
static struct palm__connection *
place_of(palm__accepted_t *self, int fd)
{
    if (fd < 0) {
        return NULL;
    }
    if ((size_t)fd >= self->size) {
        size_t size = (size_t)fd + GROWTH;
        struct palm__connection *peers =
            realloc(self->peers, size * sizeof *peers);
        if (!peers) {
            return NULL;
        }
        memset(peers + self->size, 0, (size - self->size) * sizeof *peers);
        self->peers = peers;
        self->size = size;
    }
    return &self->peers[fd];
}

/* Its name stays, for the log. */
static void
leave(palm__accepted_t *self, struct palm__connection *peer)
{
    if (peer->host) {
        peer->host->count--;
        drop_if_empty(self, peer->host);
    }
    /* Who is counted has a listener; the analyzer cannot know. */
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    palm__count(peer->listener->count, (uint64_t)-1);
    peer->host = NULL;
    peer->listener = NULL;
    int last = self->counted[--self->count];
    self->counted[peer->place] = last;
    self->peers[last].place = peer->place;
}

static bool
enter(palm__accepted_t *self, int fd, const palm__listener_t *listener,
      struct palm__host *host)
{
    struct palm__connection *peer = &self->peers[fd];
    if (self->count == self->room) {
        size_t room = self->room + GROWTH;
        int *counted = realloc(self->counted, room * sizeof *counted);
        if (!counted) {
            return false;
        }
        self->counted = counted;
        self->room = room;
    }
    peer->listener = listener;
    peer->host = host;
    peer->place = self->count;
    self->counted[self->count++] = fd;
    palm__count(listener->count, 1);
    if (host) {
        host->count++;
    }
    return true;
}

/* Those of whose end no event has told. */
static void
look_at_some(palm__accepted_t *self)
{
    for (int i = 0; i < LOOKS && self->count > 0; i++) {
        int fd = self->counted[self->next++ % self->count];
        struct palm__connection *peer = &self->peers[fd];
        char name[PALM__PEER_NAME];
        find_name(fd, name);
        if (!is_of(fd, peer->listener) || strcmp(name, peer->name)) {
            leave(self, peer);
        }
    }
}

/* Ends a connection, if the descriptor is still that one: a copy holds it. */
static void
end(int fd, const palm__listener_t *listener)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy != -1) {
        if (is_of(copy, listener)) {
            (void)shutdown(copy, SHUT_RDWR);
        }
        (void)close(copy);
    } else if (is_of(fd, listener)) {
        (void)shutdown(fd, SHUT_RDWR); /* no descriptor is left for a copy */
    }
}

static bool
is_over(size_t count, int64_t most)
{
    return most >= 0 && count >= (uint64_t)most;
}

static palm__admission_t
ask(const palm__accepted_t *self, int fd)
{
    unsigned char key[8];
    struct palm__host *host = NULL;
    if (find_key(fd, key)) {
        HASH_FIND(hh, self->hosts, key, sizeof key, host);
    }
    return is_over(self->count, self->most) ? PALM__OVER_ALL
           : is_over(host ? host->count : 0, self->most_of_host)
               ? PALM__OVER_HOST
               : PALM__ADMITTED;
}

palm__admission_t
palm__accepted_admit(palm__accepted_t *self, int fd,
                     const palm__listener_t *listener)
{
    struct palm__connection *peer = place_of(self, fd);
    if (!peer) {
        return PALM__NOT_THERE;
    }
    if (peer->listener) { /* the number is in use again */
        leave(self, peer);
    }
    find_name(fd, peer->name);
    if (!is_of(fd, listener)) {
        return PALM__NOT_THERE;
    }
    palm__admission_t admission = ask(self, fd);
    if (admission != PALM__ADMITTED) {
        look_at_some(self);
        admission = ask(self, fd);
    }
    if (admission == PALM__ADMITTED) {
        struct palm__host *host = find_host(self, fd);
        if (!enter(self, fd, listener, host)) {
            drop_if_empty(self, host);
            admission = PALM__NOT_THERE;
        }
    } else {
        end(fd, listener);
    }
    return admission;
}

void
palm__accepted_end(palm__accepted_t *self, int fd)
{
    end(fd, self->peers[fd].listener);
}

void
palm__accepted_remove(palm__accepted_t *self, int fd,
                      const palm__listener_t *listener)
{
    if (fd >= 0 && (size_t)fd < self->size
        && self->peers[fd].listener == listener) {
        leave(self, &self->peers[fd]);
    }
}

void
palm__accepted_remove_all(palm__accepted_t *self,
                          const palm__listener_t *listener)
{
    for (size_t i = self->count; i-- > 0;) { /* the last takes its place */
        palm__accepted_remove(self, self->counted[i], listener);
    }
}

const char *
palm__accepted_name(palm__accepted_t *self, int fd, bool fresh)
{
    struct palm__connection *peer = place_of(self, fd);
    if (!peer) {
        return "a peer";
    }
    if (fresh || !*peer->name) {
        find_name(fd, peer->name);
    }
    return peer->name;
}

void
palm__accepted_fini(palm__accepted_t *self)
{
    while (self->count > 0) {
        leave(self, &self->peers[self->counted[0]]);
    }
    free(self->peers);
    free(self->counted);
    memset(self, 0, sizeof *self);
}
