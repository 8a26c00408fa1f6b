/* SPDX-License-Identifier: MIT */
/* families.h: the tables of part classes, one for each family.  Each ends with
 * a row without a name. */
#ifndef PALM_FAMILIES_H
#define PALM_FAMILIES_H

#include "core/part.h"

extern const palm_part_class_t palm__services[];
extern const palm_part_class_t palm__connections[];
extern const palm_part_class_t palm__bypass_parts[];

/* The columns of the tables, in their words. */
#define PALM__CLASS(name, direction, meets, makes, waits, socket, traits)      \
    PALM_PART_ABI, name, PALM__##direction, PALM__##meets, PALM__##makes,      \
        PALM__##waits, ZMQ_##socket, traits

#define PALM__INWARD   PALM_INBOUND
#define PALM__OUTWARD  PALM_OUTBOUND
#define PALM__STANDARD false
#define PALM__BYPASS   true
#define PALM__BINDS    true
#define PALM__CONNECTS false
#define PALM__WAITS    true
#define PALM__NO_WAIT  false

#define PALM__NO_HOOKS                                                         \
    {                                                                          \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL                               \
    }
#define PALM__NO_OPERATIONS                                                    \
    {                                                                          \
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL                         \
    }
#define PALM__PLAIN PALM__NO_HOOKS, PALM__NO_OPERATIONS, 0
#define PALM__LAST                                                             \
    {                                                                          \
        0, NULL, PALM_INBOUND, false, false, false, 0, 0, PALM__PLAIN          \
    }

#endif
