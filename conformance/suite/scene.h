/* SPDX-License-Identifier: MIT */
/* scene.h: what many tests begin with: messages, fences, a whole master. */
#ifndef CONFORMANCE_SUITE_SCENE_H
#define CONFORMANCE_SUITE_SCENE_H

#include "conformance/engine/conform.h"

/* The client of most tests, a uuid4 as text. */
#define CLIENT       "0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e11"
#define OTHER_CLIENT "7d8f6a10-52c4-4b7e-8a3b-e1f0c9d2b422"

/* A message as a client makes it: pipeline "stream", client CLIENT, stage 0,
 * function, no cache. */
struct message message_of(const char *function, const char *payload);

/* The same with this stage, cache "tag" and unknown fields: nothing is at its
 * default. */
struct message full_message(struct test *test, const char *function,
                            const char *payload, int64_t stage);

/* message_of(), encoded. */
struct bytes frame_of(struct test *test, const char *function,
                      const char *payload);

/* Functions with white space that is no blank: each is one element of an odd
 * name.  Ends with NULL. */
extern const char *const one_element[];

/* True when the peer can send within so many milliseconds. */
bool can_send(struct peer *peer, int milliseconds);

/* A REQ of the cache: verb "set", cache = key, payload = value. */
struct bytes cache_request(struct test *test, const char *verb, const char *key,
                           struct bytes payload);

/* A REQ at the target's db_address. */
struct peer *cache_of(struct target *target);

/* Starts profile "cache"; its REQ. */
struct peer *open_cache(struct test *test);

/* [topic, message] of a publisher; FAIL unless it is two frames, the topic is
 * the expected one (NULL: any) and the message is a PalmMessage. */
struct message receive_result(struct peer *subscriber, const char *topic);

/* Nobody outside can know when a publisher has taken a subscription.  Sends the
 * probe (a whole frame) until one is published, then waits for the last of
 * them, so nothing of it is left in between.  FAIL if none comes.  The probe's
 * results are told from others by their payload, which is "probe-N". */
void await_subscription(struct peer *push, struct message probe,
                        struct peer *subscriber);
/* The same by a publisher of ours, with this topic; NULL: none, a PUSH. */
void await_stream(struct peer *source, const char *topic, struct message probe,
                  struct peer *subscriber);

/* A master with one of each peer around it.  A peer is NULL until it is asked
 * for by its function. */
struct master {
    struct test *test;
    struct target *target;
    struct peer *client;  /* PUSH to pull_address */
    struct peer *results; /* SUB at pub_address */
    struct peer *work;    /* PULL at worker_push_address */
    struct peer *done;    /* PUSH to worker_pull_address */
    struct peer *cache;   /* REQ at db_address */
};

/* Starts profile "master" with settings key, value, …, NULL; no peers yet. */
void master_start(struct master *master, struct test *test,
                  ...) CONFORM_SENTINEL;

/* Whether the peer can send to the master.  Who takes nothing for half a second
 * may be slow only, on a busy machine; so it is asked 20 times at its cache
 * meanwhile, and is full if it has answered that. */
bool master_takes(struct master *master, struct peer *peer);

struct peer *master_client(struct master *master);
struct peer *master_work(struct master *master);
struct peer *master_done(struct master *master);
struct peer *master_cache(struct master *master);
/* Subscribed to the topic, and the subscription has arrived: tried by a result
 * whose client is the topic, so use it for topics of clients.  For other topics
 * subscribe by peer_subscribe() and await_subscription(). */
struct peer *master_results(struct master *master, const char *topic);

/* All five, results for CLIENT. */
void master_crew(struct master *master);

/* Takes a message from the server, replaces its payload, gives it back; returns
 * what was taken. */
struct message work_one(struct master *master, const char *payload);

#endif
