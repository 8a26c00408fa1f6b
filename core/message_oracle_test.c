/* SPDX-License-Identifier: MIT */
/* The codec against protobuf-c, which is strict in other places than we are:
 *
 *   1. strings are C strings: cut at the first NUL;
 *   2. strings need not be UTF-8;
 *   3. a field number of more than 29 bits is accepted;
 *   4. field number 0 is accepted if its tag has several bytes;
 *   5. groups are refused;
 *   6. a known number with another wire type is refused;
 *   7. a length has at most five bytes;
 *   8. tags of unknown fields are encoded in their shortest form.
 *
 * Each is taken as exactly that.  2 to 4 are repaired in the frame, which must
 * not change what protobuf-c says of it; with 5 to 7 it must refuse and without
 * them accept; 1 and 8 are applied to what we found. */
#include "config.h"
#include "core/message.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/message_random.h"
#include "core/palm.pb-c.h"
#include "core/wire.h"
#include "harness/support/tap.h"

enum { ROUNDS = 100000 };

static struct random source;

/* --- what protobuf-c says ------------------------------------------------ */

static bool
accepts(const unsigned char *frame, size_t size)
{
    PalmMessage *theirs = palm_message__unpack(NULL, size, frame);
    if (theirs) {
        palm_message__free_unpacked(theirs, NULL);
    }
    return theirs != NULL;
}

static palm_slice_t
until_nul(palm_slice_t text)
{
    const char *nul = text.size ? memchr(text.data, '\0', text.size) : NULL;
    text.size = nul ? (size_t)(nul - text.data) : text.size;
    return text;
}

/* Writes the unknown fields of a message as difference 8 says. */
static size_t
put_unknown(const palm_message_t *message, unsigned char *out)
{
    unsigned char *to = out, buffer[16];
    palm__wire_t wire = {0};
    palm__field_t field;
    if (message->unknown_size == 0) {
        return 0;
    }
    wire.at = (const unsigned char *)message->source.data;
    wire.end = wire.at + message->source.size;
    while (wire.at < wire.end && palm__wire_next(&wire, &field)) {
        const unsigned char *value = field.start;
        if (field.tag >> 3 >= 1 && field.tag >> 3 <= 6) {
            continue;
        }
        while (*value++ >= 0x80) {
        }
        unsigned char *end = palm__varint_write(buffer, field.tag);
        memcpy(to, buffer, (size_t)(end - buffer));
        to += end - buffer;
        memcpy(to, value, (size_t)(wire.at - value));
        to += wire.at - value;
    }
    return (size_t)(to - out);
}

/* Encodes what protobuf-c must have found if we found this. */
static size_t
expected_encoding(palm_message_t message, unsigned char *out)
{
    static unsigned char unknown[RANDOM_FRAME_MAX];
    message.extra.size = put_unknown(&message, unknown);
    message.extra.data = (const char *)unknown;
    message.unknown_size = 0;
    message.pipeline = until_nul(message.pipeline);
    message.client = until_nul(message.client);
    message.function = until_nul(message.function);
    message.cache = until_nul(message.cache);
    return palm_message_write(&message, out);
}

static void
has_text(palm_slice_t ours, const char *theirs)
{
    ours = until_nul(ours);
    EQUAL_BYTES(theirs, strlen(theirs), ours.data, ours.size);
}

/* protobuf-c finds in the frame what we found, and encodes it as we do. */
static void
agrees(const palm_message_t *ours, const unsigned char *frame, size_t size)
{
    static unsigned char mine[RANDOM_FRAME_MAX], other[RANDOM_FRAME_MAX];
    PalmMessage *theirs = palm_message__unpack(NULL, size, frame);
    MUST(theirs != NULL);
    has_text(ours->pipeline, theirs->pipeline);
    has_text(ours->client, theirs->client);
    has_text(ours->function, theirs->function);
    has_text(ours->cache, theirs->cache);
    EQUAL_INT(theirs->stage, ours->stage);
    EQUAL_BYTES(theirs->payload.data, theirs->payload.len, ours->payload.data,
                ours->payload.size);
    MUST(palm_message__get_packed_size(theirs) <= sizeof other);
    size_t other_size = palm_message__pack(theirs, other);
    size_t mine_size = expected_encoding(*ours, mine);
    EQUAL_BYTES(other, other_size, mine, mine_size);
    palm_message__free_unpacked(theirs, NULL);
}

/* --- random messages ----------------------------------------------------- */

static void
protobuf_c_reads_what_we_write(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX];
    static char pool[RANDOM_POOL_MAX];
    for (int i = 0; i < ROUNDS; i++) {
        palm_message_t message;
        random_message(&source, &message, pool);
        size_t size = palm_message_write(&message, frame);
        EQUAL_INT(palm_message_size(&message), size);
        agrees(&message, frame, size);
    }
}

/* A C string for protobuf-c; the next one is written behind it. */
static char *
c_string(char **pool)
{
    char *text = *pool;
    size_t size = random_text(&source, text);
    text[size] = '\0';
    *pool += size + 1;
    return text;
}

static void
we_read_what_protobuf_c_writes(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX], again[RANDOM_FRAME_MAX];
    static char pool[RANDOM_POOL_MAX];
    for (int i = 0; i < ROUNDS; i++) {
        char *free_pool = pool;
        PalmMessage theirs = PALM_MESSAGE__INIT;
        palm_message_t ours, random;
        theirs.pipeline = c_string(&free_pool);
        theirs.client = c_string(&free_pool);
        theirs.function = c_string(&free_pool);
        theirs.cache = c_string(&free_pool);
        random_message(&source, &random, free_pool);
        theirs.stage = random.stage;
        theirs.payload.data = (uint8_t *)(uintptr_t)random.payload.data;
        theirs.payload.len = random.payload.size;
        size_t size = palm_message__pack(&theirs, frame);
        EQUAL_INT(0, palm_message_scan(&ours, frame, size, NULL));
        agrees(&ours, frame, size);
        EQUAL_BYTES(frame, size, again, palm_message_write(&ours, again));
    }
}

