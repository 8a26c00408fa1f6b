/* SPDX-License-Identifier: MIT */
/* html.c: the page.  It is made of reports in JSON lines: of the run that has
 * just ended, or of several runs; so that both look the same. */
#include "conformance/engine/html.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/engine/report.h"

/* --- rows ------------------------------------------------------------------*/

/* Behind all others: rules that our catalogue does not have. */
static size_t
place_of(const char *id)
{
    const struct rule *rule = catalogue_find(id);

    return rule == NULL ? catalogue_size : (size_t)(rule - catalogue);
}

static int
compare(const void *a, const void *b)
{
    const char *left = json_get(*(const struct json *const *)a, "id");
    const char *right = json_get(*(const struct json *const *)b, "id");
    size_t left_place = place_of(left);
    size_t right_place = place_of(right);

    return left_place == right_place  ? strcmp(left, right)
           : left_place < right_place ? -1
                                      : 1;
}

/* Of each rule that is in a report one test; sorted. */
static int
make_rows(struct page *page)
{
    size_t count = 0;
    size_t i;
    size_t j;

    for (i = 0; i < page->count; i++) {
        count += page->columns[i].count;
    }
    page->rows = malloc((count + 1) * sizeof *page->rows);
    if (page->rows == NULL) {
        fputs("palm-conform: --html: out of memory\n", stderr);
        return -1;
    }
    for (i = 0, count = 0; i < page->count; i++) {
        for (j = 0; j < page->columns[i].count; j++) {
            page->rows[count++] = &page->columns[i].tests[j];
        }
    }
    qsort(page->rows, count, sizeof *page->rows, compare);
    for (i = 0; i < count; i++) {
        if (page->row_count == 0
            || compare(&page->rows[page->row_count - 1], &page->rows[i]) != 0) {
            page->rows[page->row_count++] = page->rows[i];
        }
    }
    return 0;
}

/* --- rules -----------------------------------------------------------------*/

static void
put_cells(FILE *file, const struct page *page, const char *id)
{
    size_t i;
    size_t j;

    for (i = 0; i < page->count; i++) {
        const struct column *column = &page->columns[i];
        bool some = false;

        for (j = 0; j < column->count; j++) {
            if (strcmp(json_get(&column->tests[j], "id"), id) == 0) {
                html_cell(file, page, &column->tests[j], i);
                some = true;
            }
        }
        if (!some) {
            fprintf(file,
                    "<p class=\"cell\" style=\"--column:%zu\">"
                    "<b class=\"letter\">%c</b> not selected</p>\n",
                    i + 2, html_letter(page, i));
        }
    }
}

static void
put_rule(FILE *file, const struct page *page, const struct json *row)
{
    const char *id = json_get(row, "id");

    fputs("<div class=\"rule\" id=\"", file);
    html_text(file, id);
    fputs("\">\n<div class=\"text\"><h3>", file);
    html_text(file, id);
    fputs("</h3> <span class=\"level\">", file);
    html_text(file, json_get(row, "level"));
    if (*json_get(row, "since") != '\0') {
        fputs(", since ", file);
        html_text(file, json_get(row, "since"));
    }
    fputs("</span>\n<p>", file);
    html_clause(file, json_get(row, "clause"));
    fputs("</p></div>\n", file);
    put_cells(file, page, id);
    fputs("</div>\n", file);
}

static void
put_rules(FILE *file, const struct page *page)
{
    const char *last = NULL;
    size_t last_length = 0;
    size_t i;

    fprintf(file, "<main class=\"%s\" style=\"--targets:%zu\">\n",
            page->count > 6 ? "many" : "few", page->count);
    for (i = 0; i < page->row_count; i++) {
        size_t length;
        const char *topic = html_topic(json_get(page->rows[i], "id"), &length);

        if (last == NULL || length != last_length
            || strncmp(topic, last, length) != 0) {
            fprintf(file, "%s<section id=\"%.*s\">\n<h2>%.*s</h2>\n",
                    last == NULL ? "" : "</section>\n", (int)length, topic,
                    (int)length, topic);
        }
        last = topic;
        last_length = length;
        put_rule(file, page, page->rows[i]);
    }
    fprintf(file, "%s</main>\n", last == NULL ? "" : "</section>\n");
}

/* --- the page --------------------------------------------------------------*/

static void
put_page(FILE *file, const struct page *page)
{
    char title[200];

    (void)snprintf(title, sizeof title, "PALM conformance of %s%s",
                   json_get(&page->columns[0].run, "target"),
                   page->count > 1 ? " and others" : "");
    html_head(file, title);
    html_summary(file, page);
    put_rules(file, page);
    html_tail(file);
}

int
html_write(FILE *file, FILE *const *reports, const char *const *names,
           size_t count, bool all_traces)
{
    struct column *columns = calloc(count, sizeof *columns);
    struct page page = {NULL, 0, NULL, 0, false};
    int rc = columns == NULL ? -1 : 0;
    size_t i;

    for (i = 0; i < count && rc == 0; i++) {
        rc = html_read(&columns[i], reports[i], names[i]);
    }
    page.columns = columns;
    page.count = count;
    page.all_traces = all_traces;
    if (rc == 0) {
        rc = make_rows(&page);
    }
    if (rc == 0) {
        put_page(file, &page);
    }
    for (i = 0; i < count && columns != NULL; i++) {
        html_fini(&columns[i]);
    }
    free(columns);
    free((void *)page.rows);
    return rc;
}
