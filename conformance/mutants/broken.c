/* SPDX-License-Identifier: MIT */
/* broken.c: see broken.h. */
#include "conformance/mutants/broken.h"

enum { VARINT_MAX = 10, DEPTH_MAX = 64 };

/* What is read, and where. */
struct reader {
    struct bytes frame;
    size_t at;
    uint64_t open[DEPTH_MAX]; /* numbers of the groups around it */
    unsigned depth;
};

static enum broken
read_varint(struct reader *reader, uint64_t *value)
{
    size_t i;

    *value = 0;
    for (i = 0; i < VARINT_MAX && reader->at < reader->frame.size; i++) {
        uint8_t byte = reader->frame.data[reader->at++];

        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            return BROKEN_NOT;
        }
    }
    return i == VARINT_MAX ? BROKEN_VARINT : BROKEN_CUT;
}

static enum broken
read_bytes(struct reader *reader, uint64_t size)
{
    if (size > reader->frame.size - reader->at) {
        return BROKEN_CUT;
    }
    reader->at += (size_t)size;
    return BROKEN_NOT;
}

static bool
is_string(const struct reader *reader, uint64_t number)
{
    return reader->depth == 0
           && (number == FIELD_PIPELINE || number == FIELD_CLIENT
               || number == FIELD_FUNCTION || number == FIELD_CACHE);
}

static enum broken
read_text(struct reader *reader, uint64_t number)
{
    uint64_t size;
    enum broken broken = read_varint(reader, &size);
    size_t begin = reader->at;
    struct bytes text;
    size_t at = 0;
    size_t length = 1;

    broken = broken != BROKEN_NOT ? broken : read_bytes(reader, size);
    if (broken != BROKEN_NOT || !is_string(reader, number)) {
        return broken;
    }
    text = bytes_cut(reader->frame, begin, (size_t)size);
    while (at < text.size && length > 0) {
        length = utf8_length(text, at);
        at += length;
    }
    return length == 0 ? BROKEN_TEXT : BROKEN_NOT;
}

static enum broken
read_group(struct reader *reader, uint64_t number, bool begins)
{
    if (begins && reader->depth < DEPTH_MAX) {
        reader->open[reader->depth++] = number;
        return BROKEN_NOT;
    }
    if (!begins && reader->depth == 0) {
        return BROKEN_END;
    }
    return !begins && reader->open[--reader->depth] == number ? BROKEN_NOT
                                                              : BROKEN_GROUP;
}

static enum broken
read_field(struct reader *reader)
{
    uint64_t value;
    uint64_t key;
    enum broken broken = read_varint(reader, &key);

    if (broken != BROKEN_NOT) {
        return broken;
    }
    if (key >> 3 == 0) {
        return BROKEN_NUMBER;
    }
    switch (key & 7) {
    case 0:
        return read_varint(reader, &value);
    case 1:
        return read_bytes(reader, 8);
    case 2:
        return read_text(reader, key >> 3);
    case 3:
    case 4:
        return read_group(reader, key >> 3, (key & 7) == 3);
    case 5:
        return read_bytes(reader, 4);
    default:
        return BROKEN_TYPE;
    }
}

enum broken
broken_kind(struct bytes frame)
{
    struct reader reader;
    enum broken broken = BROKEN_NOT;

    reader.frame = frame;
    reader.at = 0;
    reader.depth = 0;
    while (broken == BROKEN_NOT && reader.at < frame.size) {
        broken = read_field(&reader);
    }
    return broken == BROKEN_NOT && reader.depth > 0 ? BROKEN_GROUP : broken;
}
