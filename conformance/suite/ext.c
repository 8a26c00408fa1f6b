/* SPDX-License-Identifier: MIT */
/* ext.c: PALM-EXT: field 8, and more verbs of the cache. */
#include <string.h>

#include "conformance/suite/crew.h"
#include "conformance/suite/topics.h"

/* --- field 8 -------------------------------------------------------------- */

/* The text of field 8 in the result of such a message; data is NULL if there is
 * none. */
static struct bytes
error_of(struct crew *crew, const char *function, int64_t stage)
{
    struct message message = message_of(function, "0");
    struct message result;

    message.stage = stage;
    result = crew_call(crew, &message);
    return message_extra(&result, FIELD_ERROR);
}

static const struct {
    const char *function;
    int64_t stage;
} failing[] = {{"palm.fail", 0},
               {"palm.no_such_function", 0},
               {"no_dot", 0},
               {"", 0},
               {"palm.echo palm.echo", 2},
               {"palm.echo palm.echo", -1}};
enum { FAILING = sizeof failing / sizeof failing[0] };

/* "… add field 8, a string, to each error result of a worker." */
static void
ext_001_error_results_have_field_8(struct test *test)
{
    struct crew crew;
    size_t i;

    crew_start(&crew, test, "worker");
    for (i = 0; i < FAILING; i++) {
        check_that(test,
                   error_of(&crew, failing[i].function, failing[i].stage).data
                       != NULL,
                   "the error result of \"%s\" at stage %lld has no field 8",
                   failing[i].function, (long long)failing[i].stage);
    }
}

/* "… begin with a word of capital letters and digits, followed by a blank and
 * the reason." */
static void
ext_002_error_begins_with_a_code(struct test *test)
{
    struct crew crew;
    size_t i;

    crew_start(&crew, test, "worker");
    for (i = 0; i < FAILING; i++) {
        const char *text = bytes_string(
            test, error_of(&crew, failing[i].function, failing[i].stage));
        size_t word = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

        check_that(test, word > 0 && text[word] == ' ' && text[word + 1] != 0,
                   "field 8 is \"%s\": no CODE, blank and reason", text);
    }
}

/* "A result that is no error MUST NOT have field 8, unless the message had it."
 */
static void
ext_003_results_have_no_field_8(struct test *test)
{
    struct crew crew;
    struct message message = message_of("palm.echo", "0");
    struct message result;

    crew_start(&crew, test, "worker");
    check_that(test, error_of(&crew, "palm.echo", 0).data == NULL,
               "the result 0 of echo has field 8");
    check_that(test, error_of(&crew, "palm.reverse", 0).data == NULL,
               "the result 0 of reverse has field 8");
    message.unknown = field_bytes(test, FIELD_ERROR, bytes_text("EIO before"));
    result = crew_call(&crew, &message);
    check_text(test, "field 8 that the message had",
               message_extra(&result, FIELD_ERROR), "EIO before");
}

/* "… valid UTF-8 without control characters, also when the message's function
 * name holds some." */
static void
ext_004_error_has_no_control_characters(struct test *test)
{
    static const char *const functions[] = {"palm.a\nb", "palm.\x1b[31m",
                                            "palm.\x7f", "palm.\t",
                                            "a\rb",      "palm.\xc2\x85"};
    struct crew crew;
    size_t i;

    crew_start(&crew, test, "worker");
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        struct bytes error = error_of(&crew, functions[i], 0);
        struct message decoded;
        size_t at;

        check_that(test, error.data != NULL, "there is no field 8");
        check_that(test,
                   message_decode(
                       test, field_bytes(test, FIELD_FUNCTION, error), &decoded)
                       == NULL,
                   "field 8 is no UTF-8: %s", bytes_shown(test, error, 80));
        for (at = 0; at < error.size; at++) {
            check_that(test, error.data[at] >= ' ' && error.data[at] != 0x7f,
                       "field 8 has a control character: %s",
                       bytes_shown(test, error, 80));
        }
    }
}

