/* SPDX-License-Identifier: MIT */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry hostile_web_tests[] = {
    END_OF_TESTS,
};
