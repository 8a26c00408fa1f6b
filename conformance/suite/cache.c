/* SPDX-License-Identifier: MIT */
/* cache.c: PALM-CACHE: the verbs and the keys.  Presets are in presets.c. */
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum { LONG_KEY = 5000, LARGE_VALUE = 10000000 };

static struct bytes
set(struct peer *cache, const char *key, const char *value)
{
    return peer_ask(cache,
                    cache_request(cache->test, "set", key, bytes_text(value)));
}

static struct bytes
get(struct peer *cache, const char *key)
{
    return peer_ask(cache,
                    cache_request(cache->test, "get", "", bytes_text(key)));
}

static struct bytes
remove_key(struct peer *cache, const char *key)
{
    return peer_ask(cache,
                    cache_request(cache->test, "delete", "", bytes_text(key)));
}

/* A request whose function is not of the usual form. */
static void
check_answer(struct peer *cache, const char *function, const char *payload,
             const char *expected)
{
    struct bytes reply =
        peer_ask(cache, frame_of(cache->test, function, payload));

    check_text(cache->test,
               test_text(cache->test, "the reply to \"%s\"", function), reply,
               expected);
}

/* --- requests ------------------------------------------------------------- */

/* "… the text between the first dot of `function` and the second, if there is
 * one, and ignore what stands behind that." */
static void
cache_001_verb_is_between_dots(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "the reply to set", set(cache, "key", "value"), "key");
    check_answer(cache, "palm.get", "key", "value");
    check_answer(cache, "palm.get.more", "key", "value");
    check_answer(cache, "palm.get.set", "key", "value");
    check_answer(cache, "palm.get.", "key", "value");
    check_answer(cache, "palm.get..", "key", "value");
    check_answer(cache, "palm..get", "key", "");
}

/* "… ignore what stands before the first dot, the empty text included." */
static void
cache_002_server_name_is_ignored(struct test *test)
{
    static const char *const functions[] = {".get",    "_.get", "other.get",
                                            "set.get", " .get", "\xc3\xa9.get"};
    struct peer *cache = open_cache(test);
    size_t i;

    (void)set(cache, "key", "value");
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        check_answer(cache, functions[i], "key", "value");
    }
}

/* "… `GET` and `Set` are unknown verbs." */
static void
cache_003_case_of_verbs_matters(struct test *test)
{
    struct peer *cache = open_cache(test);
    struct message upper = message_of("palm.Set", "new");

    (void)set(cache, "key", "value");
    check_answer(cache, "palm.GET", "key", "");
    check_answer(cache, "palm.Get", "key", "");
    check_answer(cache, "palm.DELETE", "key", "");
    upper.cache = bytes_text("key");
    check_text(test, "the reply to Set",
               peer_ask(cache, message_encode(test, &upper)), "");
    check_text(test, "the value", get(cache, "key"), "value");
}

/* "… answer an unknown verb with an empty frame." */
static void
cache_004_unknown_verb_has_empty_reply(struct test *test)
{
    static const char *const functions[] = {
        "palm.",     "palm.got",     "palm.ge",       "palm.get ",
        "palm. get", "palm.set,get", "palm.__class__"};
    struct peer *cache = open_cache(test);
    size_t i;

    (void)set(cache, "key", "value");
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        check_answer(cache, functions[i], "key", "");
    }
    check_text(test, "the value", get(cache, "key"), "value");
}

/* "… answer a `function` without a dot with an empty frame." */
static void
cache_005_function_without_dot_has_empty_reply(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)set(cache, "key", "value");
    check_answer(cache, "get", "key", "");
    check_answer(cache, "", "key", "");
    check_answer(cache, "delete", "key", "");
    check_text(test, "the value", get(cache, "key"), "value");
}

