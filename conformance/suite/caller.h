/* SPDX-License-Identifier: MIT */
/* caller.h: an HttpConnection under test, and the suite as its web worker. */
#ifndef CONFORMANCE_SUITE_CALLER_H
#define CONFORMANCE_SUITE_CALLER_H

#include "conformance/suite/crew.h"

enum { CALLS_MAX = 64 };

struct caller {
    struct test *test;
    struct target *target;
    struct http_server *server;
    struct peer *in;               /* PUSH: its messages go to the part */
    struct peer *out;              /* PULL: all feedback */
    struct http *https[CALLS_MAX]; /* that the part has opened */
    int count;
};

/* A request of the part. */
struct call {
    struct http *http;
    struct http_message request;
    struct message message; /* its body */
};

/* Starts a PullService, the HttpConnection with these settings more (" a=b"),
 * and a PushService.  The path of the URL is "/web/a". */
void caller_start(struct caller *caller, struct test *test,
                  const char *settings);
/* The same; a message becomes as many as its payload says. */
void caller_start_many(struct caller *caller, struct test *test,
                       const char *settings);

/* Of CLIENT, with a cache, so that nobody need change it. */
struct message caller_message(const char *payload);

/* The next request, on whatever connection; false if none comes within so many
 * milliseconds. */
bool caller_poll(struct caller *caller, int milliseconds, struct call *call);
/* The same, in time; else FAIL.  Its body must be a PalmMessage. */
struct call caller_take(struct caller *caller);

/* Pushes the message, and takes the request. */
struct call caller_call(struct caller *caller, const struct message *message);

void caller_answer(struct call *call, int status,
                   const struct message *message);

#endif
