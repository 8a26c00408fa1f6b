/* SPDX-License-Identifier: MIT */
/* stats.h: what a server counts, as text.  Any thread, without a lock. */
#ifndef PALM_STATS_H
#define PALM_STATS_H

#include <zmq.h>

#include "core/server.h"

/* Each makes *frame, which the caller closes.  Returns -1 with errno ENOMEM. */

/* A JSON object: server, state, parts and routes. */
int palm__stats_json(palm_server_t *server, zmq_msg_t *frame);

/* The text format 0.0.4 of Prometheus. */
int palm__stats_prometheus(palm_server_t *server, zmq_msg_t *frame);

#endif
