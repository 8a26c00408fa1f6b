/* SPDX-License-Identifier: MIT */
/* route.c: implementations that break PALM-ROUTE. */
#include "conformance/mutants/common.h"


const struct fault route_faults[] = {
    WRONG_LIFE("M-ROUTE-010a", "starts with a route to nowhere", LIFE_STARTS_ANYWAY),
    WRONG_LIFE("M-ROUTE-011a", "starts with two parts of one name", LIFE_STARTS_ANYWAY),
    WRONG_LIFE("M-ROUTE-012a", "starts with an empty name", LIFE_STARTS_ANYWAY),
    END_OF_FAULTS,
};
