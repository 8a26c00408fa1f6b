/* SPDX-License-Identifier: MIT */
/* message_random.h: random messages and frames, and damage to them, for the
 * tests of the codec.  Its encoder is its own, and not always minimal. */
#ifndef PALM_MESSAGE_RANDOM_H
#define PALM_MESSAGE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/message.h"

enum {
    RANDOM_FRAME_MAX = 65536, /* bytes of the largest random frame */
    RANDOM_POOL_MAX = 32768   /* bytes of all texts of a random message */
};

struct random {
    uint64_t state;
};

/* Starts from PALM_TEST_SEED, or else from randomness of the system, and prints
 * the seed as a TAP comment. */
void random_init(struct random *random);

uint64_t random_next(struct random *random);

/* A number from 0 to limit - 1. */
unsigned random_below(struct random *random, unsigned limit);

/* A number of any magnitude: small ones are as likely as large ones. */
uint64_t random_number(struct random *random);

/* Valid UTF-8 (with NUL now and then), at most 160 bytes; returns the size. */
size_t random_text(struct random *random, char *text);

/* Sets the known fields; their bytes are in the pool of RANDOM_POOL_MAX. */
void random_message(struct random *random, palm_message_t *message, char *pool);

/* Writes a valid frame with known and unknown fields in any order, duplicates,
 * groups, long forms of varints; returns its size. */
size_t random_frame(struct random *random, unsigned char *frame);

/* Damages a frame in one to three places, which may leave it valid.  The frame
 * has room for RANDOM_FRAME_MAX; returns the new size. */
size_t random_damage(struct random *random, unsigned char *frame, size_t size);

#endif
