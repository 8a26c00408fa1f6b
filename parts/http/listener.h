/* SPDX-License-Identifier: MIT */
/* listener.h: an HTTP/1.1 server for a part, over libmicrohttpd.
 *
 * It has no thread: everything happens in the calls of its owner, a part, in
 * the part's thread.  A request is collected whole and handed to the owner, who
 * answers it at once or later, once.  The listener itself answers what is no
 * request for the owner (400, 405, 411, 413) and what the owner does not answer
 * in time (504).
 *
 * Life of a request: serve() gives it to the owner; it is the owner's until
 * palm__http_answer(), or until the listener takes it back by forget(). */
#ifndef PALM_HTTP_LISTENER_H
#define PALM_HTTP_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/message.h"

typedef struct palm__http palm__http_t;
typedef struct palm__http_request palm__http_request_t;

enum palm__http_status {
    PALM__HTTP_OK = 200,
    PALM__HTTP_BAD_REQUEST = 400,
    PALM__HTTP_NOT_FOUND = 404,
    PALM__HTTP_NO_METHOD = 405,
    PALM__HTTP_NO_LENGTH = 411,
    PALM__HTTP_TOO_LARGE = 413,
    PALM__HTTP_FAILED = 500,
    PALM__HTTP_UNAVAILABLE = 503,
    PALM__HTTP_TIMEOUT = 504
};

typedef enum palm__http_loss {
    PALM__HTTP_EXPIRED, /* the client has been told 504 */
    PALM__HTTP_GONE     /* the client has left, or the listener closes */
} palm__http_loss_t;

typedef struct palm__http_settings {
    const char *address;   /* "http://HOST:PORT", see bind.h; borrowed */
    const char *allow;     /* methods: "GET, POST"; borrowed */
    int64_t max_clients;   /* connections at once; others wait */
    int64_t max_of_host;   /* of one address, 0 any; others are ended */
    int64_t max_body;      /* bytes of a request's body, -1 any */
    int64_t max_bodies;    /* of all that are here, -1 any, 0 four times
                              max_body; one always fits */
    int64_t idle_timeout;  /* ms of a connection without a whole request */
    int64_t reply_timeout; /* ms for the owner's answer, -1 for ever */
    bool without_epoll;    /* wait as where there is no epoll */
    /* A whole request. */
    void (*serve)(palm__http_request_t *request, void *arg);
    /* The owner's request needs no answer any more, and is to be forgotten. */
    void (*forget)(palm__http_request_t *request, palm__http_loss_t why,
                   void *arg);
    /* A request was answered with this status by the listener. */
    void (*refused)(unsigned status, const char *why, void *arg);
    /* What libmicrohttpd has to say. */
    void (*warn)(const char *text, void *arg);
    void *arg; /* handed to the four; borrowed */
} palm__http_settings_t;

/* Binds and listens; settings are copied.  Returns NULL with the reason,
 * without the address, in *err and errno as palm__http_bind() or ENOMEM. */
palm__http_t *palm__http_new(const palm__http_settings_t *settings,
                             palm_error_t *err);

/* Stops listening, answers each request of the owner with 503, waits up to
 * flush ms until what was answered has left, closes everything, sets *self_p to
 * NULL; nothing if it is NULL.  Calls forget().  Keeps errno. */
void palm__http_destroy(palm__http_t **self_p, int64_t flush);

/* Where it really listens; as long as the listener lives. */
const char *palm__http_endpoint(const palm__http_t *self);

/* From now on a new request is answered with 503, and each answer ends its
 * connection, so that nobody asks on one that is about to be closed. */
void palm__http_drain(palm__http_t *self);

/* Does what is to be done, without waiting: reads, calls serve(), writes,
 * ends what has lasted too long.  Nothing if self is NULL. */
void palm__http_run(palm__http_t *self);

/* Waits until palm__http_run() has something to do, or one of the count (at
 * most PALM__HTTP_FDS) descriptors can be read, or timeout ms have passed (-1 =
 * for ever).  self may be NULL. */
enum { PALM__HTTP_FDS = 8 };
void palm__http_wait(palm__http_t *self, const int *fds, int count,
                     int64_t timeout);

/* The owner was busy for so many ms, in which nobody could be listened to: that
 * time does not count against the clients. */
void palm__http_excuse(palm__http_t *self, int64_t busy);

/* The owner's request that has waited longest; NULL if there is none. */
palm__http_request_t *palm__http_oldest(palm__http_t *self);

/* --- a request that is the owner's ---------------------------------------- */

/* "GET"; the target as it was sent, without the query. */
const char *palm__http_method(const palm__http_request_t *request);
const char *palm__http_path(const palm__http_request_t *request);
/* Whether it has a body, which may be empty. */
bool palm__http_has_body(const palm__http_request_t *request);
palm_slice_t palm__http_body(const palm__http_request_t *request);

/* Makes a frame of the body, without a copy; the request then has none.
 * *frame is not initialized before.  -1 with errno ENOMEM. */
int palm__http_take_body(palm__http_request_t *request, zmq_msg_t *frame);

/* What the owner keeps with the request; NULL at first. */
void palm__http_set_mark(palm__http_request_t *request, void *mark);
void *palm__http_mark(const palm__http_request_t *request);

/* Answers the request, which must not be used any more.  type may be NULL;
 * headers, which may be NULL, is name, value, name, value …, NULL.  A header
 * that HTTP cannot carry is left out. */
void palm__http_answer(palm__http_request_t *request, unsigned status,
                       const char *type, palm_slice_t body,
                       const char *const *headers);

#endif
