/* SPDX-License-Identifier: MIT */
/* pull.h: what PullBypassConnection does beside its row. */
#ifndef PALM_PULL_BYPASS_H
#define PALM_PULL_BYPASS_H

#include "core/part.h"

int palm__pull_bypass_answer(palm_part_t *part, zmq_msg_t *message,
                             zmq_msg_t *reply);

#define PALM__PULL_BYPASS_OPERATIONS                                           \
    {                                                                          \
        .answer = palm__pull_bypass_answer                                     \
    }

#endif
