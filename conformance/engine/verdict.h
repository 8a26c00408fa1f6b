/* SPDX-License-Identifier: MIT */
/* verdict.h: what came of a test, on its way from the test's process to the
 * reports. */
#ifndef CONFORMANCE_ENGINE_VERDICT_H
#define CONFORMANCE_ENGINE_VERDICT_H

#include "conformance/engine/test.h"

struct outcome {
    enum verdict verdict;
    const char *reason;   /* why; empty for PASS */
    const char *expected; /* may be empty */
    const char *actual;   /* may be empty */
    const char *crash;    /* how the target ended, if it did before its time */
    const char *log;      /* the end of the target's stderr */
    int64_t elapsed;      /* microseconds */
};

/* "PASS", "NOT-RUN", … */
const char *verdict_name(enum verdict verdict);

/* Into, and from, the file "outcome" in the test's folder.  -1 with errno.
 * What is read belongs to the caller: free() its texts with outcome_fini(). */
int outcome_write(struct test *test, const struct outcome *outcome);
int outcome_read(const char *folder, struct outcome *outcome);
void outcome_fini(struct outcome *outcome);

/* How a target ended: "exit status 3", "signal 11". */
struct target;
const char *target_end_text(const struct target *target);

#endif
