/* SPDX-License-Identifier: MIT */
/* worker_start.c: PALM-WORKER: how a worker finds its master, and keeps it. */
#include <string.h>

#include "conformance/suite/crew.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { SILENCE_BOUND = 15000, RETURN_BOUND = 10000, LOOKUPS_MAX = 8 };

/* A worker with a cache of ours instead of addresses. */
struct lookup {
    struct crew crew;
    struct peer *cache;
    struct message request[2];
};

/* Starts it and answers its lookups of the two addresses, and of what else it
 * wants to know before it has both. */
static void
look_up(struct lookup *lookup, struct test *test)
{
    struct crew *crew = &lookup->crew;
    const char *presets[] = {"worker_push_address", NULL, "worker_pull_address",
                             NULL, NULL};
    int found = 0;
    int i;

    crew_bind(crew, test);
    presets[1] = crew->push->address;
    presets[3] = crew->pull->address;
    lookup->cache = peer_bind(test, "cache", ZMQ_REP);
    crew->target = target_start(test, "worker", "db_address",
                                lookup->cache->address, NULL);
    for (i = 0; i < LOOKUPS_MAX && found < 2; i++) {
        struct message request = answer_lookup(lookup->cache, presets);

        if (bytes_are(request.payload, presets[0])
            || bytes_are(request.payload, presets[2])) {
            lookup->request[found++] = request;
        }
    }
    check_that(test, found == 2, "the worker does not ask for both addresses");
}

/* "… ask the cache at `db_address` for `worker_push_address` and
 * `worker_pull_address`, and connect a PULL socket to the first and a PUSH
 * socket to the second, within 5 s." */
static void
worker_001_addresses_come_from_the_cache(struct test *test)
{
    struct lookup lookup;
    struct message message = message_of("palm.reverse", "abc");

    look_up(&lookup, test);
    check_that(
        test,
        !bytes_equal(lookup.request[0].payload, lookup.request[1].payload),
        "the worker asks twice for one key");
    peer_await(lookup.crew.push, 1);
    peer_await(lookup.crew.pull, 1);
    check_text(test, "the result", crew_call(&lookup.crew, &message).payload,
               "cba");
}

/* "… `_.get` as `function`, the key as `payload`, and a uuid4 as `pipeline`."
 */
static void
worker_002_lookup_has_its_fields(struct test *test)
{
    struct lookup lookup;
    int i;

    look_up(&lookup, test);
    for (i = 0; i < 2; i++) {
        const struct message *request = &lookup.request[i];

        check_text(test, "function of the request", request->function, "_.get");
        check_uuid(test, "pipeline of the request", request->pipeline);
        check_that(test,
                   bytes_are(request->payload, "worker_push_address")
                       || bytes_are(request->payload, "worker_pull_address"),
                   "the worker asks for \"%s\"",
                   bytes_shown(test, request->payload, 80));
    }
}

/* "A worker that is given both addresses MUST NOT need a cache." */
static void
worker_003_given_addresses_need_no_cache(struct test *test)
{
    struct peer *silent = peer_bind(test, "silent cache", ZMQ_ROUTER);
    struct message message = message_of("palm.reverse", "abc");
    struct crew crew;

    crew.test = test;
    crew.push = peer_bind(test, "master out", ZMQ_PUSH);
    crew.pull = peer_bind(test, "master in", ZMQ_PULL);
    crew.target = target_start(test, "worker", "db_address", silent->address,
                               "worker_push_address", crew.push->address,
                               "worker_pull_address", crew.pull->address, NULL);
    peer_await(crew.push, 1);
    peer_await(crew.pull, 1);
    check_text(test, "the result", crew_call(&crew, &message).payload, "cba");
}

/* The worker says ERROR within so many milliseconds; its text has the address.
 */
