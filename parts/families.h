/* SPDX-License-Identifier: MIT */
/* families.h: the tables of part classes, one for each family.  Each ends with
 * a row without a name. */
#ifndef PALM_FAMILIES_H
#define PALM_FAMILIES_H

#include "core/part.h"

extern const palm_part_class_t palm__services[];
extern const palm_part_class_t palm__connections[];
extern const palm_part_class_t palm__bypass_parts[];

/* The columns of the tables, in their words; for the tables only.  base is the
 * last member: named first, it need not stand at the end of each row. */
#define ROW(name, direction, meets, makes, waits, socket, traits)              \
    .base = NULL, .abi = PALM_PART_ABI, name, WORD_##direction, WORD_##meets,  \
    WORD_##makes, WORD_##waits, ZMQ_##socket, TRAIT_##traits

#define WORD_IN       PALM_INBOUND
#define WORD_OUT      PALM_OUTBOUND
#define WORD_STANDARD false
#define WORD_BYPASS   true
#define WORD_BINDS    true
#define WORD_CONNECTS false
#define WORD_WAITS    true
#define WORD_GOES_ON  false

#define TRAIT_NONE         0
#define TRAIT_FILLS_CACHE  PALM_FILLS_CACHE
#define TRAIT_TO_WORKERS   PALM_TO_WORKERS
#define TRAIT_FROM_WORKERS PALM_FROM_WORKERS
#define TRAIT_TOPIC        PALM_TOPIC
#define TRAIT_PARALLEL     PALM_PARALLEL
#define TRAIT_HTTP         PALM_HTTP
#define TRAIT_STAYS_OPEN   PALM_STAYS_OPEN

/* In the column of the socket types. */
#define ZMQ_NO_SOCKET PALM_NO_SOCKET

#define NO_HOOKS                                                               \
    {                                                                          \
        .scatter = NULL                                                        \
    }
#define NO_OPERATIONS                                                          \
    {                                                                          \
        .open = NULL                                                           \
    }
#define PLAIN NO_HOOKS, NO_OPERATIONS, 0
/* Behind the state: the rows of the class's options, and their structure. */
#define OPTIONS(rows, structure)                                               \
    .options = (rows), .options_size = sizeof(structure)
#define LAST                                                                   \
    {                                                                          \
        .name = NULL                                                           \
    }

#endif
