/* SPDX-License-Identifier: MIT */
/* report.h: what is told of a run, in four forms.  Main process only. */
#ifndef CONFORMANCE_ENGINE_REPORT_H
#define CONFORMANCE_ENGINE_REPORT_H

#include "conformance/engine/run.h"

/* TAP 13, as the tests end. */
void tap_begin(FILE *file, const struct run *run);
void tap_result(FILE *file, const struct run *run, const struct result *result,
                size_t number);
void tap_end(FILE *file, const struct run *run);

#endif