static void
check_complaint(struct target *target, int milliseconds, const char *address)
{
    struct test *test = target->test;
    struct frames frames;

    if (!target_poll(target, bound_of(test, milliseconds), &frames)) {
        fail(test, "the worker reports no error within %d ms",
             bound_of(test, milliseconds));
    }
    check_frames(test, "the worker's report", &frames, 2);
    check_text(test, "the worker's report", frames.frame[0], "ERROR");
    check_contains(test, "the worker's report",
                   bytes_string(test, frames.frame[1]), address);
}

/* "… an error that names the address when the cache answers with an empty
 * frame." */
static void
worker_004_missing_key_is_an_error(struct test *test)
{
    static const char *const nothing[] = {NULL};
    struct peer *cache = peer_bind(test, "cache", ZMQ_REP);
    struct target *target =
        target_start(test, "worker", "db_address", cache->address, NULL);

    target->ended = true; /* it may end, or wait */
    (void)answer_lookup(cache, nothing);
    check_complaint(target, SILENCE_BOUND, cache->address);
}

/* "… when nobody answers at `db_address`, within 15 s." */
static void
worker_005_silent_cache_is_an_error(struct test *test)
{
    struct peer *cache = peer_bind(test, "silent cache", ZMQ_ROUTER);
    struct target *target =
        target_start(test, "worker", "db_address", cache->address, NULL);

    target->ended = true;
    check_complaint(target, SILENCE_BOUND, cache->address);
}

/* --- start order ---------------------------------------------------------- */

static void
bind_both(struct crew *crew, const char *push_address, const char *pull_address)
{
    crew->push = peer_make(crew->test, "master out", ZMQ_PUSH);
    crew->pull = peer_make(crew->test, "master in", ZMQ_PULL);
    peer_listen_at(crew->push, push_address);
    peer_listen_at(crew->pull, pull_address);
}

/* A result within so many milliseconds of now. */
static void
check_work(struct crew *crew, int milliseconds)
{
    struct test *test = crew->test;
    struct frames frames;

    peer_send(crew->push, frame_of(test, "palm.reverse", "abc"));
    if (!peer_poll(crew->pull, bound_of(test, milliseconds), &frames)) {
        fail(test, "the worker gives no result within %d ms",
             bound_of(test, milliseconds));
    }
    check_frames(test, "the result", &frames, 1);
    check_text(test, "the result",
               check_message(test, "the result", frames.frame[0]).payload,
               "cba");
}

/* "… start before its master has bound the endpoints … work within 5 s after
 * that." */
static void
worker_006_starts_before_its_master(struct test *test)
{
    const char *push_address = free_address(test);
    const char *pull_address = free_address(test);
    struct crew crew;

    crew.test = test;
    crew.target =
        target_start(test, "worker", "worker_push_address", push_address,
                     "worker_pull_address", pull_address, NULL);
    bind_both(&crew, push_address, pull_address);
    check_work(&crew, 5000);
}

/* "… reconnect to a master that went away and came back at the same addresses,
 * and work within 10 s." */
static void
worker_007_reconnects_to_its_master(struct test *test)
{
    const char *push_address = free_address(test);
    const char *pull_address = free_address(test);
    struct crew crew;

    crew.test = test;
    bind_both(&crew, push_address, pull_address);
    crew.target =
        target_start(test, "worker", "worker_push_address", push_address,
                     "worker_pull_address", pull_address, NULL);
    check_work(&crew, 5000);
    peer_close(crew.push);
    peer_close(crew.pull);
    bind_both(&crew, push_address, pull_address);
    check_work(&crew, RETURN_BOUND);
}

const struct test_entry worker_start_tests[] = {
    TEST("PALM-WORKER-001", worker_001_addresses_come_from_the_cache),
    TEST("PALM-WORKER-002", worker_002_lookup_has_its_fields),
    TEST("PALM-WORKER-003", worker_003_given_addresses_need_no_cache),
    TEST("PALM-WORKER-004", worker_004_missing_key_is_an_error),
    TEST("PALM-WORKER-005", worker_005_silent_cache_is_an_error),
    TEST("PALM-WORKER-006", worker_006_starts_before_its_master),
    TEST("PALM-WORKER-007", worker_007_reconnects_to_its_master),
    END_OF_TESTS,
};
