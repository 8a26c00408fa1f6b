/* SPDX-License-Identifier: MIT */
/* connections.c: parts that connect to a service elsewhere. */
#include "config.h"
#include "parts/connections/sub.h"
#include "parts/families.h"

/* clang-format off */
const palm_part_class_t palm__connections[] = {
    /* name               direction meets     makes     waits    socket traits */
    {PALM__CLASS("RepConnection",
                          INWARD,   STANDARD, CONNECTS, WAITS,   REP,  0),
     PALM__PLAIN},
    {PALM__CLASS("SubConnection",
                          INWARD,   STANDARD, CONNECTS, NO_WAIT, SUB,  PALM_TOPIC),
     PALM__NO_HOOKS, PALM__SUB_OPERATIONS, 0},
    {PALM__CLASS("PullConnection",
                          INWARD,   STANDARD, CONNECTS, NO_WAIT, PULL, PALM_FILLS_CACHE),
     PALM__PLAIN},
    {PALM__CLASS("PushConnection",
                          OUTWARD,  STANDARD, CONNECTS, NO_WAIT, PUSH, 0),
     PALM__PLAIN},
    PALM__LAST,
};
/* clang-format on */
