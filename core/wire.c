/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/wire.h"

bool
palm__wire_fail(palm__wire_t *wire, const unsigned char *bad,
                const char *problem)
{
    wire->bad = bad;
    wire->problem = problem;
    return false;
}

/* Bits above the 64th are dropped, as other decoders do. */
static bool
read_varint(palm__wire_t *wire, uint64_t *value)
{
    const unsigned char *at = wire->at;
    uint64_t bits = 0;
    for (unsigned shift = 0; shift < 7 * PALM__VARINT_SIZE; shift += 7) {
        if (at == wire->end) {
            return palm__wire_fail(wire, wire->at, "truncated varint");
        }
        bits |= (uint64_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80) {
            *value = bits;
            wire->at = at;
            return true;
        }
    }
    return palm__wire_fail(wire, wire->at, "varint of more than 10 bytes");
}

static bool
read_tag(palm__wire_t *wire, uint32_t *tag)
{
    const unsigned char *start = wire->at;
    uint64_t value;
    if (!read_varint(wire, &value)) {
        return false;
    }
    if (wire->at - start > 5 || value > UINT32_MAX) {
        return palm__wire_fail(wire, start, "tag of more than 32 bits");
    }
    if (value >> 3 == 0) {
        return palm__wire_fail(wire, start, "field number 0");
    }
    *tag = (uint32_t)value;
    return true;
}

static bool
skip(palm__wire_t *wire, ptrdiff_t size)
{
    if (wire->end - wire->at < size) {
        return palm__wire_fail(wire, wire->at, "truncated number");
    }
    wire->at += size;
    return true;
}

static bool
read_bytes(palm__wire_t *wire, palm_slice_t *bytes)
{
    const unsigned char *start = wire->at;
    uint64_t size;
    if (!read_varint(wire, &size)) {
        return false;
    }
    if (size > (uint64_t)(wire->end - wire->at)) {
        return palm__wire_fail(wire, start, "length beyond the end");
    }
    bytes->data = (const char *)wire->at;
    bytes->size = (size_t)size;
    wire->at += bytes->size;
    return true;
}

/* Reads what is behind a tag, groups excepted. */
static bool
read_value(palm__wire_t *wire, palm__field_t *field)
{
    switch (field->tag & 7) {
    case PALM__WIRE_VARINT:
        return read_varint(wire, &field->varint);
    case PALM__WIRE_FIXED64:
        return skip(wire, 8);
    case PALM__WIRE_BYTES:
        return read_bytes(wire, &field->bytes);
    case PALM__WIRE_FIXED32:
        return skip(wire, 4);
    default:
        return palm__wire_fail(wire, field->start, "unknown wire type");
    }
}

/* Leaves a group that has been entered: looks for the end of it, and of all
 * the groups in it. */
static bool
skip_group(palm__wire_t *wire, const palm__field_t *group)
{
    uint32_t open[PALM__GROUP_DEPTH] = {group->tag >> 3};
    size_t depth = 1;
    palm__field_t inner;
    while (depth > 0) {
        inner.start = wire->at;
        if (wire->at == wire->end) {
            return palm__wire_fail(wire, group->start, "unclosed group");
        }
        if (!read_tag(wire, &inner.tag)) {
            return false;
        }
        if ((inner.tag & 7) == PALM__WIRE_GROUP) {
            if (depth == PALM__GROUP_DEPTH) {
                return palm__wire_fail(wire, inner.start, "groups too deep");
            }
            open[depth++] = inner.tag >> 3;
        } else if ((inner.tag & 7) == PALM__WIRE_GROUP_END) {
            if (open[--depth] != inner.tag >> 3) {
                return palm__wire_fail(wire, inner.start, "wrong end of group");
            }
        } else if (!read_value(wire, &inner)) {
            return false;
        }
    }
    return true;
}

bool
palm__wire_next_any(palm__wire_t *wire, palm__field_t *field)
{
    field->start = wire->at;
    if (!read_tag(wire, &field->tag)) {
        return false;
    }
    switch (field->tag & 7) {
    case PALM__WIRE_GROUP:
        return skip_group(wire, field);
    case PALM__WIRE_GROUP_END:
        return palm__wire_fail(wire, field->start, "end of no group");
    default:
        return read_value(wire, field);
    }
}

size_t
palm__varint_size(uint64_t value)
{
    size_t size = 1;
    for (; value >= 0x80; value >>= 7) {
        size++;
    }
    return size;
}

unsigned char *
palm__varint_write(unsigned char *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        *to++ = (unsigned char)(value | 0x80);
    }
    *to++ = (unsigned char)value;
    return to;
}
