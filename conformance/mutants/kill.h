/* SPDX-License-Identifier: MIT */
/* kill.h: see kill.c. */
#ifndef CONFORMANCE_MUTANTS_KILL_H
#define CONFORMANCE_MUTANTS_KILL_H

#include <stdio.h>
#include <sys/types.h>

#include "conformance/engine/test.h"

struct kill_options {
    const char *conform;
    const char *mutant;
    const char *target;
    const char *scripted;
    const char *run;
    const char *except;
    double factor;
    unsigned jobs;
    bool wide;
    bool without_http;
    bool complete;
};

extern struct kill_options kill_options;

enum { FOUND_MAX = 512 };

/* A fault, and what became of it. */
struct fault_row {
    const char *id;
    const char *what;
    const char *program;
    bool scripted;
    char rule[80];
    double factor;
    unsigned jobs; /* of palm-conform; 0: the usual */
    pid_t pid;
    FILE *out;
    unsigned ran;                 /* tests */
    unsigned fails;               /* of its rule */
    unsigned others;              /* of its rule, with another verdict */
    const char *last;             /* verdict of its rule */
    const char *found[FOUND_MAX]; /* rules that do not hold with it */
    size_t found_count;
    bool blocked;
    bool killed;
};

int kill_options_read(int argc, char *const *argv);

/* A copy that lives for ever; one of each text. */
const char *verdict_copy(const char *text);

/* Notes a rule, once. */
void row_found(struct fault_row *row, const char *rule);

/* Comments on the rules of other topics that it breaks. */
void row_tell_others(const struct fault_row *row);

/* Why the rule cannot pass palm-mutant; NULL if that is not listed. */
const char *except_reason(const char *rule);

#endif
