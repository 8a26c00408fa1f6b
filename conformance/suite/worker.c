/* SPDX-License-Identifier: MIT */
/* worker.c: PALM-WORKER. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry worker_tests[] = {
    END_OF_TESTS,
};
