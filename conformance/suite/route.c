/* SPDX-License-Identifier: MIT */
/* route.c: PALM-ROUTE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry route_tests[] = {
    END_OF_TESTS,
};
