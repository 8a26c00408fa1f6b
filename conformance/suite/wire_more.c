/* SPDX-License-Identifier: MIT */
/* wire_more.c: PALM-WIRE: fields that a server does not know, and frames that
 * it must drop. */
#include <string.h>

#include "conformance/suite/spoiled.h"
#include "conformance/suite/topics.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])
#define PIECE(name, text)                                                      \
    {                                                                          \
        name, text, sizeof(text) - 1                                           \
    }

struct piece {
    const char *name;
    const char *bytes;
    size_t size;
};

static struct bytes
bytes_of_piece(const struct piece *piece)
{
    return bytes_of(piece->bytes, piece->size);
}

static void
open_master(struct master *master, struct test *test)
{
    master_start(master, test, NULL);
    (void)master_client(master);
    (void)master_work(master);
    (void)master_results(master, "");
}

/* The frame as work (its cache is filled) and as a result has these fields. */
static void
check_kept(struct master *master, const char *what, struct bytes frame,
           const struct message *expected)
{
    struct test *test = master->test;
    struct message wanted = *expected;
    struct frames frames;
    struct bytes taken;

    peer_send(master_client(master), frame);
    taken = peer_receive_one(master_work(master));
    if (wanted.cache.size == 0) {
        wanted.cache = check_message(test, what, taken).cache;
        check_uuid(test, test_text(test, "cache of %s", what), wanted.cache);
    }
    check_same(test, what, taken, &wanted);
    peer_send(master_done(master), frame);
    frames = peer_receive(master_results(master, ""));
    check_frames(test, what, &frames, 2);
    check_bytes(test, "the topic", frames.frame[0], expected->client);
    check_same(test, what, frames.frame[1], expected);
}

/* --- fields that are kept ------------------------------------------------- */