/* "… answer the requests of one DEALER in their order." */
static void
cache_006_dealer_is_answered_in_order(struct test *test)
{
    enum { REQUESTS = 200 };
    struct target *target = target_start(test, "cache", NULL);
    struct peer *dealer = peer_connect(test, "dealer", ZMQ_DEALER,
                                       target_address(target, "db_address"));
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    int i;

    for (i = 0; i < REQUESTS; i++) {
        frames[1] = cache_request(test, "set", test_text(test, "key-%d", i),
                                  bytes_text("value"));
        peer_send_frames(dealer, frames, 2);
    }
    for (i = 0; i < REQUESTS; i++) {
        struct frames reply = peer_receive(dealer);

        check_frames(test, "a reply", &reply, 2);
        check_text(test, "the delimiter", reply.frame[0], "");
        check_text(test, "a reply", reply.frame[1],
                   test_text(test, "key-%d", i));
    }
}

/* --- verbs ---------------------------------------------------------------- */

/* "… store `payload` under the key in `cache`, and answer with that key." */
static void
cache_007_set_stores_and_replies_key(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "the reply", set(cache, "one", "first"), "one");
    check_text(test, "the reply", set(cache, "two", "second"), "two");
    check_text(test, "the value of one", get(cache, "one"), "first");
    check_text(test, "the value of two", get(cache, "two"), "second");
}

/* "… with an empty `cache` … a new uuid4 text of 36 characters, another one
 * each time." */
static void
cache_008_set_without_key_makes_one(struct test *test)
{
    struct peer *cache = open_cache(test);
    const char *first = bytes_string(test, set(cache, "", "one"));
    const char *second = bytes_string(test, set(cache, "", "two"));

    check_uuid(test, "the first key", bytes_text(first));
    check_uuid(test, "the second key", bytes_text(second));
    check_that(test, !bytes_are(bytes_text(first), second),
               "the key \"%s\" is given twice", first);
    check_text(test, "the first value", get(cache, first), "one");
    check_text(test, "the second value", get(cache, second), "two");
}

/* "… replace the value that the key had." */
static void
cache_009_set_replaces(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)set(cache, "key", "a longer value");
    check_text(test, "the reply", set(cache, "key", "new"), "key");
    check_text(test, "the value", get(cache, "key"), "new");
    (void)set(cache, "key", "");
    check_text(test, "the value", get(cache, "key"), "");
}

/* "… take `payload` as the key, and answer with the value, byte for byte." */
static void
cache_010_get_replies_value(struct test *test)
{
    struct peer *cache = open_cache(test);
    uint8_t all[256];
    struct bytes value = bytes_of(all, sizeof all);
    struct message request = message_of("palm.get", "key");
    unsigned i;

    for (i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)i;
    }
    (void)peer_ask(cache, cache_request(test, "set", "key", value));
    check_bytes(test, "the value", get(cache, "key"), value);
    (void)set(cache, "other", "wrong");
    request.cache = bytes_text("other"); /* is not looked at */
    check_bytes(test, "the value",
                peer_ask(cache, message_encode(test, &request)), value);
    check_text(test, "the other value", get(cache, "other"), "wrong");
}

/* "… a key that is not there … an empty frame." */
static void
cache_011_get_of_missing_key_is_empty(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)set(cache, "key", "value");
    check_text(test, "the reply", get(cache, "no-such-key"), "");
    check_text(test, "the reply", get(cache, "ke"), "");
    check_text(test, "the reply", get(cache, "key "), "");
    check_text(test, "the reply", get(cache, "KEY"), "");
}

/* "… a key whose value is empty … an empty frame." */
static void
cache_012_get_of_empty_value_is_empty(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "the reply to set", set(cache, "key", ""), "key");
    check_text(test, "the reply to get", get(cache, "key"), "");
}

/* "… take `payload` as the key, remove the key and its value, and answer with
 * the key." */
static void
cache_013_delete_removes_and_replies_key(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)set(cache, "key", "value");
    (void)set(cache, "kept", "other");
    check_text(test, "the reply", remove_key(cache, "key"), "key");
    check_text(test, "the deleted value", get(cache, "key"), "");
    check_text(test, "the other value", get(cache, "kept"), "other");
    (void)set(cache, "kept", "new");
    check_text(test, "the deleted value, later", get(cache, "key"), "");
}

