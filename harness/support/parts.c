/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int
scatter_by_payload(palm_part_t *part, const palm_message_t *message, void *arg)
{
    char text[16] = "";
    palm_message_t copy = *message;
    (void)arg;
    memcpy(text, message->payload.data, message->payload.size);
    int n = atoi(text);
    bool failing = strchr(text, '!') != NULL;
    for (int i = 0; i < n; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        copy.payload = palm_slice(text);
        if (palm_part_yield(part, &copy)) {
            return -1;
        }
    }
    errno = EIO;
    return failing ? -1 : 0;
}
