/* SPDX-License-Identifier: MIT */
/* error.h: an error that an operator can read: a code and a sentence.
 *
 * Functions of libpalm return 0 or -1 (or NULL) and set errno.  Those whose
 * failure an operator must understand also take a palm_error_t, which may be
 * NULL, and put into it what failed, with which name and address.
 * A palm_error_t belongs to its caller; any thread may use its own. */
#ifndef PALM_ERROR_H
#define PALM_ERROR_H

#include "core/export.h"

#define PALM_ERROR_TEXT 512 /* bytes of text, the final NUL among them */

typedef struct palm_error {
    int code;                   /* an errno value; 0 = no error */
    char text[PALM_ERROR_TEXT]; /* one line, no newline at its end */
} palm_error_t;

PALM_BEGIN_DECLS

/* Fills *err (which may be NULL), sets errno to code, returns -1.
 * A text that is too long is cut. */
PALM_EXPORT
int palm_error_set(palm_error_t *err, int code, const char *format, ...)
    PALM_PRINTF(3, 4);

/* Makes a text that may quote a peer fit for a protobuf string and for a line
 * of log: what is no UTF-8, or could steer a terminal, becomes "?". */
PALM_EXPORT
void palm_error_clean(char *text);

/* Describes an errno value, libzmq's own codes included.  Never NULL. */
PALM_EXPORT
const char *palm_strerror(int code);

PALM_END_DECLS
#endif
