/* SPDX-License-Identifier: MIT */
/* faults.c: every fault there is. */
#include "conformance/mutants/faults.h"

/* A topic for each line. */
/* clang-format off */
const struct fault *const fault_topics[] = {
    wire_faults,
    master_faults,
    route_faults,
    block_faults,
    cache_faults,
    service_faults,
    connect_faults,
    bypass_faults,
    scatter_faults,
    stream_faults,
    stream_chain_faults,
    flow_faults,
    wear_faults,
    worker_faults,
    client_faults,
    http_faults,
    http_call_faults,
    http_gate_faults,
    life_faults,
    hostile_faults,
    ext_faults,
    ext_limits_faults,
    NULL,
};
/* clang-format on */
