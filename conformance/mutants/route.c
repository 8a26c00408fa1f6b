/* SPDX-License-Identifier: MIT */
/* route.c: implementations that break PALM-ROUTE. */
#include "conformance/mutants/faults.h"

const struct fault route_faults[] = {
    END_OF_FAULTS,
};
