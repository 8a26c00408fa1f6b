/* SPDX-License-Identifier: MIT */
/* master.c: PALM-MASTER. */
#include "conformance/engine/conform.h"
#include "conformance/suite/topics.h"

const struct test_entry master_tests[] = {
    END_OF_TESTS,
};
