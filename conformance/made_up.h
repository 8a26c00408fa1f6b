/* SPDX-License-Identifier: MIT */
/* made_up.h: a fake catalogue, suite and run, for tests of reports; linked in
 * place of the real ones. */
#ifndef CONFORMANCE_MADE_UP_H
#define CONFORMANCE_MADE_UP_H

#include <stdio.h>

#include "conformance/engine/run.h"

enum { RESULTS_MAX = 16 };

struct made_up {
    struct options options;
    struct run run;
    struct result results[RESULTS_MAX];
};

/* No result yet; facts are lines key=value. */
void made_up_begin(struct made_up *made, const char *facts);

/* A result of the test of that name. */
struct result *made_up_add(struct made_up *made, const char *name,
                           enum verdict verdict);

/* What is printed to stderr in between; a new string. */
struct capture {
    FILE *file;
    int saved;
};
void capture_begin(struct capture *capture);
char *capture_end(struct capture *capture);

/* All that the file has; closes it.  A new string. */
char *read_all(FILE *file);

#endif
