/* SPDX-License-Identifier: MIT */
/* html_cell.c: what is told of a test. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/html.h"

static void
put_elapsed(FILE *file, const char *microseconds)
{
    char text[40];

    (void)snprintf(text, sizeof text, "%.1f ms",
                   strtod(microseconds, NULL) / 1000);
    html_row(file, "Took", text);
}

static void
put_clause(FILE *file, const struct json *test)
{
    fputs("<div><dt>Clause</dt><dd>", file);
    html_text(file, json_get(test, "section"));
    fputs(" (", file);
    html_text(file, json_get(test, "profile"));
    fputs("): ", file);
    html_clause(file, json_get(test, "clause"));
    fputs("</dd></div>\n", file);
}

/* Texts of several lines, and commands that one copies. */
static void
put_block(FILE *file, const char *title, const char *text)
{
    if (*text != '\0') {
        fprintf(file, "<h4>%s</h4>\n<pre tabindex=\"0\">", title);
        html_text(file, text);
        fputs("</pre>\n", file);
    }
}

static void
put_summary(FILE *file, const struct json *test, char letter)
{
    const char *verdict = json_get(test, "verdict");
    const char *reason = json_get(test, "reason");

    if (*reason == '\0') {
        reason = json_get(test, "known");
    }
    fputs("<summary>", file);
    if (letter != 0) {
        fprintf(file, "<b class=\"letter\">%c</b> ", letter);
    }
    fprintf(file, "<b class=\"badge %s\">%s</b> <span class=\"name\">", verdict,
            verdict);
    html_text(file, json_get(test, "name"));
    fputs("</span>", file);
    if (*reason != '\0') {
        fputs(" <span class=\"reason\">", file);
        html_text(file, reason);
        fputs("</span>", file);
    }
    fputs("</summary>\n", file);
}

static void
put_trace(FILE *file, const struct page *page, const struct json *test)
{
    if (page->all_traces || strcmp(json_get(test, "verdict"), "PASS") != 0) {
        fputs("<h4>Trace</h4>\n", file);
        html_trace(file, json_get(test, "trace"));
    }
}

void
html_cell(FILE *file, const struct page *page, const struct json *test,
          size_t column)
{
    fprintf(file,
            "<details class=\"cell %s\" style=\"--column:%zu\" "
            "data-verdict=\"%s\">",
            json_get(test, "verdict"), column + 2, json_get(test, "verdict"));
    put_summary(file, test, html_letter(page, column));
    fputs("<dl class=\"facts\">\n", file);
    put_clause(file, test);
    html_row(file, "Reason", json_get(test, "reason"));
    html_row(file, "Expected", json_get(test, "expected"));
    html_row(file, "Actual", json_get(test, "actual"));
    html_row(file, "Known", json_get(test, "known"));
    html_row(file, "Crash", json_get(test, "crash"));
    put_elapsed(file, json_get(test, "elapsed_us"));
    fputs("</dl>\n", file);
    put_block(file, "Repeat", json_get(test, "repeat"));
    put_trace(file, page, test);
    put_block(file, "The end of the target's stderr", json_get(test, "stderr"));
    fputs("</details>\n", file);
}