/* --- verbs of the cache --------------------------------------------------- */

static struct bytes
ask(struct peer *cache, const char *verb, const char *key, const char *payload)
{
    return peer_ask(cache,
                    cache_request(cache->test, verb, key, bytes_text(payload)));
}

static void
check_value(struct peer *cache, const char *key, const char *value)
{
    check_text(cache->test, test_text(cache->test, "the value of %s", key),
               ask(cache, "get", "", key), value);
}

static struct bytes
number(struct test *test, uint32_t value)
{
    uint8_t bytes[4];

    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
    return bytes_copy(test, bytes, sizeof bytes);
}

/* The reply to `list` that has just these keys. */
static struct bytes
listing(struct test *test, const char *const *keys)
{
    uint32_t count = 0;
    struct bytes all = {NULL, 0};

    for (; *keys != NULL; keys++, count++) {
        all = bytes_joined(test, all, number(test, (uint32_t)strlen(*keys)));
        all = bytes_joined(test, all, bytes_text(*keys));
    }
    return bytes_joined(test, number(test, count), all);
}

/* "`list` MUST answer with the number of keys that begin with `payload`, none
 * included, as 4 bytes, the highest first, and then each key …, in the order of
 * bytes." */
static void
ext_005_list_gives_keys_in_order(struct test *test)
{
    static const char *const sorted[] = {"job/",  "job/1",        "job/10",
                                         "job/2", "job/\xc3\xa9", NULL};
    static const char *const none[] = {NULL};
    static const char *const set[] = {"job/2", "job/\xc3\xa9", "job", "job/10",
                                      "job/",  "job/1",        "jobs"};
    struct peer *cache = open_cache(test);
    size_t i;

    for (i = 0; i < sizeof set / sizeof set[0]; i++) {
        (void)ask(cache, "set", set[i], "value");
    }
    check_bytes(test, "the list of job/", ask(cache, "list", "", "job/"),
                listing(test, sorted));
    check_bytes(test, "the list of nothing",
                ask(cache, "list", "", "no-such-prefix"), listing(test, none));
}

/* "`list` with a `cache` MUST give only those keys that come after it in the
 * order of bytes, whether it is there or not." */
static void
ext_015_list_goes_on_after_a_key(struct test *test)
{
    static const char *const all[] = {"on/a", "on/a/", "on/b", "on/c", NULL};
    struct peer *cache = open_cache(test);
    size_t i;

    for (i = 0; all[i] != NULL; i++) {
        (void)ask(cache, "set", all[i], "value");
    }
    check_bytes(test, "the list after on/a", ask(cache, "list", all[0], "on/"),
                listing(test, all + 1));
    check_bytes(test, "the list after on/aa, which is not there",
                ask(cache, "list", "on/aa", "on/"), listing(test, all + 2));
    check_bytes(test, "the list after on/c", ask(cache, "list", all[3], "on/"),
                listing(test, all + 4));
    check_bytes(test, "the list after a key before all",
                ask(cache, "list", "a", "on/"), listing(test, all));
}

/* Keys of 1,000 bytes, of which 1,500 exceed 1 MiB. */
enum { MANY = 1500, KEY_SIZE = 1000 };

static const char *
long_key(struct test *test, unsigned number)
{
    return test_text(test, "many/%0*u", KEY_SIZE - 5, number);
}

static uint32_t
read_number(struct bytes reply, size_t at)
{
    return reply.size < at + 4
               ? UINT32_MAX
               : (uint32_t)reply.data[at] << 24
                     | (uint32_t)reply.data[at + 1] << 16
                     | (uint32_t)reply.data[at + 2] << 8 | reply.data[at + 3];
}

