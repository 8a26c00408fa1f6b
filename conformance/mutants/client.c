/* SPDX-License-Identifier: MIT */
/* client.c: implementations that break PALM-CLIENT. */
#include "conformance/mutants/faults.h"

const struct fault client_faults[] = {
    END_OF_FAULTS,
};
