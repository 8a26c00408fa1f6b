/* SPDX-License-Identifier: MIT */
/* Tests of CacheService, as its peers see it. */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    AWAIT_INT(n, rig_stats(&bench->rig, PALM_SIDE_BYPASS, "Cache").undecodable);
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

/* --- extensions ------------------------------------------------------------
 */

/* Sends a request and compares bytes. */
static void
expect_bytes(void *req, const char *function, const char *cache,
             palm_slice_t payload, palm_slice_t reply)
{
    palm_message_t request = wire_message(NULL, cache, NULL);
    zmq_msg_t frame;
    request.function = palm_slice(function);
    request.payload = payload;
    send_message(req, &request, 0);
    recv_frame(req, &frame);
    EQUAL_BYTES(reply.data, reply.size, zmq_msg_data(&frame),
                zmq_msg_size(&frame));
    EQUAL_INT(0, zmq_msg_close(&frame));
}

#define BYTES(text) ((palm_slice_t){(text), sizeof(text) - 1})

static void
list_counts_and_gives_the_keys(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "job:2", "value", "job:2");
    expect_reply(bench.req, "server.set", "job:10", "value", "job:10");
    expect_bytes(bench.req, "server.list", NULL, BYTES("job:"),
                 BYTES("\0\0\0\2\0\0\0\6job:10\0\0\0\5job:2"));
    expect_bytes(bench.req, "server.list", NULL, BYTES("none"),
                 BYTES("\0\0\0\0"));
    expect_bytes(bench.req, "server.list", NULL, BYTES(""),
                 BYTES("\0\0\0\3\0\0\0\6job:10\0\0\0\5job:2"
                       "\0\0\0\4name"));
    finish(&bench, 0);
}

/* Sends a request for a list, and takes its reply. */
static void
list(struct bench *bench, const char *after, zmq_msg_t *reply)
{
    palm_message_t request = wire_message(NULL, after, "k");
    request.function = palm_slice("server.list");
    send_message(bench->req, &request, 0);
    recv_frame(bench->req, reply);
}

/* 256 short keys, or 64 KiB; the number tells that there are more. */
static void
a_list_has_an_end(void)
{
    enum { KEYS = 300, LONG = 1 << 20 };
    struct bench bench;
    zmq_msg_t reply;
    char text[16];
    static char key[LONG] = "kl";
    palm_slice_t slice = {key, sizeof key};
    start(&bench);
    palm_cache_t *cache = palm_server_cache(bench.rig.server);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(text, sizeof text, "k %03d", i);
        EQUAL_INT(0, palm_cache_set(cache, palm_slice(text), palm_slice("")));
    }
    for (int i = 0; i < 2; i++) {
        key[LONG - 1] = (char)i;
        EQUAL_INT(0, palm_cache_set(cache, slice, palm_slice("")));
    }
    list(&bench, NULL, &reply);
    EQUAL_INT(4 + 256 * (4 + 5), zmq_msg_size(&reply));
    EQUAL_BYTES("\0\0\1\1", 4, zmq_msg_data(&reply), 4);
    EQUAL_INT(0, zmq_msg_close(&reply));
    list(&bench, "k 255", &reply);
    EQUAL_INT(4 + (KEYS - 256) * (4 + 5) + 4 + LONG, zmq_msg_size(&reply));
    EQUAL_BYTES("\0\0\0\x2e", 4, zmq_msg_data(&reply), 4);
    EQUAL_INT(0, zmq_msg_close(&reply));
    list(&bench, "kla", &reply);
    EQUAL_BYTES("\0\0\0\0", 4, zmq_msg_data(&reply), zmq_msg_size(&reply));
    EQUAL_INT(0, zmq_msg_close(&reply));
    finish(&bench, 0);
}

static void
presets_are_not_for_peers(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "name", "other", "");
    expect_reply(bench.req, "server.delete", NULL, "name", "");
    expect_bytes(bench.req, "server.cas", "name", BYTES("\0\0\0\6serverx"),
                 BYTES(""));
    expect_bytes(bench.req, "server.ttl", "name", BYTES("1"), BYTES(""));
    AWAIT_INT(4, rig_stats(&bench.rig, PALM_SIDE_BYPASS, "Cache").foreign);
    expect_reply(bench.req, "server.set", "names", "value", "names");
    finish(&bench, 0);
}

