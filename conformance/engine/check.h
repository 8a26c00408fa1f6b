/* SPDX-License-Identifier: MIT */
/* check.h: what a test may demand.  A check that does not hold ends the test
 * with FAIL and says what was expected and what came. */
#ifndef CONFORMANCE_ENGINE_CHECK_H
#define CONFORMANCE_ENGINE_CHECK_H

#include "conformance/engine/codec.h"
#include "conformance/engine/peer.h"

/* what: the thing that is looked at, "the reply to set". */
void check_that(struct test *test, bool holds, const char *format, ...)
    CONFORM_FORMAT(3, 4);
void check_bytes(struct test *test, const char *what, struct bytes actual,
                 struct bytes expected);
void check_text(struct test *test, const char *what, struct bytes actual,
                const char *expected);
void check_number(struct test *test, const char *what, int64_t actual,
                  int64_t expected);
void check_range(struct test *test, const char *what, int64_t actual,
                 int64_t least, int64_t most);

/* Contains the text. */
void check_contains(struct test *test, const char *what, const char *actual,
                    const char *expected);

/* 36 characters: a version 4 UUID as text, lower case. */
void check_uuid(struct test *test, const char *what, struct bytes actual);

/* A PalmMessage, returned decoded. */
struct message check_message(struct test *test, const char *what,
                             struct bytes frame);

/* A PalmMessage with just these fields; the first that differs is named. */
void check_same(struct test *test, const char *what, struct bytes frame,
                const struct message *expected);

/* Exactly so many frames. */
void check_frames(struct test *test, const char *what,
                  const struct frames *frames, size_t count);

/* Nothing may be there, and nothing may come within so many milliseconds.  Use
 * a fence where there is one; this only where the rule has the bound. */
void check_silence(struct peer *peer, int milliseconds);

void fail(struct test *test, const char *format, ...) CONFORM_NORETURN
    CONFORM_FORMAT(2, 3);

/* The suite cannot do its work. */
void broken(struct test *test, const char *format, ...) CONFORM_NORETURN
    CONFORM_FORMAT(2, 3);

#endif
