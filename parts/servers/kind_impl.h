/* SPDX-License-Identifier: MIT */
/* kind_impl.h: the inside of the kinds. */
#ifndef PALM_KIND_IMPL_H
#define PALM_KIND_IMPL_H

#include "core/part.h"
#include "parts/servers/kind.h"

/* The text of an option of that name; NULL if it was not given, or is none. */
const char *palm__kind_text(const palm_kind_options_t *options,
                            const char *key);

/* PubService that runs the server's functions and publishes what they yield.
 * It keeps the name of what it is on the wire.
 * A message that names another server is an error result in a server; in a
 * pipeline, where several servers may hear the same, it is passed over. */
extern const palm_part_class_t palm__kind_server_pub;
extern const palm_part_class_t palm__kind_pipeline_pub;

/* The function `echo`, which every kind that runs functions has. */
palm_function_f palm__kind_echo;

#endif
