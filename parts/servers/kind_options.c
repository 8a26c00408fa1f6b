/* SPDX-License-Identifier: MIT */
/* kind_options.c: what a kind is given, by name. */
#include "config.h"
#include "parts/servers/kind.h"

#include <errno.h>
#include <string.h>

#include "core/value.h"
#include "parts/servers/kind_impl.h"

#define TEXT(name)                                                             \
    {                                                                          \
#name, offsetof(palm_kind_options_t, name), false                      \
    }

/* `name` is missing: every server has one, whatever it is made of. */
static const struct {
    const char *name;
    size_t offset;
    bool is_bool; /* otherwise a text */
} settings[] = {
    TEXT(db_address),
    TEXT(pull_address),
    TEXT(sub_address),
    TEXT(pub_address),
    TEXT(worker_push_address),
    TEXT(worker_pull_address),
    TEXT(previous),
    {"to_client", offsetof(palm_kind_options_t, to_client), true},
};

enum { SETTING_COUNT = sizeof settings / sizeof *settings };

void
palm_kind_options_init(palm_kind_options_t *options)
{
    const palm_kind_options_t defaults = {.to_client = true};
    *options = defaults;
}

int
palm_kind_option_set(palm_kind_options_t *options, const char *key,
                     const char *text, palm_error_t *err)
{
    palm_error_t why = {0, "expected a text, got nothing"};
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        void *field = (char *)options + settings[i].offset;
        if (strcmp(settings[i].name, key)) {
            continue;
        }
        if (settings[i].is_bool ? palm_value_bool(text, field, &why) : !*text) {
            return palm_error_set(err, EINVAL, "%s: %s", key, why.text);
        }
        if (!settings[i].is_bool) {
            *(const char **)field = text;
        }
        return 0;
    }
    return palm_error_set(err, ENOENT, "no such key: %s", key);
}

const char *
palm_kind_option_name(size_t index)
{
    return index < SETTING_COUNT ? settings[index].name : NULL;
}

const char *
palm__kind_text(const palm_kind_options_t *options, const char *key)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (!settings[i].is_bool && !strcmp(settings[i].name, key)) {
            return *(const char *const *)((const char *)options
                                          + settings[i].offset);
        }
    }
    return NULL;
}
