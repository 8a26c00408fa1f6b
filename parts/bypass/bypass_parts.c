/* SPDX-License-Identifier: MIT */
/* bypass_parts.c: parts that share the process and the cache with the others,
 * and never meet the router. */
#include "config.h"
#include "parts/bypass/cache_service.h"
#include "parts/bypass/pull.h"
#include "parts/bypass/push.h"
#include "parts/bypass/rep.h"
#include "parts/families.h"
#if HAVE_MICROHTTPD
#include "parts/bypass/http_gateway.h"
#include "parts/bypass/metrics.h"
#endif

/* clang-format off */
const palm_part_class_t palm__bypass_parts[] = {
    /*   way  router    makes     for peer socket traits */
    {ROW("CacheService",
         IN,  BYPASS,   BINDS,    WAITS,   REP,  NONE),
     NO_HOOKS, PALM__CACHE_OPERATIONS, 0},
    {ROW("RepBypassService",
         IN,  BYPASS,   BINDS,    WAITS,   REP,  NONE),
     NO_HOOKS, PALM__REP_BYPASS_OPERATIONS, 0},
    {ROW("PullBypassConnection",
         IN,  BYPASS,   CONNECTS, GOES_ON, PULL, NONE),
     NO_HOOKS, PALM__PULL_BYPASS_OPERATIONS, 0},
    {ROW("PushBypassConnection",
         OUT, BYPASS,   CONNECTS, GOES_ON, PUSH, NONE),
     NO_HOOKS, PALM__PUSH_BYPASS_OPERATIONS, PALM__PUSH_BYPASS_STATE_SIZE,
     OPTIONS(palm__push_bypass_options, struct palm__push_bypass_options)},
#if HAVE_MICROHTTPD
    {ROW("HttpGateway",
         IN,  BYPASS,   BINDS,    WAITS,   NO_SOCKET, HTTP),
     NO_HOOKS, PALM__HTTP_GATEWAY_OPERATIONS, PALM__HTTP_GATEWAY_STATE_SIZE,
     OPTIONS(palm__http_gateway_options, struct palm__http_gateway_options)},
    {ROW("MetricsService",
         IN,  BYPASS,   BINDS,    WAITS,   NO_SOCKET, HTTP),
     NO_HOOKS, PALM__METRICS_OPERATIONS, PALM__METRICS_STATE_SIZE,
     OPTIONS(palm__http_options, struct palm__http_options)},
#endif
    LAST,
};
/* clang-format on */
