/* SPDX-License-Identifier: MIT */
/* attach.h: the one way in which a socket of the library meets an address. */
#ifndef PALM_ATTACH_H
#define PALM_ATTACH_H

#include <stdbool.h>

#include "core/error.h"

/* Binds or connects the socket, which has all other options.  A host's name is
 * looked up for who binds, too; IPv6 is on for an address in brackets only, as
 * it would make "*" and names another address than they are to peers without.
 * Returns -1 with the reason, without the address, in *err and errno
 *   EINVAL      the address is not understood;
 *   EADDRINUSE  another process serves at this path or port;
 *   EEXIST      there is a file at the path of ipc, which is no socket;
 *   and as zmq_bind() and zmq_connect(). */
int palm__attach(void *socket, const char *address, bool binds,
                 palm_error_t *err);

#endif
