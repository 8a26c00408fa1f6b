/* SPDX-License-Identifier: MIT */
/* dot.h: draws the wiring of a server for Graphviz.  One thread. */
#ifndef HARNESS_SERVER_DOT_H
#define HARNESS_SERVER_DOT_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Prints a graph to stdout: the sockets and their addresses, the parts by side,
 * the router with its table, the cache with its keys.  The server need not have
 * been started; the same file gives the same text. */
void server_dot(const palm_server_t *server, const struct server_file *file);

#endif
