/* SPDX-License-Identifier: MIT */
/* Runs message_fuzz.c, which aborts when it finds something, over a corpus that
 * is made here.  Each frame has memory of its own size. */
#include "config.h"

#include <stdlib.h>

#include "core/message_random.h"
#include "harness/support/tap.h"

enum { ROUNDS = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct random source;

static void
holds_for(const void *frame, size_t size)
{
    unsigned char *copy = malloc(size + !size);
    MUST(copy != NULL);
    memcpy(copy, frame, size);
    int result = LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    EQUAL_INT(0, result);
}

static void
holds_for_all_frames_of_up_to_two_bytes(void)
{
    holds_for("", 0);
    for (unsigned i = 0; i < 0x10000; i++) {
        unsigned char frame[2] = {(unsigned char)i, (unsigned char)(i >> 8)};
        holds_for(frame, 1 + (i > 0xff));
        holds_for(frame, 2);
    }
}

static void
holds_for_random_frames(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX];
    for (int i = 0; i < ROUNDS; i++) {
        holds_for(frame, random_frame(&source, frame));
    }
}

static void
holds_for_damaged_frames(void)
{
    static unsigned char frame[RANDOM_FRAME_MAX];
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = random_frame(&source, frame);
        holds_for(frame, random_damage(&source, frame, size));
    }
}

static void
holds_for_noise(void)
{
    unsigned char frame[40];
    for (int i = 0; i < ROUNDS; i++) {
        size_t size = random_below(&source, sizeof frame);
        for (size_t k = 0; k < size; k++) {
            frame[k] = (unsigned char)random_next(&source);
        }
        holds_for(frame, size);
    }
}

static const struct tap_test tests[] = {
    {"holds for all frames of up to two bytes",
     holds_for_all_frames_of_up_to_two_bytes},
    {"holds for random frames", holds_for_random_frames},
    {"holds for damaged frames", holds_for_damaged_frames},
    {"holds for noise", holds_for_noise},
};

int
main(int argc, char **argv)
{
    random_init(&source);
    return tap_main("message_fuzz", tests, sizeof tests / sizeof *tests, argc,
                    argv);
}
