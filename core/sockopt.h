/* SPDX-License-Identifier: MIT */
/* sockopt.h: options that sockets of the library share.
 *
 * A tcp connection whose peer has vanished is noticed by the system's
 * keepalive, not by ZeroMQ's heartbeats.  A heartbeat is read by the peer's I/O
 * thread, which stops reading while its queue is full: a worker with much to
 * do, or a server that holds its clients back, would be taken for dead.  And
 * where a connection ends while its reading is stopped, the next heartbeat
 * aborts the process (libzmq 4.3.4, "Assertion failed:
 * !_io_error"): any client could end a server by leaving at a bad moment. */
#ifndef PALM_SOCKOPT_H
#define PALM_SOCKOPT_H

#include <stdint.h>

#define PALM__KEEPALIVE 30000 /* ms, the default */

/* Sets an int option; a larger value becomes the largest int.  -1 with errno as
 * zmq_setsockopt(). */
int palm__sockopt_int(void *socket, int option, int64_t value);

/* Sets a socket, before it binds or connects, to ask a peer that has been
 * silent for idle ms (in whole seconds, 0 = never), and to give it up after
 * three questions 10 s apart.  Returns -1 with errno as zmq_setsockopt(). */
int palm__sockopt_keepalive(void *socket, int64_t idle);

/* Refuses peers that speak less than ZMTP 3.0.  libzmq takes any bytes for a
 * peer of ZMTP 1.0: a browser at a PUSH would be handed messages. */
int palm__sockopt_zmtp3(void *socket);

#endif
