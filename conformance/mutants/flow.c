/* SPDX-License-Identifier: MIT */
/* flow.c: implementations that break PALM-FLOW. */
#include "conformance/mutants/faults.h"

const struct fault flow_faults[] = {
    END_OF_FAULTS,
};
