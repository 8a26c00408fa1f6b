/* SPDX-License-Identifier: MIT */
/* ext.c: implementations that break PALM-EXT. */
#include <stdlib.h>
#include <string.h>

#include "conformance/mutants/common.h"

/* --- field 8 -------------------------------------------------------------- */

static bool
is_result(struct crossing *crossing, struct message *result)
{
    return message_comes_from(crossing, "worker_pull_address", result);
}

/* Puts another field 8 behind; unknown fields before it are lost. */
static void
set_error(struct crossing *crossing, struct message *result, const char *text)
{
    result->unknown = text == NULL ? bytes_of("", 0)
                                   : field_bytes(crossing->test, FIELD_ERROR,
                                                 bytes_text(text));
    crossing_replace(crossing, result);
}

static bool
is_error(struct crossing *crossing, struct message *result)
{
    return is_result(crossing, result)
           && message_extra(result, FIELD_ERROR).data != NULL;
}

static void
has_no_error(struct crossing *crossing)
{
    struct message result;

    if (is_error(crossing, &result)) {
        set_error(crossing, &result, NULL);
    }
}

static void
range_has_no_error(struct crossing *crossing)
{
    struct message result;

    if (is_error(crossing, &result) && result.stage != 0) {
        set_error(crossing, &result, NULL);
    }
}

static void
has_no_code(struct crossing *crossing)
{
    struct message result;

    if (is_error(crossing, &result)) {
        set_error(crossing, &result, "no such function");
    }
}

static void
has_no_reason(struct crossing *crossing)
{
    struct message result;

    if (is_error(crossing, &result)) {
        set_error(crossing, &result, "ENOENT");
    }
}

static void
zero_is_an_error(struct crossing *crossing)
{
    struct message result;

    if (is_result(crossing, &result) && bytes_are(result.payload, "0")
        && result.unknown.size == 0) {
        set_error(crossing, &result, "EIO result is 0");
    }
}

static void
loses_earlier_error(struct crossing *crossing)
{
    has_no_error(crossing);
}

static void
copies_the_name(struct crossing *crossing)
{
    struct message result;

    if (is_error(crossing, &result)) {
        set_error(crossing, &result,
                  test_text(crossing->test, "ENOENT %s is unknown",
                            bytes_string(crossing->test, result.function)));
    }
}

/* --- verbs of the cache --------------------------------------------------- */

static struct message asked; /* the last request */

static bool
is_verb(const char *verb)
{
    return asked.function.data != NULL
           && bytes_equal(bytes_cut(asked.function, 5, asked.function.size),
                          bytes_text(verb));
}

/* The last request is noted; true for those with the verb. */
static bool
is_request(struct crossing *crossing, const char *verb)
{
    return message_goes_to(crossing, "db_address", &asked) && is_verb(verb);
}

static bool
is_reply(struct crossing *crossing, const char *verb)
{
    (void)is_request(crossing, verb);
    return comes_from(crossing, "db_address") && is_verb(verb);
}

static uint32_t
number_at(struct bytes reply, size_t at)
{
    return (uint32_t)reply.data[at] << 24 | (uint32_t)reply.data[at + 1] << 16
           | (uint32_t)reply.data[at + 2] << 8 | reply.data[at + 3];
}

/* The reply to list tells another number. */
static void
tell_number(struct crossing *crossing, uint32_t number)
{
    struct bytes *reply = &crossing->message->frame[0];
    const uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                             (uint8_t)(number >> 8), (uint8_t)number};

    *reply = bytes_joined(crossing->test, bytes_of(bytes, sizeof bytes),
                          bytes_cut(*reply, 4, reply->size));
}

static void
lists_one_more(struct crossing *crossing)
{
    struct bytes reply = crossing->message->frame[0];

    if (is_reply(crossing, "list") && reply.size >= 4) {
        tell_number(crossing, number_at(reply, 0) + 1);
    }
}

static void
lists_all_keys(struct crossing *crossing)
{
    if (is_request(crossing, "list")) {
        asked.payload = bytes_cut(asked.payload, 0, 1);
        crossing_replace(crossing, &asked);
    }
}

static void
lists_from_the_first(struct crossing *crossing)
{
    if (is_request(crossing, "list") && asked.cache.size > 0) {
        asked.cache = bytes_text("");
        crossing_replace(crossing, &asked);
    }
}

