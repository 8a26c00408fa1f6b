/* SPDX-License-Identifier: MIT */
/* trace.c: see trace.h. */
#include "conformance/engine/trace.h"

#include <string.h>

#include "conformance/engine/test.h"

enum { SHOWN = 60 }; /* bytes of a frame in a reason */

static void
print(struct test *test, int64_t time, char direction, const char *label,
      const struct bytes *frames, size_t count)
{
    size_t i;

    fprintf(test->trace, "%lld\t%c\t%s", (long long)time, direction, label);
    for (i = 0; i < count; i++) {
        fprintf(test->trace, "\t%s", bytes_shown(test, frames[i], TRACE_LIMIT));
    }
    fputc('\n', test->trace);
}

static void
keep(struct test *test, char direction, const char *label,
     const struct bytes *frames, size_t count)
{
    struct trace_last *last = &test->last;
    struct trace_line *line = &last->line[last->lines++ % TRACE_KEPT];
    size_t i;

    line->time = now() - test->began;
    line->direction = direction;
    (void)snprintf(line->label, sizeof line->label, "%s", label);
    line->count = count;
    for (i = 0; i < count && i < TRACE_FRAMES; i++) {
        size_t size = frames[i].size;

        line->size[i] = size;
        if (size > 0) {
            memcpy(line->frame[i], frames[i].data,
                   size < TRACE_LIMIT ? size : TRACE_LIMIT);
        }
    }
    last->quiet = test->quiet ? last->quiet + 1 : 0;
}

void
trace_frames(struct test *test, char direction, const char *label,
             const struct bytes *frames, size_t count)
{
    keep(test, direction, label, frames, count);
    if (test->trace != NULL && !test->quiet) {
        print(test, now() - test->began, direction, label, frames, count);
    }
}

void
trace_event(struct test *test, const char *label, const char *format, ...)
{
    va_list arguments;
    struct bytes text;

    va_start(arguments, format);
    text = bytes_text(test_text_list(test, format, arguments));
    va_end(arguments);
    trace_frames(test, '=', label, &text, 1);
}

const char *
trace_last_frames(struct test *test, unsigned count)
{
    const struct trace_last *last = &test->last;
    const char *text = "";
    unsigned long kept = last->lines < TRACE_KEPT ? last->lines : TRACE_KEPT;
    unsigned long back;

    for (back = 1; back <= kept && count > 0; back++) {
        const struct trace_line *line =
            &last->line[(last->lines - back) % TRACE_KEPT];
        size_t shown = line->count - (line->count > 0);
        struct bytes frame;

        if (line->direction == '=' || line->count == 0) {
            continue;
        }
        shown = shown < TRACE_FRAMES ? shown : TRACE_FRAMES - 1;
        frame.data = line->frame[shown];
        frame.size = line->size[shown];
        text = test_text(test, "%s %s %s%s%s",
                         line->direction == '>' ? "to the target:"
                                                : "from the target:",
                         line->label, bytes_shown(test, frame, SHOWN),
                         *text == '\0' ? "" : "; ", text);
        count--;
    }
    return text;
}

void
trace_end(struct test *test)
{
    const struct trace_last *last = &test->last;
    unsigned long kept = last->quiet < TRACE_KEPT ? last->quiet : TRACE_KEPT;

    if (test->trace == NULL || !test->quiet) {
        return;
    }
    test->quiet = false;
    fprintf(test->trace,
            "%lld\t=\ttrace\t%lu lines of a quiet test; its last %lu:\n",
            (long long)(now() - test->began), last->quiet, kept);
    for (; kept > 0; kept--) {
        const struct trace_line *line =
            &last->line[(last->lines - kept) % TRACE_KEPT];
        struct bytes frames[TRACE_FRAMES];
        size_t i;

        for (i = 0; i < TRACE_FRAMES; i++) {
            frames[i].data = line->frame[i];
            frames[i].size = line->size[i];
        }
        print(test, line->time, line->direction, line->label, frames,
              line->count < TRACE_FRAMES ? line->count : TRACE_FRAMES);
    }
}
