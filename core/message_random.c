/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/message_random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"

/* The largest field is a payload of this size. */
enum { LARGE = 20000 };

void
random_init(struct random *random)
{
    const char *seed = getenv("PALM_TEST_SEED");
    random->state = 1;
    if (seed) {
        random->state = strtoull(seed, NULL, 0);
    } else {
        (void)palm__random(&random->state, sizeof random->state);
    }
    printf("# PALM_TEST_SEED=%" PRIu64 "\n", random->state);
}

/* SplitMix64, public domain, by Sebastiano Vigna. */
uint64_t
random_next(struct random *random)
{
    uint64_t bits = random->state += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

unsigned
random_below(struct random *random, unsigned limit)
{
    return (unsigned)(random_next(random) % limit);
}

uint64_t
random_number(struct random *random)
{
    uint64_t number = random_next(random);
    return number >> random_below(random, 64);
}

static size_t
random_size(struct random *random)
{
    switch (random_below(random, 8)) {
    case 0:
        return 0;
    case 1:
        return random_below(random, 4);
    case 2:
        return 120 + random_below(random, 20); /* lengths of 1 and 2 bytes */
    default:
        return random_below(random, 50);
    }
}

/* --- texts and messages -------------------------------------------------- */

static char *
put_character(struct random *random, char *to)
{
    static const char *const others[] = {
        "\xc2\x80",     "\xc3\xa9",         "\xdf\xbf",
        "\xe0\xa0\x80", "\xed\x9f\xbf",     "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    if (random_below(random, 8) > 0) {
        *to = (char)(' ' + random_below(random, 95));
        return to + 1;
    }
    const char *other = others[random_below(random, 9)];
    memcpy(to, other, strlen(other));
    return to + strlen(other);
}

size_t
random_text(struct random *random, char *text)
{
    char *to = text;
    size_t size = random_size(random);
    bool is_ascii = random_below(random, 2);
    while ((size_t)(to - text) < size) {
        if (is_ascii) {
            *to++ = (char)(' ' + random_below(random, 95));
        } else {
            to = put_character(random, to);
        }
    }
    if (to > text && random_below(random, 20) == 0) {
        text[0] = (char)(is_ascii ? '\0' : text[0]);
    }
    return (size_t)(to - text);
}

static palm_slice_t
take_text(struct random *random, char **pool)
{
    palm_slice_t slice = {*pool, random_text(random, *pool)};
    *pool += slice.size;
    return slice;
}

static size_t
random_payload(struct random *random, char *to)
{
    size_t size = random_size(random);
    if (random_below(random, 200) == 0) {
        size = random_below(random, LARGE);
    }
    for (size_t i = 0; i < size; i++) {
        to[i] = (char)random_next(random);
    }
    return size;
}

void
random_message(struct random *random, palm_message_t *message, char *pool)
{
    static const palm_message_t empty = PALM_MESSAGE_INIT;
    *message = empty;
    message->pipeline = take_text(random, &pool);
    message->client = take_text(random, &pool);
    message->function = take_text(random, &pool);
    message->cache = take_text(random, &pool);
    message->payload.data = pool;
    message->payload.size = random_payload(random, pool);
    if (random_below(random, 4) > 0) {
        message->stage = (int64_t)(random_number(random) >> 1);
        message->stage *= random_below(random, 2) ? 1 : -1;
    }
}

/* --- frames -------------------------------------------------------------- */

/* Now and then a longer form than is needed, of at most max bytes. */
static unsigned char *
put_varint(struct random *random, unsigned char *to, uint64_t value, size_t max)
{
    unsigned char *start = to;
    for (; value >= 0x80; value >>= 7) {
        *to++ = (unsigned char)(value | 0x80);
    }
    *to++ = (unsigned char)value;
    if (random_below(random, 30) == 0) {
        while ((size_t)(to - start) < max && random_below(random, 3) > 0) {
            to[-1] |= 0x80;
            *to++ = 0;
        }
    }
    return to;
}

static unsigned char *
put_tag(struct random *random, unsigned char *to, uint32_t number,
        unsigned type)
{
    return put_varint(random, to, (uint64_t)number << 3 | type, 5);
}

static unsigned char *
put_text(struct random *random, unsigned char *to, size_t size,
         const char *text)
{
    to = put_varint(random, to, size, 10);
    memcpy(to, text, size);
    return to + size;
}

static unsigned char *
put_known(struct random *random, unsigned char *to)
{
    static char text[LARGE];
    uint32_t number = 1 + random_below(random, 6);
    if (number == 3) {
        to = put_tag(random, to, 3, 0);
        return put_varint(random, to, random_number(random), 10);
    }
    to = put_tag(random, to, number, 2);
    size_t size =
        number == 6 ? random_payload(random, text) : random_text(random, text);
    return put_text(random, to, size, text);
}

static uint32_t
unknown_number(struct random *random)
{
    static const uint32_t numbers[] = {7, 8, 9, 15, 16, 2047, 536870911};
    if (random_below(random, 4) == 0) {
        return 7 + random_below(random, 5000);
    }
    return numbers[random_below(random, 7)];
}

static unsigned char *put_unknown(struct random *random, unsigned char *to,
                                  uint32_t number, int depth);

static unsigned char *
put_group(struct random *random, unsigned char *to, uint32_t number, int depth)
{
    to = put_tag(random, to, number, 3);
    for (unsigned i = random_below(random, 3); i > 0; i--) {
        uint32_t inner = 1 + random_below(random, 20);
        to = put_unknown(random, to, inner, depth + 1);
    }
    return put_tag(random, to, number, 4);
}

static unsigned char *
put_unknown(struct random *random, unsigned char *to, uint32_t number,
            int depth)
{
    char text[256];
    size_t size;
    unsigned type = random_below(random, 8);
    if (type == 0 && depth < 3) {
        return put_group(random, to, number, depth);
    }
    switch (type % 4) {
    case 0:
        to = put_tag(random, to, number, 0);
        return put_varint(random, to, random_number(random), 10);
    case 1:
        size = random_text(random, text);
        to = put_tag(random, to, number, 2);
        return put_text(random, to, size, text);
    case 2:
        to = put_tag(random, to, number, 1);
        memcpy(to, "01234567", 8);
        return to + 8;
    default:
        to = put_tag(random, to, number, 5);
        memcpy(to, "0123", 4);
        return to + 4;
    }
}

size_t
random_frame(struct random *random, unsigned char *frame)
{
    unsigned char *to = frame;
    bool has_unknown = random_below(random, 2);
    for (unsigned i = random_below(random, 9); i > 0; i--) {
        unsigned dice = random_below(random, 40);
        if (has_unknown && dice < 12) {
            to = put_unknown(random, to, unknown_number(random), 0);
        } else if (has_unknown && dice == 12) { /* perhaps of a wrong type */
            to = put_unknown(random, to, 1 + random_below(random, 6), 0);
        } else if (to - frame < RANDOM_FRAME_MAX - 2 * LARGE) {
            to = put_known(random, to);
        }
    }
    return (size_t)(to - frame);
}

/* --- damage -------------------------------------------------------------- */

static unsigned char
nasty_byte(struct random *random)
{
    static const unsigned char nasty[] = {0x00, 0x01, 0x07, 0x0b, 0x0c, 0x7f,
                                          0x80, 0x81, 0xc0, 0xed, 0xff};
    if (random_below(random, 2)) {
        return (unsigned char)random_next(random);
    }
    return nasty[random_below(random, sizeof nasty)];
}

static size_t
insert(struct random *random, unsigned char *frame, size_t size)
{
    size_t at = random_below(random, (unsigned)size + 1);
    size_t count = 1 + random_below(random, 6);
    if (size + count > RANDOM_FRAME_MAX) {
        return size;
    }
    memmove(frame + at + count, frame + at, size - at);
    for (size_t i = 0; i < count; i++) {
        frame[at + i] = nasty_byte(random);
    }
    return size + count;
}

static size_t
erase(struct random *random, unsigned char *frame, size_t size)
{
    size_t at = random_below(random, (unsigned)size);
    size_t count = 1 + random_below(random, 6);
    count = count < size - at ? count : size - at;
    memmove(frame + at, frame + at + count, size - at - count);
    return size - count;
}

size_t
random_damage(struct random *random, unsigned char *frame, size_t size)
{
    for (unsigned i = 1 + random_below(random, 3); i > 0; i--) {
        unsigned dice = size ? random_below(random, 5) : 4;
        size_t at = size ? random_below(random, (unsigned)size) : 0;
        if (dice == 0) {
            size = at;
        } else if (dice == 1) {
            frame[at] ^= (unsigned char)(1u << random_below(random, 8));
        } else if (dice == 2) {
            frame[at] = nasty_byte(random);
        } else if (dice == 3) {
            size = erase(random, frame, size);
        } else {
            size = insert(random, frame, size);
        }
    }
    return size;
}
