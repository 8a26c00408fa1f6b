/* SPDX-License-Identifier: MIT */
/* test.h: what a test of the suite is and has.
 *
 * A test is a function.  It runs in a process of its own: it ends when it
 * returns (PASS), or when a check or a peer says otherwise; then nothing of it
 * runs any more.  So tests need no clean-up and no return values: they say what
 * is sent and what must come. */
#ifndef CONFORMANCE_ENGINE_TEST_H
#define CONFORMANCE_ENGINE_TEST_H

#include <stdio.h>

#include "conformance/engine/bytes.h"
#include "conformance/engine/catalogue.h"
#include "conformance/engine/trace.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,          /* the target breaks the rule */
    VERDICT_ERROR,         /* suite or adapter broke, or the target crashed */
    VERDICT_UNIMPLEMENTED, /* the target says so */
    VERDICT_SKIP,          /* a profile that the target does not claim */
    VERDICT_NOT_RUN,       /* needs a start of its own, see --attach */
    VERDICT_KNOWN,         /* fails, as listed */
    VERDICT_FIXED          /* listed, but passes */
};
enum { VERDICT_COUNT = VERDICT_FIXED + 1 };

/* One row of a topic's table: TEST("PALM-CACHE-007", cache_007_set_replies). */
struct test_entry {
    const char *id;
    const char *name;
    void (*run)(struct test *test);
};
#define TEST(id, function)                                                     \
    {                                                                          \
        id, #function, function                                                \
    }
#define END_OF_TESTS                                                           \
    {                                                                          \
        NULL, NULL, NULL                                                       \
    }

/* What the user asked of all tests. */
struct settings {
    const char *target;    /* the command */
    const char *attach;    /* or the file of a running server */
    const char *work;      /* the folder for all tests, absolute */
    double timeout_factor; /* of every bound */
    double soak; /* seconds that a test of wear goes on; 0: its least */
};

struct test {
    const struct test_entry *entry;
    const struct rule *rule;
    const struct settings *settings;
    const char *folder; /* its own: trace, stderr of targets, verdict */
    FILE *trace;
    void *context; /* of ZeroMQ */
    struct memory *memories;
    struct target *targets;
    int64_t began; /* microseconds, see now() */
    bool quiet;    /* nothing goes into the trace */
    struct trace_last last;
    unsigned rounds;     /* of wear, begun so far */
    struct memory *kept; /* what was made before the first of them */
};

/* Microseconds of a clock that never goes back. */
int64_t now(void);

/* How long one thing may take, in milliseconds: 5 s times the factor.  Every
 * wait of the suite ends by it or by bound_of(). */
int bound(const struct test *test);
int bound_of(const struct test *test, int milliseconds);

/* Whether one more round of wear begins: so many do, and with --soak more,
 * until its time is over.  What the round before has made is freed, so a round
 * closes its peers; and the test is quiet from the first one on. */
bool test_goes_on(struct test *test, unsigned least);

/* The work of palm-conform for one test: runs it in this process and ends the
 * process.  Its folder then has verdict, trace and stderr. */
void test_run(const struct test_entry *entry, const struct settings *settings,
              const char *folder) CONFORM_NORETURN;

/* Ends the test. */
void test_end(struct test *test, enum verdict verdict, const char *expected,
              const char *actual, const char *format, ...) CONFORM_NORETURN
    CONFORM_FORMAT(5, 6);

#endif
