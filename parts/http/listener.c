/* SPDX-License-Identifier: MIT */
/* listener.c: the listener's life and its clock.
 *
 * Design notes
 *
 * - libmicrohttpd parses and writes; it runs in palm__http_run() only, and all
 *   its callbacks come from there.
 * - While a request is its owner's its connection is suspended: nothing is read
 *   from it, so a client cannot send more than one request ahead of its answer
 *   and what the socket's buffers hold.  A client that leaves meanwhile is
 *   noticed when its answer is sent.
 * - libmicrohttpd closes a connection that has been silent for a time, so one
 *   that sends a byte now and then may stay for ever.  Here a client must send
 *   a whole request in idle_timeout, or in each idle_timeout a good part of a
 *   long body.  The time begins with the connection and after each answer.
 *   libmicrohttpd has no call that ends a connection; shutdown() of its socket
 *   does the same as the client's leaving.
 * - libmicrohttpd does not see a client leave whose last bytes and whose end
 *   come with one event of epoll: it reads the bytes and waits for the next
 *   event.  So each client of whom something is expected is looked at now and
 *   then, or it would keep its place until idle_timeout.
 * - libmicrohttpd's own time-out is left with one case: a client that does not
 *   read its answer.
 * - With an external loop libmicrohttpd has no way to wake itself: after a
 *   resumption, or when a connection's end lets it accept again, it does
 *   nothing until it is run once more.  That is what `again` is for.
 * - With max_clients connections no more are accepted; others wait in the
 *   system's queue.  One over max_of_host is accepted and closed, so that it
 *   does not stand before those of other addresses in that queue. */
#include "config.h"
#include "parts/http/listener.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "core/compat.h"
#include "parts/http/listener_impl.h"

enum {
    HEADERS_SIZE = 32 << 10, /* bytes of a request's line and headers */
    GOOD_PART = 16 << 10,    /* bytes of a body that buy another idle_timeout */
    LONGEST_QUEUE = 1024,    /* connections that the system holds */
    BODIES = 4               /* of the largest size that may be here at once */
};

/* --- the clock ------------------------------------------------------------ */

void
palm__http_forget(palm__http_request_t *request, palm__http_loss_t why,
                  unsigned status, const char *text)
{
    const palm__http_settings_t *settings = &request->http->settings;
    settings->forget(request, why, settings->arg);
    palm__http_answer(request, status, "text/plain", palm_slice(text), NULL);
}

/* Ends a connection; libmicrohttpd sees the client leave. */
static void
end_client(palm__http_t *self, palm__http_client_t *client)
{
    palm__http_expect_nothing(self, client);
    (void)shutdown(client->fd, SHUT_RDWR);
}

static bool
has_left(const palm__http_client_t *client)
{
    char byte; /* the socket is libmicrohttpd's, and never waits */
    ssize_t got = recv(client->fd, &byte, 1, MSG_PEEK);
    return got == 0
           || (got == -1 && errno != EAGAIN && errno != EWOULDBLOCK
               && errno != EINTR);
}

static void
look(palm__http_t *self, int64_t now)
{
    while (self->looks && self->looks->look <= now) {
        palm__http_client_t *client = self->looks;
        if (has_left(client)) {
            end_client(self, client);
        } else {
            DL_DELETE2(self->looks, client, look_prev, look_next);
            palm__http_set_look(self, client);
        }
    }
}

static void
end_overdue(palm__http_t *self)
{
    int64_t now = palm__now_ms();
    while (self->waiting && self->waiting->deadline <= now) {
        palm__http_forget(self->waiting, PALM__HTTP_EXPIRED, PALM__HTTP_TIMEOUT,
                          "no answer in time\n");
    }
    while (self->reading && self->reading->deadline <= now) {
        palm__http_client_t *client = self->reading;
        if (client->progress >= GOOD_PART) {
            palm__http_expect(self, client);
        } else {
            end_client(self, client);
        }
    }
    look(self, now);
}

/* --- callbacks of libmicrohttpd ------------------------------------------- */

