/* SPDX-License-Identifier: MIT */
/* cache.h: the section [cache] of a server file. */
#ifndef HARNESS_SERVER_CACHE_H
#define HARNESS_SERVER_CACHE_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Reads the section, if there is one, into *cache, and lets options point to
 * it; its texts are the file's.  Returns -1 with the place in *err. */
int server_cache_read(const struct server_file *file,
                      palm_server_options_t *options,
                      palm_cache_options_t *cache, palm_error_t *err);

/* Prints its keys and the back ends there are, for --list. */
void server_cache_print_keys(void);
void server_cache_print_backends(void);

#endif
