/* SPDX-License-Identifier: MIT */
/* html_summary.c: what stands above the rules. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/html.h"
#include "conformance/engine/verdict.h"

/* --- sums ------------------------------------------------------------------*/

/* Whether the id is of that topic; of any if topic is NULL. */
static bool
is_of(const char *id, const char *topic, size_t length)
{
    size_t own_length;
    const char *own = html_topic(id, &own_length);

    return topic == NULL
           || (own_length == length && strncmp(own, topic, length) == 0);
}

static bool
is_trouble(const char *verdict)
{
    return strcmp(verdict, "FAIL") == 0 || strcmp(verdict, "ERROR") == 0
           || strcmp(verdict, "UNIMPLEMENTED") == 0;
}

/* Of a topic what does not pass leads to the first such rule. */
static void
put_sums(FILE *file, const struct column *column, const char *topic,
         size_t length)
{
    bool some = false;
    int i;

    for (i = 0; i < VERDICT_COUNT; i++) {
        const char *name = verdict_name((enum verdict)i);
        const char *first = NULL;
        size_t sum = 0;
        size_t j;

        for (j = 0; j < column->count; j++) {
            const struct json *test = &column->tests[j];

            if (strcmp(json_get(test, "verdict"), name) == 0
                && is_of(json_get(test, "id"), topic, length)) {
                first = sum++ == 0 ? json_get(test, "id") : first;
            }
        }
        if (sum > 0) {
            bool leads = topic != NULL && is_trouble(name);

            if (leads) {
                fputs("<a href=\"#", file);
                html_text(file, first);
                fputs("\">", file);
            }
            fprintf(file, "<b class=\"badge %s\">%s %zu</b>%s ", name, name,
                    sum, leads ? "</a>" : "");
            some = true;
        }
    }
    fputs(some ? "" : "none", file);
}

/* --- what does not pass ----------------------------------------------------*/

static void
put_trouble(FILE *file, const struct json *test, char letter)
{
    const char *verdict = json_get(test, "verdict");

    fputs("<li>", file);
    if (letter != 0) {
        fprintf(file, "<b class=\"letter\">%c</b> ", letter);
    }
    fputs("<a href=\"#", file);
    html_text(file, json_get(test, "id"));
    fputs("\">", file);
    html_text(file, json_get(test, "name"));
    fprintf(file, "</a> <b class=\"badge %s\">%s</b> ", verdict, verdict);
    html_text(file, json_get(test, "reason"));
    fputs("</li>\n", file);
}

/* Those of a rule; the first of all begins the list.  Whether there were some.
 */
static bool
put_troubles_of(FILE *file, const struct page *page, const char *id,
                size_t column, bool begun)
{
    const struct column *from = &page->columns[column];
    bool some = false;
    size_t i;

    for (i = 0; i < from->count; i++) {
        const struct json *test = &from->tests[i];

        if (strcmp(json_get(test, "id"), id) != 0
            || !is_trouble(json_get(test, "verdict"))) {
            continue;
        }
        if (!begun && !some) {
            fputs("<nav class=\"troubles\" aria-label=\"Failures\">\n"
                  "<h2>What does not pass</h2>\n<ul>\n",
                  file);
        }
        some = true;
        put_trouble(file, test, html_letter(page, column));
    }
    return some;
}

/* First of all, in the order of the rules; nothing where all is well. */
static void
put_troubles(FILE *file, const struct page *page)
{
    bool some = false;
    size_t row;

    for (row = 0; row < page->row_count; row++) {
        const char *id = json_get(page->rows[row], "id");
        size_t column;

        for (column = 0; column < page->count; column++) {
            some = put_troubles_of(file, page, id, column, some) || some;
        }
    }
    fputs(some ? "</ul>\n</nav>\n" : "", file);
}

/* --- targets ---------------------------------------------------------------*/

static void
put_stale(FILE *file, const char *lines)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        char *line = strndup(lines, length);

        if (line == NULL) {
            abort();
        }
        html_row(file, "Known failures", line);
        free(line);
        lines += length + (lines[length] != '\0');
    }
}

