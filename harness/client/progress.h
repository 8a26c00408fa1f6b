/* SPDX-License-Identifier: MIT */
/* progress.h: the line that shows how far a job is, on a terminal only.
 * One thread. */
#ifndef HARNESS_CLIENT_PROGRESS_H
#define HARNESS_CLIENT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool is_on;    /* stderr is a terminal, and stdout is none */
    bool is_shown; /* the line is there now */
    int64_t begin; /* when the job began, as program_now() */
    int64_t drawn; /* when the line was drawn last */
};

void progress_init(struct progress *self);

/* Shows the number of results and the part that is done (-1 = not known), a few
 * times a second at most. */
void progress_draw(struct progress *self, int64_t results, double fraction);

/* Removes the line, so that something else can be printed. */
void progress_hide(struct progress *self);

#endif
