/* SPDX-License-Identifier: MIT */
/* bytes.c: see bytes.h. */
#include "conformance/engine/bytes.h"

#include <stdio.h>
#include <string.h>

#include "conformance/engine/test.h"

struct bytes
bytes_of(const void *data, size_t size)
{
    struct bytes bytes = {data, size};

    return bytes;
}

struct bytes
bytes_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

struct bytes
bytes_copy(struct test *test, const void *data, size_t size)
{
    uint8_t *copy = test_memory(test, size);

    if (size > 0) {
        memcpy(copy, data, size);
    }
    return bytes_of(copy, size);
}

struct bytes
bytes_filled(struct test *test, uint8_t byte, size_t size)
{
    uint8_t *data = test_memory(test, size);

    memset(data, byte, size);
    return bytes_of(data, size);
}

struct bytes
bytes_joined(struct test *test, struct bytes a, struct bytes b)
{
    uint8_t *data = test_memory(test, a.size + b.size);

    if (a.size > 0) {
        memcpy(data, a.data, a.size);
    }
    if (b.size > 0) {
        memcpy(data + a.size, b.data, b.size);
    }
    return bytes_of(data, a.size + b.size);
}

struct bytes
bytes_cut(struct bytes whole, size_t from, size_t size)
{
    if (from > whole.size) {
        from = whole.size;
    }
    if (size > whole.size - from) {
        size = whole.size - from;
    }
    return bytes_of(whole.data == NULL ? NULL : whole.data + from, size);
}

const char *
test_text_list(struct test *test, const char *format, va_list arguments)
{
    va_list again;
    int length;
    char *text;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        return "";
    }
    text = test_memory(test, (size_t)length + 1);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

const char *
test_text(struct test *test, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = test_text_list(test, format, arguments);
    va_end(arguments);
    return text;
}

const char *
bytes_string(struct test *test, struct bytes bytes)
{
    char *text = test_memory(test, bytes.size + 1);

    if (bytes.size > 0) {
        memcpy(text, bytes.data, bytes.size);
    }
    return text;
}

const char *
bytes_shown(struct test *test, struct bytes bytes, size_t limit)
{
    enum { WIDEST = 4, TAIL = 40 };
    size_t shown = bytes.size < limit ? bytes.size : limit;
    char *text = test_memory(test, shown * WIDEST + TAIL);
    size_t at = 0;
    size_t i;

    for (i = 0; i < shown; i++) {
        uint8_t byte = bytes.data[i];

        if (byte == '\\') {
            text[at++] = '\\';
            text[at++] = '\\';
        } else if (byte >= ' ' && byte <= '~') {
            text[at++] = (char)byte;
        } else {
            at += (size_t)sprintf(text + at, "\\x%02x", (unsigned)byte);
        }
    }
    if (shown < bytes.size) {
        (void)snprintf(text + at, TAIL, "… (%zu bytes)", bytes.size);
    }
    return text;
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size
           && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool
bytes_are(struct bytes bytes, const char *text)
{
    return bytes_equal(bytes, bytes_text(text));
}