/* Not even when the program of the server has taken their values away. */
static void
a_preset_without_a_value_is_not_for_peers(void)
{
    struct bench bench;
    start(&bench);
    palm_cache_t *cache = palm_server_cache(bench.rig.server);
    EQUAL_INT(0, palm_cache_delete(cache, palm_slice("name")));
    expect_reply(bench.req, "server.set", "name", "other", "");
    EQUAL_INT(0,
              palm_cache_set(cache, palm_slice("name"), palm_slice("server")));
    finish(&bench, 0);
}

static void
protection_can_be_given_up(void)
{
    struct bench bench;
    palm_server_options_t options;
    palm_cache_options_t cache;
    palm_error_t err;
    palm_server_options_init(&options);
    palm_cache_options_init(&cache);
    EQUAL_INT(0, palm_cache_option_set(&cache, "protect", "no", &err));
    options.cache = &cache;
    rig_init(&bench.rig, &options);
    rig_add(&bench.rig, "CacheService", "Cache", NULL, NULL);
    rig_start(&bench.rig);
    bench.req = rig_connect(&bench.rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    expect_reply(bench.req, "server.set", "name", "other", "name");
    expect_reply(bench.req, "server.get", NULL, "name", "other");
    expect_reply(bench.req, "server.set", "name", "server", "name");
    finish(&bench, 0);
}

static void
cas_replaces_what_is_expected(void)
{
    struct bench bench;
    start(&bench);
    expect_bytes(bench.req, "server.cas", "key", BYTES("\xff\xff\xff\xffone"),
                 BYTES("key"));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\xff\xff\xff\xfftwo"),
                 BYTES(""));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\0\0\0\3onetwo"),
                 BYTES("key"));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\0\0\0\3onetri"),
                 BYTES(""));
    expect_reply(bench.req, "server.get", NULL, "key", "two");
    expect_bytes(bench.req, "server.cas", "other", BYTES("\0\0\0\0new"),
                 BYTES(""));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\0\0\0\3two"),
                 BYTES("key"));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\0\0\0\0new"),
                 BYTES("key"));
    expect_reply(bench.req, "server.get", NULL, "key", "new");
    expect_bytes(bench.req, "server.cas", "empty", BYTES("\xff\xff\xff\xff"),
                 BYTES("empty"));
    expect_bytes(bench.req, "server.cas", "empty", BYTES("\0\0\0\0"),
                 BYTES("empty"));
    EQUAL_INT(0, rig_stats(&bench.rig, PALM_SIDE_BYPASS, "Cache").failed);
    finish(&bench, 0);
}

static void
cas_that_makes_no_sense_gives_nothing(void)
{
    struct bench bench;
    start(&bench);
    expect_bytes(bench.req, "server.cas", "key", BYTES(""), BYTES(""));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\xff\xff\xff"),
                 BYTES(""));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\0\0\0\4abc"),
                 BYTES(""));
    expect_bytes(bench.req, "server.cas", "key", BYTES("\xff\xff\xff\xfe"),
                 BYTES(""));
    expect_bytes(bench.req, "server.cas", NULL, BYTES("\xff\xff\xff\xffone"),
                 BYTES(""));
    finish(&bench, 5);
}

/* Whether the key is gone. */
static bool
has_ended(void *arg)
{
    zmq_msg_t frame;
    palm_message_t request = wire_message(NULL, NULL, "key");
    request.function = palm_slice("server.get");
    send_message(arg, &request, 0);
    recv_frame(arg, &frame);
    bool is_gone = zmq_msg_size(&frame) == 0;
    EQUAL_INT(0, zmq_msg_close(&frame));
    return is_gone;
}

