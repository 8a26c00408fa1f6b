/* SPDX-License-Identifier: MIT */
/* life.c: PALM-LIFE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry life_tests[] = {
    END_OF_TESTS,
};
