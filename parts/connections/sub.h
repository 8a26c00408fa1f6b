/* SPDX-License-Identifier: MIT */
/* sub.h: what SubConnection does beside its row: it subscribes, and
 * looks at topics. */
#ifndef PALM_SUB_H
#define PALM_SUB_H

#include "core/part.h"

struct palm__sub_options {
    const char *previous; /* topic to subscribe to */
};
extern const palm_option_t palm__sub_options[];

int palm__sub_open(palm_part_t *part, palm_error_t *err);
int palm__sub_receive(palm_part_t *part, zmq_msg_t *frame);

#define PALM__SUB_OPERATIONS                                                   \
    {                                                                          \
        .open = palm__sub_open, .receive = palm__sub_receive                   \
    }

#endif
