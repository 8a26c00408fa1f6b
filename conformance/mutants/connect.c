/* SPDX-License-Identifier: MIT */
/* connect.c: implementations that break PALM-CONNECT. */
#include "conformance/mutants/faults.h"

const struct fault connect_faults[] = {
    END_OF_FAULTS,
};
