/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/sockopt.h"

#include <limits.h>
#include <zmq.h>

enum { INTERVAL = 10, QUESTIONS = 3 }; /* s, and how many */

int
palm__sockopt_int(void *socket, int option, int64_t value)
{
    int number = value > INT_MAX ? INT_MAX : value < -1 ? -1 : (int)value;
    return zmq_setsockopt(socket, option, &number, sizeof number);
}

int
palm__sockopt_keepalive(void *socket, int64_t idle)
{
    int64_t seconds = idle / 1000 + (idle % 1000 > 0);
    if (idle <= 0) { /* then the others are not to be set */
        return palm__sockopt_int(socket, ZMQ_TCP_KEEPALIVE, 0);
    }
    seconds = seconds > SHRT_MAX ? SHRT_MAX : seconds;
    return palm__sockopt_int(socket, ZMQ_TCP_KEEPALIVE, 1)
                   || palm__sockopt_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, seconds)
                   || palm__sockopt_int(socket, ZMQ_TCP_KEEPALIVE_INTVL,
                                        INTERVAL)
                   || palm__sockopt_int(socket, ZMQ_TCP_KEEPALIVE_CNT,
                                        QUESTIONS)
               ? -1
               : 0;
}

int
palm__sockopt_zmtp3(void *socket)
{
    /* Such a peer could not authenticate itself, so libzmq refuses it where
     * there is a domain.  No handler serves it, so nobody else is asked. */
    static const char domain[] = "palm";
    return zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, sizeof domain - 1);
}
