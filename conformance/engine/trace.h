/* SPDX-License-Identifier: MIT */
/* trace.h: every frame that crossed the wire of a test, in order.
 *
 * A line of the file: microseconds since the test began, direction as the
 * target sees it (">" to the target, "<" from it, "=" an event), the peer's
 * label, then the frames, all separated by tabs.  Frames are escaped as
 * bytes_shown() does.
 *
 * A quiet test writes none, for it has too many; its last lines are kept all
 * the same, and written at its end. */
#ifndef CONFORMANCE_ENGINE_TRACE_H
#define CONFORMANCE_ENGINE_TRACE_H

#include "conformance/engine/bytes.h"

enum {
    TRACE_LIMIT = 512, /* bytes of a frame that are shown */
    TRACE_KEPT = 20,   /* the last lines */
    TRACE_FRAMES = 3   /* of such a line */
};

/* A line that is kept: what is shown of it. */
struct trace_line {
    int64_t time; /* microseconds since the test began */
    char direction;
    char label[64];
    size_t count; /* of frames, of which the first are kept */
    size_t size[TRACE_FRAMES];
    uint8_t frame[TRACE_FRAMES][TRACE_LIMIT];
};

struct trace_last {
    struct trace_line line[TRACE_KEPT]; /* a ring */
    unsigned long lines;                /* in all */
    unsigned long quiet;                /* not written, since it is quiet */
};

void trace_frames(struct test *test, char direction, const char *label,
                  const struct bytes *frames, size_t count);
/* The last frames that crossed, at most so many, as a text of one line. */
const char *trace_last_frames(struct test *test, unsigned count);

/* Writes what a quiet test has kept. */
void trace_end(struct test *test);

void trace_event(struct test *test, const char *label, const char *format, ...)
    CONFORM_FORMAT(3, 4);

#endif
