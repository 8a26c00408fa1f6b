/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "core/compat.h"
#include "core/connect.h"
#include "core/part_impl.h"

enum {
    WAITING = 10000, /* events that may wait; more hold libzmq up */
    QUIET = 1000,    /* ms between two lines that tell the same */
    BACKLOG = 128    /* connections that are turned away at a time */
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

/* What must be heard of a socket that is bound. */
enum {
    LIMITED = ZMQ_EVENT_MONITOR_STOPPED | ZMQ_EVENT_LISTENING | ZMQ_EVENT_CLOSED
              | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED
              | ZMQ_EVENT_DISCONNECTED
};

static int
all_events(void)
{
    int events = LIMITED;
    for (int i = 0; i < LINES; i++) {
        events |= lines[i].event;
    }
    return events;
}

/* --- events --------------------------------------------------------------- */

/* Only of events of connections is the value a descriptor. */
static void
write_line(palm__watch_t *self, const struct palm__watched *watched, int event,
           int32_t value, const char *endpoint)
{
    const char *whom = endpoint;
    for (int i = 0; i < LINES; i++) {
        if (lines[i].event != event) {
            continue;
        }
        if (lines[i].is_of_peer) {
            whom = palm__accepted_name(&self->accepted, value,
                                       event == ZMQ_EVENT_ACCEPTED);
        }
        palm_log(self->log, PALM_LOG_DEBUG, lines[i].id, "%s %s: %s%s%s",
                 palm__side_name(watched->part->side),
                 palm_part_name(watched->part), lines[i].before, whom,
                 lines[i].behind);
    }
    if (event == ZMQ_EVENT_CONNECTED) {
        (void)palm__accepted_name(&self->accepted, value, true);
    }
}

/* --- limits --------------------------------------------------------------- */

static const char no_descriptor[] = "no descriptor is left";

/* Counts refused connections; the log tells of them once a second. */
static void
refuse(palm__watch_t *self, struct palm__watched *watched, uint64_t count,
       const char *id, const char *what)
{
    int64_t now = palm__now_ms();
    palm__count(&watched->part->gauges.refused, count);
    watched->refused += count;
    if (watched->told && now - watched->told < QUIET) {
        return;
    }
    palm_log(
        self->log, PALM_LOG_WARNING, id, "%s %s: connections refused: %llu: %s",
        palm__side_name(watched->part->side), palm_part_name(watched->part),
        (unsigned long long)watched->refused, what);
    watched->told = now;
    watched->refused = 0;
}

static void
on_listening(palm__watch_t *self, struct palm__watched *watched, int32_t fd)
{
    (void)self;
    palm__listener_set(&watched->listener, fd);
    int flags = watched->listener.fd == -1 ? -1 : fcntl(fd, F_GETFL);
    if (flags != -1) { /* on_accept_failed() must not wait */
        (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    }
}

static void
on_closed(palm__watch_t *self, struct palm__watched *watched, int32_t fd)
{
    (void)self;
    if (fd == watched->listener.fd) {
        watched->listener.fd = -1;
    }
}

/* A descriptor of nothing; -1 with errno. */
static int
open_null(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Whether there is a spare descriptor. */
static bool
has_spare(palm__watch_t *self)
{
    if (self->spare == -1) {
        self->spare = open_null();
    }
    return self->spare != -1;
}

static void
on_accepted(palm__watch_t *self, struct palm__watched *watched, int32_t fd)
{
    char what[PALM__PEER_NAME + 96];
    palm__accepted_t *accepted = &self->accepted;
    switch (palm__accepted_admit(accepted, fd, &watched->listener)) {
    case PALM__OVER_ALL:
        (void)snprintf(what, sizeof what, "max_connections is %lld",
                       (long long)accepted->most);
        refuse(self, watched, 1, "PALM-PART-REFUSED", what);
        break;
    case PALM__OVER_HOST:
        (void)snprintf(what, sizeof what,
                       "%s is one more than max_connections_per_address, "
                       "which is %lld",
                       palm__accepted_name(accepted, fd, false),
                       (long long)accepted->most_of_host);
        refuse(self, watched, 1, "PALM-PART-REFUSED", what);
        break;
    case PALM__ADMITTED:
        if (!has_spare(self)) { /* it has got that one, see below */
            palm__accepted_end(accepted, fd);
            refuse(self, watched, 1, "PALM-PART-ACCEPT", no_descriptor);
        }
        break;
    case PALM__NOT_THERE:
        break;
    }
}

static void
on_disconnected(palm__watch_t *self, struct palm__watched *watched, int32_t fd)
{
    palm__accepted_remove(&self->accepted, fd, &watched->listener);
    (void)has_spare(self);
}

/* The event may be heard when there are some again. */
static bool
is_without_descriptor(void)
{
    int fd = open_null();
    if (fd != -1) {
        (void)close(fd);
    }
    return fd == -1 && (errno == EMFILE || errno == ENFILE);
}

/* Without a descriptor libzmq cannot take a connection, and would try again at
 * once, for ever.  The spare one lets those that wait be taken and closed; if
 * libzmq is quicker and takes one, that one is ended. */
static void
on_accept_failed(palm__watch_t *self, struct palm__watched *watched,
                 int32_t code)
{
    uint64_t count = 0;
    int fd = -1;
    if ((code != EMFILE && code != ENFILE) || watched->listener.fd == -1
        || !is_without_descriptor()) {
        return;
    }
    if (has_spare(self)) {
        (void)close(self->spare);
        self->spare = -1;
    }
    while (count < BACKLOG
           && (fd = accept(watched->listener.fd, NULL, NULL)) != -1) {
        (void)close(fd);
        count++;
    }
    (void)has_spare(self);
    if (count > 0) {
        refuse(self, watched, count, "PALM-PART-ACCEPT", no_descriptor);
    }
}

static void
on_stopped(palm__watch_t *self, struct palm__watched *watched, int32_t value)
{
    (void)value;
    palm__accepted_remove_all(&self->accepted, &watched->listener);
    palm__close(&watched->events);
}

/* What is done, beside what is written. */
static const struct {
    int event;
    void (*act)(palm__watch_t *self, struct palm__watched *watched,
                int32_t value);
} acts[] = {
    {ZMQ_EVENT_LISTENING, on_listening},
    {ZMQ_EVENT_CLOSED, on_closed},
    {ZMQ_EVENT_ACCEPTED, on_accepted},
    {ZMQ_EVENT_ACCEPT_FAILED, on_accept_failed},
    {ZMQ_EVENT_DISCONNECTED, on_disconnected},
    {ZMQ_EVENT_MONITOR_STOPPED, on_stopped},
};

enum { ACTS = sizeof acts / sizeof *acts };

/* Two frames: event and value; endpoint. */
static void
take_event(palm__watch_t *self, struct palm__watched *watched)
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
    if (self->log->level >= PALM_LOG_DEBUG) {
        write_line(self, watched, number, value, endpoint);
    }
    for (int i = 0; i < ACTS; i++) {
        if (acts[i].event == number) {
            acts[i].act(self, watched, value);
        }
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
hear(palm__watch_t *self)
{
    zmq_pollitem_t *items = self->items;
    int count;
    while ((count = list(self, items, self->which)) > 0) {
        if (zmq_poll(items, count, -1) == -1 && errno != EINTR) {
            break; /* the context ends */
        }
        for (int i = 0; i < count; i++) {
            if (items[i].revents) {
                take_event(self, &self->watched[self->which[i]]);
            }
        }
    }
}

static void *
watch_main(void *arg)
{
    palm__watch_t *self = arg;
    palm__thread_name("palm-watch");
    hear(self);
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
palm__watch_add(palm__watch_t *self, palm_part_t *part, void *zmq, void *socket,
                bool binds)
{
    const palm_log_t *log = palm_part_log(part);
    const int most = WAITING;
    char endpoint[64];
    bool tells = log->write && log->level >= PALM_LOG_DEBUG;
    if (!tells && !binds) {
        return;
    }
    self->log = log;
    (void)snprintf(endpoint, sizeof endpoint, "inproc://palm-watch-%zu",
                   self->count);
    struct palm__watched *watched = make_room(self);
    void *events = watched ? zmq_socket(zmq, ZMQ_PAIR) : NULL;
    if (events
        && (zmq_setsockopt(events, ZMQ_RCVHWM, &most, sizeof most)
            || zmq_socket_monitor(socket, endpoint,
                                  tells ? all_events() : LIMITED)
            || zmq_connect(events, endpoint))) {
        palm__close(&events);
    }
    if (events) {
        memset(watched, 0, sizeof *watched);
        watched->events = events;
        watched->part = part;
        watched->listener.fd = -1;
        watched->listener.count = &part->gauges.connections;
        self->count++;
    }
}

/* A monitor that nobody hears would hold libzmq up. */
int
palm__watch_start(palm__watch_t *self)
{
    sigset_t all, old;
    int code;
    if (self->count == 0) {
        return 0;
    }
    if (!(self->items = calloc(self->count, sizeof *self->items))
        || !(self->which = calloc(self->count, sizeof *self->which))) {
        errno = ENOMEM;
        return -1;
    }
    self->spare = -1;
    (void)has_spare(self);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    code = pthread_create(&self->thread, NULL, watch_main, self);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (code) {
        errno = code;
        return -1;
    }
    self->runs = true;
    return 0;
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
        if (self->spare != -1) {
            (void)close(self->spare);
        }
    }
    palm__accepted_fini(&self->accepted);
    free(self->watched);
    free(self->items);
    free(self->which);
    memset(self, 0, sizeof *self);
}
