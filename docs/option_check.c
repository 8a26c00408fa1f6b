/* SPDX-License-Identifier: MIT */
/* option_check: what options.t asks the library about its options.
 *
 *     option_check KIND            prints the names, one a line
 *     option_check KIND KEY TEXT   whether TEXT is the default of KEY
 *
 * KIND is server, part, cache or kind.
 */
#include <palm.h>
#include <stdio.h>
#include <string.h>

/* The option number index: first those that any class may have, then those of
 * each class; of two with one name, both. */
static const palm_option_t *
part_option_at(size_t index)
{
    const palm_part_class_t *class_;
    const palm_option_t *row;
    for (size_t i = 0; (row = palm_part_option_at(NULL, i)); i++) {
        if (index-- == 0) {
            return row;
        }
    }
    for (size_t k = 0; (class_ = palm_library_at(k)); k++) {
        for (row = class_->options; row && row->name; row++) {
            if (index-- == 0) {
                return row;
            }
        }
    }
    return NULL;
}

static const char *
part_option_name(size_t index)
{
    const palm_option_t *row = part_option_at(index);
    return row ? row->name : NULL;
}

static int
check_part(const char *key, const char *text, palm_error_t *err)
{
    const palm_option_t *row;
    (void)err;
    for (size_t i = 0; (row = part_option_at(i)); i++) {
        if (!strcmp(row->name, key)
            && strcmp(row->initial ? row->initial : "", text)) {
            return -1;
        }
    }
    return 0;
}

static int
check_server(const char *key, const char *text, palm_error_t *err)
{
    palm_server_options_t defaults, changed;
    palm_server_options_init(&defaults);
    memcpy(&changed, &defaults, sizeof changed);
    return palm_server_option_set(&changed, key, text, err)
           || memcmp(&changed, &defaults, sizeof changed);
}

static int
check_cache(const char *key, const char *text, palm_error_t *err)
{
    palm_cache_options_t defaults, changed;
    palm_cache_options_init(&defaults);
    memcpy(&changed, &defaults, sizeof changed);
    if (palm_cache_option_set(&changed, key, text, err)) {
        return -1;
    }
    /* Texts are the same also if they stand elsewhere. */
    if (!strcmp(changed.backend, defaults.backend)) {
        changed.backend = defaults.backend;
    }
    if (!strcmp(changed.address, defaults.address)) {
        changed.address = defaults.address;
    }
    if (!strcmp(changed.prefix, defaults.prefix)) {
        changed.prefix = defaults.prefix;
    }
    return memcmp(&changed, &defaults, sizeof changed);
}

static int
check_kind(const char *key, const char *text, palm_error_t *err)
{
    palm_kind_options_t defaults, changed;
    palm_kind_options_init(&defaults);
    memcpy(&changed, &defaults, sizeof changed);
    return palm_kind_option_set(&changed, key, text, err)
           || memcmp(&changed, &defaults, sizeof changed);
}

static const struct {
    const char *word;
    const char *(*name)(size_t index);
    int (*check)(const char *key, const char *text, palm_error_t *err);
} kinds[] = {
    {"server", palm_server_option_name, check_server},
    {"part", part_option_name, check_part},
    {"cache", palm_cache_option_name, check_cache},
    {"kind", palm_kind_option_name, check_kind},
};

int
main(int argc, char **argv)
{
    palm_error_t err = {0, "that is not the default"};
    const char *name;
    for (size_t k = 0; argc > 1 && k < sizeof kinds / sizeof *kinds; k++) {
        if (strcmp(argv[1], kinds[k].word)) {
            continue;
        }
        if (argc == 4 && kinds[k].check(argv[2], argv[3], &err)) {
            fprintf(stderr, "%s = %s: %s\n", argv[2], argv[3], err.text);
            return 1;
        }
        for (size_t i = 0; argc == 2 && (name = kinds[k].name(i)); i++) {
            puts(name);
        }
        return argc == 2 || argc == 4 ? 0 : 2;
    }
    return 2;
}
