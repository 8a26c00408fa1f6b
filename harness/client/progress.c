/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/client/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/program/program.h"

enum {
    INTERVAL = 200, /* ms between two pictures */
    BAR = 24,       /* characters of the bar */
    TEXT = 128,     /* bytes of a picture */
    COLUMNS = 80    /* of a terminal that does not tell */
};

/* A line is drawn again and again, which a dumb terminal cannot. */
void
progress_init(struct progress *self)
{
    const char *term = getenv("TERM");
    *self = (struct progress){.begin = program_now()};
    self->is_on = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) && term
                  && *term && strcmp(term, "dumb") != 0;
}

/* Characters of a line; the window may change at any time. */
static int
columns(void)
{
#ifdef TIOCGWINSZ
    struct winsize size;
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0) {
        return size.ws_col;
    }
#endif
    return COLUMNS;
}

static void
make_bar(char text[TEXT], double fraction, double seconds)
{
    char bar[BAR + 1], left[32] = "";
    int filled = (int)(fraction * BAR);
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)filled);
    bar[BAR] = '\0';
    if (fraction > 0) {
        (void)snprintf(left, sizeof left, "%.0f s left  ",
                       seconds * (1 - fraction) / fraction);
    }
    (void)snprintf(text, TEXT, "[%s] %3d %%  %s", bar, (int)(fraction * 100),
                   left);
}

/* What does not fit into the line is left out, as it would begin another. */
void
progress_draw(struct progress *self, int64_t results, double fraction)
{
    int64_t now = program_now();
    char bar[TEXT] = "", count[TEXT];
    if (!self->is_on || now - self->drawn < INTERVAL) {
        return;
    }
    double seconds = (double)(now - self->begin + 1) / 1000;
    int room = columns() - 1;
    if (fraction >= 0) {
        make_bar(bar, fraction < 1 ? fraction : 1, seconds);
    }
    (void)snprintf(count, sizeof count, "%" PRId64 " results  %.0f/s", results,
                   (double)results / seconds);
    if ((int)(strlen(bar) + strlen(count)) > room) {
        *bar = '\0';
    }
    progress_hide(self);
    (void)fprintf(stderr, "%s%.*s", bar, room > 0 ? room : 0, count);
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
