/* SPDX-License-Identifier: MIT */
/* spoiled.h: frames that are no PalmMessages.  Each begins as a good one, so
 * that who reads it only halfway takes it for one. */
#ifndef CONFORMANCE_SUITE_SPOILED_H
#define CONFORMANCE_SUITE_SPOILED_H

#include "conformance/suite/scene.h"

enum spoil {
    SPOIL_CUT,    /* ends within a field, or a length goes beyond its end */
    SPOIL_VARINT, /* more than ten bytes */
    SPOIL_TYPE,   /* wire type 6 or 7 */
    SPOIL_NUMBER, /* field number 0 */
    SPOIL_GROUP,  /* not closed, or by another number */
    SPOIL_END,    /* closes nothing */
    SPOIL_TEXT,   /* a string is no UTF-8 */
    SPOIL_ANY     /* all of them */
};

struct spoiled {
    const char *name;
    struct bytes frame;
};

/* All frames of one kind; the number of them into *count. */
const struct spoiled *spoiled_frames(struct test *test, enum spoil kind,
                                     size_t *count);

/* Every cut of a good message that is not at the end of a field. */
const struct spoiled *spoiled_cuts(struct test *test, size_t *count);

#endif
