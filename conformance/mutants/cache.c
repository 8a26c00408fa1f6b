/* SPDX-License-Identifier: MIT */
/* cache.c: implementations that break PALM-CACHE. */
#include <stdlib.h>
#include <string.h>

#include "conformance/mutants/common.h"

/* --- what crosses --------------------------------------------------------- */

enum { KEYS_MAX = 64 };

/* What the last request was: replies do not say whose they are.  One request
 * is under way at a time, but for a DEALER's. */
static struct {
    struct message message;
    const char *verb; /* as the specification finds it; NULL without a dot */
    bool known;       /* its key has been set before */
} asked;

static const char *keys[KEYS_MAX]; /* that have been set */
static size_t key_count;

static bool
is_set(const char *key)
{
    size_t i;

    for (i = 0; i < key_count; i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static const char *
verb_of(struct test *test, struct bytes function)
{
    char *text = strdup(bytes_string(test, function));
    char *dot = text == NULL ? NULL : strchr(text, '.');

    if (dot != NULL) {
        dot[1 + strcspn(dot + 1, ".")] = '\0';
    }
    return dot == NULL ? NULL : dot + 1;
}

static bool
verb_is(const char *verb)
{
    return asked.verb != NULL && strcmp(asked.verb, verb) == 0;
}

static bool
is_known_verb(void)
{
    return verb_is("set") || verb_is("get") || verb_is("delete");
}

static const char *
asked_key(struct test *test)
{
    return bytes_string(test, verb_is("set") ? asked.message.cache
                                             : asked.message.payload);
}

/* True for a request, which it notes. */
static bool
is_request(struct crossing *crossing)
{
    if (!goes_to(crossing, "db_address")
        || !crossing_message(crossing, &asked.message)) {
        return false;
    }
    asked.verb = verb_of(crossing->test, asked.message.function);
    asked.known = is_set(asked_key(crossing->test));
    if (verb_is("set") && key_count < KEYS_MAX) {
        keys[key_count++] = strdup(asked_key(crossing->test));
    }
    return true;
}

/* True for the reply to the request that was noted. */
static bool
is_reply(struct crossing *crossing)
{
    return !is_request(crossing) && comes_from(crossing, "db_address");
}

static void
set_function(struct crossing *crossing, const char *function)
{
    struct message message = asked.message;

    message.function = bytes_text(function);
    crossing_replace(crossing, &message);
}

static void
set_reply(struct crossing *crossing, const char *text)
{
    crossing_replace_frame(crossing, 0, text);
}

static unsigned
dots(struct crossing *crossing)
{
    const char *text = bytes_string(crossing->test, asked.message.function);
    unsigned count = 0;

    for (; *text != '\0'; text++) {
        count += *text == '.';
    }
    return count;
}

/* --- presets -------------------------------------------------------------- */

static const char *
preset_asked(struct test *test)
{
    const char *key = asked_key(test);
    size_t size = strlen(key);
    bool is_address = size > 8 && strcmp(key + size - 8, "_address") == 0;

    return is_address || strcmp(key, "name") == 0 ? key : NULL;
}

/* Says that it did what it was asked. */
static void
claims_of_presets(struct crossing *crossing, const char *verb)
{
    if (is_reply(crossing) && verb_is(verb)
        && preset_asked(crossing->test) != NULL) {
        set_reply(crossing, preset_asked(crossing->test));
    }
}

static void
says_that_it_sets_presets(struct crossing *crossing)
{
    claims_of_presets(crossing, "set");
}

static void
says_that_it_deletes_presets(struct crossing *crossing)
{
    claims_of_presets(crossing, "delete");
}

/* A preset has another value once a peer has tried to set it. */
static void
sets_presets(struct crossing *crossing)
{
    static bool taken;

    if (is_reply(crossing) && preset_asked(crossing->test) != NULL) {
        taken = taken || verb_is("set");
        if (taken && verb_is("get")) {
            set_reply(crossing, "tcp://127.0.0.1:9");
        }
    }
}

/* --- requests ------------------------------------------------------------- */

static void
wants_one_dot(struct crossing *crossing)
{
    if (is_request(crossing) && dots(crossing) > 1) {
        set_function(crossing, "palm.unknown");
    }
}

static void
takes_last_part(struct crossing *crossing)
{
    if (is_request(crossing) && dots(crossing) > 1) {
        const char *text = bytes_string(crossing->test, asked.message.function);

        set_function(crossing,
                     test_text(crossing->test, "palm%s", strrchr(text, '.')));
    }
}

static void
wants_its_name(struct crossing *crossing)
{
    if (is_request(crossing)
        && strncmp(bytes_string(crossing->test, asked.message.function),
                   "palm.", 5)
               != 0) {
        set_function(crossing, "palm.unknown");
    }
}

static void
wants_some_name(struct crossing *crossing)
{
    if (is_request(crossing) && asked.message.function.size > 0
        && asked.message.function.data[0] == '.') {
        set_function(crossing, "palm.unknown");
    }
}

static void
ignores_case(struct crossing *crossing)
{
    if (is_request(crossing)) {
        struct bytes function = asked.message.function;
        char *text = test_memory(crossing->test, function.size + 1);
        size_t i;

        for (i = 0; i < function.size; i++) {
            char byte = (char)function.data[i];

            text[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
        }
        set_function(crossing, text);
    }
}

static void
answers_0_to_unknown(struct crossing *crossing)
{
    if (is_reply(crossing) && !is_known_verb()) {
        set_reply(crossing, "0");
    }
}

static void
never_answers_unknown(struct crossing *crossing)
{
    if (is_reply(crossing) && !is_known_verb()) {
        crossing_drop(crossing);
    }
}

static void
takes_word_as_verb(struct crossing *crossing)
{
    if (is_request(crossing) && dots(crossing) == 0) {
        set_function(crossing, test_text(crossing->test, "palm.%s",
                                         bytes_string(crossing->test,
                                                      asked.message.function)));
    }
}

static void
swaps_replies(struct crossing *crossing)
{
    if (is_reply(crossing) && crossing->number % 2 == 0) {
        crossing_swap(crossing);
    }
}

/* --- verbs ---------------------------------------------------------------- */

static void
set_replies_value(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("set")) {
        crossing->message->frame[0] = asked.message.payload;
    }
}

static void
set_stores_nothing(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("set")) {
        crossing_drop(crossing);
        crossing_answer(crossing, asked.message.cache);
    }
}

static void
set_gives_one_key(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("set")
        && asked.message.cache.size == 0) {
        asked.message.cache =
            bytes_text("0b5c2a56-6f6b-4d2e-9d55-3b1f8c0a7e00");
        crossing_replace(crossing, &asked.message);
    }
}