/* A connection begins or ends. */
static void
notify(void *closure, struct MHD_Connection *mhd, void **context,
       enum MHD_ConnectionNotificationCode what)
{
    palm__http_t *self = closure;
    palm__http_client_t *client = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        client = calloc(1, sizeof *client);
        *context = client; /* without memory its requests are refused */
        if (client) {
            client->fd =
                MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
                    ->connect_fd;
            palm__http_expect(self, client);
        }
    } else if (client) {
        palm__http_expect_nothing(self, client);
        free(client);
        *context = NULL;
        self->again = true; /* there is a place for another */
    }
}

/* Leaves a target as it was sent: decoding "%00" would hide what follows. */
static size_t
leave_escaped(void *closure, struct MHD_Connection *mhd, char *text)
{
    (void)closure;
    (void)mhd;
    return strlen(text);
}

static void PALM_PRINTF(2, 0)
    log_line(void *closure, const char *format, va_list args)
{
    palm__http_t *self = closure;
    char text[PALM_ERROR_TEXT];
    int length = vsnprintf(text, sizeof text, format, args);
    if (length < 0) {
        return;
    }
    text[strcspn(text, "\r\n")] = '\0';
    self->settings.warn(text, self->settings.arg);
}

/* --- start and end -------------------------------------------------------- */

static unsigned
clamp(int64_t value, unsigned most)
{
    return value < 0 || value > (int64_t)most ? most : (unsigned)value;
}

static int
start(palm__http_t *self, int fd)
{
    const palm__http_settings_t *settings = &self->settings;
    bool epoll = !settings->without_epoll
                 && MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    unsigned most = epoll ? INT_MAX : FD_SETSIZE / 2;
    flags |= epoll ? (unsigned)MHD_USE_EPOLL : 0;
    flags |= self->endpoint[strlen("http://")] == '[' ? MHD_USE_IPv6 : 0;
    self->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, palm__http_handle, self,
        MHD_OPTION_EXTERNAL_LOGGER, log_line, self, /* must be the first */
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,   /* */
        MHD_OPTION_NOTIFY_CONNECTION, notify, self, /* */
        MHD_OPTION_NOTIFY_COMPLETED, palm__http_completed, self,  /* */
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, self,        /* */
        MHD_OPTION_STRICT_FOR_CLIENT, 1,                          /* */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_SIZE, /* */
        MHD_OPTION_CONNECTION_LIMIT, clamp(settings->max_clients, most),
        MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        clamp(settings->max_of_host, INT_MAX), /* */
        MHD_OPTION_CONNECTION_TIMEOUT,
        clamp(settings->idle_timeout / 1000 + 2, INT_MAX), /* */
        MHD_OPTION_END);
    if (!self->daemon) {
        return -1;
    }
    self->epoll_fd =
        epoll ? MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_EPOLL_FD)
                    ->epoll_fd
              : -1;
    return 0;
}

/* So long that it never passes, and can still be added to a time. */
static void
limit(int64_t *timeout)
{
    *timeout = *timeout > INT64_MAX / 2 ? INT64_MAX / 2 : *timeout;
}

static void
set_max_bodies(palm__http_settings_t *settings)
{
    int64_t most = settings->max_body;
    if (settings->max_bodies == 0) {
        settings->max_bodies =
            most < 0 || most > INT64_MAX / BODIES ? -1 : most * BODIES;
    }
}

palm__http_t *
palm__http_new(const palm__http_settings_t *settings, palm_error_t *err)
{
    palm__http_t *self = calloc(1, sizeof *self);
    int fd;
    if (!self) {
        (void)palm_error_set(err, ENOMEM, "%s", palm_strerror(ENOMEM));
        return NULL;
    }
    self->settings = *settings;
    limit(&self->settings.idle_timeout);
    limit(&self->settings.reply_timeout);
    set_max_bodies(&self->settings);
    fd = palm__http_bind(settings->address,
                         (int)clamp(settings->max_clients, LONGEST_QUEUE),
                         self->endpoint, err);
    if (fd != -1 && start(self, fd)) {
        /* Whether it has closed the descriptor cannot be known; one that is
         * lost is better than one that another thread has got meanwhile. */
        (void)palm_error_set(err, ENOMEM, "libmicrohttpd does not start");
    }
    if (!self->daemon) {
        free(self);
        return NULL;
    }
    return self;
}

void
palm__http_drain(palm__http_t *self)
{
    self->closing = true;
}

