/* SPDX-License-Identifier: MIT */
/* wired.h: peers of a target of profile "custom". */
#ifndef CONFORMANCE_SUITE_WIRED_H
#define CONFORMANCE_SUITE_WIRED_H

#include "conformance/suite/scene.h"

/* Connects to the fact part.NAME.address. */
struct peer *wired_peer(struct target *target, const char *label, int type,
                        const char *part);

/* The next message that comes, of one frame, decoded. */
struct message wired_take(struct peer *peer);

/* An address of 127.0.0.1 at which nobody listens.  Where the system lets
 * several sockets share one, nobody else gets it until the test ends. */
const char *free_address(struct test *test);

#endif
