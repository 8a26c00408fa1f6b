/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/client.h"

#include <stdlib.h>
#include <string.h>

#include "harness/support/fake_client.h"

enum { SHORT = 100 }; /* ms in which something is expected not to happen */

/* palm_client_new() fails with this code, and its text names this. */
static void
new_fails(int code, const char *names, const palm_client_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_client_t *client = palm_client_new(options, &err);
    int got = errno;
    MUST(client == NULL);
    EQUAL_INT(code, got);
    EQUAL_INT(code, err.code);
    CONTAINS(names, err.text);
}

/* --- making --------------------------------------------------------------- */

static void
client_introduces_itself_to_the_cache(void)
{
    palm_client_t *client = start(0);
    struct fake_request last = fake_last(&fake);
    EQUAL_TEXT(palm_client_id(client), last.identity);
    EQUAL_TEXT(palm_client_id(client), last.client);
    EQUAL_TEXT("srv.get", last.function);
    EQUAL_INT(36, strlen(last.pipeline));
    EQUAL_INT(4, fake_requests(&fake));
    stop(client);
}

static void
client_of_any_server_asks_no_name(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.server = NULL;
    palm_client_t *client = connect_with(&options);
    EQUAL_TEXT("_.get", fake_last(&fake).function);
    EQUAL_INT(3, fake_requests(&fake));
    stop(client);
}

/* The server would drop it. */
static void
a_message_over_the_servers_limit_is_not_sent(void)
{
    palm_result_t result;
    palm_error_t err = {0, ""};
    char large[1001];
    fake_start(&fake, "srv");
    fake_put(&fake, "pull_address.max_message_size", "1000");
    palm_client_options_t options = default_options();
    palm_client_t *client = connect_with(&options);
    EQUAL_INT(1000, palm_client_max_message_size(client));
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    FAILS(EMSGSIZE, palm_client_send(client, "f", palm_slice(large), NULL, -1));
    FAILS(EMSGSIZE,
          palm_client_call(client, "f", palm_slice(large), &result, -1, &err));
    CONTAINS("1000 bytes", err.text);
    EQUAL_INT(0, palm_client_outstanding(client));
    MUST(!fake_has(fake.pull));
    send_ok(client, "f", "small");
    serve_one("answer");
    next_result_is(client, "answer");
    stop(client);
}

/* As servers of old, and those of other makes. */
static void
a_server_may_tell_no_limit(void)
{
    palm_client_t *client = start(0);
    EQUAL_INT(-1, palm_client_max_message_size(client));
    stop(client);
}

static void
client_with_both_addresses_needs_no_cache(void)
{
    palm_error_t err = {0, ""};
    zmq_msg_t value;
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.db_address = NULL;
    options.push_address = fake.pull_address;
    options.sub_address = fake.pub_address;
    palm_client_t *client = connect_with(&options);
    EQUAL_INT(0, fake_requests(&fake));
    FAILS(EINVAL, palm_client_get(client, palm_slice("k"), &value, &err));
    stop(client);
}

static void
client_of_the_cache_needs_nobody_else(void)
{
    zmq_msg_t value;
    palm_result_t result;
    palm_error_t err = {0, ""};
    palm_slice_t none = palm_slice("");
    fake_start(&fake, "srv");
    fake_put(&fake, "pull_address", NULL);
    fake_put(&fake, "pub_address", NULL);
    palm_client_options_t options = default_options();
    options.cache_only = true;
    palm_client_t *client = palm_client_new(&options, &err);
    EQUAL_TEXT("", err.text);
    EQUAL_INT(1, fake_requests(&fake)); /* the name */
    MUST(!palm_client_get(client, palm_slice("name"), &value, &err));
    EQUAL_INT(3, zmq_msg_size(&value));
    (void)zmq_msg_close(&value);
    FAILS(ENOTCONN, palm_client_send(client, "f", none, NULL, -1));
    FAILS(ENOTCONN, palm_client_call(client, "f", none, &result, -1, &err));
    FAILS(ENOTCONN, palm_client_recv(client, &result, -1));
    EQUAL_INT(0, palm_client_outstanding(client));
    palm_client_destroy(&client);
    options.server = "other";
    new_fails(EPERM, "'srv', not 'other'", &options);
    options.server = NULL;
    options.db_address = "nonsense";
    new_fails(EINVAL, "nonsense", &options);
    options.db_address = NULL;
    new_fails(EINVAL, "no address", &options);
    fake_stop(&fake);
}

