/* SPDX-License-Identifier: MIT */
/* wire.c: PALM-WIRE: messages that a server must take.  Unknown fields,
 * and what it must drop, are in wire_more.c. */
#include <string.h>

#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

enum { LARGE = 16 * 1024 * 1024, LARGE_BOUND = 30000 };

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])
#define BYTES(text)                                                            \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }

/* What a client pushes and a worker gets: one frame, the bytes of the canonical
 * message, with the cache filled if it was empty. */
static void
check_work(struct master *master, const char *what, struct bytes frame,
           const struct message *expected)
{
    struct message wanted = *expected;
    struct bytes taken;

    peer_send(master_client(master), frame);
    taken = peer_receive_one(master_work(master));
    if (wanted.cache.size == 0) {
        wanted.cache = check_message(master->test, what, taken).cache;
        check_uuid(master->test, test_text(master->test, "cache of %s", what),
                   wanted.cache);
    }
    check_same(master->test, what, taken, &wanted);
}

/* What a worker pushes and a subscriber gets: the fields as they came. */
static void
check_result(struct master *master, const char *what, struct bytes frame,
             const struct message *expected)
{
    struct frames frames;

    peer_send(master_done(master), frame);
    frames = peer_receive(master_results(master, ""));
    check_frames(master->test, what, &frames, 2);
    check_bytes(master->test, test_text(master->test, "topic of %s", what),
                frames.frame[0], expected->client);
    check_same(master->test, what, frames.frame[1], expected);
}

static void
check_both(struct master *master, const char *what, struct bytes frame,
           const struct message *expected)
{
    check_work(master, what, frame, expected);
    check_result(master, what, frame, expected);
}

/* With all peers there: subscribed to all topics. */
static void
open_master(struct master *master, struct test *test)
{
    master_start(master, test, NULL);
    (void)master_client(master);
    (void)master_work(master);
    (void)master_results(master, "");
}

/* "… take one ZeroMQ frame as exactly one message, and pass each message on as
 * exactly one frame." */
static void
wire_001_a_frame_is_a_message(struct test *test)
{
    struct master master;
    struct message first = message_of("palm.first", "one");
    struct message second = message_of("palm.second", "two");
    struct bytes both;

    open_master(&master, test);
    second.stage = 1;
    second.cache = bytes_text("tag");
    both = bytes_joined(test, message_encode(test, &first),
                        message_encode(test, &second));
    check_both(&master, "two messages in one frame", both, &second);
    check_both(&master, "the next frame", message_encode(test, &first), &first);
    first.payload = both;
    check_both(&master, "messages in a payload", message_encode(test, &first),
               &first);
}

/* "… accept the empty frame as a message whose fields all have their defaults,
 * and pass it on with a filled `cache`." */
static void
wire_002_empty_frame_is_a_message(struct test *test)
{
    static const struct message empty;
    struct master master;

    open_master(&master, test);
    check_work(&master, "the empty frame", bytes_text(""), &empty);
    check_result(&master, "the empty frame", bytes_text(""), &empty);
}

static size_t
fields_of(struct test *test, const struct message *message, struct bytes *parts)
{
    parts[0] = field_bytes(test, FIELD_PIPELINE, message->pipeline);
    parts[1] = field_bytes(test, FIELD_CLIENT, message->client);
    parts[2] = field_varint(test, FIELD_STAGE, (uint64_t)message->stage);
    parts[3] = field_bytes(test, FIELD_FUNCTION, message->function);
    parts[4] = field_bytes(test, FIELD_CACHE, message->cache);
    parts[5] = field_bytes(test, FIELD_PAYLOAD, message->payload);
    return 6;
}

