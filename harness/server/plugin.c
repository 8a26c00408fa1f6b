/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/server/build.h"

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

int
server_plugins_load(struct server_plugins *self, struct server_file *file,
                    palm_error_t *err)
{
    palm_side_t side;
    palm_error_t reason = {0};
    for (size_t i = 0; i < file->count; i++) {
        struct server_section *section = &file->sections[i];
        const struct server_setting *part, *from;
        if (!server_section_side(section, &side)
            || !(part = server_section_find(section, "part"))
            || !(from = server_section_find(section, "plugin"))) {
            continue;
        }
        palm_plugin_t *plugin = open_plugin(self, file, from->value, &reason);
        if (!plugin) {
            return server_refuse_as(err, section, from, &reason);
        }
        section->class_ = palm_plugin_class(plugin, part->value, &reason);
        if (!section->class_) {
            return server_refuse_as(err, section, part, &reason);
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
