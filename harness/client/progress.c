/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/client/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/program/program.h"

enum {
    INTERVAL = 200, /* ms between two pictures */
    BAR = 24        /* characters of the bar */
};

void
progress_init(struct progress *self)
{
    *self = (struct progress){.begin = program_now()};
    self->is_on = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
}

static void
print_bar(double fraction, double seconds)
{
    char bar[BAR + 1];
    int filled = (int)(fraction * BAR);
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)filled);
    bar[BAR] = '\0';
    (void)fprintf(stderr, "[%s] %3d %%  ", bar, (int)(fraction * 100));
    if (fraction > 0) {
        (void)fprintf(stderr, "%.0f s left  ",
                      seconds * (1 - fraction) / fraction);
    }
}

void
progress_draw(struct progress *self, int64_t results, double fraction)
{
    int64_t now = program_now();
    if (!self->is_on || now - self->drawn < INTERVAL) {
        return;
    }
    double seconds = (double)(now - self->begin + 1) / 1000;
    progress_hide(self);
    if (fraction >= 0) {
        print_bar(fraction < 1 ? fraction : 1, seconds);
    }
    (void)fprintf(stderr, "%" PRId64 " results  %.0f/s", results,
                  (double)results / seconds);
    (void)fflush(stderr);
    self->drawn = now;
    self->is_shown = true;
}

void
progress_hide(struct progress *self)
{
    if (self->is_shown) {
        (void)fputs("\r\033[K", stderr);
        self->is_shown = false;
    }
}
