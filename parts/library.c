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

/* Where the state of a derived class begins, behind its base's. */
static size_t
own_state(const palm_part_class_t *base)
{
    const size_t step = sizeof(union alignment);
    return (base->state_size + step - 1) / step * step;
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
    self->own_state = self->state_size > 0 ? own_state(base) : base->own_state;
    self->state_size = self->state_size > 0 ? self->own_state + self->state_size
                                            : base->state_size;
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
    if (derived->abi != PALM_PART_ABI) {
        return palm_error_set(err, EINVAL,
                              "made for part interface %d, this is %d",
                              derived->abi, PALM_PART_ABI);
    }
    if (!derived->name || !*derived->name) {
        return palm_error_set(err, EINVAL, "the class has no name");
    }
    palm_part_class_t made = *derived;
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
