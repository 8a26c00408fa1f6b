/* SPDX-License-Identifier: MIT */
/* file.h: a server file as it is written: sections of settings, each with the
 * place where it stands; reader.h reads one, build.h makes a server of it.
 * One thread. */
#ifndef HARNESS_SERVER_FILE_H
#define HARNESS_SERVER_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/part.h"

struct server_setting {
    char *key;
    char *value;
    char *place; /* "FILE:LINE" or "--set 'TEXT'" */
};

struct server_section {
    char *kind; /* "inbound" */
    char *name; /* "Pull"; "" if the title is one word */
    char *place;
    struct server_setting *settings;
    size_t count;
    const palm_part_class_t *class_; /* of its plugin; NULL = the library's */
};

struct server_file {
    const char *name; /* for messages; borrowed, outlives the structure */
    struct server_section *sections;
    size_t count;
};

/* The setting of that key, or NULL. */
struct server_setting *server_section_find(const struct server_section *section,
                                           const char *key);

/* Adds a setting (copies of the texts).  Returns -1 with errno ENOMEM. */
int server_section_add(struct server_section *section, const char *key,
                       const char *value, const char *place);

/* The section of that kind and name, or NULL. */
struct server_section *server_file_find(const struct server_file *self,
                                        const char *kind, const char *name);

/* Finds the section of a title ("inbound Pull") or adds it; *is_new says
 * which.  Valid until the next one is added.  NULL with errno ENOMEM. */
struct server_section *server_file_require(struct server_file *self,
                                           const char *title, size_t size,
                                           const char *place, bool *is_new);

/* A copy of the text without the blanks around it; the caller frees it. */
char *server_file_trim(const char *text, size_t size);

/* Fills *err with "PLACE: [TITLE] KEY: reason"; key may be NULL.
 * Returns -1 with errno EINVAL. */
int server_file_refuse(palm_error_t *err, const char *place,
                       const struct server_section *section, const char *key,
                       const char *reason);

void server_file_fini(struct server_file *self);

#endif
