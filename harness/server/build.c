/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/server/cache.h"
#include "harness/server/fits.h"
#include "harness/server/kind.h"
#include "harness/server/part.h"
#include "harness/server/refuse.h"

static int
check_titles(const struct server_file *file, palm_error_t *err)
{
    palm_side_t side;
    for (size_t i = 0; i < file->count; i++) {
        const struct server_section *section = &file->sections[i];
        bool is_part = server_section_side(section, &side);
        bool is_other = !strcmp(section->kind, "server")
                        || !strcmp(section->kind, "cache")
                        || !strcmp(section->kind, "preset")
                        || !strcmp(section->kind, "functions");
        if (!is_part && !is_other) {
            return server_refuse(
                err, section, NULL,
                "no such section; there are server, cache, preset, "
                "functions, inbound NAME, outbound NAME and bypass NAME");
        }
        if (is_part && !*section->name) {
            return server_refuse(err, section, NULL, "the part has no name");
        }
        if (is_other && *section->name) {
            return server_refuse(err, section, NULL,
                                 "this section has no name");
        }
    }
    return 0;
}

/* --- [server] ---------------------------------------------------------- */

int
server_memory_limit(const struct server_section *section, int64_t *bytes,
                    palm_error_t *err)
{
    const struct server_setting *setting =
        server_section_find(section, "memory_limit");
    *bytes = -1;
    return setting ? palm_value_size(setting->value, bytes, err) : 0;
}

static int
read_options(const struct server_section *section,
             palm_server_options_t *options, palm_error_t *err)
{
    palm_error_t reason = {0};
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (!strcmp(setting->key, "memory_limit")) {
            int64_t ignored;
            if (server_memory_limit(section, &ignored, &reason)) {
                return server_refuse_as(err, section, setting, &reason);
            }
            continue;
        }
        if (!strcmp(setting->key, "name")
            || server_kind_has_key(section, setting->key)) {
            continue;
        }
        if (palm_server_option_set(options, setting->key, setting->value,
                                   &reason)) {
            return server_kind_knows(setting->key)
                       ? server_refuse(err, section, setting,
                                       "is for servers of a kind: it needs "
                                       "kind = …")
                       : server_refuse_with_hint(err, section, setting, true,
                                                 &reason);
        }
    }
    return 0;
}

static palm_server_t *
build_server(const struct server_file *file, palm_log_t *log,
             int64_t *stop_timeout, palm_error_t *err)
{
    const struct server_section *section = server_file_find(file, "server", "");
    palm_server_options_t options;
    palm_cache_options_t cache;
    palm_error_t reason = {0, ""};
    palm_server_options_init(&options);
    options.log = *log;
    if (!section) {
        (void)palm_error_set(err, EINVAL, "%s: there is no section [server]",
                             file->name);
        return NULL;
    }
    if (read_options(section, &options, err)
        || server_cache_read(file, &options, &cache, err)) {
        return NULL;
    }
    const struct server_setting *name = server_section_find(section, "name");
    if (!name || !*name->value) {
        (void)server_refuse(err, section, name, "the server has no name");
        return NULL;
    }
    if (palm_name_check_server(name->value, &reason)) {
        (void)server_refuse_as(err, section, name, &reason);
        return NULL;
    }
    *log = options.log;
    *stop_timeout = options.stop_timeout;
    if (server_section_find(section, "kind")) {
        return server_kind_build(file, section, name->value, &options, err);
    }
    palm_server_t *server = palm_server_new(name->value, &options);
    if (!server) {
        (void)palm_error_set(err, errno, "%s: %s", name->place,
                             palm_strerror(errno));
    }
    return server;
}

/* --- parts ------------------------------------------------------------- */

static const palm_part_class_t *
find_class(const struct server_section *section, palm_side_t side,
           palm_error_t *err)
{
    const struct server_setting *setting = server_section_find(section, "part");
    const palm_part_class_t *found = section->class_;
    char reason[256];
    if (setting && !found) {
        found = palm_library_find(setting->value);
    }
    if (!setting) {
        (void)server_refuse(err, section, NULL, "part = … is missing");
        return NULL;
    }
    if (!found) {
        const char *needs = palm_library_missing(setting->value);
        (void)snprintf(reason, sizeof reason, "there is no part \"%.99s\"%s%s",
                       setting->value,
                       needs ? ": libpalm was built without " : "",
                       needs ? needs : "");
        (void)server_refuse(err, section, setting, reason);
        return NULL;
    }
    if (palm_part_class_side(found) != side) {
        (void)snprintf(reason, sizeof reason, "%s belongs into [%s …]",
                       found->name,
                       server_side_name(palm_part_class_side(found)));
        (void)server_refuse(err, section, setting, reason);
        return NULL;
    }
    return found;
}

/* Whether the server has, or will have, that outbound part. */
static bool
has_outbound(const palm_server_t *server, const struct server_file *file,
             const char *name)
{
    palm_part_info_t part;
    for (size_t i = 0; !palm_server_part_at(server, i, &part); i++) {
        if (part.side == PALM_SIDE_OUTBOUND && !strcmp(part.name, name)) {
            return true;
        }
    }
    return server_file_find(file, "outbound", name) != NULL;
}

static int
check_route(const palm_server_t *server, const struct server_file *file,
            const struct server_section *section, palm_error_t *err)
{
    const struct server_setting *route = server_section_find(section, "route");
    char reason[256];
    if (!route || has_outbound(server, file, route->value)) {
        return 0;
    }
    (void)snprintf(reason, sizeof reason,
                   "there is no part [outbound %.99s] to route to",
                   route->value);
    return server_refuse(err, section, route, reason);
}

static int
add_part(palm_server_t *server, const struct server_file *file,
         const struct server_section *section, palm_side_t side,
         palm_error_t *err)
{
    palm_part_options_t options;
    palm_error_t reason = {0};
    const palm_part_class_t *found = find_class(section, side, err);
    palm_part_options_init(&options);
    if (!found || server_set_part_options(section, found, &options, err)
        || check_route(server, file, section, err)
        || server_fits_needs(section, found, err)) {
        return -1;
    }
    options.name = section->name;
    if (palm_server_add(server, found, &options, &reason)) {
        return server_refuse_as(err, section, NULL, &reason);
    }
    return 0;
}

static int
add_parts(palm_server_t *server, const struct server_file *file,
          palm_error_t *err)
{
    palm_side_t side;
    for (size_t i = 0; i < file->count; i++) {
        const struct server_section *section = &file->sections[i];
        if (server_section_side(section, &side)
            && !server_kind_has_part(server, section)
            && add_part(server, file, section, side, err)) {
            return -1;
        }
    }
    return 0;
}

/* --- [preset] ---------------------------------------------------------- */

static int
add_presets(palm_server_t *server, const struct server_file *file,
            palm_error_t *err)
{
    const struct server_section *section = server_file_find(file, "preset", "");
    if (section && server_fits_preset(section, err)) {
        return -1;
    }
    for (size_t i = 0; section && i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (palm_server_preset(server, setting->key,
                               palm_slice(setting->value))) {
            return server_refuse(err, section, setting, palm_strerror(errno));
        }
    }
    return 0;
}

palm_server_t *
server_build(const struct server_file *file, palm_log_t *log,
             struct server_functions *functions, palm_error_t *err)
{
    if (check_titles(file, err)) {
        return NULL;
    }
    palm_server_t *server =
        build_server(file, log, &functions->stop_timeout, err);
    if (server
        && (add_parts(server, file, err) || add_presets(server, file, err)
            || server_functions_add(functions, server, file, err))) {
        palm_server_destroy(&server);
    }
    return server;
}
