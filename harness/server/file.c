/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n\v\f";

char *
server_file_trim(const char *text, size_t size)
{
    while (size && strchr(blanks, *text)) {
        text++;
        size--;
    }
    while (size && strchr(blanks, text[size - 1])) {
        size--;
    }
    return strndup(text, size);
}

int
server_file_refuse(palm_error_t *err, const char *place,
                   const struct server_section *section, const char *key,
                   const char *reason)
{
    return palm_error_set(err, EINVAL, "%s: [%s%s%s]%s%s: %s", place,
                          section->kind, *section->name ? " " : "",
                          section->name, key ? " " : "", key ? key : "",
                          reason);
}

static void
free_setting(struct server_setting *setting)
{
    free(setting->key);
    free(setting->value);
    free(setting->place);
}

static void
free_section(struct server_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        free_setting(&section->settings[i]);
    }
    free(section->settings);
    free(section->kind);
    free(section->name);
    free(section->place);
}

void
server_file_fini(struct server_file *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free_section(&self->sections[i]);
    }
    free(self->sections);
    self->sections = NULL;
    self->count = 0;
}

struct server_section *
server_file_find(const struct server_file *self, const char *kind,
                 const char *name)
{
    for (size_t i = 0; i < self->count; i++) {
        struct server_section *section = &self->sections[i];
        if (!strcmp(section->kind, kind) && !strcmp(section->name, name)) {
            return section;
        }
    }
    return NULL;
}

struct server_setting *
server_section_find(const struct server_section *section, const char *key)
{
    for (size_t i = 0; i < section->count; i++) {
        if (!strcmp(section->settings[i].key, key)) {
            return &section->settings[i];
        }
    }
    return NULL;
}

/* Makes a section of its title: a kind, and behind the first blanks a name. */
static int
split_title(struct server_section *section, const char *title, size_t size,
            const char *place)
{
    char *whole = server_file_trim(title, size);
    if (whole) {
        size_t word = strcspn(whole, blanks);
        section->kind = strndup(whole, word);
        section->name = server_file_trim(whole + word, strlen(whole + word));
        section->place = strdup(place);
        free(whole);
    }
    return section->kind && section->name && section->place ? 0 : -1;
}

static int
append_section(struct server_file *self, const struct server_section *section)
{
    size_t size = (self->count + 1) * sizeof *self->sections;
    struct server_section *sections = realloc(self->sections, size);
    if (!sections) {
        return -1;
    }
    self->sections = sections;
    self->sections[self->count++] = *section;
    return 0;
}

struct server_section *
server_file_require(struct server_file *self, const char *title, size_t size,
                    const char *place, bool *is_new)
{
    struct server_section made = {0}, *found = NULL;
    if (split_title(&made, title, size, place)) {
        free_section(&made);
        return NULL;
    }
    found = server_file_find(self, made.kind, made.name);
    *is_new = !found;
    if (!found && !append_section(self, &made)) {
        return &self->sections[self->count - 1];
    }
    free_section(&made);
    return found;
}

int
server_section_add(struct server_section *section, const char *key,
                   const char *value, const char *place)
{
    size_t size = (section->count + 1) * sizeof *section->settings;
    struct server_setting *settings = realloc(section->settings, size);
    if (!settings) {
        return -1;
    }
    section->settings = settings;
    struct server_setting *made = &settings[section->count];
    *made = (struct server_setting){strdup(key), strdup(value), strdup(place)};
    if (!made->key || !made->value || !made->place) {
        free_setting(made);
        return -1;
    }
    section->count++;
    return 0;
}
