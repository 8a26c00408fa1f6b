/* SPDX-License-Identifier: MIT */
/* ext.c: implementations that break PALM-EXT. */
#include "conformance/mutants/faults.h"

const struct fault ext_faults[] = {
    END_OF_FAULTS,
};
