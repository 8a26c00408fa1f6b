/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/library.h"

#include <errno.h>
#include <string.h>

#include "parts/families.h"

static const palm_part_class_t *const families[] = {
    palm__services,
    palm__connections,
    palm__bypass_parts,
};

enum { FAMILY_COUNT = sizeof families / sizeof *families };

const palm_part_class_t *
palm_library_at(size_t index)
{
    for (int i = 0; i < FAMILY_COUNT; i++) {
        for (const palm_part_class_t *row = families[i]; row->name; row++) {
            if (index-- == 0) {
                return row;
            }
        }
    }
    return NULL;
}

const palm_part_class_t *
palm_library_find(const char *name)
{
    const palm_part_class_t *row;
    for (size_t i = 0; (row = palm_library_at(i)); i++) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    errno = ENOENT;
    return NULL;
}

/* Classes that need a library which may be absent when libpalm is built. */
static const struct {
    const char *name;
    const char *needs;
} optional[] = {
    {"HttpService", "HTTP"},
    {"HttpConnection", "HTTP"},
    {"HttpGateway", "HTTP"},
    {"MetricsService", "HTTP"},
};

enum { OPTIONAL_COUNT = sizeof optional / sizeof *optional };

const char *
palm_library_missing(const char *name)
{
    for (int i = 0; i < OPTIONAL_COUNT; i++) {
        if (!strcmp(optional[i].name, name)) {
            return palm_library_find(name) ? NULL : optional[i].needs;
        }
    }
    return NULL;
}
