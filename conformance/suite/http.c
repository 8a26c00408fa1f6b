/* SPDX-License-Identifier: MIT */
/* http.c: PALM-HTTP. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry http_tests[] = {
    END_OF_TESTS,
};
