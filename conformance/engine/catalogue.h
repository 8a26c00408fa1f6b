/* SPDX-License-Identifier: MIT */
/* catalogue.h: the rules of the specification, made of catalogue.tsv when the
 * suite is built. */
#ifndef CONFORMANCE_ENGINE_CATALOGUE_H
#define CONFORMANCE_ENGINE_CATALOGUE_H

#include <stddef.h>

struct rule {
    const char *id;      /* "PALM-CACHE-007" */
    const char *level;   /* MUST, SHOULD, MAY, RETIRED */
    const char *profile; /* what a target must claim for it to count */
    const char *visible; /* wire, api, review */
    const char *section; /* of the specification */
    const char *text;
    const char *note;
};

/* Sorted as in the specification. */
extern const struct rule catalogue[];
extern const size_t catalogue_size;

/* NULL if there is none. */
const struct rule *catalogue_find(const char *id);

/* The version of the suite that first had it: behind "since" at the end of its
 * note, else 1.0. */
const char *catalogue_since(const struct rule *rule);

#endif
