/* SPDX-License-Identifier: MIT */
/* stream.c: PALM-STREAM. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry stream_tests[] = {
    END_OF_TESTS,
};
