/* SPDX-License-Identifier: MIT */
/* cache_service.h: what CacheService does beside its row: it answers. */
#ifndef PALM_CACHE_SERVICE_H
#define PALM_CACHE_SERVICE_H

#include "core/part.h"

int palm__cache_answer(palm_part_t *part, zmq_msg_t *request, zmq_msg_t *reply);

#define PALM__CACHE_OPERATIONS                                                 \
    {                                                                          \
        .answer = palm__cache_answer                                           \
    }

#endif
