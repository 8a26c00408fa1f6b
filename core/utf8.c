/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/utf8.h"

#include "core/message.h"

static bool
is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes of the character at the front, 0 if it is not valid.  The range of the
 * second byte excludes overlong forms, surrogates and what is too large. */
static size_t
character_size(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0], low = 0x80, high = 0xbf;
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    if (lead < 0xe0) {
        return left >= 2 && is_tail(at[1]) ? 2 : 0;
    }
    low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : low;
    high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : high;
    if (left < 3 || at[1] < low || at[1] > high || !is_tail(at[2])) {
        return 0;
    }
    if (lead < 0xf0) {
        return 3;
    }
    return left >= 4 && is_tail(at[3]) ? 4 : 0;
}

size_t
palm__utf8_valid(const char *data, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)data;
    size_t at = 0;
    while (at < size) {
        size_t step = size - at >= 8 && palm__is_ascii(data + at, 8)
                          ? 8
                          : character_size(bytes + at, size - at);
        if (step == 0) {
            break;
        }
        at += step;
    }
    return at;
}

bool
palm_slice_is_utf8(palm_slice_t text)
{
    return palm__is_ascii(text.data, text.size)
           || palm__utf8_valid(text.data, text.size) == text.size;
}
