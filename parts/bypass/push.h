/* SPDX-License-Identifier: MIT */
/* push.h: what PushBypassConnection does beside its row: it reports. */
#ifndef PALM_PUSH_BYPASS_H
#define PALM_PUSH_BYPASS_H

#include <stdint.h>

#include "core/part.h"

struct palm__push_bypass {
    int64_t next; /* when the next report is due, ms; 0 = not yet known */
};

struct palm__push_bypass_options {
    int64_t interval; /* ms between two reports, 0 = none */
};
extern const palm_option_t palm__push_bypass_options[];

int64_t palm__push_bypass_tick(palm_part_t *part);

#define PALM__PUSH_BYPASS_OPERATIONS                                           \
    {                                                                          \
        .tick = palm__push_bypass_tick                                         \
    }
#define PALM__PUSH_BYPASS_STATE_SIZE sizeof(struct palm__push_bypass)

#endif