static void
wrong_server_name_is_refused(void)
{
    fake_start(&fake, "other");
    palm_client_options_t options = default_options();
    new_fails(EPERM, "'other', not 'srv'", &options);
    fake_stop(&fake);
}

static void
missing_key_names_cache_and_key(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    fake_put(&fake, "pull_address", NULL);
    new_fails(ENOENT, "pull_address", &options);
    new_fails(ENOENT, fake.db, &options);
    fake_stop(&fake);
}

static void
silent_cache_is_a_timeout_with_its_address(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = SHORT;
    fake_be_silent(&fake, 1000);
    new_fails(ETIMEDOUT, fake.db, &options);
    fake_stop(&fake);
}

/* Addresses at which nobody listens. */
static void
unanswered_connections_are_timeouts_with_their_address(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = SHORT;
    fake_put(&fake, "pull_address", "tcp://127.0.0.1:1");
    new_fails(ETIMEDOUT, "tcp://127.0.0.1:1", &options);
    options.push_address = fake.pull_address;
    options.sub_address = "tcp://127.0.0.1:2";
    new_fails(ETIMEDOUT, "tcp://127.0.0.1:2", &options);
    fake_stop(&fake);
}

static void
socket_of_the_wrong_kind_is_a_timeout(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = SHORT;
    options.push_address = fake.pub_address;
    new_fails(ETIMEDOUT, fake.pub_address, &options);
    fake_stop(&fake);
}

static void
malformed_options_are_refused(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.db_address = "nonsense";
    new_fails(EINVAL, "nonsense", &options);
    options.db_address = "foo://bar";
    new_fails(EINVAL, "foo://bar", &options);
    options.db_address = NULL;
    new_fails(EINVAL, "no address", &options);
    options = default_options();
    options.window = 0;
    new_fails(EINVAL, "window", &options);
    options = default_options();
    options.session = "\xff";
    new_fails(EINVAL, "UTF-8", &options);
    fake_stop(&fake);
}

/* --- the cache ------------------------------------------------------------ */

/* The cache has this text under the key. */
static void
cache_has(palm_client_t *client, const char *key, const char *text)
{
    zmq_msg_t value;
    palm_error_t err = {0, ""};
    MUST(!palm_client_get(client, palm_slice(key), &value, &err));
    EQUAL_BYTES(text, strlen(text), zmq_msg_data(&value), zmq_msg_size(&value));
    (void)zmq_msg_close(&value);
}

static void
cache_stores_and_deletes(void)
{
    char *key = NULL;
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    MUST(
        !palm_client_set(client, palm_slice("k"), palm_slice("v"), &key, &err));
    EQUAL_TEXT("k", key);
    free(key);
    cache_has(client, "k", "v");
    EQUAL_TEXT("srv.get", fake_last(&fake).function);
    MUST(!palm_client_delete(client, palm_slice("k"), &err));
    cache_has(client, "k", "");
    stop(client);
}

static void
session_is_put_before_the_key(void)
{
    char *key = NULL;
    palm_error_t err = {0, ""};
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.session = "mine";
    palm_client_t *client = connect_with(&options);
    MUST(
        !palm_client_set(client, palm_slice("k"), palm_slice("v"), &key, &err));
    EQUAL_TEXT("minek", key);
    free(key);
    cache_has(client, "minek", "v");
    MUST(!palm_client_set(client, palm_slice(""), palm_slice("w"), &key, &err));
    EQUAL_TEXT("chosen", key);
    free(key);
    MUST(
        !palm_client_set(client, palm_slice("l"), palm_slice("x"), NULL, &err));
    cache_has(client, "minel", "x");
    stop(client);
}