static void
ttl_ends_a_key(void)
{
    struct bench bench;
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "value", "key");
    expect_reply(bench.req, "server.ttl", "key", "3600000", "key");
    expect_reply(bench.req, "server.get", NULL, "key", "value");
    expect_reply(bench.req, "server.ttl", "key", "20", "key");
    MUST(tap_await(has_ended, bench.req));
    expect_reply(bench.req, "server.ttl", "key", "0", "");
    expect_reply(bench.req, "server.set", "key", "value", "key");
    expect_reply(bench.req, "server.ttl", "key", "0", "key");
    finish(&bench, 0);
}

static void
ttl_that_makes_no_sense_gives_nothing(void)
{
    static const char *const texts[] = {
        "", "-1", "1s", " 1", "1.5", "99999999999999999999", "0x1"};
    struct bench bench;
    size_t count = sizeof texts / sizeof *texts;
    start(&bench);
    for (size_t i = 0; i < count; i++) {
        expect_reply(bench.req, "server.ttl", "key", texts[i], "");
    }
    finish(&bench, count);
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
    static const char *const replies[] = {"value", "", "key"};
    struct bench bench;
    palm_message_t request = wire_message(NULL, NULL, "key");
    start(&bench);
    expect_reply(bench.req, "server.set", "key", "value", "key");
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

/* libzmq alone takes any bytes for a peer of ZMTP 1.0, and its REP then loses
 * the reply to another. */
static void
bytes_that_are_no_zmtp_change_nothing(void)
{
    struct bench bench;
    struct sockaddr_in address = {.sin_family = AF_INET};
    uint8_t bytes[3000];
    uint32_t number = 7;
    int fds[4];
    rig_init(&bench.rig, NULL);
    rig_add(&bench.rig, "CacheService", "Cache", NULL, NULL);
    rig_start(&bench.rig);
    for (size_t i = 0; i < sizeof bytes; i++) {
        number = number * 1664525U + 1013904223U;
        bytes[i] = (uint8_t)(number >> 24);
    }
    const char *endpoint =
        palm_server_endpoint(bench.rig.server, PALM_SIDE_BYPASS, "Cache");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port =
        htons((uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10));
    for (int i = 0; i < 4; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        MUST(!connect(fds[i], (struct sockaddr *)&address, sizeof address));
        MUST(send(fds[i], bytes, sizeof bytes, MSG_NOSIGNAL) > 0);
        if (i % 2 == 0) {
            (void)close(fds[i]);
        }
    }
    bench.req = rig_connect(&bench.rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    expect_reply(bench.req, "server.get", NULL, "name", "server");
    (void)close(fds[1]);
    (void)close(fds[3]);
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
    {"list counts and gives the keys", list_counts_and_gives_the_keys},
    {"a list has an end, and tells it", a_list_has_an_end},
    {"presets are not for peers", presets_are_not_for_peers},
    {"nor is one without a value", a_preset_without_a_value_is_not_for_peers},
    {"protection can be given up", protection_can_be_given_up},
    {"cas replaces what is expected", cas_replaces_what_is_expected},
    {"cas that makes no sense gives nothing",
     cas_that_makes_no_sense_gives_nothing},
    {"ttl ends a key", ttl_ends_a_key},
    {"ttl that makes no sense gives nothing",
     ttl_that_makes_no_sense_gives_nothing},
    {"unknown verbs give nothing, and case matters",
     unknown_verbs_give_nothing},
    {"a function without a dot gives nothing",
     a_function_without_a_dot_gives_nothing},
    {"garbage gives nothing", garbage_gives_nothing},
    {"the empty frame gives nothing", the_empty_frame_gives_nothing},
    {"a key that is not UTF-8 gives nothing",
     a_key_that_is_not_utf8_gives_nothing},
    {"several frames give nothing", several_frames_give_nothing},
    {"bytes that are no ZMTP change nothing",
     bytes_that_are_no_zmtp_change_nothing},
    {"keys may be any text", keys_may_be_any_text},
    {"keys may have 5,000 characters", keys_may_be_long},
    {"values may have 10 MB", values_may_be_large},
    {"a DEALER's requests are answered in order",
     a_dealers_requests_are_answered_in_order},
};

TAP_MAIN("cache_service", tests)