/* "… accept the known fields of a message in any order." */
static void
wire_003_fields_come_in_any_order(struct test *test)
{
    struct master master;
    struct message message = message_of("palm.echo", "payload");
    struct bytes parts[6];
    size_t count;
    size_t order;
    size_t i;

    open_master(&master, test);
    message.stage = 3;
    message.cache = bytes_text("tag");
    count = fields_of(test, &message, parts);
    for (order = 0; order < 2 * count; order++) {
        struct bytes frame = {NULL, 0};

        for (i = 0; i < count; i++) {
            size_t next = (order + i) % count;

            if (order >= count) {
                next = count - 1 - next;
            }
            frame = bytes_joined(test, frame, parts[next]);
        }
        check_both(&master, test_text(test, "order %zu", order), frame,
                   &message);
    }
}

static struct bytes *
text_of(struct message *message, size_t index)
{
    struct bytes *const texts[] = {&message->pipeline, &message->client,
                                   &message->function, &message->cache,
                                   &message->payload};

    return texts[index];
}

static const unsigned numbers[] = {FIELD_PIPELINE, FIELD_CLIENT, FIELD_FUNCTION,
                                   FIELD_CACHE, FIELD_PAYLOAD};

/* "… take the last of several occurrences of a field as its value …" */
static void
wire_004_last_occurrence_counts(struct test *test)
{
    struct master master;
    struct message first = message_of("palm.echo", "first");
    size_t i;

    open_master(&master, test);
    first.stage = 3;
    first.cache = bytes_text("tag");
    for (i = 0; i < COUNT_OF(numbers); i++) {
        struct message last = first;

        *text_of(&last, i) = bytes_text("last");
        check_both(
            &master, test_text(test, "field %u twice", numbers[i]),
            bytes_joined(test, message_encode(test, &first),
                         field_bytes(test, numbers[i], bytes_text("last"))),
            &last);
    }
    first.stage = 9;
    check_both(&master, "stage three times",
               bytes_joined(test, message_encode(test, &first),
                            bytes_text("\x18\x07\x18\x09")),
               &first);
}

/* "… an empty last one included." */
static void
wire_004_empty_last_occurrence_counts(struct test *test)
{
    struct master master;
    struct message first = message_of("palm.echo", "first");
    size_t i;

    open_master(&master, test);
    first.stage = 3;
    first.cache = bytes_text("tag");
    for (i = 0; i < COUNT_OF(numbers); i++) {
        struct message last = first;

        *text_of(&last, i) = bytes_of("", 0);
        check_both(&master, test_text(test, "field %u, then empty", numbers[i]),
                   bytes_joined(test, message_encode(test, &first),
                                field_bytes(test, numbers[i], bytes_of("", 0))),
                   &last);
    }
    {
        struct message last = first;

        last.stage = 0;
        check_both(&master, "stage, then 0",
                   bytes_joined(test, message_encode(test, &first),
                                field_varint(test, FIELD_STAGE, 0)),
                   &last);
    }
}

/* "… every `stage` from -2^63 to 2^63-1 on with its exact value, a negative one
 * as the varint of ten bytes …" */
static void
wire_005_stage_is_exact(struct test *test)
{
    static const int64_t stages[] = {
        0,         1,  127, 128,  2147483647,  2147483648, 4294967296,
        INT64_MAX, -1, -2,  -128, -2147483648, INT64_MIN,  INT64_MIN + 1,
    };
    struct master master;
    size_t i;

    open_master(&master, test);
    for (i = 0; i < COUNT_OF(stages); i++) {
        struct message message = message_of("palm.echo", "payload");
        const char *what = test_text(test, "stage %lld", (long long)stages[i]);
        struct bytes taken;

        message.stage = stages[i];
        check_both(&master, what, message_encode(test, &message), &message);
        peer_send(master_client(&master), message_encode(test, &message));
        taken = peer_receive_one(master_work(&master));
        message.cache = check_message(test, what, taken).cache;
        check_bytes(test, what, taken, message_encode(test, &message));
    }
}

/* "… any UTF-8 text in the four strings on unchanged, NUL and characters above
 * U+FFFF included." */
