/* SPDX-License-Identifier: MIT */
/* server.c: the template: what a server is made of, before and after it runs.
 * How it starts and stops is in server_start.c and server_stop.c. */
#include "config.h"
#include "core/server.h"
#include "core/server_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/cache_backend.h"
#include "core/compat.h"
#include "core/option_impl.h"

/* clang-format off */
#define ROW(kind, name, least, most, initial, help) \
    {#name, PALM_OPTION_##kind, offsetof(palm_server_options_t, name), \
     least, most, initial, false, NULL, help}

static const palm_option_t rows[] = {
    ROW(DURATION, stop_timeout, -1, INT64_MAX, "10s",
        "time that a stop waits for what is inside"),
    ROW(DURATION, quiet_time, 0, INT64_MAX, "100ms",
        "silence of the workers after which a stop goes on"),
    ROW(SIZE, cache_size, 0, INT64_MAX, "0",
        "bytes of the cache; 0 = any number"),
    ROW(COUNT, io_threads, 1, PALM_IO_THREADS_MOST, "1", "threads of ZeroMQ"),
    ROW(BOOL, batch, 0, 0, "yes", "whether threads run as SCHED_BATCH"),
    ROW(COUNT, messages, 0, INT64_MAX, "0",
        "messages after which the server ends; 0 = never"),
    ROW(COUNT, max_connections, 0, INT64_MAX, "0",
        "connections of peers; 0 = half of the descriptors"),
    ROW(COUNT, max_connections_per_address, 0, INT64_MAX, "0",
        "of them, by address; 0 = three quarters"),
    {"log_level", PALM_OPTION_LOG_LEVEL,
     offsetof(palm_server_options_t, log.level), 0, 0, "info", false, NULL,
     "least level that is logged: error, warning, info, debug"},
    PALM_OPTION_END,
};
/* clang-format on */

void
palm_server_options_init(palm_server_options_t *options)
{
    memset(options, 0, sizeof *options);
    palm__option_init(rows, options);
}

int
palm_server_option_set(palm_server_options_t *options, const char *key,
                       const char *text, palm_error_t *err)
{
    return palm__option_set(rows, options, key, text, err);
}

const char *
palm_server_option_name(size_t index)
{
    return index < sizeof rows / sizeof *rows ? rows[index].name : NULL;
}

/* The cache, which opens when the server starts. */
static palm_cache_t *
new_cache(const palm_server_options_t *options)
{
    palm_cache_options_t own;
    palm_cache_options_init(&own);
    if (options->cache) {
        own = *options->cache;
    }
    if (!own.size) {
        own.size = options->cache_size;
    }
    return palm__cache_new(&own);
}

palm_server_t *
palm_server_new(const char *name, const palm_server_options_t *options)
{
    palm_server_t *self;
    if (!name || palm_name_check_server(name, NULL)
        || (options
            && (options->io_threads < 1
                || options->io_threads > PALM_IO_THREADS_MOST))) {
        errno = EINVAL;
        return NULL;
    }
    if (!(self = calloc(1, sizeof *self))) {
        errno = ENOMEM;
        return NULL;
    }
    palm_server_options_init(&self->options);
    if (options) {
        self->options = *options;
        palm__option_bound(rows, &self->options);
    }
    (void)pthread_mutex_init(&self->mutex, NULL);
    palm__cond_init(&self->changed);
    if (!(self->name = strdup(name))
        || !(self->cache = new_cache(&self->options))
        || !(self->functions = palm_functions_new())
        || palm_server_preset(self, "name", palm_slice(name))) {
        palm_server_destroy(&self);
        errno = ENOMEM;
        return NULL;
    }
    self->options.cache = NULL; /* has been copied */
    return self;
}

static void
free_part(palm_part_t *part)
{
    palm__options_fini(&part->options);
    palm__class_options_free(&part->kept, part->class_options);
    palm__endpoints_free(part->more);
    free(part->state);
    free(part);
}

