/* SPDX-License-Identifier: MIT */
/* The client's side of list, cas and ttl, at a real cache and at an old one. */
#include "config.h"
#include "core/client.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/support/fake_client.h"
#include "harness/support/stores.h"
#include "harness/support/wire.h"

/* A master and a client of it. */
static palm_client_t *
start_real(struct rig *rig)
{
    palm_client_options_t options;
    palm_error_t err = {0, ""};
    rig_init(rig, NULL);
    rig_add_master(rig, NULL);
    rig_start(rig);
    palm_client_options_init(&options);
    options.db_address =
        palm_server_endpoint(rig->server, PALM_SIDE_BYPASS, "Cache");
    options.push_address =
        palm_server_endpoint(rig->server, PALM_SIDE_INBOUND, "Pull");
    options.sub_address =
        palm_server_endpoint(rig->server, PALM_SIDE_OUTBOUND, "Pub");
    palm_client_t *client = palm_client_new(&options, &err);
    EQUAL_TEXT("", err.text);
    return client;
}

static int
cas(palm_client_t *client, const char *expected, palm_error_t *err)
{
    palm_slice_t slice = palm_slice(expected);
    return palm_client_cas(client, palm_slice("key"), expected ? &slice : NULL,
                           palm_slice("new"), err);
}

static void
cas_tells_whether_it_was_done(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    palm_client_t *client = start_real(&rig);
    palm_cache_t *cache = palm_server_cache(rig.server);
    EQUAL_INT(0, cas(client, NULL, &err));
    holds(cache, "key", "new");
    FAILS(EEXIST, cas(client, NULL, &err));
    CONTAINS("cas", err.text);
    FAILS(EEXIST, cas(client, "", &err));
    EQUAL_INT(0, set(cache, "key", "old"));
    EQUAL_INT(0, cas(client, "old", &err));
    holds(cache, "key", "new");
    palm_client_destroy(&client);
    rig_fini(&rig);
}

static void
ttl_ends_a_key(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    palm_client_t *client = start_real(&rig);
    palm_cache_t *cache = palm_server_cache(rig.server);
    palm_slice_t key = palm_slice("key");
    FAILS(ENOENT, palm_client_ttl(client, key, 1000, &err));
    EQUAL_INT(0, set(cache, "key", "value"));
    EQUAL_INT(0, palm_client_ttl(client, key, INT64_MAX / 100, &err));
    EQUAL_INT(0, palm_client_ttl(client, key, 0, &err));
    holds(cache, "key", "value");
    EQUAL_INT(0, palm_client_ttl(client, key, 20, &err));
    await_end_of(cache, "key");
    palm_client_destroy(&client);
    rig_fini(&rig);
}

/* Appends each key and a stroke; 7 at the key "b". */
static int
collect(palm_slice_t key, void *arg)
{
    char *text = arg;
    size_t used = strlen(text);
    (void)snprintf(text + used, 100 - used, "%.*s|", (int)key.size, key.data);
    return key.size && *key.data == 'b' ? 7 : 0;
}

static void
list_gives_the_keys(void)
{
    struct rig rig;
    char text[100] = "";
    palm_error_t err = {0, ""};
    palm_client_t *client = start_real(&rig);
    palm_cache_t *cache = palm_server_cache(rig.server);
    EQUAL_INT(0, set(cache, "a 2", ""));
    EQUAL_INT(0, set(cache, "a 1", ""));
    EQUAL_INT(0, set(cache, "b", ""));
    EQUAL_INT(0, set(cache, "c", ""));
    EQUAL_INT(0,
              palm_client_list(client, palm_slice("a "), collect, text, &err));
    EQUAL_TEXT("a 1|a 2|", text);
    EQUAL_INT(
        0, palm_client_list(client, palm_slice("none"), collect, text, &err));
    EQUAL_TEXT("a 1|a 2|", text);
    *text = '\0';
    EQUAL_INT(7, palm_client_list(client, palm_slice(""), collect, text, &err));
    EQUAL_TEXT("a 1|a 2|b|", text);
    palm_client_destroy(&client);
    rig_fini(&rig);
}

enum { LONG = 1 << 20 };

static int
count(palm_slice_t key, void *arg)
{
    int *counts = arg;
    counts[key.size == LONG]++;
    return 0;
}

