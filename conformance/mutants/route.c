/* SPDX-License-Identifier: MIT */
/* route.c: implementations that break PALM-ROUTE. */
#include "conformance/mutants/common.h"

#define ACCEPTS(id, what)                                                      \
    {                                                                          \
        id, what, NULL, NULL, NULL, NULL, LIFE_STARTS_ANYWAY                   \
    }

const struct fault route_faults[] = {
    ACCEPTS("M-ROUTE-010a", "starts with a route to nowhere"),
    ACCEPTS("M-ROUTE-011a", "starts with two parts of one name"),
    ACCEPTS("M-ROUTE-012a", "starts with an empty name"),
    END_OF_FAULTS,
};
