/* SPDX-License-Identifier: MIT */
/* option_impl.h: what is done with rows of options.  A table ends with a row
 * without name. */
#ifndef PALM_OPTION_IMPL_H
#define PALM_OPTION_IMPL_H

#include "core/error.h"
#include "core/option.h"

/* The row of that name; NULL if there is none. */
const palm_option_t *palm__option_find(const palm_option_t *rows,
                                       const char *name);

/* Sets the field of a row in *structure from text.  Returns -1 with errno
 * EINVAL or ERANGE, and the option and the reason in *err. */
int palm__option_set_row(const palm_option_t *row, void *structure,
                         const char *text, palm_error_t *err);

/* Finds the row of that name and sets its field.  -1 also with errno ENOENT: no
 * such row. */
int palm__option_set(const palm_option_t *rows, void *structure,
                     const char *name, const char *text, palm_error_t *err);

/* Sets each field of a zeroed structure to what its row says. */
void palm__option_init(const palm_option_t *rows, void *structure);

/* The text in the field of a row, or NULL; of a number, too, NULL. */
const char *palm__option_text(const palm_option_t *row, const void *structure);

/* Whether two structures have the same in the field of a row. */
bool palm__option_is_equal(const palm_option_t *row, const void *a,
                           const void *b);

/* Copies the field of a row. */
void palm__option_copy(const palm_option_t *row, void *to, const void *from);

/* Makes the texts of a structure its own.  -1 with errno ENOMEM: then it has
 * none. */
int palm__option_copy_texts(const palm_option_t *rows, void *structure);
void palm__option_free_texts(const palm_option_t *rows, void *structure);

/* Shortens every duration that could overflow a clock to one that ends after
 * 70 million years. */
void palm__option_bound(const palm_option_t *rows, void *structure);

#endif
