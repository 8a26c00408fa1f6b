/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/library.h"

#include <errno.h>
#include <string.h>

#include "core/part_impl.h"
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

int
palm_library_add(palm_server_t *server, const char *class_name,
                 const palm_part_options_t *options, palm_error_t *err)
{
    const palm_part_class_t *found = palm_library_find(class_name);
    const char *needs = palm_library_missing(class_name);
    return found ? palm_server_add(server, found, options, err)
                 : palm_error_set(err, ENOENT, "there is no part \"%.99s\"%s%s",
                                  class_name,
                                  needs ? ": libpalm was built without " : "",
                                  needs ? needs : "");
}

/* --- deriving ------------------------------------------------------------- */

typedef void function_f(void);

/* Hooks and operations are structures of pointers to functions and of nothing
 * else, so whoever adds one need not think of this place. */
static void
take_functions(void *to, const void *from, size_t size)
{
    for (size_t at = 0; at < size; at += sizeof(function_f *)) {
        function_f *own;
        memcpy(&own, (char *)to + at, sizeof own);
        if (!own) {
            memcpy((char *)to + at, (const char *)from + at, sizeof own);
        }
    }
}

/* The member in which a class contradicts its base, or NULL.  What is 0 says
 * nothing: inbound, no. */
static const char *
contradiction(const palm_part_class_t *own, const palm_part_class_t *base)
{
    if (own->direction && own->direction != base->direction) {
        return "direction";
    }
    if (own->bypass && !base->bypass) {
        return "bypass";
    }
    if (own->binds && !base->binds) {
        return "binds";
    }
    if (own->waits && !base->waits) {
        return "waits";
    }
    if (own->socket_type && own->socket_type != base->socket_type) {
        return "socket_type";
    }
    return NULL;
}

/* What any object may be aligned to. */
union alignment {
    long double number;
    void *pointer;
    int64_t integer;
};

/* Where a structure of a derived class begins, behind its base's. */
static size_t
behind(size_t size)
{
    const size_t step = sizeof(union alignment);
    return (size + step - 1) / step * step;
}

static void
take_state(palm_part_class_t *self, const palm_part_class_t *base)
{
    bool is_own = self->state_size > 0;
    self->own_state = is_own ? behind(base->state_size) : base->own_state;
    self->state_size =
        is_own ? self->own_state + self->state_size : base->state_size;
}

static void
take_options(palm_part_class_t *self, const palm_part_class_t *base)
{
    if (self->options) {
        self->base_options = base->options;
        self->own_options = behind(base->options_size);
    } else {
        self->options = base->options;
        self->options_size = base->options_size;
        self->base_options = base->base_options;
        self->own_options = base->own_options;
    }
}

static void
take_from_base(palm_part_class_t *self, const palm_part_class_t *base)
{
    self->direction = base->direction;
    self->bypass = base->bypass;
    self->binds = base->binds;
    self->waits = base->waits;
    self->socket_type = base->socket_type;
    self->traits |= base->traits;
    take_state(self, base);
    take_options(self, base);
    self->base = NULL;
    take_functions(&self->hooks, &base->hooks, sizeof self->hooks);
    take_functions(&self->operations, &base->operations,
                   sizeof self->operations);
}

int
palm_library_derive(const palm_part_class_t *derived,
                    palm_part_class_t *resolved, palm_error_t *err)
{
    const palm_part_class_t *base;
    const char *member;
    palm_part_class_t made;
    if (palm__class_copy(&made, derived, err)) {
        return -1;
    }
    if (!made.name || !*made.name) {
        return palm_error_set(err, EINVAL, "the class has no name");
    }
    if (made.base) {
        if (!(base = palm_library_find(made.base))) {
            return palm_error_set(err, ENOENT,
                                  "%s: there is no class \"%s\" to derive from",
                                  made.name, made.base);
        }
        if ((member = contradiction(&made, base))) {
            return palm_error_set(err, EINVAL, "%s: %s contradicts its base %s",
                                  made.name, member, made.base);
        }
        take_from_base(&made, base);
    }
    *resolved = made;
    return 0;
}
