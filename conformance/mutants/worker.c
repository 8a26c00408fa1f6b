/* SPDX-License-Identifier: MIT */
/* worker.c: implementations that break PALM-WORKER. */
#include "conformance/mutants/faults.h"

const struct fault worker_faults[] = {
    END_OF_FAULTS,
};
