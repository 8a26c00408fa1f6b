/* SPDX-License-Identifier: MIT */
/* life.c: implementations that break PALM-LIFE. */
#include "conformance/mutants/faults.h"

const struct fault life_faults[] = {
    END_OF_FAULTS,
};
