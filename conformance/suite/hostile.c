/* SPDX-License-Identifier: MIT */
/* hostile.c: PALM-HOSTILE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry hostile_tests[] = {
    END_OF_TESTS,
};
