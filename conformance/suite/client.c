/* SPDX-License-Identifier: MIT */
/* client.c: PALM-CLIENT. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry client_tests[] = {
    END_OF_TESTS,
};
