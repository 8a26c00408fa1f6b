/* SPDX-License-Identifier: MIT */
/* part.c: the sections of a server file that are parts. */
#include "config.h"
#include "harness/server/part.h"

#include <errno.h>
#include <string.h>

#include "harness/server/fits.h"
#include "harness/server/refuse.h"

/* The kinds of sections that hold a part, by side. */
static const char *const side_names[] = {
    [PALM_SIDE_INBOUND] = "inbound",
    [PALM_SIDE_OUTBOUND] = "outbound",
    [PALM_SIDE_BYPASS] = "bypass",
};

enum { SIDE_COUNT = sizeof side_names / sizeof *side_names };

const char *
server_side_name(palm_side_t side)
{
    return side_names[side];
}

bool
server_section_side(const struct server_section *section, palm_side_t *side)
{
    for (size_t i = 0; i < SIDE_COUNT; i++) {
        if (!strcmp(section->kind, side_names[i])) {
            *side = (palm_side_t)i;
            return true;
        }
    }
    return false;
}

int
server_set_part_options(const struct server_section *section,
                        const palm_part_class_t *class_,
                        palm_part_options_t *options, palm_error_t *err)
{
    palm_error_t reason = {0};
    for (size_t i = 0; i < section->count; i++) {
        const struct server_setting *setting = &section->settings[i];
        if (!strcmp(setting->key, "part") || !strcmp(setting->key, "plugin")) {
            continue;
        }
        if (!strcmp(setting->key, "name")) {
            return server_refuse(err, section, setting,
                                 "the name stands in the section's title");
        }
        if (!palm_part_option_set(options, class_, setting->key, setting->value,
                                  &reason)) {
            continue;
        }
        return reason.code == ENOENT && !server_find_hint(setting, false)
                   ? server_fits_unknown(section, setting, class_, &reason, err)
                   : server_refuse_with_hint(err, section, setting, false,
                                             &reason);
    }
    return server_fits_part(section, options, err);
}
