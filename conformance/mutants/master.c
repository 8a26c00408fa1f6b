/* SPDX-License-Identifier: MIT */
/* master.c: implementations that break PALM-MASTER. */
#include "conformance/mutants/faults.h"

const struct fault master_faults[] = {
    END_OF_FAULTS,
};
