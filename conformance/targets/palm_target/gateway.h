/* SPDX-License-Identifier: MIT */
/* gateway.h: a GatewayRouter that its own server reaches without a port. */
#ifndef CONFORMANCE_PALM_TARGET_GATEWAY_H
#define CONFORMANCE_PALM_TARGET_GATEWAY_H

#include "parts/palm.h"

/* Where GatewayDealer and HttpGateway of the same server find it. */
#define GATEWAY_INSIDE "inproc://gateway_router"

/* The class; NULL with the reason in *err. */
const palm_part_class_t *gateway_router(palm_error_t *err);

#endif
