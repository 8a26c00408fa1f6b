/* SPDX-License-Identifier: MIT */
/* inih splits the lines.  What it would do without a word (cut long lines,
 * titles and keys, pass over empty sections and text behind a title, join
 * indented lines to the value before) is found here, before inih sees it. */
#include "config.h"
#include "harness/server/reader.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD_MAX = 49, /* bytes of a title or key that inih keeps */
    PLACE_SIZE = 512
};

static const char blanks[] = " \t\r\v\f";

struct reader {
    struct server_file *file;
    FILE *stream;
    unsigned line;  /* number of the line that was read last */
    size_t section; /* index of the open section + 1, 0 = none yet */
    bool failed;    /* *err is filled; read no more */
    palm_error_t *err;
};

static void
place_of(const struct reader *self, char place[PLACE_SIZE])
{
    (void)snprintf(place, PLACE_SIZE, "%s:%u", self->file->name, self->line);
}

/* Refuses the line that was read last. */
static int
refuse(struct reader *self, const char *reason)
{
    self->failed = true;
    return palm_error_set(self->err, EINVAL, "%s:%u: %s", self->file->name,
                          self->line, reason);
}

static int
fail(struct reader *self, int code)
{
    self->failed = true;
    return palm_error_set(self->err, code, "%s: %s", self->file->name,
                          palm_strerror(code));
}

/* Refuses what stands twice. */
static int
refuse_double(struct reader *self, const struct server_section *section,
              const char *key, const char *first_place)
{
    char place[PLACE_SIZE], reason[PLACE_SIZE + 32];
    place_of(self, place);
    (void)snprintf(reason, sizeof reason, "stands at %s already", first_place);
    self->failed = true;
    return server_file_refuse(self->err, place, section, key, reason);
}

/* A line that begins with "[". */
static int
open_section(struct reader *self, const char *line)
{
    char place[PLACE_SIZE];
    bool is_new = false;
    const char *end = strchr(line, ']');
    if (!end) {
        return refuse(self, "a section's title ends with ]");
    }
    const char *behind = end + 1 + strspn(end + 1, blanks);
    if (*behind && !strchr(";#\n", *behind)) {
        return refuse(self, "only a comment may follow a section's title");
    }
    if (end - line - 1 > WORD_MAX) {
        return refuse(self, "a section's title has at most 49 bytes");
    }
    place_of(self, place);
    struct server_section *section = server_file_require(
        self->file, line + 1, (size_t)(end - line - 1), place, &is_new);
    if (!section) {
        return fail(self, ENOMEM);
    }
    if (!is_new) {
        return refuse_double(self, section, NULL, section->place);
    }
    self->section = self->file->count;
    return 0;
}

/* inih would cut "a ; b" into "a" and a comment, and half of a command is
 * another command. */
static bool
cuts_command(const struct reader *self, const char *value)
{
    const struct server_section *section =
        &self->file->sections[self->section - 1];
    for (; *value; value++) {
        if (value[1] == ';' && strchr(blanks, *value)) {
            return !strcmp(section->kind, "functions");
        }
    }
    return false;
}

/* A line that begins neither a section nor a comment. */
static int
check_setting(struct reader *self, const char *line)
{
    size_t size = strcspn(line, "=:");
    if (!line[size]) {
        return refuse(self, "expected [section] or key = value");
    }
    while (size && strchr(blanks, line[size - 1])) {
        size--;
    }
    if (size == 0) {
        return refuse(self, "expected a key before the value");
    }
    if (size > WORD_MAX) {
        return refuse(self, "a key has at most 49 bytes");
    }
    if (!self->section) {
        return refuse(self, "a setting before the first section");
    }
    return cuts_command(self, line + size)
               ? refuse(self, "a blank and ; begin a comment, which a command "
                              "cannot have: write ; without the blank")
               : 0;
}

static int
check_line(struct reader *self, const char *line)
{
    switch (*line) {
    case '\n':
    case ';':
    case '#':
        return 0;
    case '[':
        return open_section(self, line);
    default:
        return check_setting(self, line);
    }
}

/* Gets one line without the blanks before it, and with a newline behind it.
 * Returns its size, 0 at the end of the file, -1 if it is refused. */
