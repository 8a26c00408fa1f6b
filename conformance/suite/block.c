/* SPDX-License-Identifier: MIT */
/* block.c: PALM-BLOCK. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry block_tests[] = {
    END_OF_TESTS,
};