/* Begins at the key: what comes after all that is less by one byte. */
static void
lists_the_key_again(struct crossing *crossing)
{
    if (is_request(crossing, "list") && asked.cache.size > 0) {
        asked.cache = bytes_cut(asked.cache, 0, asked.cache.size - 1);
        crossing_replace(crossing, &asked);
    }
}

/* How many keys a reply to list gives. */
static uint32_t
count_keys(struct bytes reply)
{
    uint32_t count = 0;
    size_t at;

    for (at = 4; at + 4 <= reply.size; at += 4 + number_at(reply, at)) {
        count++;
    }
    return count;
}

static void
counts_what_it_gives(struct crossing *crossing)
{
    struct bytes reply = crossing->message->frame[0];

    if (is_reply(crossing, "list") && reply.size >= 4) {
        tell_number(crossing, count_keys(reply));
    }
}

/* The number stays, so that some are left out for ever. */
static void
gives_no_key_after_one(struct crossing *crossing)
{
    struct bytes *reply = &crossing->message->frame[0];

    if (is_reply(crossing, "list") && asked.cache.size > 0) {
        *reply = bytes_cut(*reply, 0, 4);
    }
}

/* One key of 2 MiB more; it is in the order, and counted. */
static void
lists_very_much(struct crossing *crossing)
{
    static const uint8_t size[] = {0, 0x20, 0, 0};
    struct test *test = crossing->test;
    struct bytes *reply = &crossing->message->frame[0];

    if (is_reply(crossing, "list") && reply->size >= 4) {
        *reply = bytes_joined(test, *reply, bytes_of(size, sizeof size));
        *reply = bytes_joined(test, *reply, bytes_filled(test, 'z', 2 << 20));
    }
}

/* As if the preset name had been changed. */
static void
claims_of_preset(struct crossing *crossing, const char *verb)
{
    if (is_reply(crossing, verb) && bytes_are(asked.cache, "name")) {
        crossing_replace_frame(crossing, 0, "name");
    }
}

static void
cas_of_preset_replies_key(struct crossing *crossing)
{
    claims_of_preset(crossing, "cas");
}

static void
ttl_of_preset_replies_key(struct crossing *crossing)
{
    claims_of_preset(crossing, "ttl");
}

static void
cas_replies_value(struct crossing *crossing)
{
    if (is_reply(crossing, "cas") && crossing->message->frame[0].size > 0) {
        crossing_replace_frame(crossing, 0, "stored");
    }
}

/* Stores the last bytes of the payload, whatever is expected. */
static void
cas_is_set(struct crossing *crossing)
{
    if (is_request(crossing, "cas") && asked.payload.size > 4
        && asked.payload.data[0] == 0) {
        asked.function = bytes_text("palm.set");
        asked.payload = bytes_cut(asked.payload, 4 + asked.payload.data[3],
                                  asked.payload.size);
        crossing_replace(crossing, &asked);
    }
}

static void
cas_of_none_is_set(struct crossing *crossing)
{
    if (is_request(crossing, "cas") && asked.payload.size > 4
        && asked.payload.data[0] == 0xff) {
        asked.function = bytes_text("palm.set");
        asked.payload = bytes_cut(asked.payload, 4, asked.payload.size);
        crossing_replace(crossing, &asked);
    }
}

static void
short_cas_is_set(struct crossing *crossing)
{
    if (is_request(crossing, "cas")
        && (asked.payload.size < 4
            || asked.payload.data[3] > asked.payload.size - 4)) {
        asked.function = bytes_text("palm.set");
        crossing_replace(crossing, &asked);
    }
}

static void
set_ttl(struct crossing *crossing, const char *milliseconds)
{
    asked.payload = bytes_text(milliseconds);
    crossing_replace(crossing, &asked);
}

static void
ttl_is_for_ever(struct crossing *crossing)
{
    if (is_request(crossing, "ttl")) {
        set_ttl(crossing, "0");
    }
}

static void
ttl_is_seconds(struct crossing *crossing)
{
    if (is_request(crossing, "ttl") && bytes_are(asked.payload, "600000")) {
        set_ttl(crossing, "1");
    }
}

static void
ttl_0_is_ignored(struct crossing *crossing)
{
    if (is_request(crossing, "ttl") && bytes_are(asked.payload, "0")) {
        crossing_drop(crossing);
        crossing_answer(crossing, asked.cache);
    }
}

