/* SPDX-License-Identifier: MIT */
/* http.h: HTTP/1.1 for tests: a client of the target, and a server for it.
 *
 * As with peers: what goes in and out is traced, and what times out ends
 * the test with FAIL.  Nothing is hidden: a test sends the bytes that it likes,
 * and sees the head that came.  A body ends by its Content-Length; a response
 * without one by the end of the connection. */
#ifndef CONFORMANCE_ENGINE_HTTP_H
#define CONFORMANCE_ENGINE_HTTP_H

#include "conformance/engine/bytes.h"

/* One connection, of either side. */
struct http {
    struct test *test;
    const char *label;
    const char *address;
    int fd;               /* -1: closed by us */
    bool serving;         /* what comes are requests */
    bool over;            /* the other side has closed or reset it */
    struct bytes pending; /* has come, and has not been asked for */
    size_t room;          /* of pending */
};

/* A request or a response. */
struct http_message {
    const char *method; /* of a request, else "" */
    const char *target;
    int status;          /* of a response, else 0 */
    const char *version; /* "HTTP/1.1" */
    struct bytes head;   /* all of it, with the empty line */
    struct bytes body;
};

/* The value of a header, without blanks around it; NULL if there is none. */
const char *http_header(struct test *test, const struct http_message *message,
                        const char *name);

/* "http://host:port…" or "tcp://host:port" in two; FAIL if the address is not
 * of this form. */
void http_split(struct test *test, const char *address, const char **host,
                const char **port);

/* --- the suite is the client ---------------------------------------------- */

/* Connects to the host and port of the address; any bytes may follow, so this
 * is also for peers of a ZeroMQ endpoint that speak no ZMTP. */
struct http *http_connect(struct test *test, const char *label,
                          const char *address);

/* The bytes of a request: request line, Host, headers (NULL, or whole lines
 * with their CRLF), and for a body (data is not NULL) its Content-Length. */
struct bytes http_request_text(struct test *test, const char *method,
                               const char *target, const char *headers,
                               struct bytes body);

/* Sends a request; returns at once. */
void http_request(struct http *http, const char *method, const char *target,
                  const char *headers, struct bytes body);

/* Sends it, and returns the response. */
struct http_message http_ask(struct http *http, const char *method,
                             const char *target, const char *headers,
                             struct bytes body);

/* --- the suite is the server ---------------------------------------------- */

struct http_server {
    struct test *test;
    const char *label;
    const char *address; /* "http://127.0.0.1:port/label" */
    int fd;
};

/* Listens on a free port of 127.0.0.1.  The label is also its path. */
struct http_server *http_listen(struct test *test, const char *label);

/* The next connection; NULL if none comes within so many milliseconds. */
struct http *http_accept_poll(struct http_server *server, int milliseconds);
/* The same, in time; else FAIL. */
struct http *http_accept(struct http_server *server);

/* Takes no connections any more: they are refused. */
void http_server_close(struct http_server *server);

/* The bytes of a response; headers as above. */
struct bytes http_response_text(struct test *test, int status,
                                const char *headers, struct bytes body);
void http_respond(struct http *http, int status, struct bytes body);

/* --- both ----------------------------------------------------------------- */

/* Any bytes.  FAIL if they do not go out in time. */
void http_send(struct http *http, struct bytes bytes);
/* The same; false if the other side does not take them to the end: it may have
 * closed or reset the connection before. */
bool http_try(struct http *http, struct bytes bytes);

/* The next message, whole, in time; else FAIL. */
struct http_message http_receive(struct http *http);
/* The next message that is whole within so many milliseconds, or false.  FAIL
 * if what comes is no HTTP. */
bool http_poll(struct http *http, int milliseconds,
               struct http_message *message);

/* True if the other side closes or resets the connection within so many
 * milliseconds; what it sends before is thrown away. */
bool http_ends(struct http *http, int milliseconds);

/* Index of the first of the connections that has bytes that were not asked for,
 * or has ended; -1 on timeout. */
int http_any(struct http *const *https, int count, int milliseconds);

/* No more bytes from us, but we still listen. */
void http_shut(struct http *http);
void http_close(struct http *http);
/* Closes it so that the other side sees a reset. */
void http_reset(struct http *http);

#endif
