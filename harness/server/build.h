/* SPDX-License-Identifier: MIT */
/* build.h: makes a server, not yet started, of a server file.  One thread. */
#ifndef HARNESS_SERVER_BUILD_H
#define HARNESS_SERVER_BUILD_H

#include "harness/server/file.h"
#include "harness/server/functions.h"
#include "parts/palm.h"

/* Makes the server, or returns NULL with the place of the first mistake in
 * *err and errno EINVAL, or ENOMEM.  *log becomes the server's log; the file's
 * log_level is put into it.  *functions, which is empty before, is what the
 * server runs: it outlives the server, and is then the caller's to fini, also
 * after a failure. */
palm_server_t *server_build(const struct server_file *file, palm_log_t *log,
                            struct server_functions *functions,
                            palm_error_t *err);

/* Reads the memory_limit of [server]; *bytes is -1 if there is none. */
int server_memory_limit(const struct server_section *section, int64_t *bytes,
                        palm_error_t *err);

#endif
