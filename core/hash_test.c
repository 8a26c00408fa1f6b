/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/hash.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/cache_memory.h"
#include "harness/support/tap.h"

enum { MANY = 1 << 19 };

static unsigned char first_bytes[64]; /* 0, 1, 2, … */

static void
check_vector(const char *expected, size_t size)
{
    char text[17];
    for (size_t i = 0; i < sizeof first_bytes; i++) {
        first_bytes[i] = (unsigned char)i;
    }
    (void)snprintf(text, sizeof text, "%016" PRIx64,
                   palm__siphash(first_bytes, first_bytes, size));
    EQUAL_TEXT(expected, text);
}

static void
siphash_gives_the_published_values(void)
{
    check_vector("726fdb47dd0e0e31", 0);
    check_vector("74f839c593dc67fd", 1);
    check_vector("a129ca6149be45e5", 15);
}

static void
hash_is_the_same_each_time_and_has_a_key_of_its_own(void)
{
    static const unsigned char zeros[PALM__HASH_KEY_SIZE];
    unsigned hash = palm__hash("key", 3);
    MUST(hash == palm__hash("key", 3));
    MUST(hash != (unsigned)palm__siphash(zeros, "key", 3));
}

/* A key, and what uthash makes of it by itself. */
struct guess {
    uint64_t key;
    unsigned hash;
};

static int
compare(const void *a, const void *b)
{
    const struct guess *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

static void
keys_that_jenkins_hash_puts_together_are_apart_in_the_cache(void)
{
    static struct guess guesses[MANY];
    int pairs = 0, together = 0;
    for (size_t i = 0; i < MANY; i++) {
        guesses[i].key = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        HASH_JEN(&guesses[i].key, sizeof guesses[i].key, guesses[i].hash);
    }
    qsort(guesses, MANY, sizeof *guesses, compare);
    for (size_t i = 1; i < MANY; i++) {
        unsigned one, other;
        if (guesses[i - 1].hash == guesses[i].hash) {
            HASH_VALUE(&guesses[i - 1].key, sizeof guesses[i].key, one);
            HASH_VALUE(&guesses[i].key, sizeof guesses[i].key, other);
            pairs++;
            together += one == other;
        }
    }
    MUST(pairs > 0);
    EQUAL_INT(0, together);
}

static const struct tap_test tests[] = {
    {"SipHash gives the published values", siphash_gives_the_published_values},
    {"a hash is the same each time and has a key of its own",
     hash_is_the_same_each_time_and_has_a_key_of_its_own},
    {"keys that Jenkins' hash puts together are apart in the cache",
     keys_that_jenkins_hash_puts_together_are_apart_in_the_cache},
};

TAP_MAIN("hash", tests)
