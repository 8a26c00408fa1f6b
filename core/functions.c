/* SPDX-License-Identifier: MIT */
/* functions.c: the table of functions, and finding what a message calls. */
#include "config.h"
#include "core/functions.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/reply_impl.h"

#define HASH_NONFATAL_OOM         1
#define uthash_nonfatal_oom(item) ((item)->is_lost = true)
#include <uthash.h>

enum {
    NAME_MOST = 1024, /* bytes of a name */
    NAME_SHOWN = 64   /* bytes of an unknown one, in an error */
};

/* A function that is registered. */
struct item {
    char *name;
    palm_yields_t yields;
    palm_function_f *function;
    void *arg;
    bool is_lost; /* there was no memory to put it into the table */
    UT_hash_handle hh;
};

struct palm_functions {
    struct item *items;
    size_t longest; /* bytes of the longest name */
};

palm_functions_t *
palm_functions_new(void)
{
    palm_functions_t *self = calloc(1, sizeof *self);
    if (!self) {
        errno = ENOMEM;
    }
    return self;
}

void
palm_functions_destroy(palm_functions_t **self_p)
{
    palm_functions_t *self = *self_p;
    struct item *item, *next;
    int saved = errno;
    if (!self) {
        return;
    }
    HASH_ITER (hh, self->items, item, next) {
        HASH_DEL(self->items, item);
        free(item->name);
        free(item);
    }
    free(self);
    *self_p = NULL;
    errno = saved;
}

/* --- registering ---------------------------------------------------------- */

static struct item *
find(const palm_functions_t *self, palm_slice_t name)
{
    struct item *item = NULL;
    if (name.size > 0 && name.size <= self->longest) {
        HASH_FIND(hh, self->items, name.data, (unsigned)name.size, item);
    }
    return item;
}

static struct item *
add(palm_functions_t *self, palm_slice_t name)
{
    struct item *item = calloc(1, sizeof *item);
    if (!item || !(item->name = strdup(name.data))) {
        goto error;
    }
    HASH_ADD_KEYPTR(hh, self->items, item->name, (unsigned)name.size, item);
    if (item->is_lost) {
        goto error;
    }
    if (self->longest < name.size) {
        self->longest = name.size;
    }
    return item;
error:
    if (item) {
        free(item->name);
    }
    free(item);
    errno = ENOMEM;
    return NULL;
}

int
palm_functions_register(palm_functions_t *self, const char *name,
                        palm_yields_t yields, palm_function_f *function,
                        void *arg)
{
    palm_slice_t key = palm_slice(name);
    struct item *item;
    if (key.size == 0 || key.size > NAME_MOST || strpbrk(name, ". ")
        || !function) {
        errno = EINVAL;
        return -1;
    }
    item = find(self, key);
    if (!item && !(item = add(self, key))) {
        return -1;
    }
    item->yields = yields;
    item->function = function;
    item->arg = arg;
    return 0;
}

/* --- running -------------------------------------------------------------- */

/* Finds the function, or sets the error that says why there is none. */
static struct item *
find_called(const palm_functions_t *self, palm_reply_t *reply)
{
    struct item *item;
    palm_slice_t server, method;
    if (palm_message_method(reply->message, &server, &method)) {
        (void)palm_reply_error(reply, errno,
                               errno == ERANGE
                                   ? "no function for stage %" PRId64
                                   : "no function is named, stage %" PRId64,
                               reply->message->stage);
        return NULL;
    }
    item = find(self, method);
    if (!item) {
        int size = method.size > NAME_SHOWN ? NAME_SHOWN : (int)method.size;
        (void)palm_reply_error(reply, ENOENT, "no function '%.*s'", size,
                               method.data);
    }
    return item;
}

int
palm_functions_run(const palm_functions_t *self, const palm_message_t *message,
                   const palm_results_t *results)
{
    palm_reply_t reply;
    struct item *item;
    palm__reply_init(&reply, message, results, PALM_YIELDS_ONE);
    item = find_called(self, &reply);
    if (item) {
        reply.yields = item->yields;
    }
    return palm__reply_run(&reply, item ? item->function : NULL,
                           item ? item->arg : NULL);
}

int
palm_functions_refuse(const palm_message_t *message,
                      const palm_results_t *results, int code,
                      const char *format, ...)
{
    palm_reply_t reply;
    va_list args;
    palm__reply_init(&reply, message, results, PALM_YIELDS_ONE);
    va_start(args, format);
    (void)palm__reply_verror(&reply, code, format, args);
    va_end(args);
    return palm__reply_run(&reply, NULL, NULL);
}
