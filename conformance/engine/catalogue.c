/* SPDX-License-Identifier: MIT */
/* catalogue.c: finds rules.  The rules themselves are made of catalogue.tsv. */
#include "conformance/engine/catalogue.h"

#include <string.h>

const struct rule *
catalogue_find(const char *id)
{
    size_t i;

    for (i = 0; i < catalogue_size; i++) {
        if (strcmp(catalogue[i].id, id) == 0) {
            return &catalogue[i];
        }
    }
    return NULL;
}
