/* SPDX-License-Identifier: MIT */
/* stream.c: implementations that break PALM-STREAM. */
#include "conformance/mutants/faults.h"

const struct fault stream_faults[] = {
    END_OF_FAULTS,
};
