/* SPDX-License-Identifier: MIT */
/* connect.h: the sockets of a peer (client, worker), and waiting for them.
 *
 * Every wait has a deadline in milliseconds of palm__now_ms(); a timeout of -1
 * gives a deadline that never comes.  A socket belongs to one thread. */
#ifndef PALM_CONNECT_H
#define PALM_CONNECT_H

#include <stdbool.h>
#include <stdint.h>
#include <zmq.h>

#include "core/error.h"
#include "core/socket.h"

/* The moment timeout ms from now. */
int64_t palm__deadline(int64_t timeout);

/* Ms until the deadline, for zmq_poll(): -1 = for ever, 0 = it is over. */
long palm__left(int64_t deadline);

/* zmq_poll() until the deadline, also when signals interrupt it.  Returns the
 * number of ready items (0 = none in time), or -1 with errno. */
int palm__poll(zmq_pollitem_t *items, int count, int64_t deadline);

/* Makes a socket and lets it connect; does not wait for the connection.
 * Returns NULL with the address in *err and errno as zmq_socket() and
 * zmq_connect(). */
void *palm__connect(void *zmq, const palm__socket_t *how, palm_error_t *err);

/* The same, and waits until the connection stands: ETIMEDOUT if it does not
 * in time. */
void *palm__connect_wait(void *zmq, const palm__socket_t *how, int64_t deadline,
                         palm_error_t *err);

/* Whether the frame that was just received is not the last of its message. */
bool palm__has_more(void *socket);

/* Receives and drops what is left of a message.  Keeps errno. */
void palm__drop_rest(void *socket);

#endif
