/* SPDX-License-Identifier: MIT */
/* services.c: parts that bind; they define the cluster's addresses. */
#include "config.h"
#include "parts/families.h"
#include "parts/services/pub.h"

/* clang-format off */
const palm_part_class_t palm__services[] = {
    /* name               direction meets     makes  waits    socket traits */
    {PALM__CLASS("RepService",
                          INWARD,   STANDARD, BINDS, WAITS,   REP,  0),
     PALM__PLAIN},
    {PALM__CLASS("PullService",
                          INWARD,   STANDARD, BINDS, NO_WAIT, PULL, PALM_FILLS_CACHE),
     PALM__PLAIN},
    {PALM__CLASS("WorkerPullService",
                          INWARD,   STANDARD, BINDS, NO_WAIT, PULL, PALM_FROM_WORKERS),
     PALM__PLAIN},
    {PALM__CLASS("PushService",
                          OUTWARD,  STANDARD, BINDS, NO_WAIT, PUSH, 0),
     PALM__PLAIN},
    {PALM__CLASS("WorkerPushService",
                          OUTWARD,  STANDARD, BINDS, NO_WAIT, PUSH, PALM_TO_WORKERS),
     PALM__PLAIN},
    /* XPUB is PUB that tells who subscribes; on the wire they are the same. */
    {PALM__CLASS("PubService",
                          OUTWARD,  STANDARD, BINDS, NO_WAIT, XPUB, PALM_TOPIC),
     PALM__NO_HOOKS, PALM__PUB_OPERATIONS, PALM__PUB_STATE_SIZE},
    PALM__LAST,
};
/* clang-format on */
