/* SPDX-License-Identifier: MIT */
/* http.c: see http.h. */
#include "conformance/engine/http.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/engine/check.h"
#include "conformance/engine/test.h"
#include "conformance/engine/trace.h"

enum { ROOM = 4096, BACKLOG = 128, SHOWN = 200 };

static struct http *
make(struct test *test, const char *label, const char *address, int fd)
{
    struct http *http = test_memory(test, sizeof *http);

    http->test = test;
    http->label = label;
    http->address = address;
    http->fd = fd;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0
        || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        broken(test, "%s: no socket: %s", label, strerror(errno));
    }
    return http;
}

/* Milliseconds that are left, never less than none. */
static int
left(int64_t until)
{
    int64_t time = (until - now() + 999) / 1000;

    return time > 0 ? (int)time : 0;
}

static int64_t
deadline(int milliseconds)
{
    return now() + (int64_t)milliseconds * 1000;
}

/* Waits for one of the events; false on timeout. */
static bool
ready(int fd, short events, int64_t until)
{
    struct pollfd item = {0, 0, 0};
    int rc;

    item.fd = fd;
    item.events = events;
    do {
        rc = poll(&item, 1, left(until));
    } while (rc < 0 && errno == EINTR);
    return rc > 0;
}

/* --- the client ----------------------------------------------------------- */

static int
open_to(struct test *test, const char *label, const char *address)
{
    struct addrinfo hints;
    struct addrinfo *found = NULL;
    const char *host;
    const char *port;
    int fd;

    http_split(test, address, &host, &port);
    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        fail(test, "%s: nobody is called \"%s\"", label, address);
    }
    fd = socket(found->ai_family, SOCK_STREAM, 0);
    if (fd < 0) {
        broken(test, "%s: no socket: %s", label, strerror(errno));
    }
    if (connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        fail(test, "%s: one cannot connect to \"%s\": %s", label, address,
             strerror(errno));
    }
    freeaddrinfo(found);
    return fd;
}

struct http *
http_connect(struct test *test, const char *label, const char *address)
{
    struct http *http =
        make(test, label, address, open_to(test, label, address));

    trace_event(test, label, "connected to %s", address);
    return http;
}

void
http_request(struct http *http, const char *method, const char *target,
             const char *headers, struct bytes body)
{
    http_send(http,
              http_request_text(http->test, method, target, headers, body));
}

struct http_message
http_ask(struct http *http, const char *method, const char *target,
         const char *headers, struct bytes body)
{
    http_request(http, method, target, headers, body);
    return http_receive(http);
}

/* --- the server ----------------------------------------------------------- */

struct http_server *
http_listen(struct test *test, const char *label)
{
    struct http_server *server = test_memory(test, sizeof *server);
    struct sockaddr_in name;
    socklen_t size = sizeof name;

    server->test = test;
    server->label = label;
    server->fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (server->fd < 0
        || bind(server->fd, (struct sockaddr *)&name, sizeof name) != 0
        || listen(server->fd, BACKLOG) != 0
        || getsockname(server->fd, (struct sockaddr *)&name, &size) != 0
        || fcntl(server->fd, F_SETFL, O_NONBLOCK) != 0
        /* Else a target would keep it open when we have closed it. */
        || fcntl(server->fd, F_SETFD, FD_CLOEXEC) != 0) {
        broken(test, "%s: one cannot listen: %s", label, strerror(errno));
    }
    server->address = test_text(test, "http://127.0.0.1:%d/%s",
                                (int)ntohs(name.sin_port), label);
    trace_event(test, label, "bound to %s", server->address);
    return server;
}

struct http *
http_accept_poll(struct http_server *server, int milliseconds)
{
    static unsigned serial;
    int64_t until = deadline(milliseconds);
    struct http *http;
    int fd = -1;

    while (fd < 0) {
        if (!ready(server->fd, POLLIN, until)) {
            return NULL;
        }
        fd = accept(server->fd, NULL, NULL);
        if (fd < 0 && errno != EAGAIN && errno != EINTR
            && errno != ECONNABORTED) {
            broken(server->test, "%s: no connection: %s", server->label,
                   strerror(errno));
        }
    }
    http = make(server->test,
                test_text(server->test, "%s %u", server->label, ++serial),
                server->address, fd);
    http->serving = true;
    trace_event(server->test, http->label, "accepted");
    return http;
}

