/* SPDX-License-Identifier: MIT */
/* presets.c: PALM-CACHE: the keys that a server sets before it serves. */
#include <string.h>

#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

static struct bytes
get(struct peer *cache, const char *key)
{
    return peer_ask(cache,
                    cache_request(cache->test, "get", "", bytes_text(key)));
}

/* Each preset address is what READY tells, as the suite can connect to it. */
static void
check_endpoints(struct target *target, struct peer *cache,
                const char *const *keys)
{
    for (; *keys != NULL; keys++) {
        check_text(target->test, test_text(target->test, "preset %s", *keys),
                   get(cache, *keys), target_address(target, *keys));
    }
}

static const char *const master_keys[] = {
    "db_address",          "pull_address",        "pub_address",
    "worker_pull_address", "worker_push_address", NULL};

/* "A master MUST preset the keys `name`, `db_address`, …" */
static void
cache_018_master_presets_its_keys(struct test *test)
{
    struct target *target = target_start(test, "master", "name", "stage", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "preset name", get(cache, "name"), "stage");
    check_endpoints(target, cache, master_keys);
}

/* "… with `sub_address` …, and not `pull_address`." */
static void
cache_019_hub_presets_its_keys(struct test *test)
{
    static const char *const keys[] = {"db_address", "pub_address",
                                       "worker_pull_address",
                                       "worker_push_address", NULL};
    struct peer *previous = peer_bind(test, "previous server", ZMQ_PUB);
    struct target *target =
        target_start(test, "hub", "name", "stage", "sub_address",
                     previous->address, "previous", "first", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "preset name", get(cache, "name"), "stage");
    check_text(test, "preset sub_address", get(cache, "sub_address"),
               previous->address);
    check_text(test, "pull_address", get(cache, "pull_address"), "");
    check_endpoints(target, cache, keys);
}

/* "… of kind `server` MUST preset the keys `name`, `pull_address` and
 * `pub_address`." */
static void
cache_020_server_presets_its_keys(struct test *test)
{
    static const char *const keys[] = {"pull_address", "pub_address", NULL};
    struct target *target = target_start(test, "server", "name", "stage", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "preset name", get(cache, "name"), "stage");
    check_endpoints(target, cache, keys);
}

/* "A pipeline MUST preset the keys `name`, `sub_address` and `pub_address`." */
static void
cache_021_pipeline_presets_its_keys(struct test *test)
{
    static const char *const keys[] = {"pub_address", NULL};
    struct peer *previous = peer_bind(test, "previous server", ZMQ_PUB);
    struct target *target =
        target_start(test, "pipeline", "name", "stage", "sub_address",
                     previous->address, "previous", "first", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "preset name", get(cache, "name"), "stage");
    check_text(test, "preset sub_address", get(cache, "sub_address"),
               previous->address);
    check_endpoints(target, cache, keys);
}

/* "A sink MUST preset the keys `name`, `pub_address`, and `sub_address_0`,
 * `sub_address_1` and so on for each server before it." */
static void
cache_022_sink_presets_its_keys(struct test *test)
{
    static const char *const keys[] = {"pub_address", NULL};
    struct peer *first = peer_bind(test, "first server", ZMQ_PUB);
    struct peer *second = peer_bind(test, "second server", ZMQ_PUB);
    struct target *target =
        target_start(test, "sink", "name", "stage", "sub_addresses",
                     test_text(test, "%s %s", first->address, second->address),
                     "previous", "one two", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "preset name", get(cache, "name"), "stage");
    check_text(test, "preset sub_address_0", get(cache, "sub_address_0"),
               first->address);
    check_text(test, "preset sub_address_1", get(cache, "sub_address_1"),
               second->address);
    check_text(test, "sub_address_2", get(cache, "sub_address_2"), "");
    check_endpoints(target, cache, keys);
}

/* "… that a peer on the same machine can connect to: it has no `*` and no
 * `0.0.0.0`." */
static void
cache_023_preset_addresses_can_be_connected(struct test *test)
{
    static const int types[] = {ZMQ_REQ, ZMQ_PUSH, ZMQ_SUB, ZMQ_PUSH, ZMQ_PULL};
    struct target *target = target_start(test, "master", NULL);
    struct peer *cache = cache_of(target);
    size_t i;

    for (i = 0; master_keys[i] != NULL; i++) {
        const char *address = bytes_string(test, get(cache, master_keys[i]));

        check_that(test,
                   strchr(address, '*') == NULL
                       && strstr(address, "0.0.0.0") == NULL,
                   "preset %s is \"%s\": one cannot connect to it",
                   master_keys[i], address);
        peer_close(peer_connect(test, master_keys[i], types[i], address));
    }
}

/* "… another address than the one that it has bound, it SHOULD preset that." */
static void
cache_025_another_address_is_advertised(struct test *test)
{
    static const char other[] = "tcp://palm.example.org:5556";
    struct target *target;

    if (!target_knows(target_start(test, "describe", NULL), "advertise")) {
        test_end(test, VERDICT_SKIP, NULL, NULL,
                 "the target does not know \"advertise\"");
    }
    target = target_start(test, "master", "advertise", other, NULL);
    check_text(test, "pull_address", get(cache_of(target), "pull_address"),
               other);
    /* It is bound where the target says, all the same. */
    peer_close(peer_connect(test, "client", ZMQ_PUSH,
                            target_address(target, "pull_address")));
}

static void
check_preset_stays(struct target *target, struct peer *cache, const char *key,
                   const char *value)
{
    struct test *test = target->test;

    check_text(test, test_text(test, "the reply to set %s", key),
               peer_ask(cache, cache_request(test, "set", key,
                                             bytes_text("tcp://127.0.0.1:9"))),
               "");
    check_text(test, test_text(test, "%s after a set", key), get(cache, key),
               value);
    check_text(
        test, test_text(test, "the reply to delete %s", key),
        peer_ask(cache, cache_request(test, "delete", "", bytes_text(key))),
        "");
    check_text(test, test_text(test, "%s after a delete", key), get(cache, key),
               value);
}

/* "A server MUST answer a `set` or `delete` of a key that it presets with an
 * empty frame, and change nothing." */
static void
cache_024_presets_stay(struct test *test)
{
    struct target *target = target_start(test, "master", "name", "stage", NULL);
    struct peer *cache = cache_of(target);
    size_t i;

    for (i = 0; master_keys[i] != NULL; i++) {
        check_preset_stays(target, cache, master_keys[i],
                           target_address(target, master_keys[i]));
    }
    check_preset_stays(target, cache, "name", "stage");
}

const struct test_entry presets_tests[] = {
    TEST("PALM-CACHE-018", cache_018_master_presets_its_keys),
    TEST("PALM-CACHE-019", cache_019_hub_presets_its_keys),
    TEST("PALM-CACHE-020", cache_020_server_presets_its_keys),
    TEST("PALM-CACHE-021", cache_021_pipeline_presets_its_keys),
    TEST("PALM-CACHE-022", cache_022_sink_presets_its_keys),
    TEST("PALM-CACHE-023", cache_023_preset_addresses_can_be_connected),
    TEST("PALM-CACHE-024", cache_024_presets_stay),
    TEST("PALM-CACHE-025", cache_025_another_address_is_advertised),
    END_OF_TESTS,
};
