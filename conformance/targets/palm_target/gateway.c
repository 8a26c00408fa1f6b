/* SPDX-License-Identifier: MIT */
/* gateway.c: two parts connect to the GatewayRouter of their own server, and
 * must be told where before it has bound.  Its port is chosen by the system and
 * so unknown then; a second address, of a name, is not. */
#include "config.h"
#include "conformance/targets/palm_target/gateway.h"

#include <errno.h>

static int
open_also_inside(palm_part_t *part, palm_error_t *err)
{
    if (palm_library_find("GatewayRouter")->operations.open(part, err)) {
        return -1;
    }
    if (zmq_bind(palm_part_socket(part), GATEWAY_INSIDE)) {
        return palm_error_set(err, errno, "inbound %s: cannot bind %s: %s",
                              palm_part_name(part), GATEWAY_INSIDE,
                              palm_strerror(errno));
    }
    return 0;
}

const palm_part_class_t *
gateway_router(palm_error_t *err)
{
    static palm_part_class_t made; /* outlives every server */
    const palm_part_class_t *base = palm_library_find("GatewayRouter");
    if (!base) {
        (void)palm_error_set(err, errno, "there is no GatewayRouter");
        return NULL;
    }
    made = *base;
    made.operations.open = open_also_inside;
    return &made;
}