/* Nobody new, and an answer for everybody. */
static void
refuse_all(palm__http_t *self)
{
    MHD_socket fd = MHD_quiesce_daemon(self->daemon);
    if (fd != MHD_INVALID_SOCKET) {
        (void)close(fd);
    }
    palm__http_drain(self);
    while (self->waiting) {
        palm__http_forget(self->waiting, PALM__HTTP_GONE,
                          PALM__HTTP_UNAVAILABLE, "the server stops\n");
    }
}

void
palm__http_destroy(palm__http_t **self_p, int64_t flush)
{
    palm__http_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    refuse_all(self);
    int64_t end = palm__now_ms() + flush;
    palm__http_run(self);
    for (int64_t now; self->leaving > 0 && (now = palm__now_ms()) < end;) {
        palm__http_wait(self, NULL, 0, end - now);
        palm__http_run(self);
    }
    MHD_stop_daemon(self->daemon);
    assert(self->bodies == 0);
    free(self);
    *self_p = NULL;
    errno = saved;
}

const char *
palm__http_endpoint(const palm__http_t *self)
{
    return self->endpoint;
}

/* --- the loop ------------------------------------------------------------- */

void
palm__http_run(palm__http_t *self)
{
    if (!self) {
        return;
    }
    self->again = false;
    (void)MHD_run(self->daemon);
    end_overdue(self);
}

static int64_t
sooner(int64_t timeout, int64_t other)
{
    other = other < 0 ? 0 : other;
    return timeout < 0 || other < timeout ? other : timeout;
}

/* When there is something to do, whatever happens. */
static int64_t
next_timeout(palm__http_t *self, int64_t timeout)
{
    MHD_UNSIGNED_LONG_LONG theirs;
    int64_t now = palm__now_ms();
    if (!self || self->again) {
        return self ? 0 : timeout;
    }
    if (MHD_get_timeout(self->daemon, &theirs) == MHD_YES) {
        timeout = sooner(timeout, theirs > INT_MAX ? INT_MAX : (int)theirs);
    }
    if (self->waiting && self->waiting->deadline != INT64_MAX) {
        timeout = sooner(timeout, self->waiting->deadline - now);
    }
    if (self->reading) { /* then there are looks */
        timeout = sooner(timeout, self->reading->deadline - now);
        timeout = sooner(timeout, self->looks->look - now);
    }
    return timeout;
}

/* What libmicrohttpd waits for, as select() has it; the number of items. */
static nfds_t
list_fds(palm__http_t *self, struct pollfd *items)
{
    fd_set in, out, trouble;
    MHD_socket last = -1;
    nfds_t count = 0;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&trouble);
    if (MHD_get_fdset(self->daemon, &in, &out, &trouble, &last) != MHD_YES) {
        return 0;
    }
    for (int fd = 0; fd <= last; fd++) {
        int events = (FD_ISSET(fd, &in) ? POLLIN : 0)
                     | (FD_ISSET(fd, &out) ? POLLOUT : 0)
                     | (FD_ISSET(fd, &trouble) ? POLLPRI : 0);
        if (events) {
            items[count].fd = fd;
            items[count++].events = (short)events;
        }
    }
    return count;
}

void
palm__http_wait(palm__http_t *self, const int *fds, int count, int64_t timeout)
{
    struct pollfd items[FD_SETSIZE + PALM__HTTP_FDS];
    nfds_t used = 0;
    if (self && self->epoll_fd == -1) {
        used = list_fds(self, items);
    } else if (self) {
        items[used].fd = self->epoll_fd;
        items[used++].events = POLLIN;
    }
    for (int i = 0; i < count && i < PALM__HTTP_FDS; i++) {
        items[used].fd = fds[i];
        items[used++].events = POLLIN;
    }
    timeout = next_timeout(self, timeout);
    (void)poll(items, used, timeout > INT_MAX ? INT_MAX : (int)timeout);
}

palm__http_request_t *
palm__http_oldest(palm__http_t *self)
{
    return self->waiting;
}

void
palm__http_excuse(palm__http_t *self, int64_t busy)
{
    palm__http_client_t *client;
    DL_FOREACH (self->reading, client) {
        client->deadline += busy;
    }
}
