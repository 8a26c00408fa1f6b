/* SPDX-License-Identifier: MIT */
/* html_trace.c: what crossed the wire, with each PalmMessage taken apart. */
#include <stdlib.h>
#include <string.h>

#include "conformance/engine/codec.h"
#include "conformance/engine/html.h"
#include "conformance/engine/test.h"

/* Directions as trace.h has them. */
static const struct {
    char byte;
    const char *name;
    const char *text;
} directions[] = {
    {'>', "in", "to target"},
    {'<', "out", "from target"},
    {'=', "event", "event"},
};
enum { DIRECTIONS = sizeof directions / sizeof directions[0] };

/* The bytes of a frame that bytes_shown() has made text of.  False if only its
 * begin is there: behind it stands an ellipsis, which is no ASCII. */
static bool
unescape(struct test *test, const char *text, struct bytes *frame)
{
    uint8_t *data = test_memory(test, strlen(text) + 1);
    size_t size = 0;

    while (*text != '\0') {
        char digits[3] = "";

        if ((unsigned char)*text >= 0x80) {
            return false;
        }
        if (*text != '\\') {
            data[size++] = (uint8_t)*text++;
        } else if (text[1] == '\\') {
            data[size++] = '\\';
            text += 2;
        } else if (text[1] == 'x' && text[2] != '\0' && text[3] != '\0') {
            memcpy(digits, text + 2, 2);
            data[size++] = (uint8_t)strtoul(digits, NULL, 16);
            text += 4;
        } else {
            return false;
        }
    }
    *frame = bytes_of(data, size);
    return true;
}

static void
put_field(FILE *file, const char *name, const char *value)
{
    fprintf(file, "<div><dt>%s</dt><dd>", name);
    html_text(file, value);
    fputs("</dd></div>", file);
}

static void
put_bytes(FILE *file, struct test *test, const char *name, struct bytes value)
{
    if (value.size > 0) {
        put_field(file, name, bytes_shown(test, value, value.size));
    }
}

static void
put_message(FILE *file, struct test *test, const struct message *message)
{
    fputs("<dl class=\"message\">", file);
    put_bytes(file, test, "pipeline", message->pipeline);
    put_bytes(file, test, "client", message->client);
    if (message->stage != 0) {
        put_field(file, "stage",
                  test_text(test, "%lld", (long long)message->stage));
    }
    put_bytes(file, test, "function", message->function);
    put_bytes(file, test, "cache", message->cache);
    put_bytes(file, test, "payload", message->payload);
    put_bytes(file, test, "error", message_extra(message, FIELD_ERROR));
    put_bytes(file, test, "unknown fields", message->unknown);
    fputs("</dl>", file);
}

/* Many a short text can be read as fields; one that has none of PALM's was
 * hardly meant as a message. */
static bool
is_message(struct test *test, struct bytes frame, struct message *message)
{
    return message_decode(test, frame, message) == NULL
           && (message->pipeline.size > 0 || message->client.size > 0
               || message->stage != 0 || message->function.size > 0
               || message->cache.size > 0 || message->payload.size > 0);
}

static void
put_code(FILE *file, const char *text)
{
    fputs("<code>", file);
    html_text(file, text);
    fputs("</code>", file);
}

/* Whoever reads the fields seldom wants the bytes, too. */
static void
put_folded(FILE *file, const char *text, size_t size)
{
    fprintf(file, "<details><summary>%zu bytes</summary>", size);
    put_code(file, text);
    fputs("</details>", file);
}

static void
put_frame(FILE *file, const char *text, bool event)
{
    struct test test;
    struct message message;
    struct bytes frame;

    if (event) {
        fputs("<p>", file);
        html_text(file, text);
        fputs("</p>", file);
        return;
    }
    memset(&test, 0, sizeof test);
    fputs("<div class=\"frame\">", file);
    if (*text == '\0') {
        fputs("<i>empty frame</i>", file);
    } else if (unescape(&test, text, &frame)
               && is_message(&test, frame, &message)) {
        put_message(file, &test, &message);
        put_folded(file, text, frame.size);
    } else {
        put_code(file, text);
    }
    fputs("</div>", file);
    test_memory_free(test.memories);
}

/* Ends the word at the tab; what follows, "" if nothing does. */
static char *
cut(char *word)
{
    char *tab = strchr(word, '\t');

    if (tab == NULL) {
        return word + strlen(word);
    }
    *tab = '\0';
    return tab + 1;
}

/* Time, direction, label, and the frames, if there are any. */
static void
put_line(FILE *file, char *line)
{
    char *direction = cut(line);
    char *label = cut(direction);
    char *frame = strchr(label, '\t');
    size_t i;

    for (i = 0; i + 1 < DIRECTIONS && directions[i].byte != *direction; i++) {
    }
    if (frame != NULL) {
        *frame++ = '\0';
    }
    fprintf(file,
            "<li class=\"%s\"><span class=\"time\">%.3f ms</span> "
            "<span class=\"way\">%s</span> <span class=\"peer\">",
            directions[i].name, strtod(line, NULL) / 1000, directions[i].text);
    html_text(file, label);
    fputs("</span><div class=\"frames\">", file);
    while (frame != NULL) {
        char *next = strchr(frame, '\t');

        if (next != NULL) {
            *next++ = '\0';
        }
        put_frame(file, frame, *direction == '=');
        frame = next;
    }
    fputs("</div></li>\n", file);
}

void
html_trace(FILE *file, const char *lines)
{
    char *copy = strdup(lines);
    char *line = copy;

    if (copy == NULL) {
        abort();
    }
    if (*line == '\0') {
        fputs("<p class=\"none\">There is no trace.</p>\n", file);
    } else {
        fputs("<ol class=\"trace\">\n", file);
    }
    while (*line != '\0') {
        char *end = strchr(line, '\n');

        if (end == NULL) {
            end = line + strlen(line) - 1;
        }
        *end = '\0';
        put_line(file, line);
        line = end + 1;
    }
    if (*lines != '\0') {
        fputs("</ol>\n", file);
    }
    free(copy);
}
