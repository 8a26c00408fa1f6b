/* SPDX-License-Identifier: MIT */
/* bypass_parts.c: parts that share the process and the cache with the others,
 * and never meet the router. */
#include "config.h"
#include "parts/bypass/cache_service.h"
#include "parts/families.h"

/* clang-format off */
const palm_part_class_t palm__bypass_parts[] = {
    /* name               direction meets   makes  waits  socket traits */
    {PALM__CLASS("CacheService",
                          INWARD,   BYPASS, BINDS, WAITS, REP,   0),
     PALM__NO_HOOKS, PALM__CACHE_OPERATIONS, 0},
    PALM__LAST,
};
/* clang-format on */
