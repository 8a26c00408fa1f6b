/* SPDX-License-Identifier: MIT */
/* self.h: tests of what the suite's tests are made of.  A TAP of its own: this
 * links the engine and nothing of ours. */
#ifndef CONFORMANCE_SELF_SELF_H
#define CONFORMANCE_SELF_SELF_H

#include "conformance/engine/conform.h"

/* A test of the suite as one writes them, and what must come of it. */
struct self_case {
    const char *name; /* a sentence; NULL: end */
    void (*run)(struct test *test);
    enum verdict verdict;
    const char *reason; /* must be in the reason; NULL: no matter */
    const char *expected;
    const char *actual;
};
#define END_OF_CASES                                                           \
    {                                                                          \
        NULL, NULL, VERDICT_PASS, NULL, NULL, NULL                             \
    }

extern const struct self_case check_cases[];
extern const struct self_case peer_cases[];
extern const struct self_case target_cases[];

/* Says them by self_ok(). */
void codec_vectors(struct test *test);

void self_ok(bool holds, const char *format, ...) CONFORM_FORMAT(2, 3);

#endif
