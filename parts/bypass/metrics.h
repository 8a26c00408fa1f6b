/* SPDX-License-Identifier: MIT */
/* metrics.h: what MetricsService does beside its row. */
#ifndef PALM_METRICS_H
#define PALM_METRICS_H

#include "core/part.h"
#include "parts/http/glue.h"

struct palm__metrics {
    palm__http_t *http; /* NULL once it is closed */
};

int palm__metrics_open(palm_part_t *part, palm_error_t *err);
void palm__metrics_close(palm_part_t *part);
void palm__metrics_readable(palm_part_t *part);
void palm__metrics_wait(palm_part_t *part, const int *fds, int count,
                        int64_t timeout);

#define PALM__METRICS_OPERATIONS                                               \
    {                                                                          \
        .open = palm__metrics_open, .close = palm__metrics_close,              \
        .readable = palm__metrics_readable, .wait = palm__metrics_wait         \
    }
#define PALM__METRICS_STATE_SIZE sizeof(struct palm__metrics)

#endif
