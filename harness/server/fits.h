/* SPDX-License-Identifier: MIT */
/* fits.h: which options are for which parts, and what addresses look like: what
 * can be known to be wrong before anything starts.  One thread. */
#ifndef HARNESS_SERVER_FITS_H
#define HARNESS_SERVER_FITS_H

#include "harness/server/file.h"
#include "parts/palm.h"

/* Whether the settings of a part's section are for a part of that class, and
 * fit each other.  *options is what they, and a kind, have made.  A class that
 * is not the library's, and does not do what one of these does, may use any
 * option.  Returns -1 with the place in *err and errno EINVAL. */
int server_fits_part(const struct server_section *section,
                     const palm_part_class_t *class_,
                     const palm_part_options_t *options, palm_error_t *err);

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

/* What an option of a part is for, in words: "PubService". */
const char *server_fits_words(const char *key);

#endif
