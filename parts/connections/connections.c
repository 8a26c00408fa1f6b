/* SPDX-License-Identifier: MIT */
/* connections.c: parts that connect to a service elsewhere. */
#include "config.h"
#include "parts/connections/gateway_dealer.h"
#if HAVE_CURL
#include "parts/connections/http.h"
#endif
#include "parts/connections/sub.h"
#include "parts/families.h"

/* clang-format off */
const palm_part_class_t palm__connections[] = {
    /*   way  router    makes     for peer socket traits */
    {ROW("RepConnection",
         IN,  STANDARD, CONNECTS, WAITS,   REP,  NONE),
     PLAIN},
    {ROW("SubConnection",
         IN,  STANDARD, CONNECTS, GOES_ON, SUB,  TOPIC),
     NO_HOOKS, PALM__SUB_OPERATIONS, 0,
     OPTIONS(palm__sub_options, struct palm__sub_options)},
    {ROW("PullConnection",
         IN,  STANDARD, CONNECTS, GOES_ON, PULL, FILLS_CACHE),
     PLAIN},
    {ROW("PushConnection",
         OUT, STANDARD, CONNECTS, GOES_ON, PUSH, NONE),
     PLAIN},
    {ROW("GatewayDealer",
         OUT, STANDARD, CONNECTS, GOES_ON, DEALER, NONE),
     NO_HOOKS, PALM__GATEWAY_DEALER_OPERATIONS, 0},
#if HAVE_CURL
    {ROW("HttpConnection",
         OUT, STANDARD, CONNECTS, WAITS,   NO_SOCKET, PARALLEL | PALM_HTTP),
     NO_HOOKS, PALM__WEB_OPERATIONS, PALM__WEB_STATE_SIZE},
#endif
    LAST,
};
/* clang-format on */