static void
set_gives_short_keys(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("set")
        && asked.message.cache.size == 0) {
        asked.message.cache =
            bytes_text(test_text(crossing->test, "key-%lu", crossing->number));
        crossing_replace(crossing, &asked.message);
    }
}

static void
set_keeps_old(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("set") && asked.known) {
        crossing_drop(crossing);
        crossing_answer(crossing, asked.message.cache);
    }
}

static void
get_cuts_at_nul(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("get")) {
        set_reply(crossing,
                  bytes_string(crossing->test, crossing->message->frame[0]));
    }
}

static void
get_takes_cache(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("get")
        && asked.message.cache.size > 0) {
        asked.message.payload = asked.message.cache;
        crossing_replace(crossing, &asked.message);
    }
}

static void
get_of_missing_is_0(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("get") && !asked.known) {
        set_reply(crossing, "0");
    }
}

static void
get_of_empty_is_0(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("get") && asked.known
        && crossing->message->frame[0].size == 0) {
        set_reply(crossing, "0");
    }
}

static void
delete_keeps(struct crossing *crossing)
{
    if (is_request(crossing) && verb_is("delete")) {
        crossing_drop(crossing);
        crossing_answer(crossing, asked.message.payload);
    }
}

static void
delete_replies_nothing(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("delete") && asked.known) {
        set_reply(crossing, "");
    }
}

static void
delete_of_missing_is_empty(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("delete") && !asked.known) {
        set_reply(crossing, "");
    }
}

/* Changes the key of a request, and the key in the reply stays changed. */
static void
set_key(struct crossing *crossing, struct bytes key)
{
    if (verb_is("set")) {
        asked.message.cache = key;
    } else {
        asked.message.payload = key;
    }
    crossing_replace(crossing, &asked.message);
}

static void
cuts_long_keys(struct crossing *crossing)
{
    if (is_request(crossing)) {
        set_key(crossing,
                bytes_cut(bytes_text(asked_key(crossing->test)), 0, 1000));
    }
}

static void
cuts_keys_at_blank(struct crossing *crossing)
{
    if (is_request(crossing)) {
        const char *key = asked_key(crossing->test);

        set_key(crossing, bytes_cut(bytes_text(key), 0, strcspn(key, " ")));
    }
}

static void
cuts_large_values(struct crossing *crossing)
{
    if (is_reply(crossing) && verb_is("get")) {
        crossing->message->frame[0] =
            bytes_cut(crossing->message->frame[0], 0, 1 << 20);
    }
}

/* A text is UTF-8 if it can be a function. */
static bool
is_utf8(struct test *test, struct bytes text)
{
    struct message message;

    return message_decode(test, field_bytes(test, FIELD_FUNCTION, text),
                          &message)
           == NULL;
}

static void
answers_0_to_bad_key(struct crossing *crossing)
{
    if (is_reply(crossing) && !is_utf8(crossing->test, asked.message.payload)) {
        set_reply(crossing, "0");
    }
}

static void
never_answers_bad_key(struct crossing *crossing)
{
    if (is_reply(crossing) && !is_utf8(crossing->test, asked.message.payload)) {
        crossing_drop(crossing);
    }
}

/* --- presets -------------------------------------------------------------- */

