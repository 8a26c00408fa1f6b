/* SPDX-License-Identifier: MIT */
/* hostile.c: implementations that break PALM-HOSTILE. */
#include "conformance/mutants/faults.h"

const struct fault hostile_faults[] = {
    END_OF_FAULTS,
};
