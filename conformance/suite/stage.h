/* SPDX-License-Identifier: MIT */
/* stage.h: servers that run functions, and the suite around them: what is
 * before them, and all that they publish. */
#ifndef CONFORMANCE_SUITE_STAGE_H
#define CONFORMANCE_SUITE_STAGE_H

#include "conformance/suite/crew.h"

/* The topic of the server before, unless a test has another. */
#define BEFORE "before"

enum { SOURCES_MAX = 2 };

struct stage {
    struct test *test;
    struct target *target;
    struct peer *push;                /* of profile "server": its client */
    struct peer *source[SOURCES_MAX]; /* else: XPUBs that it subscribes at */
    struct peer *results;             /* every topic that it publishes */
};

/* Profile "server", with settings key, value, …, NULL more. */
void stage_server(struct stage *stage, struct test *test, ...) CONFORM_SENTINEL;

/* Profile "pipeline" (or "hub", without results yet) named "palm" behind
 * source[0], previous = BEFORE. */
void stage_behind(struct stage *stage, struct test *test, const char *profile,
                  ...) CONFORM_SENTINEL;

/* A sink named "palm" behind two sources with these topics. */
void stage_sink(struct stage *stage, struct test *test, const char *first,
                const char *second, ...) CONFORM_SENTINEL;

/* An XPUB that is bound and shows each subscription. */
struct peer *source_open(struct test *test, const char *label);

/* The next thing that the source hears must be a subscription to the topic. */
void source_await(struct peer *source, const char *topic);

void source_publish(struct peer *source, const char *topic,
                    const struct message *message);

/* Gives the server a message: pushed, or published by source[0]. */
void stage_give(struct stage *stage, const struct message *message);

/* The next result has this topic and is this message, or the error result of
 * this message. */
void check_result(struct stage *stage, const char *topic,
                  const struct message *expected);
void check_error(struct stage *stage, const char *topic,
                 const struct message *message);

/* Gives "palm.echo"; its result must be the next: nothing came before. */
void check_nothing(struct stage *stage);

/* A case: what the payload "abc" becomes. */
struct stage_call {
    const char *function; /* NULL: end */
    int64_t stage;
    const char *result; /* "0": an error result */
};

/* Of a server that publishes for the client, `stage` unchanged. */
void check_stage_calls(struct stage *stage, const struct stage_call *calls);

#endif
