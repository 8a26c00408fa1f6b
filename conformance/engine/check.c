/* SPDX-License-Identifier: MIT */
/* check.c: see check.h. */
#include "conformance/engine/check.h"

#include <string.h>

#include "conformance/engine/test.h"

enum { SHOWN = 200 };

void
fail(struct test *test, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = test_text_list(test, format, arguments);
    va_end(arguments);
    test_end(test, VERDICT_FAIL, NULL, NULL, "%s", text);
}

void
broken(struct test *test, const char *format, ...)
{
    va_list arguments;
    const char *text;

    va_start(arguments, format);
    text = test_text_list(test, format, arguments);
    va_end(arguments);
    test_end(test, VERDICT_ERROR, NULL, NULL, "%s", text);
}

void
check_that(struct test *test, bool holds, const char *format, ...)
{
    va_list arguments;
    const char *text;

    if (holds) {
        return;
    }
    va_start(arguments, format);
    text = test_text_list(test, format, arguments);
    va_end(arguments);
    fail(test, "%s", text);
}

/* The place where two differ helps when both are long. */
static size_t
first_difference(struct bytes a, struct bytes b)
{
    size_t i = 0;

    while (i < a.size && i < b.size && a.data[i] == b.data[i]) {
        i++;
    }
    return i;
}

void
check_bytes(struct test *test, const char *what, struct bytes actual,
            struct bytes expected)
{
    size_t at;

    if (bytes_equal(actual, expected)) {
        return;
    }
    at = first_difference(actual, expected);
    test_end(test, VERDICT_FAIL,
             test_text(test, "%zu bytes: %s", expected.size,
                       bytes_shown(test, expected, SHOWN)),
             test_text(test, "%zu bytes: %s", actual.size,
                       bytes_shown(test, actual, SHOWN)),
             "%s differs at byte %zu", what, at);
}

void
check_text(struct test *test, const char *what, struct bytes actual,
           const char *expected)
{
    check_bytes(test, what, actual, bytes_text(expected));
}

void
check_number(struct test *test, const char *what, int64_t actual,
             int64_t expected)
{
    if (actual != expected) {
        test_end(
            test, VERDICT_FAIL, test_text(test, "%lld", (long long)expected),
            test_text(test, "%lld", (long long)actual), "%s differs", what);
    }
}

void
check_range(struct test *test, const char *what, int64_t actual, int64_t least,
            int64_t most)
{
    if (actual < least || actual > most) {
        test_end(
            test, VERDICT_FAIL,
            test_text(test, "%lld to %lld", (long long)least, (long long)most),
            test_text(test, "%lld", (long long)actual), "%s is out of range",
            what);
    }
}

void
check_contains(struct test *test, const char *what, const char *actual,
               const char *expected)
{
    if (strstr(actual, expected) == NULL) {
        test_end(test, VERDICT_FAIL,
                 test_text(test, "a text with \"%s\"", expected), actual,
                 "%s does not say so", what);
    }
}

void
check_uuid(struct test *test, const char *what, struct bytes actual)
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    bool holds = actual.size == sizeof form - 1;
    size_t i;

    for (i = 0; holds && i < actual.size; i++) {
        const char *allowed = form[i] == 'x'   ? "0123456789abcdef"
                              : form[i] == 'y' ? "89ab"
                              : form[i] == '-' ? "-"
                                               : "4";

        holds = actual.data[i] != 0 && strchr(allowed, actual.data[i]) != NULL;
    }
    if (!holds) {
        test_end(test, VERDICT_FAIL, "a uuid4 as text, lower case",
                 bytes_shown(test, actual, SHOWN), "%s is no uuid4", what);
    }
}

struct message
check_message(struct test *test, const char *what, struct bytes frame)
{
    struct message message;
    const char *why = message_decode(test, frame, &message);

    if (why != NULL) {
        test_end(test, VERDICT_FAIL, "a PalmMessage",
                 bytes_shown(test, frame, SHOWN), "%s is none: %s", what, why);
    }
    return message;
}

void
check_same(struct test *test, const char *what, struct bytes frame,
           const struct message *expected)
{
    struct message actual = check_message(test, what, frame);
#define FIELD(name)                                                            \
    check_bytes(test, test_text(test, #name " of %s", what), actual.name,      \
                expected->name)

    FIELD(pipeline);
    FIELD(client);
    check_number(test, test_text(test, "stage of %s", what), actual.stage,
                 expected->stage);
    FIELD(function);
    FIELD(cache);
    FIELD(payload);
    FIELD(unknown);
#undef FIELD
}

void
check_frames(struct test *test, const char *what, const struct frames *frames,
             size_t count)
{
    check_number(test, test_text(test, "number of frames (%s)", what),
                 (int64_t)frames->count, (int64_t)count);
}

void
check_silence(struct peer *peer, int milliseconds)
{
    struct frames frames;

    if (peer_poll(peer, milliseconds, &frames)) {
        test_end(peer->test, VERDICT_FAIL, "nothing",
                 bytes_shown(peer->test, frames.frame[0], SHOWN),
                 "%s: something came", peer->label);
    }
}
