/* SPDX-License-Identifier: MIT */
/* bytes.h: bytes that belong to somebody else, mostly to a test.
 *
 * All that the suite makes for a test is freed when the test ends, so tests
 * make and pass bytes freely.  One thread. */
#ifndef CONFORMANCE_ENGINE_BYTES_H
#define CONFORMANCE_ENGINE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __GNUC__
#define CONFORM_NORETURN            __attribute__((noreturn))
#define CONFORM_FORMAT(text, first) __attribute__((format(printf, text, first)))
#define CONFORM_SENTINEL            __attribute__((sentinel))
#else
#define CONFORM_NORETURN
#define CONFORM_FORMAT(text, first)
#define CONFORM_SENTINEL
#endif

struct test;

struct bytes {
    const uint8_t *data;
    size_t size;
};

/* Memory that lives as long as the test, zeroed. */
void *test_memory(struct test *test, size_t size);

/* Frees what was taken off a test's list, for programs that go on. */
struct memory;
void test_memory_free(struct memory *memories);

/* Views of what the caller keeps. */
struct bytes bytes_of(const void *data, size_t size);
struct bytes bytes_text(const char *text);

/* New bytes. */
struct bytes bytes_copy(struct test *test, const void *data, size_t size);
struct bytes bytes_filled(struct test *test, uint8_t byte, size_t size);
struct bytes bytes_joined(struct test *test, struct bytes a, struct bytes b);
struct bytes bytes_cut(struct bytes whole, size_t from, size_t size);

/* New text, as printf() makes it. */
const char *test_text(struct test *test, const char *format, ...)
    CONFORM_FORMAT(2, 3);
const char *test_text_list(struct test *test, const char *format,
                           va_list arguments) CONFORM_FORMAT(2, 0);

/* The bytes as a string; what stands behind a NUL is lost. */
const char *bytes_string(struct test *test, struct bytes bytes);

/* For people: printable ASCII as it is, all else as \xNN, at most limit bytes,
 * then "… (N bytes)". */
const char *bytes_shown(struct test *test, struct bytes bytes, size_t limit);

bool bytes_equal(struct bytes a, struct bytes b);

/* The same text, and nothing else. */
bool bytes_are(struct bytes bytes, const char *text);

#endif
