/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/cache.h"

#include <errno.h>
#include <stdio.h>

/* Refuses a setting or, with setting NULL, the section; keeps ENOMEM. */
static int
refuse(palm_error_t *err, const struct server_section *section,
       const struct server_setting *setting, const palm_error_t *reason)
{
    if (reason->code == ENOMEM) {
        return palm_error_set(err, ENOMEM, "%s", reason->text);
    }
    return server_file_refuse(err, setting ? setting->place : section->place,
                              section, setting ? setting->key : NULL,
                              reason->text);
}

int
server_cache_read(const struct server_file *file,
                  palm_server_options_t *options, palm_cache_options_t *cache,
                  palm_error_t *err)
{
    const struct server_section *section = server_file_find(file, "cache", "");
    palm_error_t reason = {0};
    if (!section) {
        return 0;
    }
    palm_cache_options_init(cache);
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (palm_cache_option_set(cache, setting->key, setting->value,
                                  &reason)) {
            return refuse(err, section, setting, &reason);
        }
    }
    if (!cache->size) {
        cache->size = options->cache_size;
    }
    if (palm_cache_options_check(cache, &reason)) {
        return refuse(err, section, NULL, &reason);
    }
    options->cache = cache;
    return 0;
}

void
server_cache_print_keys(void)
{
    const char *name;
    puts("Keys of [cache]:");
    for (size_t i = 0; (name = palm_cache_option_name(i)); i++) {
        printf("  %s\n", name);
    }
}

void
server_cache_print_backends(void)
{
    const char *name;
    puts("Back ends of [cache]:");
    for (size_t i = 0; (name = palm_cache_backend_name(i)); i++) {
        printf("  %s\n", name);
    }
}
