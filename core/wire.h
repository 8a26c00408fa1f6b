/* SPDX-License-Identifier: MIT */
/* wire.h: reads and writes protobuf's wire format, field by field.
 *
 * Nothing is allocated and nothing is copied.  Any thread. */
#ifndef PALM_WIRE_H
#define PALM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/message.h"

enum palm__wire_type {
    PALM__WIRE_VARINT = 0,
    PALM__WIRE_FIXED64 = 1,
    PALM__WIRE_BYTES = 2,
    PALM__WIRE_GROUP = 3,
    PALM__WIRE_GROUP_END = 4,
    PALM__WIRE_FIXED32 = 5
};

/* What is before a field: its number and its wire type. */
#define PALM__TAG(number, type) ((uint32_t)(number) << 3 | (uint32_t)(type))

#define PALM__VARINT_SIZE 10  /* bytes of the longest varint */
#define PALM__GROUP_DEPTH 100 /* groups in groups, as other decoders allow */

/* A frame that is being read.  Needs size > 0. */
typedef struct palm__wire {
    const unsigned char *at;  /* the next byte */
    const unsigned char *end; /* behind the last byte */
    const unsigned char *bad; /* after a failure: the place */
    const char *problem;      /* after a failure: what is wrong there */
} palm__wire_t;

typedef struct palm__field {
    const unsigned char *start; /* of the tag; the field ends at wire->at */
    uint32_t tag;
    uint64_t varint;    /* set for PALM__WIRE_VARINT */
    palm_slice_t bytes; /* set for PALM__WIRE_BYTES */
} palm__field_t;

/* The whole decoder, for palm__wire_next() below.  Fails (false) on truncated
 * data, varints over 10 bytes, tags over 32 bits, field number 0, wire types 6
 * and 7, groups that are not opened, not closed or too deep. */
bool palm__wire_next_any(palm__wire_t *wire, palm__field_t *field);

/* Marks the frame as bad; returns false. */
bool palm__wire_fail(palm__wire_t *wire, const unsigned char *bad,
                     const char *problem);

/* Bytes of a varint, and the varint itself; returns the byte behind it. */
size_t palm__varint_size(uint64_t value);
unsigned char *palm__varint_write(unsigned char *to, uint64_t value);

/* Reads one field; needs wire->at < wire->end.  What nearly all fields are, a
 * tag of one byte with a value that has one byte or a length of one byte, is
 * decoded here, so that the compiler can put it into the caller's loop. */
static inline bool
palm__wire_next(palm__wire_t *wire, palm__field_t *field)
{
    const unsigned char *at = wire->at;
    if (wire->end - at < 2 || at[0] >= 0x80 || at[0] < 8 || at[1] >= 0x80) {
        return palm__wire_next_any(wire, field);
    }
    field->start = at;
    field->tag = at[0];
    if ((at[0] & 7) == PALM__WIRE_BYTES && at[1] <= wire->end - at - 2) {
        field->bytes.data = (const char *)at + 2;
        field->bytes.size = at[1];
        wire->at = at + 2 + at[1];
        return true;
    }
    if ((at[0] & 7) == PALM__WIRE_VARINT) {
        field->varint = at[1];
        wire->at = at + 2;
        return true;
    }
    return palm__wire_next_any(wire, field);
}

#endif
