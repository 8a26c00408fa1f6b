/* SPDX-License-Identifier: MIT */
/* client.c: PALM-CLIENT: what a client asks a cache.  Its messages and results
 * are in client_calls.c. */
#include "conformance/suite/asker.h"
#include "conformance/suite/topics.h"

static bool
has_asked(const struct asker *asker, const char *key)
{
    size_t i;

    for (i = 0; i < asker->requests; i++) {
        if (bytes_are(asker->request[i].payload, key)) {
            return true;
        }
    }
    return false;
}

/* "… ask the cache for `name` …" */
static void
client_001_asks_for_the_name(struct test *test)
{
    struct asker asker;

    asker_open(&asker, test);
    check_that(test, has_asked(&asker, "name"),
               "the client expects a server and does not ask for its name");
}

/* "… and treat another name as an error." */
static void
client_001_other_name_is_an_error(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker.presets[1] = "palmer";
    asker_start(&asker, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_answer_is_error(&asker, &answer);
}

/* "… the expected server's name and `.get` as `function`, and the key as
 * `payload`." */
static void
client_002_lookups_have_their_fields(struct test *test)
{
    struct asker asker;
    size_t i;

    asker_open(&asker, test);
    check_that(test, asker.requests > 0, "the client asks for nothing");
    for (i = 0; i < asker.requests; i++) {
        const struct bytes key = asker.request[i].payload;

        check_text(test, "function of the request", asker.request[i].function,
                   "palm.get");
        check_that(test,
                   bytes_are(key, "name") || bytes_are(key, "pull_address")
                       || bytes_are(key, "pub_address")
                       || bytes_are(key, "pull_address.max_message_size"),
                   "the client asks for \"%s\"", bytes_shown(test, key, 80));
    }
}

/* "… ask the cache for `pull_address` and `pub_address` unless it is given
 * them." */
static void
client_003_asks_for_its_addresses(struct test *test)
{
    struct asker asker;

    asker_open(&asker, test);
    check_that(test,
               has_asked(&asker, "pull_address")
                   && has_asked(&asker, "pub_address"),
               "the client does not ask for both addresses");
    (void)asker_eval(&asker, "there");
}

/* "… and use those that it is given." */
static void
client_003_uses_given_addresses(struct test *test)
{
    struct asker asker;
    struct peer *wrong = peer_bind(test, "wrong address", ZMQ_ROUTER);
    struct frames answer;

    asker_bind(&asker, test);
    asker.presets[3] = wrong->address;
    asker.presets[5] = wrong->address;
    asker_start(&asker, "pull_address", asker.pull->address, "pub_address",
                asker.pub->address, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_text(test, "the answer to open", answer.frame[0], "RESULT");
    (void)asker_eval(&asker, "there");
}

/* "… set its uuid as the identity of the socket with which it asks the cache."
 */
static void
client_004_identity_is_its_uuid(struct test *test)
{
    struct asker asker;
    struct message message;
    size_t i;

    asker_open(&asker, test);
    message = asker_eval(&asker, "who");
    for (i = 0; i < asker.requests; i++) {
        check_bytes(test, "the identity of the REQ", asker.identity[i],
                    message.client);
    }
}

/* "… report an error when the cache does not know an address …" */
static void
client_005_missing_address_is_an_error(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker.presets[5] = "";
    asker_start(&asker, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_answer_is_error(&asker, &answer);
}

/* "… and when nobody answers within its `timeout`." */
static void
client_005_silent_cache_is_an_error(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker_start(&asker, "timeout", "300", NULL);
    target_send(asker.target, "open", NULL, 0);
    answer = target_receive(asker.target);
    check_answer_is_error(&asker, &answer);
}

/* --- values --------------------------------------------------------------- */

static const struct message *
last_request(const struct asker *asker)
{
    check_that(asker->test, asker->requests > 0, "the client asks for nothing");
    return &asker->request[asker->requests - 1];
}

/* "… *server*`.set`, the key in `cache` and the value in `payload`." */
static void
client_018_set_has_its_fields(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_open(&asker, test);
    answer = asker_command(&asker, "set", "key", "value", NULL);
    check_answer_is(&asker, &answer, "key");
    check_text(test, "function", last_request(&asker)->function, "palm.set");
    check_text(test, "cache", last_request(&asker)->cache, "key");
    check_text(test, "payload", last_request(&asker)->payload, "value");
}

static void
open_session(struct asker *asker, struct test *test)
{
    struct frames answer;

    asker_bind(asker, test);
    asker->presets[6] = "s1key";
    asker->presets[7] = "of the session";
    asker_start(asker, "session", "s1", NULL);
    answer = asker_command(asker, "open", NULL);
    check_text(test, "the answer to open", answer.frame[0], "RESULT");
}

/* "… put the session, without a separator, before the key of a `set`, and
 * return the full key." */
static void
client_019_session_stands_before_the_key(struct test *test)
{
    struct asker asker;
    struct frames answer;

    open_session(&asker, test);
    answer = asker_command(&asker, "set", "key", "value", NULL);
    check_text(test, "cache", last_request(&asker)->cache, "s1key");
    check_text(test, "payload", last_request(&asker)->payload, "value");
    check_answer_is(&asker, &answer, "s1key");
}

/* "… the key of a `get` and of a `delete` as `payload`, without putting the
 * session before it, and return the reply byte for byte." */
static void
client_020_get_and_delete_take_the_full_key(struct test *test)
{
    struct asker asker;
    struct frames answer;

    open_session(&asker, test);
    answer = asker_command(&asker, "get", "s1key", NULL);
    check_text(test, "payload of get", last_request(&asker)->payload, "s1key");
    check_text(test, "function of get", last_request(&asker)->function,
               "palm.get");
    check_answer_is(&asker, &answer, "of the session");
    answer = asker_command(&asker, "get", "other", NULL);
    check_text(test, "payload of get", last_request(&asker)->payload, "other");
    check_answer_is(&asker, &answer, "");
    answer = asker_command(&asker, "delete", "key", NULL);
    check_text(test, "payload of delete", last_request(&asker)->payload, "key");
    check_text(test, "function of delete", last_request(&asker)->function,
               "palm.delete");
    check_answer_is(&asker, &answer, "key");
}

/* "… an error when a reply of the cache has several frames." */
static void
client_022_several_frames_are_no_reply(struct test *test)
{
    struct asker asker;
    struct frames answer;

    asker_bind(&asker, test);
    asker.splits = true;
    asker_start(&asker, NULL);
    answer = asker_command(&asker, "open", NULL);
    check_answer_is_error(&asker, &answer);
}

const struct test_entry client_tests[] = {
    TEST("PALM-CLIENT-001", client_001_asks_for_the_name),
    TEST("PALM-CLIENT-001", client_001_other_name_is_an_error),
    TEST("PALM-CLIENT-002", client_002_lookups_have_their_fields),
    TEST("PALM-CLIENT-003", client_003_asks_for_its_addresses),
    TEST("PALM-CLIENT-003", client_003_uses_given_addresses),
    TEST("PALM-CLIENT-004", client_004_identity_is_its_uuid),
    TEST("PALM-CLIENT-005", client_005_missing_address_is_an_error),
    TEST("PALM-CLIENT-005", client_005_silent_cache_is_an_error),
    TEST("PALM-CLIENT-018", client_018_set_has_its_fields),
    TEST("PALM-CLIENT-019", client_019_session_stands_before_the_key),
    TEST("PALM-CLIENT-020", client_020_get_and_delete_take_the_full_key),
    TEST("PALM-CLIENT-022", client_022_several_frames_are_no_reply),
    END_OF_TESTS,
};
