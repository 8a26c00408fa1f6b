/* SPDX-License-Identifier: MIT */
/* report.c: what the reports share. */
#include "conformance/engine/report.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/engine/codec.h"

/* Lines of a trace that are shown, at each end. */
enum { TRACE_END = 500, PATH_SIZE = 4096 };

static const struct escape markup[] = {
    {'&', "&amp;"},  {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"},
    {'\'', "&#39;"}, {'\t', "\t"},  {'\n', "\n"},  {0, NULL},
};
/* XML 1.0 cannot have control bytes, not even as references. */
const struct form form_markup = {markup, "\\x", "\\x"};

static const char *
escaped(const struct form *form, char byte)
{
    const struct escape *escape;

    for (escape = form->escapes; escape->text != NULL; escape++) {
        if (escape->byte == byte) {
            return escape->text;
        }
    }
    return NULL;
}

/* U+FFFE and U+FFFF are no characters for XML. */
static bool
is_character(const uint8_t *data, size_t length)
{
    return length > 0
           && !(length == 3 && data[0] == 0xef && data[1] == 0xbf
                && data[2] >= 0xbe);
}

void
report_text(FILE *file, const char *text, const struct form *form)
{
    struct bytes all = bytes_of(text, strlen(text));
    size_t at = 0;

    while (at < all.size) {
        uint8_t byte = all.data[at];
        size_t length = utf8_length(all, at);
        const char *escape = escaped(form, (char)byte);

        if (escape != NULL) {
            fputs(escape, file);
        } else if (!is_character(all.data + at, length)) {
            fprintf(file, "%s%02x", form->invalid, (unsigned)byte);
            length = 1;
        } else if (byte < ' ' || byte == 0x7f) {
            fprintf(file, "%s%02x", form->control, (unsigned)byte);
        } else {
            (void)fwrite(all.data + at, 1, length, file);
        }
        at += length;
    }
}

static size_t
count_lines(FILE *trace)
{
    size_t count = 0;
    int byte;

    while ((byte = getc(trace)) != EOF) {
        count += byte == '\n';
    }
    rewind(trace);
    return count;
}

void
report_trace(FILE *file, const struct result *result, report_line *put)
{
    char path[PATH_SIZE];
    char left_out[80];
    char *line = NULL;
    size_t room = 0;
    size_t number = 0;
    size_t shown = 0;
    size_t count;
    FILE *trace;

    if (result->folder == NULL) {
        return;
    }
    (void)snprintf(path, sizeof path, "%s/trace.tsv", result->folder);
    trace = fopen(path, "r");
    if (trace == NULL) {
        return;
    }
    count = count_lines(trace);
    while (getline(&line, &room, trace) > 0) {
        bool inside = count > 2 * TRACE_END && number >= TRACE_END
                      && number < count - TRACE_END;

        line[strcspn(line, "\n")] = '\0';
        if (inside && number == TRACE_END) {
            (void)snprintf(left_out, sizeof left_out,
                           "0\t=\ttrace\t%zu lines are left out here",
                           count - (size_t)2 * TRACE_END);
            put(file, left_out, shown++);
        } else if (!inside) {
            put(file, line, shown++);
        }
        number++;
    }
    free(line);
    (void)fclose(trace);
}

char *
shell_word(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_./:=,+@%";
    char *word = malloc(strlen(text) * 4 + 3);
    char *out = word;

    if (word == NULL) {
        abort();
    }
    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        return strcpy(word, text);
    }
    *out++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out, "'\\''", 4);
            out += 4;
        } else {
            *out++ = *text;
        }
    }
    *out++ = '\'';
    *out = '\0';
    return word;
}
