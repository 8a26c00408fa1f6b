/* SPDX-License-Identifier: MIT */
/* bind.h: an address like "http://127.0.0.1:8080" becomes a listening socket.
 * Any thread. */
#ifndef PALM_HTTP_BIND_H
#define PALM_HTTP_BIND_H

#include <stddef.h>

#include "core/error.h"

enum { PALM__HTTP_ENDPOINT = 512 }; /* bytes of an endpoint's text */

/* Binds "http://HOST:PORT" and listens.  HOST is a name, a number, an IPv6
 * number in brackets, or "*" for every IPv4 address; PORT "*" is any free one.
 * endpoint gets what was really bound.  Returns the descriptor, or -1 with the
 * reason, without the address, in *err and errno
 *   EINVAL         no such form of address, or an unknown host;
 *   EADDRINUSE, EACCES, EADDRNOTAVAIL, EMFILE …  from the system. */
int palm__http_bind(const char *address, int backlog,
                    char endpoint[PALM__HTTP_ENDPOINT], palm_error_t *err);

#endif
