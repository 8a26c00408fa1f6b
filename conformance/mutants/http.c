/* SPDX-License-Identifier: MIT */
/* http.c: implementations that break PALM-HTTP. */
#include "conformance/mutants/faults.h"

const struct fault http_faults[] = {
    END_OF_FAULTS,
};
