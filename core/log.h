/* SPDX-License-Identifier: MIT */
/* log.h: how the library tells what happens: one callback, silent by default.
 *
 * Each line has a stable id ("PALM-PART-UNDECODABLE") that tests and users can
 * search for.  Trouble that a peer caused is a warning, trouble of ours is an
 * error; what happens per message is debug.  Payloads are never logged. */
#ifndef PALM_LOG_H
#define PALM_LOG_H

#include "core/export.h"

enum palm_log_level { /* syslog's numbers */
                      PALM_LOG_ERROR = 3,
                      PALM_LOG_WARNING = 4,
                      PALM_LOG_INFO = 6,
                      PALM_LOG_DEBUG = 7
};

/* Receives one line.  Called from any thread of the server, also from several
 * at once; must not call back into the object that logs. */
typedef void palm_log_f(int level, const char *id, const char *text, void *arg);

typedef struct palm_log {
    palm_log_f *write; /* NULL = silent */
    void *arg;         /* handed to write */
    int level;         /* lines above this level are not made */
} palm_log_t;

PALM_BEGIN_DECLS

/* Writes one line; does nothing if log or log->write is NULL.  Keeps errno. */
PALM_EXPORT
void palm_log(const palm_log_t *log, int level, const char *id,
              const char *format, ...) PALM_PRINTF(4, 5);

/* A palm_log_f that writes "palm: warning: ID: text" to stderr; arg, if not
 * NULL, is the program's name (a const char *) to use for "palm".  It does not
 * wait for who reads that: lines for which a pipe has no room are counted, and
 * told when there is some (PALM-LOG-LOST). */
PALM_EXPORT
palm_log_f palm_log_stderr;

/* Reads "error", "warning", "info" or "debug".
 * Returns the level, or -1 with errno EINVAL. */
PALM_EXPORT
int palm_log_level(const char *name);

PALM_END_DECLS
#endif
