/* SPDX-License-Identifier: MIT */
/* http_owner.h: an owner of an HTTP listener, on a thread in place of a
 * part's. */
#ifndef HARNESS_HTTP_OWNER_H
#define HARNESS_HTTP_OWNER_H

#include <pthread.h>

#include "parts/http/listener.h"

enum { HTTP_KEPT = 1024 };

/* A listener and what its owner knows.  The owner answers by target: /echo at
 * once, /keep when /release comes; anything else never. */
struct http_owner {
    palm__http_t *http;
    palm__http_settings_t settings;
    char endpoint[256];
    int64_t flush; /* ms, for the end */
    pthread_t thread;
    int stop[2];                           /* a pipe that ends the thread */
    palm__http_request_t *kept[HTTP_KEPT]; /* the thread's */
    size_t kept_count;                     /* of kept */
    pthread_mutex_t lock;                  /* guards what follows */
    unsigned served, expired, gone, warned;
    unsigned refused; /* the last status, 0 = none */
};

/* Sets up the owner; its settings may then be changed. */
void owner_prepare(struct http_owner *owner);
void owner_start(struct http_owner *owner);
void owner_stop(struct http_owner *owner);

/* A counter of the owner. */
unsigned owner_get(struct http_owner *owner, const unsigned *counter);
/* Waits until it is at least n. */
void owner_await(struct http_owner *owner, const unsigned *counter, unsigned n);

#endif