static const struct piece unknowns[] = {
    PIECE("a varint", "\x48\x96\x01"),
    PIECE("a varint of ten bytes",
          "\x48\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    PIECE("64 bits", "\x49\x01\x02\x03\x04\x05\x06\x07\x08"),
    PIECE("a text", "\x4a\x03\x61\x00\x62"),
    PIECE("an empty text", "\x4a\x00"),
    PIECE("32 bits", "\x4d\x01\x02\x03\x04"),
    PIECE("a group", "\x4b\x08\x01\x12\x01\x61\x4c"),
    PIECE("an empty group", "\x4b\x4c"),
    PIECE("groups in a group", "\x4b\x53\x4b\x08\x01\x4c\x54\x08\x02\x4c"),
    PIECE("number 7", "\x3a\x01\x61"),
    PIECE("number 16", "\x82\x01\x01\x61"),
    PIECE("number 2047", "\xf8\x7f\x05"),
    PIECE("number 19000", "\xc2\xa3\x09\x01\x61"),
    PIECE("number 536870911", "\xfa\xff\xff\xff\x0f\x01\x61"),
    PIECE("number 536870911, a group", "\xfb\xff\xff\xff\x0f\xfc\xff\xff\xff"
                                       "\x0f"),
};

/* A library of protobuf may write these shorter. */
static const struct piece long_unknowns[] = {
    PIECE("a varint that is longer than need be", "\x48\x81\x80\x80\x00"),
    PIECE("a key that is longer than need be", "\xc8\x80\x00\x07"),
    PIECE("a length that is longer than need be", "\x4a\x82\x00\x61\x62"),
};

static void
check_all_kept(struct test *test, const struct piece *pieces, size_t count)
{
    struct master master;
    struct message message = message_of("palm.echo", "payload");
    size_t i;

    open_master(&master, test);
    for (i = 0; i < count; i++) {
        message.unknown = bytes_of_piece(&pieces[i]);
        message.cache = bytes_of("", 0);
        check_kept(&master, pieces[i].name, message_encode(test, &message),
                   &message);
        message.cache = bytes_text("tag");
        check_kept(&master, pieces[i].name, message_encode(test, &message),
                   &message);
    }
}

/* "… keep unknown fields of every wire type … and every number up to
 * 536870911, with their exact bytes …" */
static void
wire_008_unknown_fields_are_kept(struct test *test)
{
    check_all_kept(test, unknowns, COUNT_OF(unknowns));
}

/* "… whose key, length or value is longer than need be …" */
static void
wire_017_long_unknown_fields_are_kept(struct test *test)
{
    check_all_kept(test, long_unknowns, COUNT_OF(long_unknowns));
}

/* "… and in their order." */
static void
wire_008_unknown_fields_keep_their_order(struct test *test)
{
    struct master master;
    struct message message = message_of("palm.echo", "payload");
    struct bytes frame = {NULL, 0};
    struct bytes all = {NULL, 0};
    size_t i;

    open_master(&master, test);
    for (i = 0; i < COUNT_OF(unknowns); i++) {
        size_t next = (i * 7) % COUNT_OF(unknowns);
        struct bytes piece = bytes_of_piece(&unknowns[next]);

        all = bytes_joined(test, all, piece);
        frame = bytes_joined(test, frame, piece);
        if (i == 3) {
            frame = bytes_joined(test, frame, message_encode(test, &message));
        }
    }
    message.unknown = all;
    check_kept(&master, "many unknown fields", frame, &message);
}

/* "… treat a known field number with another wire type than its own as an
 * unknown field, and keep it." */
static void
wire_009_other_wire_type_is_unknown(struct test *test)
{
    static const struct piece others[] = {
        PIECE("pipeline, a varint", "\x08\x05"),
        PIECE("client, 64 bits", "\x11\x01\x02\x03\x04\x05\x06\x07\x08"),
        PIECE("stage, a text", "\x1a\x01\x61"),
        PIECE("stage, 32 bits", "\x1d\x01\x02\x03\x04"),
        PIECE("stage, 64 bits", "\x19\x01\x02\x03\x04\x05\x06\x07\x08"),
        PIECE("function, a group", "\x23\x08\x01\x24"),
        PIECE("cache, 32 bits", "\x2d\x01\x02\x03\x04"),
        PIECE("payload, a varint", "\x30\x00"),
    };
    struct master master;
    size_t i;

    open_master(&master, test);
    for (i = 0; i < COUNT_OF(others); i++) {
        struct message message = message_of("palm.echo", "payload");
        struct message alone;

        message.stage = 4;
        message.unknown = bytes_of_piece(&others[i]);
        check_kept(&master, others[i].name, message_encode(test, &message),
                   &message);
        memset(&alone, 0, sizeof alone);
        alone.unknown = message.unknown;
        check_kept(&master, others[i].name, alone.unknown, &alone);
    }
}

/* A message with all that an encoder would not write so. */
static struct bytes
untidy(struct test *test)
{
    struct message tail = message_of("palm.echo", "payload");
    struct bytes head =
        bytes_joined(test, bytes_text("\x4a\x01\x61"),
                     field_bytes(test, FIELD_PAYLOAD, bytes_of("", 0)));

    tail.pipeline = bytes_of("", 0);
    head = bytes_joined(test, head,
                        field_bytes(test, FIELD_CACHE, bytes_of("", 0)));
    head = bytes_joined(test, head, field_varint(test, FIELD_STAGE, 0));
    head = bytes_joined(test, head, message_encode(test, &tail));
    head = bytes_joined(test, head,
                        field_bytes(test, FIELD_PIPELINE, bytes_of("", 0)));
    return bytes_joined(test, head, bytes_text("\x3a\x01\x62"));
}

/* What it is when it is written well. */
static struct message
tidy(void)
{
    struct message message = message_of("palm.echo", "payload");

    message.pipeline = bytes_of("", 0);
    message.unknown = bytes_text("\x4a\x01\x61\x3a\x01\x62");
    return message;
}

/* "… write a message that it changes with the known fields in the order of
 * their numbers, those with their default value left out, and the unknown ones
 * behind them." (`cache` is filled) */
static void
wire_010_filled_message_is_canonical(struct test *test)
{
    struct master master;
    struct message expected = tidy();
    struct bytes taken;

    master_start(&master, test, NULL);
    (void)master_work(&master);
    peer_send(master_client(&master), untidy(test));
    taken = peer_receive_one(master_work(&master));
    expected.cache = check_message(test, "the work", taken).cache;
    check_uuid(test, "cache of the work", expected.cache);
    check_bytes(test, "the work", taken, message_encode(test, &expected));
}

/* The same, where `stage` goes up; -1 becomes the default. */
static void
wire_010_raised_message_is_canonical(struct test *test)
{
    static const int64_t stages[] = {0, 5, -1};
    struct master master;
    struct peer *results;
    size_t i;

    master_start(&master, test, "name", "pipe", "pipelined", "yes", NULL);
    results = peer_subscribe(
        test, "results", target_address(master.target, "pub_address"), "pipe");
    await_subscription(master_done(&master), message_of("palm.probe", ""),
                       results);
    for (i = 0; i < COUNT_OF(stages); i++) {
        struct message expected = tidy();
        struct frames frames;

        expected.stage = stages[i] + 1;
        peer_send(
            master_done(&master),
            bytes_joined(test, untidy(test),
                         field_varint(test, FIELD_STAGE, (uint64_t)stages[i])));
        frames = peer_receive(results);
        check_frames(test, "the result", &frames, 2);
        check_bytes(test, "the result", frames.frame[1],
                    message_encode(test, &expected));
    }
}

/* --- frames that are dropped ---------------------------------------------- */

/* The next thing at both ends is the fence, so nothing came of the frame. */
static void
check_dropped(struct master *master, const struct spoiled *spoiled,
              size_t number)
{
    struct test *test = master->test;
    struct message fence =
        message_of("palm.fence", test_text(test, "fence %zu", number));
    struct bytes taken;
    struct frames frames;

    fence.cache = bytes_text("tag");
    peer_send(master_client(master), spoiled->frame);
    peer_send(master_client(master), message_encode(test, &fence));
    taken = peer_receive_one(master_work(master));
    check_same(
        test,
        test_text(test, "what a worker gets behind \"%s\"", spoiled->name),
        taken, &fence);
    peer_send(master_done(master), spoiled->frame);
    peer_send(master_done(master), message_encode(test, &fence));
    frames = peer_receive(master_results(master, ""));
    check_frames(test, spoiled->name, &frames, 2);
    check_same(
        test, test_text(test, "what is published behind \"%s\"", spoiled->name),
        frames.frame[1], &fence);
}

static void
check_all_dropped(struct test *test, const struct spoiled *spoiled,
                  size_t count)
{
    struct master master;
    size_t i;

    check_that(test, count > 0, "no case");
    open_master(&master, test);
    for (i = 0; i < count; i++) {
        check_dropped(&master, &spoiled[i], i);
    }
}

static void
check_kind_dropped(struct test *test, enum spoil kind)
{
    size_t count;
    const struct spoiled *spoiled = spoiled_frames(test, kind, &count);

    check_all_dropped(test, spoiled, count);
}

/* "… drop a frame that ends within a field … and pass the next good message
 * on." */
static void
wire_011_cut_frames_are_dropped(struct test *test)
{
    size_t count;
    const struct spoiled *cuts = spoiled_cuts(test, &count);

    check_all_dropped(test, cuts, count);
}

/* "… or has a length that goes beyond its end …" */
static void
wire_011_wrong_lengths_are_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_CUT);
}