/* Checks that a reply has these keys on, and an honest number; how many. */
static unsigned
check_page(struct test *test, struct bytes reply, unsigned first)
{
    uint32_t told = read_number(reply, 0);
    unsigned given = 0;
    size_t at;

    for (at = 4; at < reply.size; at += 4 + KEY_SIZE, given++) {
        check_number(test, "the size of a key", read_number(reply, at),
                     KEY_SIZE);
        check_text(test, "a key", bytes_cut(reply, at + 4, KEY_SIZE),
                   long_key(test, first + given));
    }
    check_that(test, given > 0, "after %u keys of %u none is given", first,
               MANY);
    if (first + given < MANY) {
        check_that(test, told > given,
                   "after %u keys of %u there come %u, and the number is %u",
                   first, MANY, given, told);
    } else {
        check_number(test, "the number of the last keys", told, given);
    }
    return given;
}

static struct peer *
open_full_cache(struct test *test)
{
    struct peer *cache = open_cache(test);
    unsigned i;

    for (i = 0; i < MANY; i++) {
        (void)ask(cache, "set", long_key(test, i), "value");
    }
    return cache;
}

/* "A reply to `list` that leaves keys out MUST give the first of them, at least
 * one, and a number that is higher than the keys given." */
static void
ext_016_list_tells_what_it_leaves_out(struct test *test)
{
    struct peer *cache = open_full_cache(test);
    const char *after = "";
    unsigned given = 0;

    while (given < MANY) {
        given +=
            check_page(test, ask(cache, "list", after, "many/"), given);
        after = long_key(test, given - 1);
    }
}

/* "A reply to `list` MUST NOT be longer than 1 MiB, unless it gives one key
 * only." */
static void
ext_017_lists_are_short(struct test *test)
{
    struct peer *cache = open_full_cache(test);

    check_range(test, "the bytes of a list of many keys",
                (int64_t)ask(cache, "list", "", "many/").size, 4 + KEY_SIZE,
                1 << 20);
}

/* cas: the size of the expected value, that value, the new one. */
static struct bytes
cas(struct peer *cache, const char *key, const char *expected,
    const char *value)
{
    struct test *test = cache->test;
    struct bytes payload =
        expected == NULL
            ? number(test, UINT32_MAX)
            : bytes_joined(test, number(test, (uint32_t)strlen(expected)),
                           bytes_text(expected));

    payload = bytes_joined(test, payload, bytes_text(value));
    return peer_ask(cache, cache_request(test, "cas", key, payload));
}

/* "`cas` MUST store the new value and answer with the key, when the present
 * value is equal to the expected one." */
static void
ext_006_cas_stores_if_equal(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "set", "key", "old");
    check_text(test, "the reply", cas(cache, "key", "old", "new"), "key");
    check_value(cache, "key", "new");
    check_text(test, "the reply", cas(cache, "key", "new", ""), "key");
    check_value(cache, "key", "");
    check_text(test, "the reply", cas(cache, "key", "", "again"), "key");
    check_value(cache, "key", "again");
}

/* "… change nothing and answer with an empty frame, when the present value
 * differs or there is none." */
static void
ext_007_cas_refuses_if_different(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "set", "key", "old");
    check_text(test, "the reply", cas(cache, "key", "other", "new"), "");
    check_text(test, "the reply", cas(cache, "key", "ol", "new"), "");
    check_text(test, "the reply", cas(cache, "key", "", "new"), "");
    check_value(cache, "key", "old");
    check_text(test, "the reply", cas(cache, "missing", "old", "new"), "");
    check_text(test, "the reply", cas(cache, "missing", "", "new"), "");
    check_value(cache, "missing", "");
}

/* "… with the expected size ff ff ff ff MUST store the value only when the key
 * is not there." */
static void
ext_008_cas_may_expect_no_value(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "delete", "", "key"); /* a server may run for long */
    check_text(test, "the first reply", cas(cache, "key", NULL, "one"), "key");
    check_value(cache, "key", "one");
    check_text(test, "the second reply", cas(cache, "key", NULL, "two"), "");
    check_value(cache, "key", "one");
}