/* More of them, and more bytes, than one answer of a server has. */
static void
list_gives_all_keys(void)
{
    struct rig rig;
    int counts[2] = {0, 0};
    char text[16];
    palm_error_t err = {0, ""};
    palm_client_t *client = start_real(&rig);
    palm_cache_t *cache = palm_server_cache(rig.server);
    palm_slice_t key = {calloc(1, LONG), LONG};
    MUST(key.data != NULL);
    for (int i = 0; i < 20; i++) {
        *(char *)key.data = (char)('A' + i);
        EQUAL_INT(0, palm_cache_set(cache, key, palm_slice("")));
    }
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof text, "b %d", i);
        EQUAL_INT(0, set(cache, text, ""));
    }
    EQUAL_INT(0, palm_client_list(client, palm_slice(""), count, counts, &err));
    EQUAL_TEXT("", err.text);
    EQUAL_INT(20, counts[true]);
    MUST(counts[false] >= 1000); /* presets are keys, too */
    free((char *)key.data);
    palm_client_destroy(&client);
    rig_fini(&rig);
}

/* One that knows of no second answer, and one whose keys lead nowhere. */
static void
list_that_does_not_go_on_is_an_error(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *given, *after;
    } replies[] = {
        {"\0\0\0\2\0\0\0\1a", 9, "a|", "a"},
        {"\0\0\0\2\0\0\0\0", 8, "|", ""},
        {"\0\0\0\1", 4, "", ""},
    };
    palm_error_t err = {0, ""};
    for (int i = 0; i < 3; i++) {
        char text[100] = "";
        palm_client_t *client = start(0);
        fake_answer(&fake, replies[i].bytes, replies[i].size);
        FAILS(EMSGSIZE,
              palm_client_list(client, palm_slice(""), collect, text, &err));
        EQUAL_TEXT(replies[i].given, text);
        EQUAL_TEXT(replies[i].after, fake_last(&fake).cache);
        CONTAINS(fake.db, err.text);
        stop(client);
    }
}

static void
an_old_server_is_an_error(void)
{
    palm_error_t err = {0, ""};
    char text[100] = "";
    palm_client_t *client = start(0);
    palm_slice_t key = palm_slice("key");
    FAILS(ENOTSUP,
          palm_client_list(client, palm_slice(""), collect, text, &err));
    CONTAINS(fake.db, err.text);
    FAILS(EEXIST, cas(client, NULL, &err));
    FAILS(ENOENT, palm_client_ttl(client, key, 1, &err));
    EQUAL_TEXT("srv.ttl", fake_last(&fake).function);
    zmq_msg_t json;
    FAILS(ENOTSUP, palm_client_stats(client, &json, &err));
    CONTAINS(fake.db, err.text);
    EQUAL_TEXT("srv.stats", fake_last(&fake).function);
    stop(client);
}

static void
a_silent_server_is_an_error(void)
{
    palm_error_t err = {0, ""};
    char text[100] = "";
    zmq_msg_t json;
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = 100;
    options.cache_only = true;
    palm_client_t *client = palm_client_new(&options, &err);
    EQUAL_TEXT("", err.text);
    fake_be_silent(&fake, 1);
    FAILS(ETIMEDOUT,
          palm_client_list(client, palm_slice(""), collect, text, &err));
    CONTAINS(fake.db, err.text);
    fake_be_silent(&fake, 1);
    FAILS(ETIMEDOUT, palm_client_stats(client, &json, &err));
    CONTAINS(fake.db, err.text);
    stop(client);
}

static void
stats_are_what_the_server_counts(void)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    zmq_msg_t json;
    palm_client_t *client = start_real(&rig);
    MUST(!palm_client_stats(client, &json, &err));
    palm_slice_t text = {zmq_msg_data(&json), zmq_msg_size(&json)};
    MUST(text.size > 2 && text.data[0] == '{');
    (void)zmq_msg_close(&json);
    palm_client_destroy(&client);
    rig_fini(&rig);
}

static void
wrong_keys_are_not_sent(void)
{
    static const char *const keys[] = {"", "\xff"};
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    int before = fake_requests(&fake);
    for (int i = 0; i < 2; i++) {
        palm_slice_t key = palm_slice(keys[i]), value = palm_slice("v");
        FAILS(EINVAL, palm_client_cas(client, key, NULL, value, &err));
        FAILS(EINVAL, palm_client_ttl(client, key, 1, &err));
    }
    FAILS(EINVAL, palm_client_ttl(client, palm_slice("key"), -1, &err));
    EQUAL_INT(before, fake_requests(&fake));
    stop(client);
}

static const struct tap_test tests[] = {
    {"cas tells whether it was done", cas_tells_whether_it_was_done},
    {"ttl ends a key", ttl_ends_a_key},
    {"list gives the keys, until it is ended", list_gives_the_keys},
    {"list gives all keys", list_gives_all_keys},
    {"a list that does not go on is an error",
     list_that_does_not_go_on_is_an_error},
    {"stats are what the server counts", stats_are_what_the_server_counts},
    {"an old server is an error", an_old_server_is_an_error},
    {"a silent server is an error", a_silent_server_is_an_error},
    {"wrong keys are not sent", wrong_keys_are_not_sent},
};

TAP_MAIN("client_cache", tests)
