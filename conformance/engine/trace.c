/* SPDX-License-Identifier: MIT */
/* trace.c: see trace.h. */
#include "conformance/engine/trace.h"

#include "conformance/engine/test.h"

static bool
trace_begin(struct test *test, char direction, const char *label)
{
    if (test->trace == NULL || test->quiet) {
        return false;
    }
    fprintf(test->trace, "%lld\t%c\t%s", (long long)(now() - test->began),
            direction, label);
    return true;
}

void
trace_frames(struct test *test, char direction, const char *label,
             const struct bytes *frames, size_t count)
{
    size_t i;

    if (!trace_begin(test, direction, label)) {
        return;
    }
    for (i = 0; i < count; i++) {
        fprintf(test->trace, "\t%s", bytes_shown(test, frames[i], TRACE_LIMIT));
    }
    fputc('\n', test->trace);
}

void
trace_event(struct test *test, const char *label, const char *format, ...)
{
    va_list arguments;
    const char *text;

    if (!trace_begin(test, '=', label)) {
        return;
    }
    va_start(arguments, format);
    text = test_text_list(test, format, arguments);
    va_end(arguments);
    fprintf(test->trace, "\t%s\n",
            bytes_shown(test, bytes_text(text), TRACE_LIMIT));
}
