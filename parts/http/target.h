/* SPDX-License-Identifier: MIT */
/* target.h: what a gateway reads from the target of a request.  Any thread. */
#ifndef PALM_HTTP_TARGET_H
#define PALM_HTTP_TARGET_H

/* Makes a PALM function of a target without its query: "/f" gives "_.f",
 * "/srv.f" gives "srv.f"; behind a further slash nothing counts.  The function,
 * with a NUL, goes to a new string that the caller frees.  NULL with errno
 *   ENOENT  there is no function in it;
 *   EINVAL  a wrong escape, a NUL, no UTF-8, or no target of a path;
 *   ENOMEM. */
char *palm__http_function(const char *target);

#endif