/* "… a payload that is shorter than it says MUST be answered with an empty
 * frame, and change nothing." */
static void
ext_009_short_cas_changes_nothing(struct test *test)
{
    struct peer *cache = open_cache(test);
    struct bytes cut = bytes_joined(test, number(test, 4), bytes_text("old"));

    (void)ask(cache, "set", "key", "old");
    check_text(test, "the reply to a short value",
               peer_ask(cache, cache_request(test, "cas", "key", cut)), "");
    check_text(test, "the reply to three bytes",
               ask(cache, "cas", "key", "abc"), "");
    check_text(test, "the reply to nothing", ask(cache, "cas", "key", ""), "");
    check_value(cache, "key", "old");
}

/* The key must end within 5 s of a ttl of 200 ms. */
static void
await_end(struct peer *cache, const char *key)
{
    struct test *test = cache->test;
    int64_t until = now() + (int64_t)bound_of(test, 5200) * 1000;

    while (ask(cache, "get", "", key).size > 0) {
        check_that(test, now() < until,
                   "the key \"%s\" outlives its ttl by 5 s", key);
    }
}

/* "`ttl` with *n* milliseconds MUST answer with the key, which is there before
 * *n* has passed and gone 5 s after that." */
static void
ext_010_ttl_ends_a_key(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "set", "long", "value");
    (void)ask(cache, "set", "short", "value");
    check_text(test, "the reply", ask(cache, "ttl", "long", "600000"), "long");
    check_text(test, "the reply", ask(cache, "ttl", "short", "200"), "short");
    await_end(cache, "short");
    check_value(cache, "long", "value");
}

/* "`ttl` with `0` MUST let the key live until it is deleted." */
static void
ext_011_ttl_0_is_for_ever(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "set", "key", "value");
    (void)ask(cache, "set", "other", "value");
    (void)ask(cache, "ttl", "key", "200");
    check_text(test, "the reply", ask(cache, "ttl", "key", "0"), "key");
    /* The fence: a key with the same time, set later, is gone. */
    (void)ask(cache, "ttl", "other", "200");
    await_end(cache, "other");
    check_value(cache, "key", "value");
}

/* "A `set` or `cas` that stores a value MUST end the time that an earlier `ttl`
 * has set." */
static void
ext_023_new_values_live(struct test *test)
{
    struct peer *cache = open_cache(test);

    (void)ask(cache, "set", "key", "old");
    (void)ask(cache, "ttl", "key", "200");
    check_text(test, "the reply", ask(cache, "set", "key", "new"), "key");
    (void)ask(cache, "set", "exchanged", "old");
    (void)ask(cache, "ttl", "exchanged", "200");
    check_text(test, "the reply", cas(cache, "exchanged", "old", "new"),
               "exchanged");
    /* The fence: a key with the same time, set later, is gone. */
    (void)ask(cache, "set", "other", "value");
    (void)ask(cache, "ttl", "other", "200");
    await_end(cache, "other");
    check_value(cache, "key", "new");
    check_value(cache, "exchanged", "new");
}

/* "`ttl` of a key that is not there MUST be answered with an empty frame." */
static void
ext_012_ttl_of_missing_key_is_empty(struct test *test)
{
    struct peer *cache = open_cache(test);

    check_text(test, "the reply", ask(cache, "ttl", "missing", "1000"), "");
    check_text(test, "the reply", ask(cache, "ttl", "missing", "0"), "");
}

/* "… a payload that is not decimal digits MUST be answered with an empty frame,
 * and change nothing." */
