/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/tap.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "core/error.h"

static unsigned test_number;    /* of TAP, from 1 */
static const char *skip_reason; /* of the running test, NULL = not skipped */
static bool any_failed;

static void
print_comment(const char *text)
{
    printf("# ");
    for (; *text; text++) {
        putchar(*text);
        if (*text == '\n' && text[1]) {
            printf("# ");
        }
    }
    putchar('\n');
}

static void
on_test_complete(const CU_pTest test, const CU_pSuite suite,
                 const CU_pFailureRecord failure)
{
    (void)suite;
    test_number++;
    if (failure) {
        any_failed = true;
        printf("not ok %u - %s\n", test_number, test->pName);
    } else if (skip_reason) {
        printf("ok %u - %s # SKIP %s\n", test_number, test->pName, skip_reason);
    } else {
        printf("ok %u - %s\n", test_number, test->pName);
    }
    for (CU_pFailureRecord f = failure; f; f = f->pNext) {
        printf("# %s:%u\n", f->strFileName, f->uiLineNumber);
        print_comment(f->strCondition);
    }
    (void)fflush(stdout);
    skip_reason = NULL;
}

static bool
is_selected(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i])) {
            return true;
        }
    }
    return argc < 2;
}

int
tap_main(const char *suite_name, const struct tap_test *tests, size_t count,
         int argc, char **argv)
{
    CU_pSuite suite;
    unsigned selected = 0;
    if (CU_initialize_registry() != CUE_SUCCESS
        || !(suite = CU_add_suite(suite_name, NULL, NULL))) {
        printf("Bail out! CUnit: %s\n", CU_get_error_msg());
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_selected(tests[i].name, argc, argv)) {
            continue;
        }
        if (!CU_add_test(suite, tests[i].name, tests[i].run)) {
            printf("Bail out! CUnit: %s\n", CU_get_error_msg());
            return 1;
        }
        selected++;
    }
    printf("1..%u\n", selected);
    CU_set_test_complete_handler(on_test_complete);
    (void)CU_run_all_tests();
    /* CU_run_all_tests() and CU_get_error() are 0 also when asserts failed. */
    bool ok = !any_failed && CU_get_number_of_failures() == 0 && selected > 0
              && test_number == selected;
    CU_cleanup_registry();
    return ok ? 0 : 1;
}

void
tap_skip(const char *reason)
{
    skip_reason = reason;
    longjmp(*CU_get_current_test()->pJumpBuf, 1); /* as a fatal assertion */
}

/* How many times longer than on an idle machine of our days some work takes
 * here and now. */
static int
measure_slowness(void)
{
    enum { STEPS = 2000000, USUAL = 3000, MOST = 10 }; /* steps, us, times */
    struct timespec begin, end;
    volatile uint32_t value = 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < STEPS; i++) {
        value = value * 1664525U + 1013904223U;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    int64_t us = (int64_t)(end.tv_sec - begin.tv_sec) * 1000000
                 + (end.tv_nsec - begin.tv_nsec) / 1000;
    int64_t slowness = us / USUAL;
    return slowness < 1 ? 1 : slowness > MOST ? MOST : (int)slowness;
}

int
tap_deadline(void)
{
    static int slowness;
    const char *factor = getenv("PALM_TEST_TIMEOUT_FACTOR");
    int n = factor ? atoi(factor) : 1;
    if (slowness == 0) {
        slowness = measure_slowness();
    }
    return 10000 * (n > slowness ? n : slowness);
}

int64_t
tap_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
tap_pause(int64_t until)
{
    const struct timespec moment = {0, 1000000};
    (void)nanosleep(&moment, NULL);
    return tap_now() < until;
}

bool
tap_await(bool (*fact)(void *arg), void *arg)
{
    int64_t deadline = tap_now() + tap_deadline();
    while (!fact(arg)) {
        if (!tap_pause(deadline)) {
            return fact(arg);
        }
    }
    return true;
}

void
tap_limit(int fd)
{
    const struct timeval limit = {.tv_sec = tap_deadline() / 1000};
    MUST(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
}

static void
fail(const char *text, const char *file, int line)
{
    (void)CU_assertImplementation(CU_FALSE, (unsigned)line, text, file, "",
                                  CU_TRUE);
}

void
tap_must(bool ok, const char *expression, const char *file, int line)
{
    char text[1024];
    if (ok) {
        return;
    }
    (void)snprintf(text, sizeof text, "MUST(%s), errno %d: %s", expression,
                   errno, palm_strerror(errno));
    fail(text, file, line);
}

void
tap_fails(int expected, int result, const char *expression, const char *file,
          int line)
{
    char text[1024];
    int code = errno;
    if (result == -1 && code == expected) {
        return;
    }
    (void)snprintf(text, sizeof text,
                   "%s\nexpected -1 with errno %d (%s)\n"
                   "got %d with errno %d (%s)",
                   expression, expected, palm_strerror(expected), result, code,
                   palm_strerror(code));
    fail(text, file, line);
}

void
tap_equal_int(int64_t expected, int64_t actual, const char *expression,
              const char *file, int line)
{
    char text[1024];
    if (expected == actual) {
        return;
    }
    (void)snprintf(text, sizeof text, "%s\nexpected %" PRId64 "\ngot %" PRId64,
                   expression, expected, actual);
    fail(text, file, line);
}

/* At most 64 bytes, unprintable ones as \xNN. */
static void
show_bytes(const void *data, size_t size, char out[320])
{
    const unsigned char *bytes = data;
    char *p = out;
    for (size_t i = 0; i < size && i < 64; i++) {
        if (bytes[i] < 32 || bytes[i] > 126) {
            p += snprintf(p, 5, "\\x%02x", bytes[i]);
        } else {
            *p++ = (char)bytes[i];
        }
    }
    (void)snprintf(p, 40, "%s (%zu bytes)", size > 64 ? "…" : "", size);
}

void
tap_equal_bytes(const void *expected, size_t expected_size, const void *actual,
                size_t actual_size, const char *expression, const char *file,
                int line)
{
    char text[1024], want[320], got[320];
    if (expected_size == actual_size
        && (actual_size == 0 || !memcmp(expected, actual, actual_size))) {
        return;
    }
    show_bytes(expected, expected_size, want);
    show_bytes(actual, actual_size, got);
    (void)snprintf(text, sizeof text, "%s\nexpected %s\ngot      %s",
                   expression, want, got);
    fail(text, file, line);
}
