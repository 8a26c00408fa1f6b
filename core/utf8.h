/* SPDX-License-Identifier: MIT */
/* utf8.h: whether bytes are UTF-8, quickly if they are ASCII.  Any thread. */
#ifndef PALM_UTF8_H
#define PALM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes at the front that are valid UTF-8: size if all are. */
size_t palm__utf8_valid(const char *data, size_t size);

/* Whether all bytes are ASCII, eight at a time; the last eight may overlap
 * those before them. */
static inline bool
palm__is_ascii(const char *data, size_t size)
{
    uint64_t word, bits = 0;
    if (size < sizeof word) {
        for (size_t i = 0; i < size; i++) {
            bits |= (unsigned char)data[i];
        }
        return !(bits & 0x80);
    }
    for (size_t i = 0; i + sizeof word < size; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        bits |= word;
    }
    memcpy(&word, data + size - sizeof word, sizeof word);
    return !((bits | word) & UINT64_C(0x8080808080808080));
}

#endif
