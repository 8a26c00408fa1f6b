/* SPDX-License-Identifier: MIT */
/* kind.h: a server file with `kind = …` in [server]: a ready-made server.  One
 * thread. */
#ifndef HARNESS_SERVER_KIND_H
#define HARNESS_SERVER_KIND_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Whether [server] may hold the key: those of a kind, if it has one. */
bool server_kind_has_key(const struct server_section *section, const char *key);

/* Whether it is a key of a kind. */
bool server_kind_knows(const char *key);

/* Makes a server of the kind that the section [server] names.  The sections of
 * its parts, which have no `part`, are used.  Returns NULL with the place of
 * the mistake in *err and errno EINVAL, or ENOMEM. */
palm_server_t *server_kind_build(const struct server_file *file,
                                 const struct server_section *section,
                                 const char *name,
                                 const palm_server_options_t *options,
                                 palm_error_t *err);

/* Whether the section only adjusts a part that the server has already. */
bool server_kind_has_part(const palm_server_t *server,
                          const struct server_section *section);

#endif
