/* SPDX-License-Identifier: MIT */
/* sub.h: what SubConnection does beside its row: it subscribes. */
#ifndef PALM_SUB_H
#define PALM_SUB_H

#include "core/part.h"

int palm__sub_open(palm_part_t *part, palm_error_t *err);

#define PALM__SUB_OPERATIONS                                                   \
    {                                                                          \
        palm__sub_open, NULL, NULL, NULL, NULL, NULL, NULL, NULL               \
    }

#endif
