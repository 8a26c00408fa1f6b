/* SPDX-License-Identifier: MIT */
/* cache.c: implementations that break PALM-CACHE. */
#include "conformance/mutants/faults.h"

const struct fault cache_faults[] = {
    END_OF_FAULTS,
};
