/* SPDX-License-Identifier: MIT */
/* scatter.c: implementations that break PALM-SCATTER. */
#include "conformance/mutants/faults.h"

const struct fault scatter_faults[] = {
    END_OF_FAULTS,
};