/* "… drop a frame with a varint of more than ten bytes." */
static void
wire_012_overlong_varints_are_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_VARINT);
}

/* "… drop a frame with wire type 6 or 7." */
static void
wire_013_unknown_wire_types_are_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_TYPE);
}

/* "… drop a frame with field number 0." */
static void
wire_018_number_0_is_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_NUMBER);
}

/* "… drop a frame with an end-group that closes nothing." */
static void
wire_019_ends_alone_are_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_END);
}

/* "… drop a frame with a group that is not closed, or by another number." */
static void
wire_014_broken_groups_are_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_GROUP);
}

/* "… drop a frame with invalid UTF-8 in any of the four strings, surrogates,
 * overlong forms and values above U+10FFFF included." */
static void
wire_015_invalid_utf8_is_dropped(struct test *test)
{
    check_kind_dropped(test, SPOIL_TEXT);
}

/* "… accept bytes that are no UTF-8 in `payload` and in unknown fields." */
static void
wire_016_other_bytes_need_no_utf8(struct test *test)
{
    static const char *const texts[] = {"\xff", "a\x80", "\xed\xa0\x80",
                                        "\xc0\x80", "\xf4\x90\x80\x80"};
    struct master master;
    struct message message = message_of("palm.echo", "");
    size_t i;

    open_master(&master, test);
    for (i = 0; i < COUNT_OF(texts); i++) {
        message.payload = bytes_text(texts[i]);
        message.unknown = bytes_of("", 0);
        check_kept(&master, test_text(test, "payload %zu", i),
                   message_encode(test, &message), &message);
        message.payload = bytes_text("payload");
        message.unknown = field_bytes(test, 9, bytes_text(texts[i]));
        check_kept(&master, test_text(test, "unknown field %zu", i),
                   message_encode(test, &message), &message);
    }
}

const struct test_entry wire_more_tests[] = {
    TEST("PALM-WIRE-008", wire_008_unknown_fields_are_kept),
    TEST("PALM-WIRE-008", wire_008_unknown_fields_keep_their_order),
    TEST("PALM-WIRE-009", wire_009_other_wire_type_is_unknown),
    TEST("PALM-WIRE-010", wire_010_filled_message_is_canonical),
    TEST("PALM-WIRE-010", wire_010_raised_message_is_canonical),
    TEST("PALM-WIRE-011", wire_011_cut_frames_are_dropped),
    TEST("PALM-WIRE-011", wire_011_wrong_lengths_are_dropped),
    TEST("PALM-WIRE-012", wire_012_overlong_varints_are_dropped),
    TEST("PALM-WIRE-013", wire_013_unknown_wire_types_are_dropped),
    TEST("PALM-WIRE-014", wire_014_broken_groups_are_dropped),
    TEST("PALM-WIRE-015", wire_015_invalid_utf8_is_dropped),
    TEST("PALM-WIRE-016", wire_016_other_bytes_need_no_utf8),
    TEST("PALM-WIRE-017", wire_017_long_unknown_fields_are_kept),
    TEST("PALM-WIRE-018", wire_018_number_0_is_dropped),
    TEST("PALM-WIRE-019", wire_019_ends_alone_are_dropped),
    END_OF_TESTS,
};
