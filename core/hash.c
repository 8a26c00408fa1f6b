/* SPDX-License-Identifier: MIT */
/* hash.c: SipHash-2-4, after "SipHash: a fast short-input PRF" by Jean-Philippe
 * Aumasson and Daniel J. Bernstein. */
#include "config.h"
#include "core/hash.h"

#include <pthread.h>
#include <string.h>

#include "core/compat.h"

struct sip {
    uint64_t v0, v1, v2, v3;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned char process_key[PALM__HASH_KEY_SIZE]; /* fixed after once */

/* Written out, because compilers then see that it is one load. */
static uint64_t
load_8(const unsigned char *b)
{
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16
           | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40
           | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

/* Less than 8 bytes as a number, the lowest first, on every machine. */
static uint64_t
load(const unsigned char *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

static uint64_t
rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static void
rounds(struct sip *s, int count)
{
    while (count-- > 0) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 = rotate(s->v2, 32);
    }
}

static void
take(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

uint64_t
palm__siphash(const unsigned char key[PALM__HASH_KEY_SIZE], const void *data,
              size_t size)
{
    const unsigned char *bytes = data;
    uint64_t k0 = load_8(key), k1 = load_8(key + 8);
    struct sip s = {
        k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
        k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    size_t left = size;
    for (; left >= 8; left -= 8, bytes += 8) {
        take(&s, load_8(bytes));
    }
    take(&s, (uint64_t)(size & 0xff) << 56 | load(bytes, left));
    s.v2 ^= 0xff;
    rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

static void
draw_key(void)
{
    if (palm__random(process_key, sizeof process_key)) {
        /* A table must still work: what a peer cannot easily know. */
        uint64_t words[2] = {(uint64_t)palm__now_us(),
                             (uint64_t)(uintptr_t)&words};
        memcpy(process_key, words, sizeof process_key);
    }
}

unsigned
palm__hash(const void *data, size_t size)
{
    (void)pthread_once(&once, draw_key);
    return (unsigned)palm__siphash(process_key, data, size);
}
