/* SPDX-License-Identifier: MIT */
/* asker.h: a client under test, and the suite as its server. */
#ifndef CONFORMANCE_SUITE_ASKER_H
#define CONFORMANCE_SUITE_ASKER_H

#include "conformance/suite/scene.h"

enum { REQUESTS_MAX = 16 };

struct asker {
    struct test *test;
    struct target *target;
    struct peer *cache;     /* ROUTER */
    struct peer *pull;      /* PULL: what the client pushes */
    struct peer *pub;       /* XPUB: what it subscribes to; holds nothing */
    const char *presets[9]; /* key, value, …, NULL */
    struct message request[REQUESTS_MAX]; /* of the cache, as they came */
    struct bytes identity[REQUESTS_MAX];  /* who sent it */
    size_t requests;
    bool splits;     /* a reply of the cache has a second frame */
    bool subscribed; /* a subscription has been read from pub */
    struct bytes held[2 * REQUESTS_MAX]; /* published since the last command */
    size_t held_count;                   /* frames, two for each result */
};

/* Binds all three, and sets the presets name = "palm" and both addresses. */
void asker_bind(struct asker *asker, struct test *test);

/* Starts the client at that cache, with server = "palm", timeout = 3000 and
 * these settings more (key, value, …, NULL). */
void asker_start(struct asker *asker, ...) CONFORM_SENTINEL;

/* Both, then `open`, which must succeed. */
void asker_open(struct asker *asker, struct test *test);

/* Answers the next request of the cache, which is there. */
void asker_answer_cache(struct asker *asker);

/* Answers the cache until the client has answered a command, at most so long;
 * FAIL then. */
struct frames asker_await(struct asker *asker, int milliseconds);

/* A command without frames, or with text frames (…, NULL), and its answer. */
struct frames asker_command(struct asker *asker, const char *verb,
                            ...) CONFORM_SENTINEL;
void asker_send(struct asker *asker, const char *verb, ...) CONFORM_SENTINEL;

/* The next message that the client pushes. */
struct message asker_take(struct asker *asker);

/* Publishes the message as its result, with this payload; and again for a
 * subscription that comes while the client is awaited, as a PubService that
 * holds results would. */
void asker_publish(struct asker *asker, const struct message *message,
                   const char *payload);

/* An eval of "palm.echo", answered at once: returns its message. */
struct message asker_eval(struct asker *asker, const char *payload);

/* The answer is RESULT with just this text. */
void check_answer_is(struct asker *asker, const struct frames *answer,
                     const char *text);

/* The answer is ERROR with some text. */
void check_answer_is_error(struct asker *asker, const struct frames *answer);

#endif
