/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/keepalive.h"

#include <limits.h>
#include <zmq.h>

enum { INTERVAL = 10, QUESTIONS = 3 }; /* s, and how many */

int
palm__keepalive_set(void *socket, int64_t idle)
{
    int64_t seconds = idle / 1000 + (idle % 1000 > 0);
    const struct {
        int option, value;
    } settings[] = {
        {ZMQ_TCP_KEEPALIVE, idle > 0},
        {ZMQ_TCP_KEEPALIVE_INTVL, INTERVAL},
        {ZMQ_TCP_KEEPALIVE_CNT, QUESTIONS},
        {ZMQ_TCP_KEEPALIVE_IDLE, seconds > SHRT_MAX ? SHRT_MAX : (int)seconds},
    };
    /* Without keepalive the others are not to be set. */
    int count = idle > 0 ? (int)(sizeof settings / sizeof *settings) : 1;
    for (int i = 0; i < count; i++) {
        if (zmq_setsockopt(socket, settings[i].option, &settings[i].value,
                           sizeof settings[i].value)) {
            return -1;
        }
    }
    return 0;
}
