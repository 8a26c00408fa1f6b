/* SPDX-License-Identifier: MIT */
/* reader.h: reads a server file, and --set, with the place of every mistake.
 * One thread. */
#ifndef HARNESS_SERVER_READER_H
#define HARNESS_SERVER_READER_H

#include <stdio.h>

#include "harness/server/file.h"

/* Reads an INI file into *self, which has only its name.  Returns -1 with the
 * place in *err and errno EINVAL (refused), EIO (not readable) or ENOMEM. */
int server_file_read(struct server_file *self, FILE *stream, palm_error_t *err);

/* Makes or replaces a setting: "inbound Pull.address=tcp://…".
 * Errors as above. */
int server_file_override(struct server_file *self, const char *text,
                         palm_error_t *err);

#endif
