/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/server/part.h"
#include "harness/server/refuse.h"

/* The path as seen from the working folder; the caller frees it. */
static char *
path_from(const struct server_file *file, const char *path)
{
    const char *slash = *path == '/' ? NULL : strrchr(file->name, '/');
    size_t folder = slash ? (size_t)(slash - file->name) + 1 : 0;
    size_t size = folder + strlen(path) + 1;
    char *joined = malloc(size);
    if (joined) {
        (void)snprintf(joined, size, "%.*s%s", (int)folder, file->name, path);
    }
    return joined;
}

static palm_plugin_t *
open_plugin(struct server_plugins *self, const struct server_file *file,
            const char *path, palm_error_t *err)
{
    size_t size = (self->count + 1) * sizeof *self->all;
    palm_plugin_t **all = realloc(self->all, size);
    if (all) {
        self->all = all;
    }
    char *joined = *path ? path_from(file, path) : strdup("");
    palm_plugin_t *plugin = NULL;
    if (!all || !joined) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
    } else if ((plugin = palm_plugin_open(joined, err))) {
        self->all[self->count++] = plugin;
    }
    free(joined);
    return plugin;
}

static bool
has_kind(const struct server_file *file)
{
    const struct server_section *server = server_file_find(file, "server", "");
    return server && server_section_find(server, "kind");
}

/* The class that the section's `part` names; of a part of a kind, which needs
 * none, that of the part's own name. */
static const palm_part_class_t *
find_class(palm_plugin_t *plugin, const struct server_section *section,
           palm_error_t *err)
{
    const struct server_setting *part = server_section_find(section, "part");
    palm_error_t reason = {0};
    const palm_part_class_t *found =
        palm_plugin_class(plugin, part ? part->value : section->name, &reason);
    if (!found) {
        (void)server_refuse_as(
            err, section, part ? part : server_section_find(section, "plugin"),
            &reason);
    }
    return found;
}

int
server_plugins_load(struct server_plugins *self, struct server_file *file,
                    palm_error_t *err)
{
    palm_side_t side;
    palm_error_t reason = {0};
    for (size_t i = 0; i < file->count; i++) {
        struct server_section *section = &file->sections[i];
        const struct server_setting *from;
        if (!server_section_side(section, &side)
            || !(from = server_section_find(section, "plugin"))
            || (!server_section_find(section, "part") && !has_kind(file))) {
            continue;
        }
        palm_plugin_t *plugin = open_plugin(self, file, from->value, &reason);
        if (!plugin) {
            return server_refuse_as(err, section, from, &reason);
        }
        if (!(section->class_ = find_class(plugin, section, err))) {
            return -1;
        }
    }
    return 0;
}

void
server_plugins_fini(struct server_plugins *self)
{
    while (self->count > 0) {
        palm_plugin_close(&self->all[--self->count]);
    }
    free(self->all);
    self->all = NULL;
}
