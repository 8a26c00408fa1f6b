/* SPDX-License-Identifier: MIT */
/* target.h: palm-target, what the conformance suite starts to test libpalm: a
 * thin program over the library's public interface that speaks the contract in
 * conformance/ADAPTER.md.
 *
 * A profile is a row of the table in profile.c.  Whoever serves one gets the
 * target and returns the exit status.  Main thread only. */
#ifndef CONFORMANCE_PALM_TARGET_H
#define CONFORMANCE_PALM_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "parts/palm.h"

/* An exit status of the contract; 0 and 1 are those of program.h. */
enum { TARGET_UNIMPLEMENTED = 89 };

/* A palm_error_t has this code if the profile or the setting is unknown here,
 * rather than wrong. */
#define TARGET_UNKNOWN ENOSYS

struct target_setting {
    const char *key;   /* ours */
    const char *value; /* of argv */
};

struct target {
    const char *profile;
    const struct target_setting *settings; /* in the order they were given */
    size_t setting_count;
    void *zmq;      /* context of the control channel */
    void *control;  /* DEALER, to the suite */
    palm_log_t log; /* to stderr */
};

/* The value that was given last, or the default; NULL if there is neither. */
const char *target_setting(const struct target *target, const char *key);

/* Writes the facts that any READY has: name, version, spec, profiles. */
void target_write_facts(FILE *facts);

/* Takes the next word of a list with blanks between; false behind the last.
 * The word is cut at size - 1 bytes. */
bool target_next_word(const char **list, char *word, size_t size);

bool target_has_word(const char *list, const char *word);

/* --- who serves profiles: serve.c, work.c, ask.c -------------------------- */

int target_describe(struct target *target);
int target_serve(struct target *target);
int target_work(struct target *target);
int target_work_for_web(struct target *target);
int target_ask(struct target *target);

#endif
