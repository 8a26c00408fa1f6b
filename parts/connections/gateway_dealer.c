/* SPDX-License-Identifier: MIT */
/* gateway_dealer.c: hands results to the GatewayRouter, which knows the
 * clients. */
#include "config.h"
#include "parts/connections/gateway_dealer.h"

#include <errno.h>
#include <string.h>

int
palm__gateway_dealer_open(palm_part_t *part, palm_error_t *err)
{
    if (zmq_setsockopt(palm_part_socket(part), ZMQ_ROUTING_ID, "dealer",
                       strlen("dealer"))) {
        return palm_error_set(err, errno, "outbound %s: %s",
                              palm_part_name(part), palm_strerror(errno));
    }
    return 0;
}

int
palm__gateway_dealer_send(palm_part_t *part, zmq_msg_t *frame)
{
    void *socket = palm_part_socket(part);
    palm_message_t message;
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          NULL)) {
        return -1;
    }
    if (message.client.size == 0) {
        errno = EDESTADDRREQ;
        return -1;
    }
    if (zmq_send(socket, message.client.data, message.client.size,
                 ZMQ_SNDMORE | ZMQ_DONTWAIT)
            == -1
        || zmq_send(socket, "", 0, ZMQ_SNDMORE) == -1) {
        return -1;
    }
    return zmq_msg_send(frame, socket, 0) == -1 ? -1 : 0;
}
