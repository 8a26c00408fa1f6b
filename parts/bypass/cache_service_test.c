/* SPDX-License-Identifier: MIT */
/* Tests of CacheService, as its peers see it. */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* A server with nothing but a cache, and a REQ peer. */
struct bench {
    struct rig rig;
    void *req;
};

static void
start(struct bench *bench)
{
    rig_init(&bench->rig, NULL);
    rig_add(&bench->rig, "CacheService", "Cache", NULL, NULL);
    rig_start(&bench->rig);
    bench->req = rig_connect(&bench->rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
}

/* The cache has answered n bad requests, and still works. */
static void
finish(struct bench *bench, uint64_t n)
{
    expect_reply(bench->req, "server.get", NULL, "name", "server");
    EQUAL_INT(n, rig_stats(&bench->rig, PALM_SIDE_BYPASS, "Cache").undecodable);
    rig_fini(&bench->rig);
}

/* --- the verbs ------------------------------------------------------------ */

static void
what_is_set_can_be_got(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "value", "key");
    expect_reply(bench.req, "server.get", NULL, "key", "value");
    finish(&bench, 0);
}

static void
set_replaces(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "old value", "key");
    expect_reply(bench.req, "server.set", "key", "new", "key");
    expect_reply(bench.req, "server.get", NULL, "key", "new");
    finish(&bench, 0);
}

static void
set_without_a_key_makes_one(void)
{
    struct bench bench;
    char key[37] = "";
    palm_message_t request = wire_message(NULL, NULL, "value");
    start(&bench);
    request.function = palm_slice("server.set");
    send_message(bench.req, &request, 0);
    EQUAL_INT(36, zmq_recv(bench.req, key, 36, 0));
    EQUAL_INT('4', key[14]);
    expect_reply(bench.req, "server.get", NULL, key, "value");
    finish(&bench, 0);
}

static void
a_missing_key_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.get", NULL, "missing", "");
    expect_reply(bench.req, "server.get", "name", NULL, "");
    finish(&bench, 0);
}

static void
an_empty_value_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "", "key");
    expect_reply(bench.req, "server.get", NULL, "key", "");
    finish(&bench, 0);
}

static void
delete_removes_and_gives_the_key(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "value", "key");
    expect_reply(bench.req, "server.delete", NULL, "key", "key");
    expect_reply(bench.req, "server.get", NULL, "key", "");
    finish(&bench, 0);
}

static void
delete_of_a_missing_key_gives_it(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.delete", NULL, "missing", "missing");
    finish(&bench, 0);
}

static void
the_name_before_the_dot_is_ignored(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "somebody else.get", NULL, "name", "server");
    expect_reply(bench.req, ".get", NULL, "name", "server");
    finish(&bench, 0);
}

static void
the_verb_ends_at_the_second_dot(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.get.more.words", NULL, "name", "server");
    finish(&bench, 0);
}

/* --- what is wrong -------------------------------------------------------- */

static void
unknown_verbs_give_nothing(void)
{
    static const char *const functions[] = {
        "server.",     "server.Get",  "server.GET", "server.get ",
        "server..get", "server.sett", "server.echo"};
    struct bench bench;
    size_t count = sizeof functions / sizeof *functions;
    start(&bench);
    for (size_t i = 0; i < count; i++) {
        expect_reply(bench.req, functions[i], "name", "name", "");
    }
    finish(&bench, count);
}

static void
a_function_without_a_dot_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "get", NULL, "name", "");
    expect_reply(bench.req, "", NULL, "name", "");
    finish(&bench, 2);
}

static void
garbage_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    send_bytes(bench.req, "\xff\xff\xff\xff", 4, 0);
    expect_text(bench.req, "", false);
    finish(&bench, 1);
}

static void
the_empty_frame_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    send_bytes(bench.req, "", 0, 0);
    expect_text(bench.req, "", false);
    finish(&bench, 1);
}

static void
a_key_that_is_not_utf8_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.get", NULL, "\xc0\x80", "");
    expect_reply(bench.req, "server.delete", NULL, "\xed\xa0\x80", "");
    expect_reply(bench.req, "server.set", "\xff", "value", "");
    finish(&bench, 3);
}