/* A client whose answer is there before it looks never waits, and without a
 * wait libzmq does not hear that its requests have gone. */
static void
answers_that_are_there_do_not_fill_the_queue(void)
{
    enum { AHEAD = 100, REQUESTS = 200 };
    palm_client_t *client = start(0);
    fake_be_ahead(&fake, AHEAD);
    for (int i = 0; i < REQUESTS; i++) {
        cache_has(client, "name", "srv");
    }
    stop(client);
}

static void
refused_value_and_wrong_key_are_errors(void)
{
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    FAILS(EIO, palm_client_set(client, palm_slice("k"), palm_slice("refuse me"),
                               NULL, &err));
    CONTAINS(fake.db, err.text);
    FAILS(EINVAL, palm_client_set(client, palm_slice("\xff"), palm_slice("v"),
                                  NULL, &err));
    stop(client);
}

static void
lost_reply_does_not_wedge_the_cache(void)
{
    zmq_msg_t value;
    palm_error_t err = {0, ""};
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = tap_deadline() / 50;
    palm_client_t *client = connect_with(&options);
    fake_be_silent(&fake, 1);
    FAILS(ETIMEDOUT, palm_client_get(client, palm_slice("name"), &value, &err));
    CONTAINS(fake.db, err.text);
    cache_has(client, "name", "srv");
    stop(client);
}

/* The first answer is held back until the second request has come, and then is
 * sent before the second's. */
static void
late_reply_is_not_taken_for_another(void)
{
    zmq_msg_t value;
    palm_error_t err = {0, ""};
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.timeout = tap_deadline() / 50;
    palm_client_t *client = connect_with(&options);
    fake_put(&fake, "first", "wrong");
    fake_put(&fake, "second", "right");
    fake_be_late(&fake);
    FAILS(ETIMEDOUT,
          palm_client_get(client, palm_slice("first"), &value, &err));
    cache_has(client, "second", "right");
    cache_has(client, "first", "wrong");
    stop(client);
}

static void
reply_of_several_frames_is_refused(void)
{
    zmq_msg_t value;
    palm_error_t err = {0, ""};
    palm_client_t *client = start(0);
    fake_be_split(&fake);
    FAILS(EBADMSG, palm_client_get(client, palm_slice("name"), &value, &err));
    stop(client);
}

static const struct tap_test tests[] = {
    {"client introduces itself to the cache",
     client_introduces_itself_to_the_cache},
    {"client of any server asks no name", client_of_any_server_asks_no_name},
    {"a message over the server's limit is not sent",
     a_message_over_the_servers_limit_is_not_sent},
    {"a server may tell no limit", a_server_may_tell_no_limit},
    {"client with both addresses needs no cache",
     client_with_both_addresses_needs_no_cache},
    {"client of the cache needs nobody else",
     client_of_the_cache_needs_nobody_else},
    {"wrong server name is refused", wrong_server_name_is_refused},
    {"missing key names cache and key", missing_key_names_cache_and_key},
    {"silent cache is a timeout with its address",
     silent_cache_is_a_timeout_with_its_address},
    {"unanswered connections are timeouts with their address",
     unanswered_connections_are_timeouts_with_their_address},
    {"socket of the wrong kind is a timeout",
     socket_of_the_wrong_kind_is_a_timeout},
    {"malformed options are refused", malformed_options_are_refused},
    {"cache stores and deletes", cache_stores_and_deletes},
    {"session is put before the key", session_is_put_before_the_key},
    {"answers that are there do not fill the queue",
     answers_that_are_there_do_not_fill_the_queue},
    {"refused value and wrong key are errors",
     refused_value_and_wrong_key_are_errors},
    {"lost reply does not wedge the cache",
     lost_reply_does_not_wedge_the_cache},
    {"late reply is not taken for another",
     late_reply_is_not_taken_for_another},
    {"reply of several frames is refused", reply_of_several_frames_is_refused},
};

TAP_MAIN("client", tests)
