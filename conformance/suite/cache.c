/* SPDX-License-Identifier: MIT */
/* cache.c: PALM-CACHE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry cache_tests[] = {
    END_OF_TESTS,
};
