/* SPDX-License-Identifier: MIT */
/* http_peer.h: an HTTP client that says what the test says, byte by byte.
 *
 * Every wait has tap_deadline().  What fails ends the test. */
#ifndef HARNESS_HTTP_PEER_H
#define HARNESS_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct http_peer {
    int fd;
    bool is_head;     /* the next answer has no body */
    unsigned status;  /* of the last answer */
    char *data;       /* what was received: head, NUL, body, more */
    size_t size;      /* bytes in it */
    size_t room;      /* bytes it may hold */
    size_t taken;     /* bytes of the last answer */
    const char *body; /* of the last answer */
    size_t body_size;
};

/* Connects to "http://HOST:PORT"; try: whether somebody listens. */
void http_open(struct http_peer *peer, const char *endpoint);
bool http_try_open(struct http_peer *peer, const char *endpoint);
/* The same from one of this machine's addresses, an IPv4 one; skips the test
 * where there is only one. */
void http_open_from(struct http_peer *peer, const char *endpoint,
                    const char *from);
void http_close(struct http_peer *peer);

/* Sends bytes as they are. */
void http_say(struct http_peer *peer, const char *text);
void http_say_bytes(struct http_peer *peer, const void *data, size_t size);

/* The same; whether the server takes them. */
bool http_try(struct http_peer *peer, const void *data, size_t size);

/* Sends a whole request; body may be NULL: then it has no Content-Length. */
void http_ask(struct http_peer *peer, const char *method, const char *target,
              const char *body);
void http_ask_bytes(struct http_peer *peer, const char *method,
                    const char *target, const void *body, size_t size);

/* Receives one answer. */
void http_read(struct http_peer *peer);

/* Receives one, which must have this status, and this text in its body. */
void http_expect(struct http_peer *peer, unsigned status, const char *part);

/* Receives an answer with status 400, or the end of the connection: HTTP
 * libraries differ in what they say to bytes that are no HTTP.  Whether there
 * was an answer. */
bool http_expect_refusal(struct http_peer *peer);

/* Receives all until the end, as text; the peer's. */
const char *http_read_all(struct http_peer *peer);

/* Whether the last answer has this line in its head. */
bool http_has_line(const struct http_peer *peer, const char *line);

/* The server closes the connection, without sending any more. */
void http_expect_end(struct http_peer *peer);

/* Whether something has come that was not read; does not wait. */
bool http_has_come(struct http_peer *peer);

/* Whether the server has closed the connection and everything was read; does
 * not wait. */
bool http_has_ended(struct http_peer *peer);

/* Asks and expects on a connection of its own. */
void http_once(const char *endpoint, const char *method, const char *target,
               const char *body, unsigned status, const char *part);

#endif
