/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/watch.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/part_impl.h"

enum {
    WAITING = 10000, /* events that may wait; more hold libzmq up */
    PEER = 80        /* bytes of a peer's name */
};

/* Names of peers by descriptor: at the end of a connection it has none. */
struct peers {
    char (*names)[PEER];
    size_t size;
};

/* --- lines ---------------------------------------------------------------- */

/* Around the peer, or the endpoint. */
static const struct {
    int event;
    const char *id, *before, *behind;
    bool is_of_peer;
} lines[] = {
    {ZMQ_EVENT_ACCEPTED, "PALM-PART-CONNECTED", "", " has connected", true},
    {ZMQ_EVENT_CONNECTED, "PALM-PART-CONNECTED", "connected to ", "", false},
    {ZMQ_EVENT_DISCONNECTED, "PALM-PART-DISCONNECTED", "the connection with ",
     " has ended", true},
    {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, "PALM-PART-HANDSHAKE", "a peer at ",
     " does not speak as ZeroMQ does", false},
    {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, "PALM-PART-HANDSHAKE", "a peer at ",
     " has left before it was known", false},
    {ZMQ_EVENT_ACCEPT_FAILED, "PALM-PART-ACCEPT",
     "cannot take a connection at ", "", false},
};

enum { LINES = sizeof lines / sizeof *lines };

static int
all_events(void)
{
    int events = ZMQ_EVENT_MONITOR_STOPPED;
    for (int i = 0; i < LINES; i++) {
        events |= lines[i].event;
    }
    return events;
}

/* --- peers ---------------------------------------------------------------- */

static void
find_name(int fd, char name[PEER])
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[64], port[8];
    if (getpeername(fd, (struct sockaddr *)&address, &size)
        || getnameinfo((struct sockaddr *)&address, size, host, sizeof host,
                       port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)) {
        (void)snprintf(name, PEER, "descriptor %d", fd);
    } else {
        (void)snprintf(name, PEER, "%s:%s", host, port);
    }
}

/* The name of who is, or was, at the other end of a descriptor. */
static const char *
name_of(struct peers *self, int fd, bool is_new)
{
    if (fd < 0) {
        return "a peer";
    }
    if ((size_t)fd >= self->size) {
        size_t size = (size_t)fd + 64;
        char(*names)[PEER] = realloc(self->names, size * sizeof *names);
        if (!names) {
            return "a peer";
        }
        memset(names + self->size, 0, (size - self->size) * sizeof *names);
        self->names = names;
        self->size = size;
    }
    char *name = self->names[fd];
    if (is_new || !*name) {
        find_name(fd, name);
    }
    return name;
}

/* --- events --------------------------------------------------------------- */

/* Only of events of connections is the value a descriptor. */
static void
write_line(const palm__watch_t *self, const struct palm__watched *watched,
           int event, int32_t value, const char *endpoint, struct peers *peers)
{
    const char *whom = endpoint;
    for (int i = 0; i < LINES; i++) {
        if (lines[i].event != event) {
            continue;
        }
        if (lines[i].is_of_peer) {
            whom = name_of(peers, value, event == ZMQ_EVENT_ACCEPTED);
        }
        palm_log(self->log, PALM_LOG_DEBUG, lines[i].id, "%s %s: %s%s%s",
                 watched->side, watched->part, lines[i].before, whom,
                 lines[i].behind);
    }
    if (event == ZMQ_EVENT_CONNECTED) {
        (void)name_of(peers, value, true);
    }
}

