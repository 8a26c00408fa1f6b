/* SPDX-License-Identifier: MIT */
/* keepalive.h: how a tcp connection whose peer has vanished is noticed.
 *
 * By the system's keepalive, not by ZeroMQ's heartbeats.  A heartbeat is read
 * by the peer's I/O thread, which stops reading while its queue is full: a
 * worker with much to do, or a server that holds its clients back, would be
 * taken for dead.  And where a connection ends while its reading is stopped,
 * the next heartbeat aborts the process (libzmq 4.3.4, "Assertion failed:
 * !_io_error"): any client could end a server by leaving at a bad moment. */
#ifndef PALM_KEEPALIVE_H
#define PALM_KEEPALIVE_H

#include <stdint.h>

#define PALM__KEEPALIVE 30000 /* ms, the default */

/* Sets a socket, before it binds or connects, to ask a peer that has been
 * silent for idle ms (in whole seconds, 0 = never), and to give it up after
 * three questions 10 s apart.  Returns -1 with errno as zmq_setsockopt(). */
int palm__keepalive_set(void *socket, int64_t idle);

#endif
