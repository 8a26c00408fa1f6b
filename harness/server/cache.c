/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/cache.h"

#include <stdio.h>
#include <string.h>

#include "harness/server/refuse.h"
#include "harness/server/fits.h"

static const char before[] = "cache: "; /* the library's reasons */

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
            return server_refuse_as(err, section, setting, &reason);
        }
    }
    if (!cache->size) {
        cache->size = options->cache_size;
    }
    if (palm_cache_options_check(cache, &reason)) {
        const struct server_setting *culprit =
            server_fits_culprit(section, reason.text);
        if (!strncmp(reason.text, before, sizeof before - 1)) {
            memmove(reason.text, reason.text + sizeof before - 1,
                    strlen(reason.text + sizeof before - 1) + 1);
        }
        return server_refuse_as(
            err, section,
            culprit ? culprit : server_section_find(section, "backend"),
            &reason);
    }
    if (server_fits_cache(section, cache->backend, err)) {
        return -1;
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
