/* SPDX-License-Identifier: MIT */
/* html_text.c: pieces that the files of the page share. */
#include "conformance/engine/html.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/engine/report.h"

void
html_text(FILE *file, const char *text)
{
    report_text(file, text, &form_markup);
}

void
html_row(FILE *file, const char *name, const char *value)
{
    if (*value != '\0') {
        fprintf(file, "<div><dt>%s</dt><dd>", name);
        html_text(file, value);
        fputs("</dd></div>\n", file);
    }
}

void
html_clause(FILE *file, const char *text)
{
    bool code = false;

    while (*text != '\0') {
        size_t length = strcspn(text, "`");
        char *part = strndup(text, length);

        if (part == NULL) {
            abort();
        }
        html_text(file, part);
        free(part);
        text += length;
        if (*text == '`') {
            fputs(code ? "</code>" : "<code>", file);
            code = !code;
            text++;
        }
    }
    fputs(code ? "</code>" : "", file);
}

const char *
html_topic(const char *id, size_t *length)
{
    const char *dash = strchr(id, '-');
    const char *topic = dash == NULL ? id : dash + 1;

    *length = strspn(topic, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return topic;
}

char
html_letter(const struct page *page, size_t column)
{
    return page->count == 1 ? '\0' : (char)('A' + column);
}
