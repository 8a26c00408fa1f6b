/* SPDX-License-Identifier: MIT */
/* subscriber.c: PALM-FLOW: subscribers that come late or are slow. */
#include "conformance/suite/scene.h"
#include "conformance/suite/topics.h"

const struct test_entry subscriber_tests[] = {
    END_OF_TESTS,
};
