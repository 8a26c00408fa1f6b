/* SPDX-License-Identifier: MIT */
/* block.c: implementations that break PALM-BLOCK. */
#include "conformance/mutants/faults.h"

const struct fault block_faults[] = {
    END_OF_FAULTS,
};
