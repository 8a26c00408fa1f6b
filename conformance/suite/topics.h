/* SPDX-License-Identifier: MIT */
/* topics.h: the tables of tests, a file for each topic of the catalogue. */
#ifndef CONFORMANCE_SUITE_TOPICS_H
#define CONFORMANCE_SUITE_TOPICS_H

#include "conformance/engine/test.h"

extern const struct test_entry wire_tests[];
extern const struct test_entry wire_more_tests[];
extern const struct test_entry master_tests[];
extern const struct test_entry master_results_tests[];
extern const struct test_entry route_tests[];
extern const struct test_entry block_tests[];
extern const struct test_entry block_early_tests[];
extern const struct test_entry block_wait_tests[];
extern const struct test_entry cache_tests[];
extern const struct test_entry presets_tests[];
extern const struct test_entry service_tests[];
extern const struct test_entry connect_tests[];
extern const struct test_entry bypass_tests[];
extern const struct test_entry scatter_tests[];
extern const struct test_entry stream_tests[];
extern const struct test_entry pipeline_tests[];
extern const struct test_entry stream_kinds_tests[];
extern const struct test_entry flow_tests[];
extern const struct test_entry subscriber_tests[];
extern const struct test_entry wear_tests[];
extern const struct test_entry worker_start_tests[];
extern const struct test_entry worker_tests[];
extern const struct test_entry client_calls_tests[];
extern const struct test_entry client_tests[];
extern const struct test_entry http_tests[];
extern const struct test_entry http_call_tests[];
extern const struct test_entry http_gate_tests[];
extern const struct test_entry http_work_tests[];
extern const struct test_entry life_tests[];
extern const struct test_entry hostile_tests[];
extern const struct test_entry hostile_peers_tests[];
extern const struct test_entry hostile_parts_tests[];
extern const struct test_entry hostile_servers_tests[];
extern const struct test_entry hostile_gate_tests[];
extern const struct test_entry hostile_web_tests[];
extern const struct test_entry ext_tests[];
extern const struct test_entry ext_limits_tests[];

#endif
