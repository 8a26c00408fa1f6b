/* SPDX-License-Identifier: MIT */
/* scatter.c: PALM-SCATTER. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry scatter_tests[] = {
    END_OF_TESTS,
};
