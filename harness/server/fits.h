/* SPDX-License-Identifier: MIT */
/* fits.h: which options are for which parts, and what addresses look like: what
 * can be known to be wrong before anything starts.  One thread. */
#ifndef HARNESS_SERVER_FITS_H
#define HARNESS_SERVER_FITS_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Whether the settings of a part's section fit each other.  *options is what
 * they, and a kind, have made.  Returns -1 with the place in *err and errno
 * EINVAL. */
int server_fits_part(const struct server_section *section,
                     const palm_part_options_t *options, palm_error_t *err);

/* Refuses a setting that palm_part_option_set() has refused with ENOENT: says
 * whose option it is.  As above. */
int server_fits_unknown(const struct server_section *section,
                        const struct server_setting *setting,
                        const palm_part_class_t *class_,
                        const palm_error_t *reason, palm_error_t *err);

/* The library's classes that have an option of their own of that name, with
 * commas between.  Whether there are any. */
bool server_fits_owners(const char *key, char *text, size_t size);

/* Whether a part that no kind has made has all that its class needs, and its
 * addresses are of the class's form.  As above. */
int server_fits_needs(const struct server_section *section,
                      const palm_part_class_t *class_, palm_error_t *err);

/* The same for the addresses that [server] gives to a kind, for [preset], and
 * for [cache] with that back end. */
int server_fits_kind(const struct server_section *section, palm_error_t *err);
int server_fits_preset(const struct server_section *section, palm_error_t *err);
int server_fits_cache(const struct server_section *section, const char *backend,
                      palm_error_t *err);

/* The setting of the section that a reason of the library is about: the last
 * one whose key is a word of it.  NULL = it names none. */
const struct server_setting *
server_fits_culprit(const struct server_section *section, const char *reason);

#endif