static void
put_target(FILE *file, const struct column *column, char letter)
{
    const struct json *run = &column->run;
    const struct json *end = &column->end;
    bool whole = end->texts != NULL;
    char took[40] = "";

    if (whole) {
        (void)snprintf(took, sizeof took, "%.1f s",
                       strtod(json_get(end, "elapsed_us"), NULL) / 1e6);
    }
    fputs("<section class=\"target\">\n<h2>", file);
    if (letter != 0) {
        fprintf(file, "<b class=\"letter\">%c</b> ", letter);
    }
    html_text(file, json_get(run, "target"));
    fputc(' ', file);
    html_text(file, json_get(run, "version"));
    fputs("</h2>\n<p class=\"headline\">", file);
    html_text(file, whole ? json_get(end, "headline")
                          : "the report has no end: the run was cut short");
    fputs("</p>\n<p class=\"sums\">", file);
    put_sums(file, column, NULL, 0);
    fputs("</p>\n<dl class=\"facts\">\n", file);
    html_row(file, "Suite", json_get(run, "suite"));
    html_row(file, "Specification", json_get(run, "specification"));
    html_row(file, "Profiles", json_get(run, "profiles"));
    html_row(file, "Command", json_get(run, "command"));
    html_row(file, "Seed", json_get(run, "seed"));
    html_row(file, "Began", json_get(run, "began"));
    html_row(file, "Took", took);
    html_row(file, "Tests", json_get(run, "tests"));
    html_row(file, "Exit status", json_get(end, "status"));
    put_stale(file, json_get(end, "stale"));
    html_row(file, "Report", letter == 0 ? "" : column->file);
    fputs("</dl>\n</section>\n", file);
}

/* --- topics ----------------------------------------------------------------*/

static void
put_topic(FILE *file, const struct page *page, const char *topic, size_t length)
{
    size_t i;

    fprintf(file, "<li><a href=\"#%.*s\">%.*s</a> ", (int)length, topic,
            (int)length, topic);
    for (i = 0; i < page->count; i++) {
        fputs("<span class=\"sums\">", file);
        if (page->count > 1) {
            fprintf(file, "<b class=\"letter\">%c</b> ", html_letter(page, i));
        }
        put_sums(file, &page->columns[i], topic, length);
        fputs("</span> ", file);
    }
    fputs("</li>\n", file);
}

static void
put_topics(FILE *file, const struct page *page)
{
    const char *last = NULL;
    size_t last_length = 0;
    size_t i;

    fputs("<nav aria-label=\"Topics\">\n<h2>By topic</h2>\n<ul>\n", file);
    for (i = 0; i < page->row_count; i++) {
        const char *id = json_get(page->rows[i], "id");

        if (last == NULL || !is_of(id, last, last_length)) {
            last = html_topic(id, &last_length);
            put_topic(file, page, last, last_length);
        }
    }
    fputs("</ul>\n</nav>\n", file);
}

/* Without scripts it stays hidden. */
static void
put_filter(FILE *file)
{
    int i;

    fputs("<form id=\"filter\" hidden>\n<fieldset>\n"
          "<legend>Show rules with</legend>\n",
          file);
    for (i = 0; i < VERDICT_COUNT; i++) {
        const char *name = verdict_name((enum verdict)i);

        fprintf(file,
                "<label><input type=\"checkbox\" value=\"%s\" checked> "
                "<b class=\"badge %s\">%s</b></label>\n",
                name, name, name);
    }
    fputs("</fieldset>\n<p id=\"shown\" role=\"status\"></p>\n</form>\n", file);
}

void
html_summary(FILE *file, const struct page *page)
{
    size_t i;

    fputs("<header>\n<h1>PALM conformance</h1>\n", file);
    for (i = 0; i < page->count; i++) {
        put_target(file, &page->columns[i], html_letter(page, i));
    }
    fputs("</header>\n", file);
    put_troubles(file, page);
    put_topics(file, page);
    put_filter(file);
}
