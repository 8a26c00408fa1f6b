/* SPDX-License-Identifier: MIT */
/* http.h: what HttpService does beside its row. */
#ifndef PALM_HTTP_SERVICE_H
#define PALM_HTTP_SERVICE_H

#include "core/part.h"
#include "parts/http/glue.h"

struct palm__http_service {
    palm__http_t *http;           /* NULL once it is closed */
    palm__http_request_t *inside; /* its answer is awaited, or NULL */
    palm_error_t why;             /* the one inside is no PalmMessage */
};

int palm__http_service_open(palm_part_t *part, palm_error_t *err);
void palm__http_service_close(palm_part_t *part);
void palm__http_service_readable(palm_part_t *part);
int palm__http_service_receive(palm_part_t *part, zmq_msg_t *frame);
int palm__http_service_reply(palm_part_t *part, zmq_msg_t *frame,
                             palm_outcome_t outcome);
void palm__http_service_wait(palm_part_t *part, const int *fds, int count,
                             int64_t timeout);

#define PALM__HTTP_SERVICE_OPERATIONS                                          \
    {                                                                          \
        .open = palm__http_service_open, .close = palm__http_service_close,    \
        .readable = palm__http_service_readable,                               \
        .receive = palm__http_service_receive,                                 \
        .reply = palm__http_service_reply, .wait = palm__http_service_wait     \
    }
#define PALM__HTTP_SERVICE_STATE_SIZE sizeof(struct palm__http_service)

#endif
