/* SPDX-License-Identifier: MIT */
/* build.h: makes a server, not yet started, of a server file.  One thread. */
#ifndef HARNESS_SERVER_BUILD_H
#define HARNESS_SERVER_BUILD_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Makes the server, or returns NULL with the place of the first mistake in
 * *err and errno EINVAL, or ENOMEM.  *log becomes the server's log; the file's
 * log_level is put into it. */
palm_server_t *server_build(const struct server_file *file, palm_log_t *log,
                            palm_error_t *err);

/* The side of the server that a section belongs to; false if its kind is none
 * of inbound, outbound, bypass. */
bool server_section_side(const struct server_section *section,
                         palm_side_t *side);

/* The side that a class may be registered at. */
palm_side_t server_class_side(const palm_part_class_t *class_);

/* "inbound", "outbound" or "bypass". */
const char *server_side_name(palm_side_t side);

#endif