struct http *
http_accept(struct http_server *server)
{
    struct http *http = http_accept_poll(server, bound(server->test));

    if (http == NULL) {
        fail(server->test, "%s: nobody connects to %s within %d ms",
             server->label, server->address, bound(server->test));
    }
    return http;
}

void
http_server_close(struct http_server *server)
{
    (void)close(server->fd);
    trace_event(server->test, server->label, "listens no more");
}

void
http_respond(struct http *http, int status, struct bytes body)
{
    http_send(http, http_response_text(http->test, status, NULL, body));
}

/* --- sending -------------------------------------------------------------- */

bool
http_try(struct http *http, struct bytes bytes)
{
    int64_t until = deadline(bound(http->test));
    size_t done = 0;

    trace_frames(http->test, '>', http->label, &bytes, 1);
    while (done < bytes.size) {
        ssize_t count =
            send(http->fd, bytes.data + done, bytes.size - done, MSG_NOSIGNAL);

        if (count > 0) {
            done += (size_t)count;
        } else if (errno == EAGAIN || errno == EINTR) {
            if (!ready(http->fd, POLLOUT, until)) {
                return false;
            }
        } else {
            return false;
        }
    }
    return true;
}

void
http_send(struct http *http, struct bytes bytes)
{
    if (!http_try(http, bytes)) {
        fail(http->test, "%s: %zu bytes do not go out: %s", http->label,
             bytes.size, strerror(errno));
    }
}

/* --- receiving ------------------------------------------------------------ */

/* Reads what is there; false if there was nothing. */
static bool
fill(struct http *http)
{
    ssize_t count;

    if (http->over) {
        return false;
    }
    if (http->room < http->pending.size + ROOM) {
        uint8_t *larger;

        http->room = http->room * 2 + ROOM * 2;
        larger = test_memory(http->test, http->room);
        if (http->pending.size > 0) {
            memcpy(larger, http->pending.data, http->pending.size);
        }
        http->pending.data = larger;
    }
    count = recv(http->fd, (uint8_t *)http->pending.data + http->pending.size,
                 http->room - http->pending.size, 0);
    if (count > 0) {
        http->pending.size += (size_t)count;
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        http->over = true;
        trace_event(http->test, http->label, "the other side %s it",
                    count == 0 ? "closes" : "resets");
    } else {
        return false;
    }
    return true;
}

