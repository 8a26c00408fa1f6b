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

const char *
catalogue_since(const struct rule *rule)
{
    static const char word[] = "since ";
    const char *found = strstr(rule->note, word);

    return found == NULL ? "1.0" : found + sizeof word - 1;
}
