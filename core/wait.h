/* SPDX-License-Identifier: MIT */
/* wait.h: waits for sockets by their file descriptors.
 *
 * zmq_poll() looks at every socket twice and enters the kernel for each look;
 * for a part that wakes for every train that is most of its time.  Here a
 * thread enters the kernel once.  The price is a rule of libzmq: the descriptor
 * tells of changes only, so each socket must have said EAGAIN since it was last
 * used for anything else, and after the wait it is simply tried again. */
#ifndef PALM_WAIT_H
#define PALM_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* The descriptor of a socket, -1 on failure. */
int palm__wait_fd(void *socket);

/* Whether a socket that refused a message would take one now.  Unlike sending
 * without waiting, this always looks at what has happened meanwhile. */
bool palm__wait_is_writable(void *socket);

/* Whether something lies in a socket.  If not, its descriptor will tell. */
bool palm__wait_is_readable(void *socket);

/* Waits until something has changed at a descriptor, or timeout ms have passed
 * (-1 = for ever), or a signal has come. */
void palm__wait(const int *fds, int count, int64_t timeout);

#endif
