/* SPDX-License-Identifier: MIT */
/* wire.c: PALM-WIRE. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry wire_tests[] = {
    END_OF_TESTS,
};
