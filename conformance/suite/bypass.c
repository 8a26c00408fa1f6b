/* SPDX-License-Identifier: MIT */
/* bypass.c: PALM-BYPASS. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry bypass_tests[] = {
    END_OF_TESTS,
};