/* Both keys of the test have had the same time as a third. */
static void
ends_with_the_third(struct crossing *crossing, const char *key)
{
    static bool over;

    if (!is_reply(crossing, "get")) {
        return;
    }
    over = over
           || (bytes_are(asked.payload, "other")
               && crossing->message->frame[0].size == 0);
    if (over && bytes_are(asked.payload, key)) {
        crossing_replace_frame(crossing, 0, "");
    }
}

static void
set_keeps_ttl(struct crossing *crossing)
{
    ends_with_the_third(crossing, "key");
}

static void
cas_keeps_ttl(struct crossing *crossing)
{
    ends_with_the_third(crossing, "exchanged");
}

static void
ttl_of_missing_replies_key(struct crossing *crossing)
{
    if (is_reply(crossing, "ttl") && bytes_are(asked.cache, "missing")) {
        crossing_replace_frame(crossing, 0, "missing");
    }
}

static void
ttl_reads_what_it_can(struct crossing *crossing)
{
    if (is_request(crossing, "ttl")) {
        set_ttl(
            crossing,
            test_text(crossing->test, "%ld",
                      labs(strtol(bytes_string(crossing->test, asked.payload),
                                  NULL, 0))));
    }
}

static void
stats_is_text(struct crossing *crossing)
{
    if (is_reply(crossing, "stats")) {
        crossing_replace_frame(crossing, 0, "keys 3");
    }
}

static void
stats_is_cut(struct crossing *crossing)
{
    struct bytes *reply = &crossing->message->frame[0];

    if (is_reply(crossing, "stats")) {
        *reply =
            bytes_joined(crossing->test, bytes_cut(*reply, 0, reply->size / 2),
                         bytes_text("}"));
    }
}

const struct fault ext_faults[] = {
    FAULT("M-EXT-001a", "has no field 8", has_no_error),
    FAULT("M-EXT-001b", "has no field 8 for a stage out of range",
          range_has_no_error),
    FAULT("M-EXT-002a", "has no code in field 8", has_no_code),
    FAULT("M-EXT-002b", "has no reason in field 8", has_no_reason),
    FAULT("M-EXT-003a", "takes each 0 for an error", zero_is_an_error),
    FAULT("M-EXT-003b", "loses the field 8 that the message had",
          loses_earlier_error),
    FAULT("M-EXT-004a", "puts the name into field 8 as it is", copies_the_name),
    FAULT("M-EXT-005a", "counts a key too many", lists_one_more),
    FAULT("M-EXT-005b", "lists keys of a shorter prefix", lists_all_keys),
    FAULT("M-EXT-006a", "replies to cas without the key", cas_replies_value),
    FAULT("M-EXT-007a", "stores whatever the value is", cas_is_set),
    FAULT("M-EXT-008a", "stores also when there is a value",
          cas_of_none_is_set),
    FAULT("M-EXT-009a", "stores what is too short", short_cas_is_set),
    FAULT("M-EXT-010a", "keeps keys for ever", ttl_is_for_ever),
    FAULT("M-EXT-010b", "ends a key too early", ttl_is_seconds),
    FAULT("M-EXT-011a", "ignores a ttl of 0", ttl_0_is_ignored),
    FAULT("M-EXT-012a", "replies a key that is not there",
          ttl_of_missing_replies_key),
    FAULT("M-EXT-013a", "reads what it can of a ttl", ttl_reads_what_it_can),
    FAULT("M-EXT-014a", "has stats as text", stats_is_text),
    FAULT("M-EXT-014b", "has stats that are cut", stats_is_cut),
    FAULT("M-EXT-015a", "lists from the first key always",
          lists_from_the_first),
    FAULT("M-EXT-015b", "lists the key itself again", lists_the_key_again),
    FAULT("M-EXT-016a", "does not tell that it leaves keys out",
          counts_what_it_gives),
    FAULT("M-EXT-016b", "gives no keys after one", gives_no_key_after_one),
    FAULT("M-EXT-017a", "lists more than 1 MiB", lists_very_much),
    FAULT("M-EXT-018a", "says that cas changes presets",
          cas_of_preset_replies_key),
    FAULT("M-EXT-018b", "says that ttl ends presets",
          ttl_of_preset_replies_key),
    FAULT("M-EXT-023a", "lets a new value end with the old one's ttl",
          set_keeps_ttl),
    FAULT("M-EXT-023b", "lets an exchanged value end with the old one's ttl",
          cas_keeps_ttl),
    END_OF_FAULTS,
};
