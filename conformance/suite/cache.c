/* SPDX-License-Identifier: MIT */
/* cache.c: PALM-CACHE. */
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

static struct peer *
open_cache(struct test *test)
{
    struct target *target = target_start(test, "cache", NULL);

    return peer_connect(test, "cache client", ZMQ_REQ,
                        target_address(target, "db_address"));
}

static struct bytes
ask(struct peer *cache, const char *verb, const char *key, const char *payload)
{
    return peer_ask(cache,
                    cache_request(cache->test, verb, key, bytes_text(payload)));
}

/* A request whose function is not of the usual form. */
static struct bytes
ask_function(struct peer *cache, const char *function, const char *payload)
{
    return peer_ask(cache, frame_of(cache->test, function, payload));
}

/* --- verbs ---------------------------------------------------------------- */

/* "… the text between the first dot of `function` and the second, if there is
 * one, and ignore what stands behind that." */
static void
cache_001_verb_is_between_dots(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "set", ask(cache, "set", "key", "value"), "key");
    check_text(test, "palm.get.more",
               ask_function(cache, "palm.get.more", "key"), "value");
    check_text(test, "palm.get.set", ask_function(cache, "palm.get.set", "key"),
               "value");
    check_text(test, "palm.get.", ask_function(cache, "palm.get.", "key"),
               "value");
    check_text(test, "palm..get", ask_function(cache, "palm..get", "key"), "");
}

const struct test_entry cache_tests[] = {
    TEST("PALM-CACHE-001", cache_001_verb_is_between_dots),
    END_OF_TESTS,
};
