/* SPDX-License-Identifier: MIT */
/* http_gateway.h: what HttpGateway does beside its row. */
#ifndef PALM_HTTP_GATEWAY_H
#define PALM_HTTP_GATEWAY_H

#include "core/part.h"
#include "parts/http/glue.h"

struct palm__http_gateway {
    palm__http_t *http;               /* NULL once it is closed */
    void *dealer;                     /* to the GatewayRouter */
    int dealer_fd;                    /* of it */
    bool is_busy;                     /* the dealer may have more */
    struct palm__gateway_call *calls; /* that wait, by the message's client */
};

struct palm__http_gateway_options {
    struct palm__http_options http;
    const char *router_address; /* where the GatewayRouter is */
};
extern const palm_option_t palm__http_gateway_options[];

int palm__http_gateway_open(palm_part_t *part, palm_error_t *err);
void palm__http_gateway_close(palm_part_t *part);
void palm__http_gateway_readable(palm_part_t *part);
void palm__http_gateway_wait(palm_part_t *part, const int *fds, int count,
                             int64_t timeout);

#define PALM__HTTP_GATEWAY_OPERATIONS                                          \
    {                                                                          \
        .open = palm__http_gateway_open, .close = palm__http_gateway_close,    \
        .readable = palm__http_gateway_readable,                               \
        .wait = palm__http_gateway_wait                                        \
    }
#define PALM__HTTP_GATEWAY_STATE_SIZE sizeof(struct palm__http_gateway)

#endif
