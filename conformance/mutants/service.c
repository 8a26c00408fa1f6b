/* SPDX-License-Identifier: MIT */
/* service.c: implementations that break PALM-SERVICE. */
#include "conformance/mutants/faults.h"

const struct fault service_faults[] = {
    END_OF_FAULTS,
};
