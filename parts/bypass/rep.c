/* SPDX-License-Identifier: MIT */
/* rep.c: RepBypassService answers requests by the user's hook `answer`. */
#include "config.h"
#include "parts/bypass/rep.h"

#include <errno.h>

int
palm__rep_bypass_open(palm_part_t *part, palm_error_t *err)
{
    if (!palm_part_hooks(part)->answer) {
        return palm_error_set(err, EINVAL,
                              "bypass %s: there is no hook `answer` to answer "
                              "requests",
                              palm_part_name(part));
    }
    return 0;
}

/* What no hook gets to see: several frames.  The reply stays empty. */
int
palm__rep_bypass_answer(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply)
{
    (void)request;
    (void)reply;
    palm_part_count(&palm_part_stats(part)->undecodable, 1);
    palm_part_warn(part, "PALM-PART-UNDECODABLE",
                   "request answered with nothing: several frames, expected "
                   "one");
    return 0;
}