void
palm_server_destroy(palm_server_t **self_p)
{
    palm_server_t *self = *self_p;
    int saved = errno;
    if (!self) {
        return;
    }
    palm__server_end(self);
    for (size_t i = 0; i < self->part_count; i++) {
        free_part(self->parts[i]);
    }
    free(self->parts);
    palm_functions_destroy(&self->functions);
    palm_cache_destroy(&self->cache);
    (void)pthread_mutex_destroy(&self->mutex);
    (void)pthread_cond_destroy(&self->changed);
    free(self->name);
    free(self);
    *self_p = NULL;
    errno = saved;
}

/* --- registering ---------------------------------------------------------- */

palm_side_t
palm_part_class_side(const palm_part_class_t *class_)
{
    if (class_->bypass) {
        return PALM_SIDE_BYPASS;
    }
    return class_->direction == PALM_INBOUND ? PALM_SIDE_INBOUND
                                             : PALM_SIDE_OUTBOUND;
}

static int
check_options(const palm_part_class_t *class_,
              const palm_part_options_t *options, palm_error_t *err)
{
    const char *side = palm__side_name(palm_part_class_side(class_));
    char shown[PALM_NAME_MOST + 1];
    if (!options->name || !*options->name) {
        return palm_error_set(err, EINVAL, "%s part of class %s: empty name",
                              side, class_->name);
    }
    palm_error_t why;
    (void)snprintf(shown, sizeof shown, "%s", options->name);
    if (palm_name_check_part(options->name, &why)) {
        palm_error_clean(shown);
        return palm_error_set(err, EINVAL, "%s '%s': %s", side, shown,
                              why.text);
    }
    if (class_->socket_type >= 0 && (!options->address || !*options->address)) {
        return palm_error_set(err, EINVAL, "%s %s: no address", side,
                              options->name);
    }
    if (options->window < 1 || options->window_size < 1 || options->hwm < 1) {
        return palm_error_set(
            err, EINVAL, "%s %s: window, window_size and hwm are at least 1",
            side, options->name);
    }
    return 0;
}

static int
check_part(palm_server_t *self, const palm_part_class_t *class_,
           const palm_part_options_t *options, palm_error_t *err)
{
    if (self->state != PALM__NEW) {
        return palm_error_set(err, EBUSY, "server %s has been started",
                              self->name);
    }
    if (class_->base) {
        return palm_error_set(err, EINVAL,
                              "class %s is to be derived from %s: "
                              "palm_library_derive() makes it whole",
                              class_->name, class_->base);
    }
    if (check_options(class_, options, err)) {
        return -1;
    }
    if (palm__server_find(self, palm_part_class_side(class_), options->name)) {
        return palm_error_set(
            err, EEXIST, "%s %s: there is a part of that name already",
            palm__side_name(palm_part_class_side(class_)), options->name);
    }
    if (self->part_count == UINT16_MAX) {
        return palm_error_set(err, EINVAL, "too many parts");
    }
    return 0;
}

/* The hooks of the options, and the class's where these have none. */
static palm_hooks_t
choose_hooks(const palm_part_class_t *class_,
             const palm_part_options_t *options)
{
    palm_hooks_t hooks = class_->hooks;
    const palm_hooks_t *own = options->hooks;
    if (own) {
#define CHOOSE(hook) hooks.hook = own->hook ? own->hook : hooks.hook
        CHOOSE(to_router);
        CHOOSE(scatter);
        CHOOSE(handle_feedback);
        CHOOSE(reply_feedback);
        CHOOSE(from_router);
        CHOOSE(gather);
        CHOOSE(handle_stream);
        CHOOSE(answer);
#undef CHOOSE
    }
    return hooks;
}

