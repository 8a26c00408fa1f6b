/* SPDX-License-Identifier: MIT */
/* gateway_dealer.h: what GatewayDealer does beside its row: it is called
 * "dealer", and sends [client, "", message]. */
#ifndef PALM_GATEWAY_DEALER_H
#define PALM_GATEWAY_DEALER_H

#include "core/part.h"

int palm__gateway_dealer_open(palm_part_t *part, palm_error_t *err);
int palm__gateway_dealer_send(palm_part_t *part, zmq_msg_t *frame);

#define PALM__GATEWAY_DEALER_OPERATIONS                                        \
    {                                                                          \
        .open = palm__gateway_dealer_open, .send = palm__gateway_dealer_send   \
    }

#endif