static int
get_line(struct reader *self, char *buffer, int room)
{
    int size = 0;
    bool any = false;
    self->line++;
    for (int c; (c = getc(self->stream)) != EOF;) {
        any = true;
        if (c == '\n') {
            break;
        }
        if (c == '\0') {
            return refuse(self, "a NUL byte");
        }
        if (size == 0 && strchr(blanks, c)) {
            continue;
        }
        if (size + 2 >= room) {
            return refuse(self, "the line is too long");
        }
        buffer[size++] = (char)c;
    }
    if (ferror(self->stream)) {
        return fail(self, errno ? errno : EIO);
    }
    buffer[size] = '\n';
    buffer[size + 1] = '\0';
    return any ? size + 1 : 0;
}

/* An ini_reader: fgets() for inih. */
static char *
read_line(char *buffer, int room, void *arg)
{
    struct reader *self = arg;
    if (self->failed || get_line(self, buffer, room) <= 0) {
        return NULL;
    }
    if (self->line == 1 && !strncmp(buffer, "\xef\xbb\xbf", 3)) {
        memmove(buffer, buffer + 3, strlen(buffer + 3) + 1);
    }
    return check_line(self, buffer) ? NULL : buffer;
}

/* An ini_handler.  What fails is kept in *self: inih would go on anyway. */
static int
on_setting(void *arg, const char *title, const char *key, const char *value)
{
    struct reader *self = arg;
    char place[PLACE_SIZE];
    (void)title;
    if (self->failed || !key || !self->section) {
        return 1;
    }
    struct server_section *section = &self->file->sections[self->section - 1];
    const struct server_setting *first = server_section_find(section, key);
    if (first) {
        (void)refuse_double(self, section, key, first->place);
        return 1;
    }
    place_of(self, place);
    if (server_section_add(section, key, value, place)) {
        (void)fail(self, ENOMEM);
    }
    return 1;
}

int
server_file_read(struct server_file *self, FILE *stream, palm_error_t *err)
{
    struct reader reader = {.file = self, .stream = stream, .err = err};
    int line = ini_parse_stream(read_line, &reader, on_setting, &reader);
    if (reader.failed) {
        return -1;
    }
    if (line < 0) {
        return fail(&reader, ENOMEM);
    }
    if (line > 0) {
        reader.line = (unsigned)line;
        return refuse(&reader, "expected [section] or key = value");
    }
    return 0;
}

/* --- --set ------------------------------------------------------------- */

/* Where the key of "inbound Pull.address" begins.  A part's name may contain
 * dots, and so may a key of the cache; the other side of the dot does not. */
static const char *
find_key(const char *text, const char *end)
{
    bool is_preset = !strncmp(text, "preset.", 7);
    const char *dot = NULL;
    for (const char *p = text; p < end && !(is_preset && dot); p++) {
        if (*p == '.') {
            dot = p;
        }
    }
    return dot ? dot + 1 : NULL;
}

static int
replace_setting(struct server_section *section, const char *key,
                const char *value, const char *place)
{
    struct server_setting *setting = server_section_find(section, key);
    if (!setting) {
        return server_section_add(section, key, value, place);
    }
    char *new_value = strdup(value), *new_place = strdup(place);
    if (!new_value || !new_place) {
        free(new_value);
        free(new_place);
        return -1;
    }
    free(setting->value);
    free(setting->place);
    setting->value = new_value;
    setting->place = new_place;
    return 0;
}

int
server_file_override(struct server_file *self, const char *text,
                     palm_error_t *err)
{
    const char *equals = strchr(text, '=');
    const char *key = equals ? find_key(text, equals) : NULL;
    char place[PLACE_SIZE];
    bool is_new;
    (void)snprintf(place, sizeof place, "--set '%s'", text);
    if (!key || key == equals) {
        return palm_error_set(err, EINVAL, "%s: expected SECTION.KEY=VALUE",
                              place);
    }
    char *name = server_file_trim(key, (size_t)(equals - key));
    char *value = server_file_trim(equals + 1, strlen(equals + 1));
    struct server_section *section = server_file_require(
        self, text, (size_t)(key - 1 - text), place, &is_new);
    int rc = name && value && section
                 ? replace_setting(section, name, value, place)
                 : -1;
    free(name);
    free(value);
    return rc ? palm_error_set(err, ENOMEM, "out of memory") : 0;
}
