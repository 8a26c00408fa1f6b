/* SPDX-License-Identifier: MIT */
/* part.h: the sections of a server file that are parts. */
#ifndef HARNESS_SERVER_PART_H
#define HARNESS_SERVER_PART_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Sets the options of a part of that class from its section.  -1 with the place
 * of the first mistake in *err and errno EINVAL, or ENOMEM. */
int server_set_part_options(const struct server_section *section,
                            const palm_part_class_t *class_,
                            palm_part_options_t *options, palm_error_t *err);

/* The side of the server that a section belongs to; false if its kind is none
 * of inbound, outbound, bypass. */
bool server_section_side(const struct server_section *section,
                         palm_side_t *side);

/* "inbound", "outbound" or "bypass". */
const char *server_side_name(palm_side_t side);

#endif
