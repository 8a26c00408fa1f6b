/* SPDX-License-Identifier: MIT */
/* codec.c: see codec.h.  The subset of protobuf that PALM speaks. */
#include "conformance/engine/codec.h"

#include <string.h>

enum wire_type {
    WIRE_VARINT = 0,
    WIRE_FIXED64 = 1,
    WIRE_BYTES = 2,
    WIRE_GROUP = 3,
    WIRE_GROUP_END = 4,
    WIRE_FIXED32 = 5
};

enum { VARINT_MAX = 10, GROUP_DEPTH = 64 };

static size_t
put_varint(uint8_t *out, uint64_t value)
{
    size_t size = 0;

    while (value >= 0x80) {
        out[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[size++] = (uint8_t)value;
    return size;
}

struct bytes
field_varint(struct test *test, unsigned number, uint64_t value)
{
    uint8_t out[2 * VARINT_MAX];
    size_t size = put_varint(out, (uint64_t)number << 3 | WIRE_VARINT);

    size += put_varint(out + size, value);
    return bytes_copy(test, out, size);
}

struct bytes
field_bytes(struct test *test, unsigned number, struct bytes value)
{
    uint8_t out[2 * VARINT_MAX];
    size_t size = put_varint(out, (uint64_t)number << 3 | WIRE_BYTES);

    size += put_varint(out + size, value.size);
    return bytes_joined(test, bytes_of(out, size), value);
}

/* The members that are length-delimited, by number. */
static struct bytes *
member(struct message *message, uint64_t number)
{
    switch (number) {
    case FIELD_PIPELINE:
        return &message->pipeline;
    case FIELD_CLIENT:
        return &message->client;
    case FIELD_FUNCTION:
        return &message->function;
    case FIELD_CACHE:
        return &message->cache;
    case FIELD_PAYLOAD:
        return &message->payload;
    default:
        return NULL;
    }
}

struct bytes
message_encode(struct test *test, const struct message *message)
{
    struct message copy = *message;
    struct bytes frame = bytes_of("", 0);
    unsigned number;

    for (number = FIELD_PIPELINE; number <= FIELD_PAYLOAD; number++) {
        struct bytes *value = member(&copy, number);
        struct bytes field = {NULL, 0};

        if (value != NULL && value->size > 0) {
            field = field_bytes(test, number, *value);
        } else if (value == NULL && message->stage != 0) {
            field = field_varint(test, number, (uint64_t)message->stage);
        }
        frame = bytes_joined(test, frame, field);
    }
    return bytes_joined(test, frame, message->unknown);
}

static bool
get_varint(struct bytes frame, size_t *at, uint64_t *value)
{
    unsigned i;

    *value = 0;
    for (i = 0; i < VARINT_MAX && *at < frame.size; i++) {
        uint8_t byte = frame.data[(*at)++];

        if (i == VARINT_MAX - 1 && byte > 1) {
            return false;
        }
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool
skip(struct bytes frame, size_t *at, size_t size)
{
    if (size > frame.size - *at) {
        return false;
    }
    *at += size;
    return true;
}

static bool skip_value(struct bytes frame, size_t *at, uint64_t key,
                       unsigned depth);

static bool
skip_group(struct bytes frame, size_t *at, uint64_t number, unsigned depth)
{
    uint64_t key;

    if (depth == GROUP_DEPTH) {
        return false;
    }
    while (get_varint(frame, at, &key)) {
        if ((key & 7) == WIRE_GROUP_END) {
            return key >> 3 == number;
        }
        if (key >> 3 == 0 || !skip_value(frame, at, key, depth + 1)) {
            return false;
        }
    }
    return false;
}

static bool
skip_value(struct bytes frame, size_t *at, uint64_t key, unsigned depth)
{
    uint64_t size;

    switch (key & 7) {
    case WIRE_VARINT:
        return get_varint(frame, at, &size);
    case WIRE_FIXED64:
        return skip(frame, at, 8);
    case WIRE_FIXED32:
        return skip(frame, at, 4);
    case WIRE_BYTES:
        return get_varint(frame, at, &size) && size <= frame.size
               && skip(frame, at, (size_t)size);
    case WIRE_GROUP:
        return skip_group(frame, at, key >> 3, depth);
    default:
        return false;
    }
}

size_t
utf8_length(struct bytes text, size_t at)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = text.data[at];
    size_t length = lead < 0x80             ? 1
                    : (lead & 0xe0) == 0xc0 ? 2
                    : (lead & 0xf0) == 0xe0 ? 3
                    : (lead & 0xf8) == 0xf0 ? 4
                                            : 0;
    uint32_t code;
    size_t i;

    if (length < 2) {
        return length;
    }
    if (length > text.size - at) {
        return 0;
    }
    code = lead & (0xffu >> (length + 1));
    for (i = 1; i < length; i++) {
        if ((text.data[at + i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text.data[at + i] & 0x3fu);
    }
    if (code < lowest[length] || code > 0x10ffff
        || (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }
    return length;
}

static bool
is_utf8(struct bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t length = utf8_length(text, at);

        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

/* Takes a field if it is one that PALM knows; else it is unknown. */
static const char *
take(struct test *test, struct message *message, struct bytes field,
     size_t value_at, uint64_t key)
{
    uint64_t number = key >> 3;
    unsigned type = (unsigned)(key & 7);
    struct bytes *text = member(message, number);
    uint64_t value;

    if (number == FIELD_STAGE && type == WIRE_VARINT) {
        (void)get_varint(field, &value_at, &value);
        message->stage = (int64_t)value;
    } else if (text != NULL && type == WIRE_BYTES) {
        (void)get_varint(field, &value_at, &value);
        *text = bytes_of(field.data + value_at, (size_t)value);
        if (number != FIELD_PAYLOAD && !is_utf8(*text)) {
            return "a string is not UTF-8";
        }
    } else {
        message->unknown = bytes_joined(test, message->unknown, field);
    }
    return NULL;
}

const char *
message_decode(struct test *test, struct bytes frame, struct message *message)
{
    size_t at = 0;

    memset(message, 0, sizeof *message);
    while (at < frame.size) {
        size_t begin = at;
        size_t value_at;
        uint64_t key;
        const char *why;

        if (!get_varint(frame, &at, &key)) {
            return "a key is cut or too long";
        }
        if (key >> 3 == 0 || key >> 3 > 0x1fffffff) {
            return "a field number is out of range";
        }
        value_at = at - begin;
        if (!skip_value(frame, &at, key, 0)) {
            return "a field is cut, or of no known wire type";
        }
        why = take(test, message, bytes_cut(frame, begin, at - begin), value_at,
                   key);
        if (why != NULL) {
            return why;
        }
    }
    return NULL;
}

struct bytes
message_extra(const struct message *message, unsigned number)
{
    struct bytes found = {NULL, 0};
    struct bytes all = message->unknown;
    size_t at = 0;
    uint64_t key;
    uint64_t size;

    while (at < all.size && get_varint(all, &at, &key)) {
        size_t value_at = at;

        if (!skip_value(all, &at, key, 0)) {
            break;
        }
        if (key == ((uint64_t)number << 3 | WIRE_BYTES)
            && get_varint(all, &value_at, &size)) {
            found = bytes_cut(all, value_at, (size_t)size);
        }
    }
    return found;
}