/* --- random frames, whole and damaged ------------------------------------ */

static struct {
    int accepted, refused;         /* frames, by both */
    int utf8, number, zero;        /* differences 2, 3, 4: repaired */
    int group, wrong_type, length; /* 5, 6, 7: frames with it */
} seen;

/* Repairs what we refuse and protobuf-c does not look at.  Returns whether
 * there was such a thing. */
static bool
repair(unsigned char *frame, const palm_error_t *err)
{
    size_t at = 0;
    unsigned char *bad;
    MUST(sscanf(err->text, "byte %zu:", &at) == 1);
    bad = frame + at;
    if (strstr(err->text, "invalid UTF-8")) {
        *bad = 'x';
        seen.utf8++;
        return true;
    }
    if (strstr(err->text, "field number 0") && *bad >= 0x80) {
        bad[1] |= 1; /* number 16, unknown as well */
        seen.zero++;
        return true;
    }
    if (strstr(err->text, "more than 32 bits") && bad[4] < 0x80) {
        bad[4] = 1; /* another unknown number */
        seen.number++;
        return true;
    }
    return false;
}

static bool
is_refused_type(const palm__field_t *field)
{
    uint32_t number = field->tag >> 3, type = field->tag & 7;
    return number >= 1 && number <= 6
           && type != (number == 3 ? PALM__WIRE_VARINT : PALM__WIRE_BYTES);
}

static bool
has_long_length(const palm__field_t *field, const unsigned char *end)
{
    const unsigned char *length = field->start;
    if ((field->tag & 7) != PALM__WIRE_BYTES) {
        return false;
    }
    while (*length++ >= 0x80) {
    }
    return end - length - (ptrdiff_t)field->bytes.size > 5;
}

/* Whether protobuf-c must refuse what we accept. */
static bool
is_refused(const unsigned char *frame, size_t size)
{
    palm__wire_t wire = {frame, frame + size, NULL, NULL};
    palm__field_t field;
    bool group = false, wrong_type = false, length = false;
    while (wire.at < wire.end) {
        MUST(palm__wire_next(&wire, &field));
        group |= (field.tag & 7) == PALM__WIRE_GROUP;
        wrong_type |= is_refused_type(&field);
        length |= has_long_length(&field, wire.at);
    }
    seen.group += group;
    seen.wrong_type += wrong_type;
    seen.length += length;
    return group || wrong_type || length;
}

/* With 32 bits protobuf-c adds lengths without a look at overflow, so it takes
 * what points far beyond the end. */
static bool
is_overflow_of_oracle(const palm_error_t *err)
{
    return sizeof(size_t) < 8 && strstr(err->text, "length beyond the end");
}

static void
compare(unsigned char *frame, size_t size)
{
    palm_message_t ours;
    palm_error_t err;
    bool verdict = accepts(frame, size);
    int result;
    while ((result = palm_message_scan(&ours, frame, size, &err)) != 0
           && repair(frame, &err)) {
        EQUAL_INT(verdict, accepts(frame, size));
    }
    if (result) {
        verdict = verdict && !is_overflow_of_oracle(&err);
        EQUAL_TEXT(verdict ? "accepted by protobuf-c" : err.text, err.text);
        seen.refused++;
        return;
    }
    EQUAL_INT(!is_refused(frame, size), verdict);
    if (verdict) {
        agrees(&ours, frame, size);
        seen.accepted++;
    }
}

static void
frames_are_read_alike(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX];
    for (int i = 0; i < ROUNDS; i++) {
        palm_message_t ours;
        size_t size = random_frame(&source, frame);
        EQUAL_INT(0, palm_message_scan(&ours, frame, size, NULL));
        compare(frame, size);
    }
}

/* A difference that is no longer met would be one that nobody checks. */
static void
every_difference_was_met(void)
{
    printf("# accepted %d, refused %d; UTF-8 %d, number %d, zero %d, "
           "group %d, wire type %d, length %d\n",
           seen.accepted, seen.refused, seen.utf8, seen.number, seen.zero,
           seen.group, seen.wrong_type, seen.length);
    MUST(seen.accepted > 0 && seen.refused > 0);
    MUST(seen.utf8 > 0 && seen.number > 0 && seen.zero > 0);
    MUST(seen.group > 0 && seen.wrong_type > 0 && seen.length > 0);
}

static void
damaged_frames_are_refused_alike(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX];
    for (int i = 0; i < 2 * ROUNDS; i++) {
        size_t size = random_frame(&source, frame);
        compare(frame, random_damage(&source, frame, size));
    }
    every_difference_was_met();
}

static const struct tap_test tests[] = {
    {"protobuf-c reads what we write", protobuf_c_reads_what_we_write},
    {"we read what protobuf-c writes", we_read_what_protobuf_c_writes},
    {"frames are read alike", frames_are_read_alike},
    {"damaged frames are refused alike", damaged_frames_are_refused_alike},
};

int
main(int argc, char **argv)
{
    random_init(&source);
    return tap_main("message_oracle", tests, sizeof tests / sizeof *tests, argc,
                    argv);
}
