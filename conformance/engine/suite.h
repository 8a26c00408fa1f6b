/* SPDX-License-Identifier: MIT */
/* suite.h: every test there is. */
#ifndef CONFORMANCE_ENGINE_SUITE_H
#define CONFORMANCE_ENGINE_SUITE_H

#include "conformance/engine/test.h"

/* Tables of topics, each ended by END_OF_TESTS; the last entry is NULL. */
extern const struct test_entry *const suite_topics[];

#endif