static void
ext_013_ttl_wants_digits(struct test *test)
{
    static const char *const payloads[] = {"",    "-1",  "1s",  " 1", "1 ",
                                           "0x1", "1.0", "one", "+1"};
    struct peer *cache = open_cache(test);
    size_t i;

    (void)ask(cache, "set", "key", "value");
    for (i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        check_text(test, test_text(test, "the reply to \"%s\"", payloads[i]),
                   ask(cache, "ttl", "key", payloads[i]), "");
    }
    check_value(cache, "key", "value");
}

/* Without the white space that JSON allows around. */
static struct bytes
trimmed(struct bytes text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1])) {
        text.size--;
    }
    while (text.size > 0 && strchr(" \t\r\n", text.data[0])) {
        text = bytes_cut(text, 1, text.size - 1);
    }
    return text;
}

/* "A server MUST answer a `cas` or `ttl` of a key that it presets with an empty
 * frame, and change nothing." */
static void
ext_018_presets_stay(struct test *test)
{
    struct target *target = target_start(test, "master", "name", "stage", NULL);
    struct peer *cache = cache_of(target);

    check_text(test, "the reply to cas", cas(cache, "name", "stage", "other"),
               "");
    check_value(cache, "name", "stage");
    check_text(test, "the reply to ttl", ask(cache, "ttl", "name", "60000"),
               "");
    check_value(cache, "name", "stage");
}

/* "`stats` MUST answer with a JSON object of at least 2 bytes." */
static void
ext_014_stats_is_json(struct test *test)
{
    struct peer *cache = open_cache(test);
    struct bytes reply = trimmed(ask(cache, "stats", "", ""));
    unsigned depth = 0;
    bool in_text = false;
    size_t at;

    check_that(test,
               reply.size >= 2 && reply.data[0] == '{'
                   && reply.data[reply.size - 1] == '}',
               "stats is no object: %s", bytes_shown(test, reply, 80));
    for (at = 0; at < reply.size; at++) {
        uint8_t byte = reply.data[at];

        if (in_text && byte == '\\') {
            at++;
        } else if (byte == '"') {
            in_text = !in_text;
        } else if (!in_text && (byte == '{' || byte == '[')) {
            depth++;
        } else if (!in_text && (byte == '}' || byte == ']')) {
            check_that(test, depth > 0, "a bracket closes nothing");
            depth--;
            check_that(test, depth > 0 || at + 1 == reply.size,
                       "something stands behind the object");
        }
    }
    check_that(test, depth == 0 && !in_text, "the object is not closed");
}

const struct test_entry ext_tests[] = {
    TEST("PALM-EXT-001", ext_001_error_results_have_field_8),
    TEST("PALM-EXT-002", ext_002_error_begins_with_a_code),
    TEST("PALM-EXT-003", ext_003_results_have_no_field_8),
    TEST("PALM-EXT-004", ext_004_error_has_no_control_characters),
    TEST("PALM-EXT-005", ext_005_list_gives_keys_in_order),
    TEST("PALM-EXT-006", ext_006_cas_stores_if_equal),
    TEST("PALM-EXT-007", ext_007_cas_refuses_if_different),
    TEST("PALM-EXT-008", ext_008_cas_may_expect_no_value),
    TEST("PALM-EXT-009", ext_009_short_cas_changes_nothing),
    TEST("PALM-EXT-010", ext_010_ttl_ends_a_key),
    TEST("PALM-EXT-011", ext_011_ttl_0_is_for_ever),
    TEST("PALM-EXT-012", ext_012_ttl_of_missing_key_is_empty),
    TEST("PALM-EXT-013", ext_013_ttl_wants_digits),
    TEST("PALM-EXT-014", ext_014_stats_is_json),
    TEST("PALM-EXT-015", ext_015_list_goes_on_after_a_key),
    TEST("PALM-EXT-016", ext_016_list_tells_what_it_leaves_out),
    TEST("PALM-EXT-017", ext_017_lists_are_short),
    TEST("PALM-EXT-023", ext_023_new_values_live),
    TEST("PALM-EXT-018", ext_018_presets_stay),
    END_OF_TESTS,
};
