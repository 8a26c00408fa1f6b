/* SPDX-License-Identifier: MIT */
/* rep.h: what RepBypassService does beside its row: it needs a hook. */
#ifndef PALM_REP_BYPASS_H
#define PALM_REP_BYPASS_H

#include "core/part.h"

int palm__rep_bypass_open(palm_part_t *part, palm_error_t *err);
int palm__rep_bypass_answer(palm_part_t *part, zmq_msg_t *request,
                            zmq_msg_t *reply);

#define PALM__REP_BYPASS_OPERATIONS                                            \
    {                                                                          \
        .open = palm__rep_bypass_open, .answer = palm__rep_bypass_answer       \
    }

#endif
