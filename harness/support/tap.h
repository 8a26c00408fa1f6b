/* SPDX-License-Identifier: MIT */
/* tap.h: CUnit behind TAP, and the words that our tests are written in.
 *
 * A test file ends with a table of sentences and TAP_MAIN.  Assert only on the
 * main thread: a fatal CUnit assertion in another thread would jump into the
 * runner's stack.  Other threads report by message. */
#ifndef HARNESS_TAP_H
#define HARNESS_TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct tap_test {
    const char *name; /* a sentence */
    void (*run)(void);
};

/* Runs the tests (or, with arguments, those whose names contain one of them)
 * and prints TAP.  Returns the exit status: 1 if any failed or none ran. */
int tap_main(const char *suite, const struct tap_test *tests, size_t count,
             int argc, char **argv);

#define TAP_MAIN(suite, tests)                                                 \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        return tap_main(suite, tests, sizeof(tests) / sizeof *(tests), argc,   \
                        argv);                                                 \
    }

/* Ends the running test as skipped; the reason is printed. */
void tap_skip(const char *reason);

/* How long a test waits for a fact, in ms: 10 s, times
 * PALM_TEST_TIMEOUT_FACTOR or, if that is more, times how much slower than
 * usual this machine was when it was first asked. */
int tap_deadline(void);

/* Milliseconds on the monotonic clock. */
int64_t tap_now(void);

/* Calls fact(arg) until it is true or tap_deadline() has passed; between two
 * calls it yields for a moment.  Returns the last answer. */
bool tap_await(bool (*fact)(void *arg), void *arg);

/* Yields for a moment, and tells whether the time is not yet up. */
bool tap_pause(int64_t until);

/* Gives a plain socket tap_deadline() for each receive. */
void tap_limit(int fd);

/* Every assertion ends the test at once, and prints both values, errno and the
 * place. */
void tap_must(bool ok, const char *expression, const char *file, int line);
void tap_fails(int expected, int result, const char *expression,
               const char *file, int line);
void tap_equal_int(int64_t expected, int64_t actual, const char *expression,
                   const char *file, int line);
void tap_equal_bytes(const void *expected, size_t expected_size,
                     const void *actual, size_t actual_size,
                     const char *expression, const char *file, int line);

/* The expression is true. */
#define MUST(x) tap_must(!!(x), #x, __FILE__, __LINE__)

/* The call returns -1 (or NULL through `? 0 : -1`) with this errno. */
#define FAILS(code, x) (errno = 0, tap_fails(code, (x), #x, __FILE__, __LINE__))

#define EQUAL_INT(expected, x)                                                 \
    tap_equal_int((int64_t)(expected), (int64_t)(x), #x, __FILE__, __LINE__)

/* For what another thread counts: it becomes equal before the deadline. */
#define AWAIT_INT(expected, x)                                                 \
    do {                                                                       \
        int64_t await_until = tap_now() + tap_deadline();                      \
        while ((int64_t)(x) != (int64_t)(expected)                             \
               && tap_pause(await_until)) {                                    \
        }                                                                      \
        EQUAL_INT(expected, x);                                                \
    } while (0)

#define EQUAL_TEXT(expected, x)                                                \
    tap_equal_bytes(expected, strlen(expected), x, strlen(x), #x, __FILE__,    \
                    __LINE__)

#define EQUAL_BYTES(expected, size, data, data_size)                           \
    tap_equal_bytes(expected, size, data, data_size, #data, __FILE__, __LINE__)

/* The text contains the part. */
#define CONTAINS(part, x)                                                      \
    tap_must(strstr((x), (part)) != NULL, #x " contains " #part, __FILE__,     \
             __LINE__)

#endif
