/* SPDX-License-Identifier: MIT */
/* connect.c: PALM-CONNECT. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry connect_tests[] = {
    END_OF_TESTS,
};