/* Where the head ends, behind its empty line; 0 if it does not. */
static size_t
head_size(struct bytes bytes)
{
    size_t i;

    for (i = 3; i < bytes.size; i++) {
        if (memcmp(bytes.data + i - 3, "\r\n\r\n", 4) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* The first line in its three words. */
static void
read_line(struct http *http, struct http_message *message)
{
    const char *head = bytes_string(http->test, message->head);
    size_t size = strcspn(head, "\r");
    const char *line = test_text(http->test, "%.*s", (int)size, head);
    size_t first = strcspn(line, " ");
    const char *rest = line + first + (line[first] == ' ');
    size_t second = strcspn(rest, " ");
    const char *words[3];
    const char *version;

    words[0] = test_text(http->test, "%.*s", (int)first, line);
    words[1] = test_text(http->test, "%.*s", (int)second, rest);
    words[2] = rest + second + (rest[second] == ' ');
    message->method = http->serving ? words[0] : "";
    message->target = http->serving ? words[1] : "";
    version = words[http->serving ? 2 : 0];
    message->version = version;
    message->status = http->serving ? 0 : (int)strtol(words[1], NULL, 10);
    if (strncmp(version, "HTTP/1.", 7) != 0
        || (!http->serving
            && (message->status < 100 || message->status > 599))) {
        test_end(http->test, VERDICT_FAIL, "HTTP/1.1",
                 bytes_shown(http->test, bytes_text(line), SHOWN),
                 "%s: what came is no HTTP", http->label);
    }
}

/* How long the body is; false if only the end of the connection tells it. */
static bool
body_size(struct http *http, const struct http_message *message, size_t *size)
{
    const char *text = http_header(http->test, message, "Content-Length");
    char *end;

    *size = 0;
    if (text == NULL) {
        return http->serving || message->status / 100 == 1
               || message->status == 204 || message->status == 304;
    }
    errno = 0;
    *size = (size_t)strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0) {
        fail(http->test, "%s: Content-Length is \"%s\"", http->label, text);
    }
    return true;
}

/* Takes a whole message off what is pending; false if it is not whole. */
static bool
take(struct http *http, struct http_message *message)
{
    size_t head = head_size(http->pending);
    struct bytes rest;
    struct bytes whole;
    size_t size;

    if (head == 0) {
        return false;
    }
    memset(message, 0, sizeof *message);
    message->head = bytes_cut(http->pending, 0, head);
    read_line(http, message);
    rest = bytes_cut(http->pending, head, http->pending.size - head);
    if (!body_size(http, message, &size)) {
        if (!http->over) {
            return false;
        }
        size = rest.size;
    }
    if (rest.size < size) {
        return false;
    }
    whole = bytes_cut(http->pending, 0, head + size);
    trace_frames(http->test, '<', http->label, &whole, 1);
    message->body = bytes_cut(rest, 0, size);
    /* The views of the message stay; what follows goes to a new place. */
    rest = bytes_cut(rest, size, rest.size - size);
    http->pending = bytes_copy(http->test, rest.data, rest.size);
    http->room = rest.size;
    return true;
}

bool
http_poll(struct http *http, int milliseconds, struct http_message *message)
{
    int64_t until = deadline(milliseconds);

    while (!take(http, message)) {
        if (http->over || (!fill(http) && !ready(http->fd, POLLIN, until))) {
            return false;
        }
    }
    return true;
}

struct http_message
http_receive(struct http *http)
{
    struct http_message message;

    if (!http_poll(http, bound(http->test), &message)) {
        test_end(http->test, VERDICT_FAIL,
                 http->serving ? "a request" : "a response",
                 bytes_shown(http->test, http->pending, SHOWN),
                 http->over ? "%s: the connection ended before (%d ms)"
                            : "%s: nothing whole came within %d ms",
                 http->label, bound(http->test));
    }
    return message;
}

bool
http_ends(struct http *http, int milliseconds)
{
    int64_t until = deadline(milliseconds);

    while (!http->over) {
        if (!fill(http) && !ready(http->fd, POLLIN, until)) {
            return false;
        }
        if (http->pending.size > 0) {
            trace_frames(http->test, '<', http->label, &http->pending, 1);
            http->pending.size = 0;
        }
    }
    return true;
}

int
http_any(struct http *const *https, int count, int milliseconds)
{
    struct pollfd items[64];
    int i;

    if (count > 64) {
        broken(https[0]->test, "http_any() of more than 64 connections");
    }
    for (i = 0; i < count; i++) {
        if (https[i]->over || https[i]->pending.size > 0) {
            return i;
        }
        items[i].fd = https[i]->fd;
        items[i].events = POLLIN;
        items[i].revents = 0;
    }
    (void)poll(items, (nfds_t)count, milliseconds);
    for (i = 0; i < count; i++) {
        if (items[i].revents != 0) {
            return i;
        }
    }
    return -1;
}

/* --- the end -------------------------------------------------------------- */

void
http_shut(struct http *http)
{
    (void)shutdown(http->fd, SHUT_WR);
    trace_event(http->test, http->label, "sends no more");
}

void
http_close(struct http *http)
{
    (void)close(http->fd);
    http->fd = -1;
    http->over = true;
    trace_event(http->test, http->label, "closed");
}

void
http_reset(struct http *http)
{
    struct linger at_once = {1, 0};

    (void)setsockopt(http->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    http_close(http);
}
