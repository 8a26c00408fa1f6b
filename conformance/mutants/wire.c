/* SPDX-License-Identifier: MIT */
/* wire.c: implementations that break PALM-WIRE. */
#include "conformance/mutants/faults.h"

const struct fault wire_faults[] = {
    END_OF_FAULTS,
};
