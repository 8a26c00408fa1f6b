/* SPDX-License-Identifier: MIT */
/* flow.c: PALM-FLOW. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry flow_tests[] = {
    END_OF_TESTS,
};
