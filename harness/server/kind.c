/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/kind.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/server/part.h"
#include "harness/server/refuse.h"
#include "harness/server/fits.h"
#include "harness/server/functions.h"

/* What the kind, or a key of [server], says about its parts, and what to do. */
static const char decided[] = "the kind of the server decides that";

static const struct {
    const char *key;
    const char *reason;
} fixed_keys[] = {
    {"address", decided},
    {"route", decided},
    {"previous", decided},
    {"pipelined", decided},
};

enum { FIXED_COUNT = sizeof fixed_keys / sizeof *fixed_keys };

static bool
is_kind_option(const char *key)
{
    const char *name;
    for (size_t i = 0; (name = palm_kind_option_name(i)); i++) {
        if (!strcmp(name, key)) {
            return true;
        }
    }
    return false;
}

bool
server_kind_knows(const char *key)
{
    const char *name;
    for (size_t i = 0; (name = server_functions_key(i)); i++) {
        if (!strcmp(name, key)) {
            return true;
        }
    }
    return !strcmp(key, "kind") || is_kind_option(key);
}

bool
server_kind_has_key(const struct server_section *section, const char *key)
{
    return server_section_find(section, "kind") && server_kind_knows(key);
}

bool
server_kind_has_part(const palm_server_t *server,
                     const struct server_section *section)
{
    palm_part_info_t part;
    palm_side_t side;
    if (!server_section_side(section, &side)) {
        return false;
    }
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (part.side == side && !strcmp(part.name, section->name)) {
            return true;
        }
    }
    return false;
}

/* --- the parts of the kind --------------------------------------------- */

static int
check_keys(const struct server_section *section, palm_error_t *err)
{
    const struct server_setting *part = server_section_find(section, "part");
    if (part && !server_section_find(section, "plugin")) {
        return server_refuse(err, section, part,
                             "the kind of the server has this part: leave part "
                             "away, or name a plugin, too");
    }
    for (size_t i = 0; i < FIXED_COUNT; i++) {
        const struct server_setting *setting =
            server_section_find(section, fixed_keys[i].key);
        if (setting) {
            return server_refuse(err, section, setting, fixed_keys[i].reason);
        }
    }
    return 0;
}

/* What choose() and adjust() work with. */
struct adjusting {
    const struct server_file *file;
    const struct server_section *chosen; /* its plugin's class was the last word
                                            about a part */
    bool has_refused;                    /* the error names its place already */
};

static const struct server_section *
section_of(const struct adjusting *self, const palm_part_info_t *part)
{
    return server_file_find(self->file, server_side_name(part->side),
                            part->name);
}

/* A palm_choose_f: the class of the section's plugin, if it has one. */
static const palm_part_class_t *
choose(const palm_part_info_t *part, void *arg, palm_error_t *err)
{
    struct adjusting *self = arg;
    const struct server_section *section = section_of(self, part);
    (void)err;
    self->chosen = section && section->class_ ? section : NULL;
    return self->chosen ? section->class_ : part->class_;
}

/* A palm_adjust_f: what the part's own section says, if it has one. */
static int
adjust(const palm_part_info_t *part, palm_part_options_t *options, void *arg,
       palm_error_t *err)
{
    struct adjusting *self = arg;
    const struct server_section *section = section_of(self, part);
    self->chosen = NULL;
    if (!section) {
        return 0;
    }
    self->has_refused =
        check_keys(section, err)
        || server_set_part_options(section, part->class_, options, err);
    return self->has_refused ? -1 : 0;
}

/* --- the section [server] ---------------------------------------------- */

static int
find_kind(const struct server_section *section, palm_kind_t *kind,
          palm_error_t *err)
{
    const struct server_setting *setting = server_section_find(section, "kind");
    char reason[256];
    if (!palm_kind_find(setting->value, kind)) {
        return 0;
    }
    (void)snprintf(reason, sizeof reason,
                   "there is no kind \"%.99s\"; there are", setting->value);
    for (size_t i = 0; palm_kind_name(i); i++) {
        size_t size = strlen(reason);
        (void)snprintf(reason + size, sizeof reason - size, "%s %s",
                       i > 0 ? "," : "", palm_kind_name(i));
    }
    return server_refuse(err, section, setting, reason);
}

static int
read_options(const struct server_section *section, palm_kind_t kind,
             palm_kind_options_t *options, palm_error_t *err)
{
    palm_error_t reason = {0};
    char text[128];
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (!is_kind_option(setting->key)) {
            continue;
        }
        if (!palm_kind_has(kind, setting->key)) {
            (void)snprintf(text, sizeof text, "a %s has none",
                           palm_kind_name(kind));
            return server_refuse(err, section, setting, text);
        }
        if (palm_kind_option_set(options, setting->key, setting->value,
                                 &reason)) {
            return server_refuse_as(err, section, setting, &reason);
        }
    }
    return 0;
}

/* Says where in the file the reason lies. */
static void
refuse(const struct adjusting *self, const struct server_section *section,
       const palm_error_t *reason, palm_error_t *err)
{
    const struct server_section *chosen = self->chosen;
    if (self->has_refused) {
        (void)palm_error_set(err, reason->code, "%s", reason->text);
    } else if (chosen) {
        (void)server_refuse_as(err, chosen,
                               server_section_find(chosen, "plugin"), reason);
    } else {
        (void)server_refuse_as(
            err, section, server_fits_culprit(section, reason->text), reason);
    }
}

palm_server_t *
server_kind_build(const struct server_file *file,
                  const struct server_section *section, const char *name,
                  const palm_server_options_t *server, palm_error_t *err)
{
    struct adjusting adjusting = {file, NULL, false};
    palm_kind_options_t options;
    palm_error_t reason = {0};
    palm_kind_t kind;
    palm_kind_options_init(&options);
    options.name = name;
    options.server = server;
    options.adjust = adjust;
    options.adjust_arg = &adjusting;
    options.choose = choose;
    options.choose_arg = &adjusting;
    if (find_kind(section, &kind, err)
        || read_options(section, kind, &options, err)
        || server_fits_kind(section, err)) {
        return NULL;
    }
    palm_server_t *made = palm_kind_new(kind, &options, &reason);
    if (!made) {
        refuse(&adjusting, section, &reason, err);
    }
    return made;
}