/* class_ is whole, options are checked. */
static palm_part_t *
new_part(palm_server_t *self, const palm_part_class_t *class_,
         const palm_part_options_t *options, palm_error_t *err)
{
    palm_part_t *part = calloc(1, sizeof *part);
    if (!part) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    part->kept = *class_;
    part->class_ = &part->kept;
    part->class_options = palm__class_options_new(class_, options, err);
    if (!part->class_options) {
        free(part);
        return NULL;
    }
    if (palm__options_copy(&part->options, options)
        || !(part->state = calloc(1, class_->state_size + 1))) {
        free_part(part);
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    part->hooks = choose_hooks(class_, options);
    part->side = palm_part_class_side(class_);
    part->index = (uint16_t)self->part_count;
    part->descriptors = -1;
    part->server = self;
    return part;
}

int
palm_server_add(palm_server_t *self, const palm_part_class_t *given,
                const palm_part_options_t *options, palm_error_t *err)
{
    palm_part_class_t class_;
    palm_part_t **parts, *part;
    palm_error_t why = {0, "out of memory"};
    if (!given || !options) {
        return palm_error_set(err, EINVAL, "server %s: a part without %s",
                              self->name, given ? "options" : "class");
    }
    if (palm__class_copy(&class_, given, &why)) {
        return palm_error_set(err, why.code, "part '%.99s': class %s",
                              options->name ? options->name : "", why.text);
    }
    if (check_part(self, &class_, options, err)) {
        return -1;
    }
    parts = realloc(self->parts, (self->part_count + 1) * sizeof *parts);
    if (parts) {
        self->parts = parts;
    }
    part = parts ? new_part(self, &class_, options, &why) : NULL;
    if (!part) {
        return palm_error_set(err, why.code ? why.code : ENOMEM, "%s %s: %s",
                              palm__side_name(palm_part_class_side(&class_)),
                              options->name, why.text);
    }
    parts[self->part_count++] = part;
    return 0;
}

int
palm_server_preset(palm_server_t *self, const char *key, palm_slice_t value)
{
    return palm__cache_preset(self->cache, palm_slice(key), value);
}

static bool
runs_functions(const palm_server_t *self)
{
    for (size_t i = 0; i < self->part_count; i++) {
        if (self->parts[i]->class_->traits & PALM_RUNS) {
            return true;
        }
    }
    return false;
}

int
palm_server_register(palm_server_t *self, const char *name,
                     palm_yields_t yields, palm_function_f *function, void *arg)
{
    if (self->state != PALM__NEW || !runs_functions(self)) {
        errno = self->state != PALM__NEW ? EBUSY : ENOTSUP;
        return -1;
    }
    return palm_functions_register(self->functions, name, yields, function,
                                   arg);
}

/* --- looking at it -------------------------------------------------------- */

const char *
palm_server_name(const palm_server_t *self)
{
    return self->name;
}

palm_cache_t *
palm_server_cache(palm_server_t *self)
{
    return self->cache;
}

const char *
palm_server_endpoint(palm_server_t *self, palm_side_t side, const char *name)
{
    palm_part_t *part = palm__server_find(self, side, name);
    (void)pthread_mutex_lock(&self->mutex);
    bool started = self->started;
    (void)pthread_mutex_unlock(&self->mutex);
    if (part && !started) {
        errno = EINVAL;
        return NULL;
    }
    return part ? part->endpoint : NULL;
}

const char *
palm_server_endpoint_at(palm_server_t *self, palm_side_t side, const char *name,
                        size_t index)
{
    const char *first = palm_server_endpoint(self, side, name);
    if (!first || index == 0) {
        return first;
    }
    const struct palm__endpoint *found =
        palm__server_find(self, side, name)->more;
    while (found && --index > 0) {
        found = found->next;
    }
    if (!found) {
        errno = ENOENT;
    }
    return found ? found->text : NULL;
}

int
palm_server_part_at(const palm_server_t *self, size_t index,
                    palm_part_info_t *info)
{
    if (index >= self->part_count) {
        errno = ENOENT;
        return -1;
    }
    const palm_part_t *part = self->parts[index];
    info->side = part->side;
    info->name = part->options.name;
    info->class_ = part->class_;
    info->options = &part->options;
    info->class_options = part->class_options;
    return 0;
}

const char *
palm_part_info_text(const palm_part_info_t *info, const char *key)
{
    return palm__class_option_text(info->class_, info->class_options, key);
}
