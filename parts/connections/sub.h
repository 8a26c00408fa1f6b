/* SPDX-License-Identifier: MIT */
/* sub.h: what SubConnection does beside its row: it subscribes, and
 * looks at topics. */
#ifndef PALM_SUB_H
#define PALM_SUB_H

#include "core/part.h"

int palm__sub_open(palm_part_t *part, palm_error_t *err);
int palm__sub_receive(palm_part_t *part, zmq_msg_t *frame);

#define PALM__SUB_OPERATIONS                                                   \
    {                                                                          \
        .open = palm__sub_open, .receive = palm__sub_receive                   \
    }

#endif
