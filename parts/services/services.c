/* SPDX-License-Identifier: MIT */
/* services.c: parts that bind; they define the cluster's addresses. */
#include "config.h"
#include "parts/families.h"
#include "parts/services/gateway_router.h"
#include "parts/services/pub.h"
#include "parts/services/push_pull.h"
#if HAVE_MICROHTTPD
#include "parts/services/http.h"
#endif

/* clang-format off */
const palm_part_class_t palm__services[] = {
    /*   way  router    makes     for peer socket traits */
    {ROW("RepService",
         IN,  STANDARD, BINDS,    WAITS,   REP,  NONE),
     PLAIN},
    {ROW("PullService",
         IN,  STANDARD, BINDS,    GOES_ON, PULL, FILLS_CACHE),
     PLAIN},
    {ROW("WorkerPullService",
         IN,  STANDARD, BINDS,    GOES_ON, PULL, FROM_WORKERS),
     PLAIN},
    {ROW("PushService",
         OUT, STANDARD, BINDS,    GOES_ON, PUSH, NONE),
     PLAIN},
    {ROW("WorkerPushService",
         OUT, STANDARD, BINDS,    GOES_ON, PUSH, TO_WORKERS),
     PLAIN},
    {ROW("PushPullService",
         OUT, STANDARD, BINDS,    WAITS,   PUSH, NONE),
     NO_HOOKS, PALM__PUSH_PULL_OPERATIONS, PALM__PUSH_PULL_STATE_SIZE,
     OPTIONS(palm__push_pull_options, struct palm__push_pull_options)},
    {ROW("GatewayRouter",
         IN,  STANDARD, BINDS,    GOES_ON, ROUTER, STAYS_OPEN),
     NO_HOOKS, PALM__GATEWAY_ROUTER_OPERATIONS,
     PALM__GATEWAY_ROUTER_STATE_SIZE,
     OPTIONS(palm__gateway_router_options,
             struct palm__gateway_router_options)},
    /* XPUB is PUB that tells who subscribes; on the wire they are the same. */
    {ROW("PubService",
         OUT, STANDARD, BINDS,    GOES_ON, XPUB, TOPIC),
     NO_HOOKS, PALM__PUB_OPERATIONS, PALM__PUB_STATE_SIZE,
     OPTIONS(palm__pub_options, struct palm__pub_options)},
#if HAVE_MICROHTTPD
    {ROW("HttpService",
         IN,  STANDARD, BINDS,    WAITS,   NO_SOCKET, HTTP),
     NO_HOOKS, PALM__HTTP_SERVICE_OPERATIONS, PALM__HTTP_SERVICE_STATE_SIZE,
     OPTIONS(palm__http_options, struct palm__http_options)},
#endif
    LAST,
};
/* clang-format on */
