/* SPDX-License-Identifier: MIT */
/* crew.h: a worker under test, and the suite as its master. */
#ifndef CONFORMANCE_SUITE_CREW_H
#define CONFORMANCE_SUITE_CREW_H

#include "conformance/suite/scene.h"

struct crew {
    struct test *test;
    struct target *target;
    struct peer *push; /* bound; the worker's PULL connects to it */
    struct peer *pull; /* bound; the worker's PUSH connects to it */
};

/* Binds both; the worker is to be started. */
void crew_bind(struct crew *crew, struct test *test);

/* Binds both and starts the worker, profile "worker" or "mux-worker", with both
 * addresses; returns when it has connected. */
void crew_start(struct crew *crew, struct test *test, const char *profile);

/* Gives the worker a message, and returns the one result that comes. */
struct message crew_call(struct crew *crew, const struct message *message);

/* The frame is the message with the payload "0" and, if the implementation has
 * the extension, field 8 behind the unknown fields. */
void check_error_result(struct test *test, struct bytes frame,
                        const struct message *message);

/* Answers one request at a cache of ours, a bound REP: key, value, …, NULL;
 * other keys get an empty frame.  Returns the request. */
struct message answer_lookup(struct peer *cache, const char *const *presets);

#endif
