/* SPDX-License-Identifier: MIT */
/* badge.c: how many profiles are kept, as a small picture for a README. */
#include <string.h>

#include "conformance/engine/report.h"

enum { LETTER = 6, ROOM = 12, HEIGHT = 20, BASE = 14 }; /* pixels */

static const char *
colour_of(const struct sums *sums)
{
    return sums->partial > 0            ? "#57606a"
           : sums->kept == 0            ? "#c2182b"
           : sums->kept < sums->claimed ? "#7a5a00"
                                        : "#1a7433";
}

/* One half: its rectangle, and its text in the middle. */
static void
put_half(FILE *file, const char *text, int x, int width, const char *colour)
{
    fprintf(file,
            "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n"
            "<text x=\"%d\" y=\"%d\" textLength=\"%d\">%s</text>\n",
            x, width, HEIGHT, colour, x + width / 2, BASE, width - ROOM, text);
}

void
badge_write(FILE *file, const struct run *run)
{
    static const char left[] = "PALM " SPEC_VERSION;
    struct sums sums = run_sums(run);
    int first = (int)strlen(left) * LETTER + ROOM;
    char right[80];
    int second;

    (void)snprintf(right, sizeof right, "%s%zu of %zu profiles",
                   sums.partial > 0 ? "in part: " : "", sums.kept,
                   sums.claimed);
    second = (int)strlen(right) * LETTER + ROOM;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
            "height=\"%d\" role=\"img\" aria-label=\"%s: %s\">\n"
            "<title>%s: %s, by suite " SUITE_VERSION " on %.10s</title>\n"
            "<g font-family=\"Verdana,DejaVu Sans,sans-serif\" "
            "font-size=\"11\" fill=\"#fff\" text-anchor=\"middle\">\n",
            first + second, HEIGHT, left, right, left, right, run->began);
    put_half(file, left, 0, first, "#333");
    put_half(file, right, first, second, colour_of(&sums));
    fputs("</g>\n</svg>\n", file);
}
