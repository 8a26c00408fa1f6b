/* SPDX-License-Identifier: MIT */
/* program.h: what our programs share: options from a table, errors, exit.
 *
 * A program describes itself in a struct program; program_parse() reads the
 * command line by it and makes --help and --version of it.  Main thread only,
 * but program_error() may be called from any. */
#ifndef HARNESS_PROGRAM_H
#define HARNESS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parts/palm.h"

/* The exit statuses of every program. */
enum program_status {
    PROGRAM_OK = 0,
    PROGRAM_FAILED = 1, /* it failed while it ran */
    PROGRAM_MISUSED = 2 /* wrong use, or a file that is refused */
};

/* What the value of an option is, and so what its offset points to. */
enum program_kind {
    PROGRAM_FLAG,     /* bool; the option takes no value */
    PROGRAM_TEXT,     /* const char *, borrowed from argv */
    PROGRAM_COUNT,    /* int64_t */
    PROGRAM_SIZE,     /* int64_t, bytes */
    PROGRAM_DURATION, /* int64_t, ms, -1 = never */
    PROGRAM_LIST,     /* struct program_list: the option may be repeated */
    PROGRAM_LEVEL     /* int, a level of log.h */
};

/* The values of an option that may be repeated. */
struct program_list {
    const char **texts; /* borrowed from argv; the array is ours */
    size_t count;
};

struct program_option {
    const char *name;  /* without the two dashes */
    const char *value; /* word for the value in --help; NULL for a flag */
    const char *help;  /* one sentence, without a full stop */
    enum program_kind kind;
    size_t offset; /* in the structure given to program_parse() */
};

struct program {
    const char *name;
    const char *usage;   /* lines that follow the name, each with a newline */
    const char *purpose; /* a paragraph, with a newline */
    const struct program_option *options;
    size_t option_count;
    const char *more; /* printed after the options, or NULL */
};

/* Makes sane what the program has inherited (world.h), and reads the command
 * line into *target.  Options may stand before, between and
 * behind the operands; "--" ends them; "-" is an operand.  Afterwards argv[0]
 * to argv[*operand_count - 1] are the operands.
 * Returns true if the program should go on; else it leaves with *status. */
bool program_parse(const struct program *program, int argc, char **argv,
                   void *target, int *operand_count, int *status);

/* Whether stderr takes a line without waiting for its reader.  Also for signal
 * handlers. */
bool program_can_print(void);

/* Prints "NAME: text" to stderr, if that can be done without waiting; returns
 * PROGRAM_FAILED for `return`. */
int program_error(const char *format, ...) PALM_PRINTF(1, 2);

/* Prints "NAME: text" and how to get help; returns PROGRAM_MISUSED. */
int program_misuse(const char *format, ...) PALM_PRINTF(1, 2);

/* Whether a byte behind another one could steer a terminal. */
bool program_steers(unsigned char before, unsigned char byte);

/* Prints the text to stderr with "?" for everything that could steer a
 * terminal: what peers wrote goes through here. */
void program_print_foreign(palm_slice_t text);

/* Flushes stdout.  Returns 0, or -1 after an error message if something that
 * was printed is lost. */
int program_flush(void);

/* The same for what a server says of itself: who closed its stdout does not
 * want it. */
int program_flush_ready(void);

/* Milliseconds on the monotonic clock. */
int64_t program_now(void);

/* Whether a signal that comes now is the one that came then (program_now())
 * once more: `timeout` sends SIGTERM to its child and to the group, a shell
 * Ctrl-C to both.  For signal handlers, too. */
bool program_is_same_signal(int64_t then);

void program_list_fini(struct program_list *list);

#endif