/* "… a key that is not there … the key." */
static void
cache_014_delete_of_missing_key_replies_key(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "the reply", remove_key(cache, "no-such-key"),
               "no-such-key");
    check_text(test, "the value", get(cache, "no-such-key"), "");
}

/* "… blanks, dots or characters outside of ASCII, or … 5,000 characters." */
static void
cache_015_keys_are_any_text(struct test *test)
{
    const char *keys[] = {
        "a key with blanks", "dots.in.a.key", " ",
        "schl\xc3\xbcssel \xe9\x8d\xb5 \xf0\x9f\x94\x91",
        bytes_string(test, bytes_filled(test, 'k', LONG_KEY))};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    struct peer *cache = open_cache(test);
    size_t i;

    for (i = 0; i < KEYS; i++) {
        check_text(test, "the reply to set",
                   set(cache, keys[i], test_text(test, "value-%zu", i)),
                   keys[i]);
    }
    for (i = 0; i < KEYS; i++) {
        check_text(test, test_text(test, "the value of key %zu", i),
                   get(cache, keys[i]), test_text(test, "value-%zu", i));
    }
    for (i = 0; i < KEYS; i++) {
        check_text(test, "the reply to delete", remove_key(cache, keys[i]),
                   keys[i]);
        check_text(test, "the deleted value", get(cache, keys[i]), "");
    }
}

/* "A value of 10,000,000 bytes … within 30 s." */
static void
cache_016_large_value_comes_back(struct test *test)
{
    struct peer *cache = open_cache(test);
    uint8_t *data = test_memory(test, LARGE_VALUE);
    struct bytes value = bytes_of(data, LARGE_VALUE);
    size_t i;

    for (i = 0; i < LARGE_VALUE; i++) {
        data[i] = (uint8_t)(i * 31 >> 8);
    }
    check_text(test, "the reply to set",
               peer_ask(cache, cache_request(test, "set", "large", value)),
               "large");
    check_bytes(test, "the value", get(cache, "large"), value);
}

/* "A `get` or `delete` whose key is not UTF-8 … an empty frame." */
static void
cache_017_key_that_is_no_utf8_has_empty_reply(struct test *test)
{
    static const char *const keys[] = {"\xff", "key\x80", "\xc0\xaf",
                                       "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    struct peer *cache = open_cache(test);
    size_t i;

    (void)set(cache, "key", "value");
    for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        check_text(test, "the reply to get", get(cache, keys[i]), "");
        check_text(test, "the reply to delete", remove_key(cache, keys[i]), "");
    }
    check_text(test, "the value", get(cache, "key"), "value");
}

const struct test_entry cache_tests[] = {
    TEST("PALM-CACHE-001", cache_001_verb_is_between_dots),
    TEST("PALM-CACHE-002", cache_002_server_name_is_ignored),
    TEST("PALM-CACHE-003", cache_003_case_of_verbs_matters),
    TEST("PALM-CACHE-004", cache_004_unknown_verb_has_empty_reply),
    TEST("PALM-CACHE-005", cache_005_function_without_dot_has_empty_reply),
    TEST("PALM-CACHE-006", cache_006_dealer_is_answered_in_order),
    TEST("PALM-CACHE-007", cache_007_set_stores_and_replies_key),
    TEST("PALM-CACHE-008", cache_008_set_without_key_makes_one),
    TEST("PALM-CACHE-009", cache_009_set_replaces),
    TEST("PALM-CACHE-010", cache_010_get_replies_value),
    TEST("PALM-CACHE-011", cache_011_get_of_missing_key_is_empty),
    TEST("PALM-CACHE-012", cache_012_get_of_empty_value_is_empty),
    TEST("PALM-CACHE-013", cache_013_delete_removes_and_replies_key),
    TEST("PALM-CACHE-014", cache_014_delete_of_missing_key_replies_key),
    TEST("PALM-CACHE-015", cache_015_keys_are_any_text),
    TEST("PALM-CACHE-016", cache_016_large_value_comes_back),
    TEST("PALM-CACHE-017", cache_017_key_that_is_no_utf8_has_empty_reply),
    END_OF_TESTS,
};
