/* SPDX-License-Identifier: MIT */
/* ext.c: PALM-EXT. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry ext_tests[] = {
    END_OF_TESTS,
};
