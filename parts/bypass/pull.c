/* SPDX-License-Identifier: MIT */
/* pull.c: PullBypassConnection takes messages past the router: logs, metrics,
 * settings.  The user's hook `answer` gets them; without one their payload goes
 * into the server's cache, under the key in their field `cache`. */
#include "config.h"
#include "parts/bypass/pull.h"

#include <errno.h>

static int
refuse(palm_part_t *part, const char *why)
{
    palm_part_refuse(part, "message", why);
    return 0;
}

int
palm__pull_bypass_answer(palm_part_t *part, zmq_msg_t *frame, zmq_msg_t *reply)
{
    palm_message_t message;
    palm_error_t why = {0, ""};
    (void)reply;
    if (!frame) {
        return refuse(part, "several frames, expected one");
    }
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          &why)) {
        return refuse(part, why.text);
    }
    if (message.cache.size == 0) {
        return refuse(part, "no key in its field cache");
    }
    return palm_cache_set(palm_part_cache(part), message.cache,
                          message.payload);
}
