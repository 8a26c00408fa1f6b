/* SPDX-License-Identifier: MIT */
/* trace.h: every frame that crossed the wire of a test, in order.
 *
 * A line of the file: microseconds since the test began, direction as the
 * target sees it (">" to the target, "<" from it, "=" an event), the peer's
 * label, then the frames, all separated by tabs.  Frames are escaped as
 * bytes_shown() does. */
#ifndef CONFORMANCE_ENGINE_TRACE_H
#define CONFORMANCE_ENGINE_TRACE_H

#include "conformance/engine/bytes.h"

enum { TRACE_LIMIT = 512 }; /* bytes of a frame that are shown */

void trace_frames(struct test *test, char direction, const char *label,
                  const struct bytes *frames, size_t count);
void trace_event(struct test *test, const char *label, const char *format, ...)
    CONFORM_FORMAT(3, 4);

#endif
