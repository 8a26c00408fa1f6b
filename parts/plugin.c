/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "parts/plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_DLOPEN
#include <dlfcn.h>
#endif

#include "parts/library.h"

/* A class that was asked for. */
struct loaded {
    char *symbol;
    palm_part_class_t class_; /* whole; its texts are the object's */
    struct loaded *next;
};

struct palm_plugin {
    char *path;
    void *object; /* of dlopen() */
    struct loaded *classes;
};

/* --- the system ----------------------------------------------------------- */

#ifdef HAVE_DLOPEN
/* The reason mostly names the file already. */
static void *
load(const char *path, palm_error_t *err)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        const char *why = dlerror();
        why = why ? why : "no reason given";
        bool named = strstr(why, path) != NULL;
        (void)palm_error_set(err, ENOEXEC, "%s%scannot be loaded: %s",
                             named ? "" : path, named ? "" : ": ", why);
    }
    return object;
}

static void *
look_up(void *object, const char *symbol)
{
    return dlsym(object, symbol);
}

static void
unload(void *object)
{
    (void)dlclose(object);
}
#else
static void *
load(const char *path, palm_error_t *err)
{
    (void)palm_error_set(err, ENOTSUP,
                         "%s: this system cannot load shared objects", path);
    return NULL;
}

static void *
look_up(void *object, const char *symbol)
{
    (void)object;
    (void)symbol;
    return NULL;
}

static void
unload(void *object)
{
    (void)object;
}
#endif

/* --- the plugin ----------------------------------------------------------- */

/* A copy of the path that dlopen() does not search for. */
static char *
copy_path(const char *path)
{
    size_t size = strlen(path) + sizeof "./";
    char *copy = malloc(size);
    if (copy) {
        (void)snprintf(copy, size, "%s%s", strchr(path, '/') ? "" : "./", path);
    }
    return copy;
}

palm_plugin_t *
palm_plugin_open(const char *path, palm_error_t *err)
{
    if (!path || !*path) {
        (void)palm_error_set(err, EINVAL, "a plugin without a path");
        return NULL;
    }
    if (access(path, R_OK)) {
        (void)palm_error_set(err, errno, "%s: %s", path, palm_strerror(errno));
        return NULL;
    }
    palm_plugin_t *self = calloc(1, sizeof *self);
    if (!self || !(self->path = copy_path(path))) {
        palm_plugin_close(&self);
        (void)palm_error_set(err, ENOMEM, "%s: out of memory", path);
        return NULL;
    }
    if (!(self->object = load(self->path, err))) {
        palm_plugin_close(&self);
    }
    return self;
}

static const palm_part_class_t *
remember(palm_plugin_t *self, const char *symbol,
         const palm_part_class_t *class_)
{
    struct loaded *made = calloc(1, sizeof *made);
    if (!made || !(made->symbol = strdup(symbol))) {
        free(made);
        return NULL;
    }
    made->class_ = *class_;
    made->next = self->classes;
    self->classes = made;
    return &made->class_;
}

const palm_part_class_t *
palm_plugin_class(palm_plugin_t *self, const char *symbol, palm_error_t *err)
{
    palm_part_class_t whole;
    palm_error_t reason;
    for (struct loaded *known = self->classes; known; known = known->next) {
        if (!strcmp(known->symbol, symbol)) {
            return &known->class_;
        }
    }
    const palm_part_class_t *found = look_up(self->object, symbol);
    if (!found) {
        (void)palm_error_set(err, ENOENT, "%s: there is no symbol \"%s\"",
                             self->path, symbol);
        return NULL;
    }
    if (palm_library_derive(found, &whole, &reason)) {
        (void)palm_error_set(err, reason.code, "%s: %s: %s", self->path, symbol,
                             reason.text);
        return NULL;
    }
    found = remember(self, symbol, &whole);
    if (!found) {
        (void)palm_error_set(err, ENOMEM, "%s: %s: out of memory", self->path,
                             symbol);
    }
    return found;
}

void
palm_plugin_close(palm_plugin_t **self_p)
{
    palm_plugin_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    for (struct loaded *known = self->classes, *next; known; known = next) {
        next = known->next;
        free(known->symbol);
        free(known);
    }
    if (self->object) {
        unload(self->object);
    }
    free(self->path);
    free(self);
    *self_p = NULL;
    errno = saved;
}
