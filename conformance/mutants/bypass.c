/* SPDX-License-Identifier: MIT */
/* bypass.c: implementations that break PALM-BYPASS. */
#include "conformance/mutants/faults.h"

const struct fault bypass_faults[] = {
    END_OF_FAULTS,
};
