/* SPDX-License-Identifier: MIT */
/* sub.c: SubConnection subscribes to the server before it in a pipeline.  A
 * subscription is a prefix; that the topic is equal is checked in inbound.c. */
#include "config.h"
#include "parts/connections/sub.h"

#include <errno.h>
#include <string.h>

int
palm__sub_open(palm_part_t *part, palm_error_t *err)
{
    const palm_part_options_t *options = palm_part_options(part);
    if (zmq_setsockopt(palm_part_socket(part), ZMQ_SUBSCRIBE, options->previous,
                       strlen(options->previous))) {
        return palm_error_set(
            err, errno, "inbound %s: cannot subscribe to %s: %s", options->name,
            options->previous, palm_strerror(errno));
    }
    return 0;
}
