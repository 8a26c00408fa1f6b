/* SPDX-License-Identifier: MIT */
/* fake_http.h: a web worker on raw sockets that does what it is told.
 *
 * It runs in a thread of its own, which asserts nothing; the test's thread
 * calls what is here.  The payload of a message says what is to be done with
 * it; if the body of a request is no PalmMessage, the body does:
 *
 *   200, 404 …   that status, its reason as plain text
 *   hold         the answer, when fake_http_release() is called
 *   hang         nothing; the connection stays
 *   half         one half of the answer; the connection stays
 *   leave        the answer, then the connection is closed
 *   close        the connection is closed without an answer
 *   cut          it is closed in the middle of the answer
 *   garbage      what is no HTTP
 *   page         status 500 with a page of HTML
 *   other        another message
 *   undecodable  no PalmMessage
 *   empty        an answer of no bytes
 *   big          the answer and a long tail, its length told before
 *   endless      an answer that never ends, in chunks
 *   headers      headers without an end
 *   chunked      the answer in chunks
 *
 * Everything else is answered: the message, its payload with "!" behind. */
#ifndef HARNESS_FAKE_HTTP_H
#define HARNESS_FAKE_HTTP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { FAKE_BIG = 2 << 20 /* bytes of the tail of "big" */ };

/* What it has seen. */
struct fake_http_seen {
    int connections;
    int requests;    /* that were complete */
    int waiting;     /* of them, those of "hold" and "hang" now */
    int most;        /* the most that waiting has been */
    char head[1024]; /* request line and headers of the last */
};

struct fake_http {
    char url[64]; /* "http://127.0.0.1:PORT/work" */
    int listener;
    int wake[2];          /* a pipe: something has changed */
    bool runs;            /* the thread does */
    pthread_t thread;     /* has everything else */
    pthread_mutex_t lock; /* guards what follows */
    bool stopping, releasing;
    struct fake_http_seen seen;
};

/* Takes a free port and sets url; connections are refused. */
void fake_http_reserve(struct fake_http *self);

/* Listens at what was reserved. */
void fake_http_listen(struct fake_http *self);

/* Ends it, and closes all connections. */
void fake_http_stop(struct fake_http *self);

/* Lets go all that is held now. */
void fake_http_release(struct fake_http *self);

struct fake_http_seen fake_http_seen(struct fake_http *self);

/* Waits until a counter, given by its offset in struct fake_http_seen, is at
 * least n. */
void fake_http_await(struct fake_http *self, size_t counter, int n);

#endif
