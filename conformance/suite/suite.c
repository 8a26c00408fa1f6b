/* SPDX-License-Identifier: MIT */
/* suite.c: every topic of the suite, in the order of the specification. */
#include "conformance/engine/suite.h"

#include "conformance/suite/topics.h"

/* A topic for each line. */
/* clang-format off */
const struct test_entry *const suite_topics[] = {
    wire_tests,
    wire_more_tests,
    master_tests,
    master_results_tests,
    route_tests,
    block_tests,
    block_early_tests,
    block_wait_tests,
    cache_tests,
    presets_tests,
    service_tests,
    connect_tests,
    bypass_tests,
    scatter_tests,
    stream_tests,
    pipeline_tests,
    stream_kinds_tests,
    flow_tests,
    subscriber_tests,
    wear_tests,
    worker_tests,
    worker_start_tests,
    client_tests,
    client_calls_tests,
    http_tests,
    http_call_tests,
    http_gate_tests,
    http_work_tests,
    life_tests,
    hostile_tests,
    hostile_peers_tests,
    hostile_parts_tests,
    hostile_servers_tests,
    hostile_gate_tests,
    hostile_web_tests,
    ext_tests,
    ext_limits_tests,
    NULL,
};
/* clang-format on */
