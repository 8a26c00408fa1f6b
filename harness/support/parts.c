/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/parts.h"

const palm_part_class_t asker_class = {
    .abi = PALM_PART_ABI,
    .name = "ReqConnection",
    .direction = PALM_OUTBOUND,
    .waits = true,
    .socket_type = ZMQ_REQ,
};

void
rig_add_asker(struct rig *rig, const char *name, const char *endpoint,
              const palm_part_options_t *options)
{
    palm_part_options_t own;
    palm_part_options_init(&own);
    if (options) {
        own = *options;
    }
    own.address = endpoint;
    rig_add_class(rig, &asker_class, name, own.route, &own);
}
