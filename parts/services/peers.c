/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/services/peers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BURST = 16384,       /* frames that a connection may send at once */
    STRICT_BURST = 1024, /* the same after somebody has sent too many */
    RATE = 1000,         /* frames a second that it may go on with */
    STRICT_TIME = 60000, /* ms */
    FIRST_SIZE = 64
};

struct palm__connection {
    uint32_t id; /* 0: never seen */
    dev_t device;
    ino_t inode;
    int64_t allowance; /* frames * 1000 */
    int64_t since;     /* when it was last counted, ms */
    unsigned taken;    /* subscriptions */
    bool slow, cut;
};

void
palm__peers_fini(palm__peers_t *self)
{
    free(self->at);
    memset(self, 0, sizeof *self);
}

static int
make_room(palm__peers_t *self, size_t fd)
{
    size_t size = self->size ? self->size : FIRST_SIZE;
    if (fd < self->size) {
        return 0;
    }
    while (size <= fd) {
        size *= 2;
    }
    struct palm__connection *at = realloc(self->at, size * sizeof *at);
    if (!at) {
        errno = ENOMEM;
        return -1;
    }
    memset(at + self->size, 0, (size - self->size) * sizeof *at);
    self->at = at;
    self->size = size;
    return 0;
}

struct palm__peer
palm__peers_find(palm__peers_t *self, int fd)
{
    struct palm__peer peer = {-1, 0};
    struct stat status;
    if (fd < 0 || fstat(fd, &status) || !S_ISSOCK(status.st_mode)
        || make_room(self, (size_t)fd)) {
        return peer;
    }
    struct palm__connection *at = &self->at[fd];
    if (at->id == 0 || at->inode != status.st_ino
        || at->device != status.st_dev) {
        memset(at, 0, sizeof *at);
        self->last_id += self->last_id == UINT32_MAX ? 2 : 1;
        at->id = self->last_id;
        at->device = status.st_dev;
        at->inode = status.st_ino;
        at->allowance = -1; /* all that there is */
    }
    peer.fd = fd;
    peer.id = at->id;
    return peer;
}

/* NULL if it is not known. */
static struct palm__connection *
connection_of(const palm__peers_t *self, struct palm__peer peer)
{
    return palm__peers_is_gone(self, peer) ? NULL : &self->at[peer.fd];
}

bool
palm__peers_is_gone(const palm__peers_t *self, struct palm__peer peer)
{
    return peer.fd < 0 || (size_t)peer.fd >= self->size
           || self->at[peer.fd].id != peer.id;
}

static int64_t
burst(const palm__peers_t *self, int64_t now)
{
    return (now < self->strict_until ? STRICT_BURST : BURST) * INT64_C(1000);
}

bool
palm__peers_charge(palm__peers_t *self, struct palm__peer peer, unsigned cost,
                   int64_t now)
{
    struct palm__connection *at = connection_of(self, peer);
    int64_t most = burst(self, now);
    if (!at || at->cut) {
        return !at;
    }
    int64_t left = most;
    if (at->allowance >= 0) {
        left = at->allowance + (now - at->since) * RATE;
        left = left < most ? left : most;
    }
    left -= cost * INT64_C(1000);
    at->allowance = left > 0 ? left : 0;
    at->since = now;
    return left >= 0;
}

void
palm__peers_be_strict(palm__peers_t *self, int64_t now)
{
    self->strict_until = now + STRICT_TIME;
}

/* A copy of the descriptor, if it is still the connection's; else -1. */
static int
borrow_descriptor(const palm__peers_t *self, struct palm__peer peer)
{
    struct stat status;
    if (palm__peers_is_gone(self, peer)) {
        return -1;
    }
    const struct palm__connection *at = &self->at[peer.fd];
    int copy = fcntl(peer.fd, F_DUPFD_CLOEXEC, 0);
    if (copy == -1) {
        return -1;
    }
    if (fstat(copy, &status) || status.st_ino != at->inode
        || status.st_dev != at->device) {
        (void)close(copy);
        return -1;
    }
    return copy;
}

palm__peer_state_t
palm__peers_state(const palm__peers_t *self, struct palm__peer peer)
{
    int copy = borrow_descriptor(self, peer);
    struct pollfd item = {copy, POLLOUT, 0};
    if (copy == -1) {
        return PALM__PEER_GONE;
    }
    int ready = poll(&item, 1, 0);
    (void)close(copy);
    if (ready == 0) {
        return PALM__PEER_FULL;
    }
    return item.revents == POLLOUT ? PALM__PEER_READS : PALM__PEER_GONE;
}

unsigned
palm__peers_take(palm__peers_t *self, struct palm__peer peer)
{
    struct palm__connection *at = connection_of(self, peer);
    return at ? at->taken++ : 0;
}

bool
palm__peers_is_slow(const palm__peers_t *self, struct palm__peer peer)
{
    const struct palm__connection *at = connection_of(self, peer);
    return at && at->slow;
}

void
palm__peers_set_slow(palm__peers_t *self, struct palm__peer peer, bool is)
{
    struct palm__connection *at = connection_of(self, peer);
    if (at) {
        at->slow = is;
    }
}

void
palm__peers_cut(palm__peers_t *self, struct palm__peer peer)
{
    struct palm__connection *at = connection_of(self, peer);
    int copy = borrow_descriptor(self, peer);
    if (copy != -1) {
        at->cut = true;
        (void)shutdown(copy, SHUT_RDWR);
        (void)close(copy);
    }
}

bool
palm__peers_is_cut(const palm__peers_t *self, struct palm__peer peer)
{
    const struct palm__connection *at = connection_of(self, peer);
    return at && at->cut;
}
