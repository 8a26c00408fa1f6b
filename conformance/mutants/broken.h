/* SPDX-License-Identifier: MIT */
/* broken.h: why a frame is no PalmMessage. */
#ifndef CONFORMANCE_MUTANTS_BROKEN_H
#define CONFORMANCE_MUTANTS_BROKEN_H

#include "conformance/engine/codec.h"

enum broken {
    BROKEN_NOT,
    BROKEN_CUT,    /* ends within a field, or a length goes beyond its end */
    BROKEN_VARINT, /* more than ten bytes */
    BROKEN_TYPE,   /* wire type 6 or 7 */
    BROKEN_NUMBER, /* field number 0 */
    BROKEN_GROUP,  /* not closed, or by another number */
    BROKEN_END,    /* closes nothing */
    BROKEN_TEXT    /* a string is no UTF-8 */
};

/* The first thing that is wrong. */
enum broken broken_kind(struct bytes frame);

#endif
