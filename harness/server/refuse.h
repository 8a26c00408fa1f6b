/* SPDX-License-Identifier: MIT */
/* refuse.h: says what is wrong in a server file, and where.  All return -1 with
 * the place in *err and errno EINVAL. */
#ifndef HARNESS_SERVER_REFUSE_H
#define HARNESS_SERVER_REFUSE_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Refuses a setting of a section, or, with setting NULL, the section. */
int server_refuse(palm_error_t *err, const struct server_section *section,
                  const struct server_setting *setting, const char *reason);

/* Refuses for a reason that the library gave, without the key if that stands
 * before it; keeps ENOMEM. */
int server_refuse_as(palm_error_t *err, const struct server_section *section,
                     const struct server_setting *setting,
                     const palm_error_t *reason);

/* Refuses a setting that has failed with a reason, or with a better one: where
 * another key says the same in [server], or in a part. */
int server_refuse_with_hint(palm_error_t *err,
                            const struct server_section *section,
                            const struct server_setting *setting,
                            bool in_server, const palm_error_t *reason);

/* That better reason; NULL = there is none. */
const char *server_find_hint(const struct server_setting *setting,
                             bool in_server);

#endif
