/* SPDX-License-Identifier: MIT */
/* service.c: PALM-SERVICE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry service_tests[] = {
    END_OF_TESTS,
};