static void
answer_preset(struct crossing *crossing, const char *key, const char *value)
{
    if (is_reply(crossing) && verb_is("get")
        && strcmp(asked_key(crossing->test), key) == 0) {
        set_reply(crossing, value);
    }
}

static void
has_no_name(struct crossing *crossing)
{
    answer_preset(crossing, "name", "");
}

static void
has_no_worker_push_address(struct crossing *crossing)
{
    answer_preset(crossing, "worker_push_address", "");
}

static void
has_pull_address(struct crossing *crossing)
{
    answer_preset(crossing, "pull_address", "tcp://127.0.0.1:5555");
}

static void
has_no_pub_address(struct crossing *crossing)
{
    answer_preset(crossing, "pub_address", "");
}

static void
has_no_sub_address(struct crossing *crossing)
{
    answer_preset(crossing, "sub_address", "");
}

static void
has_no_second_sub_address(struct crossing *crossing)
{
    answer_preset(crossing, "sub_address_1", "");
}

static void
presets_wildcard(struct crossing *crossing)
{
    answer_preset(crossing, "pull_address", "tcp://*:5555");
}

static void
presets_any_host(struct crossing *crossing)
{
    answer_preset(crossing, "pub_address", "tcp://0.0.0.0:5555");
}

static const struct fault_setting not_told[] = {{"advertise", NULL},
                                                {NULL, NULL}};

const struct fault cache_faults[] = {
    FAULT("M-CACHE-001a", "wants just one dot", wants_one_dot),
    FAULT("M-CACHE-001b", "takes the last part as the verb", takes_last_part),
    FAULT("M-CACHE-002a", "wants its name before the dot", wants_its_name),
    FAULT("M-CACHE-002b", "wants some name before the dot", wants_some_name),
    FAULT("M-CACHE-003a", "ignores the case of verbs", ignores_case),
    FAULT("M-CACHE-004a", "answers 0 to unknown verbs", answers_0_to_unknown),
    FAULT("M-CACHE-004b", "never answers unknown verbs", never_answers_unknown),
    FAULT("M-CACHE-005a", "takes a word without a dot as the verb",
          takes_word_as_verb),
    FAULT("M-CACHE-006a", "swaps replies to a DEALER", swaps_replies),
    FAULT("M-CACHE-007a", "replies to set with the value", set_replies_value),
    FAULT("M-CACHE-007b", "stores nothing", set_stores_nothing),
    FAULT("M-CACHE-008a", "gives one new key for all", set_gives_one_key),
    FAULT("M-CACHE-008b", "gives keys that are no uuid", set_gives_short_keys),
    FAULT("M-CACHE-009a", "keeps the old value", set_keeps_old),
    FAULT("M-CACHE-010a", "cuts values at a NUL", get_cuts_at_nul),
    FAULT("M-CACHE-010b", "takes the key of get from cache", get_takes_cache),
    FAULT("M-CACHE-011a", "answers 0 for a missing key", get_of_missing_is_0),
    FAULT("M-CACHE-012a", "answers 0 for an empty value", get_of_empty_is_0),
    FAULT("M-CACHE-013a", "deletes nothing", delete_keeps),
    FAULT("M-CACHE-013b", "replies to delete with nothing",
          delete_replies_nothing),
    FAULT("M-CACHE-014a", "replies to delete of no key with nothing",
          delete_of_missing_is_empty),
    FAULT("M-CACHE-015a", "cuts keys at 1,000 bytes", cuts_long_keys),
    FAULT("M-CACHE-015b", "cuts keys at a blank", cuts_keys_at_blank),
    FAULT("M-CACHE-016a", "cuts values at 1 MiB", cuts_large_values),
    FAULT("M-CACHE-017a", "answers 0 to a key that is no UTF-8",
          answers_0_to_bad_key),
    FAULT("M-CACHE-017b", "never answers a key that is no UTF-8",
          never_answers_bad_key),
    FAULT("M-CACHE-018a", "presets no name", has_no_name),
    FAULT("M-CACHE-018b", "presets no address for workers",
          has_no_worker_push_address),
    FAULT("M-CACHE-019a", "a hub has a pull_address", has_pull_address),
    FAULT("M-CACHE-020a", "a server has no pub_address", has_no_pub_address),
    FAULT("M-CACHE-021a", "a pipeline has no sub_address", has_no_sub_address),
    FAULT("M-CACHE-022a", "a sink presets one address only",
          has_no_second_sub_address),
    FAULT("M-CACHE-023a", "presets an address with *", presets_wildcard),
    FAULT("M-CACHE-023b", "presets 0.0.0.0", presets_any_host),
    FAULT("M-CACHE-024a", "says that it sets presets",
          says_that_it_sets_presets),
    FAULT("M-CACHE-024b", "says that it deletes presets",
          says_that_it_deletes_presets),
    FAULT("M-CACHE-024c", "lets peers set presets", sets_presets),
    WRONG_SETTING("M-CACHE-025a", "presets what it has bound", not_told),
    END_OF_FAULTS,
};