static void
several_frames_give_nothing(void)
{
    struct bench bench;
    palm_message_t request = wire_message(NULL, NULL, "name");
    start(&bench);
    request.function = palm_slice("server.get");
    send_message(bench.req, &request, ZMQ_SNDMORE);
    send_message(bench.req, &request, ZMQ_SNDMORE);
    send_message(bench.req, &request, 0);
    expect_text(bench.req, "", false);
    finish(&bench, 1);
}

/* --- sizes and shapes ----------------------------------------------------- */

static void
keys_may_be_any_text(void)
{
    static const char *const keys[] = {"a key with blanks", " ",
                                       "dots.in.it",        ".",
                                       "newline\nkey",      "\xc3\xa9t\xc3\xa9",
                                       "\xf0\x9f\x8c\xb4"};
    struct bench bench;
    start(&bench);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        expect_reply(bench.req, "server.set", keys[i], "value", keys[i]);
        expect_reply(bench.req, "server.get", NULL, keys[i], "value");
        expect_reply(bench.req, "server.delete", NULL, keys[i], keys[i]);
    }
    finish(&bench, 0);
}

static void
keys_may_be_long(void)
{
    struct bench bench;
    char key[5001];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    start(&bench);
    expect_reply(bench.req, "server.set", key, "value", key);
    expect_reply(bench.req, "server.get", NULL, key, "value");
    finish(&bench, 0);
}

static void
values_may_be_large(void)
{
    struct bench bench;
    size_t size = 10 << 20;
    char *value = malloc(size + 1);
    MUST(value);
    for (size_t i = 0; i < size; i++) {
        value[i] = (char)('a' + i % 26);
    }
    value[size] = '\0';
    start(&bench);
    expect_reply(bench.req, "server.set", "large", value, "large");
    expect_reply(bench.req, "server.get", NULL, "large", value);
    free(value);
    finish(&bench, 0);
}

static void
a_dealers_requests_are_answered_in_order(void)
{
    static const char *const functions[] = {"server.get", "server.echo",
                                            "server.delete"};
    static const char *const replies[] = {"server", "", "name"};
    struct bench bench;
    palm_message_t request = wire_message(NULL, NULL, "name");
    start(&bench);
    void *dealer =
        rig_connect(&bench.rig, ZMQ_DEALER, PALM_SIDE_BYPASS, "Cache");
    for (int i = 0; i < 3; i++) {
        request.function = palm_slice(functions[i]);
        send_text(dealer, "", ZMQ_SNDMORE);
        send_message(dealer, &request, 0);
    }
    for (int i = 0; i < 3; i++) {
        expect_text(dealer, "", true);
        expect_text(dealer, replies[i], false);
    }
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"what is set can be got", what_is_set_can_be_got},
    {"set replaces", set_replaces},
    {"set without a key makes a uuid", set_without_a_key_makes_one},
    {"a missing key gives nothing", a_missing_key_gives_nothing},
    {"an empty value gives nothing", an_empty_value_gives_nothing},
    {"delete removes, and gives the key", delete_removes_and_gives_the_key},
    {"delete of a missing key gives the key", delete_of_a_missing_key_gives_it},
    {"what stands before the dot is ignored",
     the_name_before_the_dot_is_ignored},
    {"the verb ends at the second dot", the_verb_ends_at_the_second_dot},
    {"unknown verbs give nothing, and case matters",
     unknown_verbs_give_nothing},
    {"a function without a dot gives nothing",
     a_function_without_a_dot_gives_nothing},
    {"garbage gives nothing", garbage_gives_nothing},
    {"the empty frame gives nothing", the_empty_frame_gives_nothing},
    {"a key that is not UTF-8 gives nothing",
     a_key_that_is_not_utf8_gives_nothing},
    {"several frames give nothing", several_frames_give_nothing},
    {"keys may be any text", keys_may_be_any_text},
    {"keys may have 5,000 characters", keys_may_be_long},
    {"values may have 10 MB", values_may_be_large},
    {"a DEALER's requests are answered in order",
     a_dealers_requests_are_answered_in_order},
};

TAP_MAIN("cache_service", tests)