static void
wire_006_texts_are_kept(struct test *test)
{
    static const struct bytes texts[] = {
        BYTES(" "),
        BYTES("a\0b"),
        BYTES("\0"),
        BYTES("\n\r\t\x7f"),
        BYTES("\xc2\x80\xdf\xbf\xe0\xa0\x80"),
        BYTES("\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xef\xbb\xbf"),
        BYTES("\xf0\x90\x80\x80\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"),
        BYTES("e\xcc\x81 \xc3\xa9"),
    };
    struct master master;
    size_t i;
    size_t field;

    open_master(&master, test);
    for (i = 0; i < COUNT_OF(texts); i++) {
        struct message message = message_of("palm.echo", "payload");

        for (field = 0; field < 4; field++) {
            *text_of(&message, field) = texts[i];
        }
        check_both(&master, test_text(test, "text %zu, cache kept", i),
                   message_encode(test, &message), &message);
        message.cache = bytes_of("", 0);
        check_work(&master, test_text(test, "text %zu, cache filled", i),
                   message_encode(test, &message), &message);
    }
}

/* "… payloads of 0 bytes, of every byte value … on unchanged …" */
static void
wire_007_payloads_are_kept(struct test *test)
{
    struct master master;
    struct message message = message_of("palm.echo", "");
    uint8_t all[256];
    size_t i;

    open_master(&master, test);
    check_both(&master, "an empty payload", message_encode(test, &message),
               &message);
    for (i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)i;
    }
    message.payload = bytes_of(all, sizeof all);
    check_both(&master, "a payload of every byte",
               message_encode(test, &message), &message);
    for (i = 0; i < sizeof all; i++) {
        message.payload = bytes_of(all + i, 1);
        check_both(&master, test_text(test, "a payload of byte %zu", i),
                   message_encode(test, &message), &message);
    }
}

/* "… and of 16 MiB on unchanged, within 30 s." */
static void
wire_007_large_payload_is_kept(struct test *test)
{
    struct master master;
    struct message message = message_of("palm.echo", "");
    struct frames frames;
    uint8_t *payload = test_memory(test, LARGE);
    uint32_t number = 1;
    size_t i;

    for (i = 0; i < LARGE; i++) {
        number = number * 1664525u + 1013904223u;
        payload[i] = (uint8_t)(number >> 24);
    }
    open_master(&master, test);
    message.payload = bytes_of(payload, LARGE);
    message.cache = bytes_text("tag");
    peer_send(master_client(&master), message_encode(test, &message));
    check_that(
        test,
        peer_poll(master_work(&master), bound_of(test, LARGE_BOUND), &frames),
        "16 MiB do not come within 30 s");
    check_frames(test, "the work", &frames, 1);
    check_same(test, "the work", frames.frame[0], &message);
    peer_send(master_done(&master), message_encode(test, &message));
    check_that(test,
               peer_poll(master_results(&master, ""),
                         bound_of(test, LARGE_BOUND), &frames),
               "a result of 16 MiB does not come within 30 s");
    check_frames(test, "the result", &frames, 2);
    check_same(test, "the result", frames.frame[1], &message);
}

const struct test_entry wire_tests[] = {
    TEST("PALM-WIRE-001", wire_001_a_frame_is_a_message),
    TEST("PALM-WIRE-002", wire_002_empty_frame_is_a_message),
    TEST("PALM-WIRE-003", wire_003_fields_come_in_any_order),
    TEST("PALM-WIRE-004", wire_004_last_occurrence_counts),
    TEST("PALM-WIRE-004", wire_004_empty_last_occurrence_counts),
    TEST("PALM-WIRE-005", wire_005_stage_is_exact),
    TEST("PALM-WIRE-006", wire_006_texts_are_kept),
    TEST("PALM-WIRE-007", wire_007_payloads_are_kept),
    TEST("PALM-WIRE-007", wire_007_large_payload_is_kept),
    END_OF_TESTS,
};
