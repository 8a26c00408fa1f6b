/* SPDX-License-Identifier: MIT */
/* faults.h: the tables of faults, a file for each topic of the catalogue. */
#ifndef CONFORMANCE_MUTANTS_FAULTS_H
#define CONFORMANCE_MUTANTS_FAULTS_H

#include "conformance/mutants/fault.h"

extern const struct fault wire_faults[];
extern const struct fault master_faults[];
extern const struct fault route_faults[];
extern const struct fault block_faults[];
extern const struct fault cache_faults[];
extern const struct fault service_faults[];
extern const struct fault connect_faults[];
extern const struct fault bypass_faults[];
extern const struct fault scatter_faults[];
extern const struct fault stream_faults[];
extern const struct fault stream_chain_faults[];
extern const struct fault flow_faults[];
extern const struct fault wear_faults[];
extern const struct fault worker_faults[];
extern const struct fault client_faults[];
extern const struct fault http_faults[];
extern const struct fault http_call_faults[];
extern const struct fault http_gate_faults[];
extern const struct fault life_faults[];
extern const struct fault hostile_faults[];
extern const struct fault ext_faults[];
extern const struct fault ext_limits_faults[];

/* All of them; the last entry is NULL. */
extern const struct fault *const fault_topics[];

/* Those of bytes. */
extern const struct raw_fault raw_faults[];

#endif
