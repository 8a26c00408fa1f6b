/* SPDX-License-Identifier: MIT */
/* option.h: options as rows of a table.
 *
 * A row says what an option is called, of what type it is and where its field
 * is in a structure.  Server files, command lines, checks, defaults, lists and
 * man pages are made from the rows.  A class of parts has rows of its own, see
 * palm_part_class_t. */
#ifndef PALM_OPTION_H
#define PALM_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/export.h"

/* The type of an option, and of its field. */
typedef enum palm_option_kind {
    PALM_OPTION_TEXT,     /* const char * */
    PALM_OPTION_BINDS,    /* const char *: a ZeroMQ address to bind */
    PALM_OPTION_CONNECTS, /* const char *: one to connect to */
    PALM_OPTION_BOOL,     /* bool */
    PALM_OPTION_CHOICE,   /* int: true, false, or -1: it was not set */
    PALM_OPTION_COUNT,    /* int64_t */
    PALM_OPTION_SIZE,     /* int64_t, bytes; -1 = none */
    PALM_OPTION_DURATION, /* int64_t, ms; -1 = for ever */
    PALM_OPTION_LOG_LEVEL /* int: palm_log_level_t */
} palm_option_kind_t;

typedef struct palm_option {
    const char *name; /* NULL ends the table */
    palm_option_kind_t kind;
    size_t offset;       /* of the field */
    int64_t least, most; /* numbers that are accepted; of a text, fewest bytes:
                            0 or 1 */
    const char *initial; /* the default, as in a server file; NULL = none: -1
                            where that is accepted, else 0, no, NULL */
    bool is_needed;      /* a text that has to be given */
    const char *scope;   /* of an option of all classes: which parts have it
                            ("inbound parts"); NULL = every part */
    const char *help;    /* one line for whoever sets it */
} palm_option_t;

/* A row for the member of that name of a structure. */
#define PALM_OPTION(structure, kind, name, least, initial, help)               \
    {                                                                          \
#name, PALM_OPTION_##kind, offsetof(structure, name), least,           \
            INT64_MAX, initial, false, NULL, help                              \
    }

/* The same for a text that has to be given. */
#define PALM_OPTION_NEEDED(structure, kind, name, help)                        \
    {                                                                          \
#name, PALM_OPTION_##kind, offsetof(structure, name), 0, INT64_MAX,    \
            NULL, true, NULL, help                                             \
    }

/* The end of a table. */
#define PALM_OPTION_END                                                        \
    {                                                                          \
        NULL, PALM_OPTION_TEXT, 0, 0, 0, NULL, false, NULL, NULL               \
    }

PALM_BEGIN_DECLS

/* "text", "address", "yes or no", "number", "size", "duration", "log level". */
PALM_EXPORT
const char *palm_option_kind_name(palm_option_kind_t kind);

PALM_END_DECLS
#endif