/* Two frames: event and value; endpoint. */
static void
take_event(palm__watch_t *self, struct palm__watched *watched,
           struct peers *peers)
{
    uint8_t event[6];
    char endpoint[256];
    uint16_t number;
    int32_t value;
    if (zmq_recv(watched->events, event, sizeof event, ZMQ_DONTWAIT)
        != sizeof event) {
        return;
    }
    memcpy(&number, event, sizeof number);
    memcpy(&value, event + sizeof number, sizeof value);
    int size =
        zmq_recv(watched->events, endpoint, sizeof endpoint - 1, ZMQ_DONTWAIT);
    size = size < (int)sizeof endpoint ? size : (int)sizeof endpoint - 1;
    endpoint[size > 0 ? size : 0] = '\0';
    if (number == ZMQ_EVENT_MONITOR_STOPPED) {
        palm__close(&watched->events);
    } else {
        write_line(self, watched, number, value, endpoint, peers);
    }
}

static void
close_all(palm__watch_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        palm__close(&self->watched[i].events);
    }
}

/* Fills the items; how many there are. */
static int
list(const palm__watch_t *self, zmq_pollitem_t *items, size_t *which)
{
    int count = 0;
    for (size_t i = 0; i < self->count; i++) {
        if (self->watched[i].events) {
            const zmq_pollitem_t item = {self->watched[i].events, 0, ZMQ_POLLIN,
                                         0};
            which[count] = i;
            items[count++] = item;
        }
    }
    return count;
}

static void
hear(palm__watch_t *self, zmq_pollitem_t *items, size_t *which)
{
    struct peers peers = {NULL, 0};
    int count;
    while ((count = list(self, items, which)) > 0) {
        if (zmq_poll(items, count, -1) == -1 && errno != EINTR) {
            break; /* the context ends */
        }
        for (int i = 0; i < count; i++) {
            if (items[i].revents) {
                take_event(self, &self->watched[which[i]], &peers);
            }
        }
    }
    free(peers.names);
}

static void *
watch_main(void *arg)
{
    palm__watch_t *self = arg;
    zmq_pollitem_t *items = calloc(self->count, sizeof *items);
    size_t *which = calloc(self->count, sizeof *which);
    palm__thread_name("palm-watch");
    if (items && which) {
        hear(self, items, which);
    }
    free(items);
    free(which);
    close_all(self);
    return NULL;
}

/* --- the watch ------------------------------------------------------------ */

static struct palm__watched *
make_room(palm__watch_t *self)
{
    struct palm__watched *watched =
        realloc(self->watched, (self->count + 1) * sizeof *watched);
    if (watched) {
        self->watched = watched;
    }
    return watched ? &watched[self->count] : NULL;
}

void
palm__watch_add(palm__watch_t *self, palm_part_t *part, void *zmq, void *socket)
{
    const palm_log_t *log = palm_part_log(part);
    const int most = WAITING;
    char endpoint[64];
    if (!log->write || log->level < PALM_LOG_DEBUG) {
        return;
    }
    self->log = log;
    (void)snprintf(endpoint, sizeof endpoint, "inproc://palm-watch-%zu",
                   self->count);
    struct palm__watched *watched = make_room(self);
    void *events = watched ? zmq_socket(zmq, ZMQ_PAIR) : NULL;
    if (events
        && (zmq_setsockopt(events, ZMQ_RCVHWM, &most, sizeof most)
            || zmq_socket_monitor(socket, endpoint, all_events())
            || zmq_connect(events, endpoint))) {
        palm__close(&events);
    }
    if (events) {
        watched->events = events;
        watched->side = palm__side_name(part->side);
        watched->part = palm_part_name(part);
        self->count++;
    }
}

void
palm__watch_start(palm__watch_t *self)
{
    sigset_t all, old;
    if (self->count == 0) {
        return;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    self->runs = !pthread_create(&self->thread, NULL, watch_main, self);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void
palm__watch_before_term(palm__watch_t *self)
{
    if (!self->runs) {
        close_all(self);
    }
}

void
palm__watch_after_term(palm__watch_t *self)
{
    if (self->runs) {
        (void)pthread_join(self->thread, NULL);
    }
    free(self->watched);
    self->watched = NULL;
    self->count = 0;
    self->runs = false;
}
