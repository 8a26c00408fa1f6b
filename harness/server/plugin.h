/* SPDX-License-Identifier: MIT */
/* plugin.h: the plugins that a server file names.  They stay open until the
 * server that uses their classes has been destroyed.  One thread. */
#ifndef HARNESS_SERVER_PLUGIN_H
#define HARNESS_SERVER_PLUGIN_H

#include "harness/server/file.h"
#include "parts/palm.h"

struct server_plugins {
    palm_plugin_t **all;
    size_t count;
};

/* Opens what `plugin` names in the sections of parts, and puts the class that
 * `part` names there into the section.  A relative path begins in the server
 * file's folder; that of stdin is the working folder.  Returns -1 with the
 * place in *err and errno EINVAL; *self is to be finished in any case. */
int server_plugins_load(struct server_plugins *self, struct server_file *file,
                        palm_error_t *err);

void server_plugins_fini(struct server_plugins *self);

#endif
