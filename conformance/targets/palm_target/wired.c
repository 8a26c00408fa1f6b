/* SPDX-License-Identifier: MIT */
/* wired.c: what is known of the parts of a server, however it was made. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/wiring.h"

enum { STOP_MS = 2500 }; /* of the 5 seconds that a target has for it */

int
wiring_server_options(const struct target *target,
                      palm_server_options_t *options, palm_error_t *err)
{
    const char *text = target_setting(target, "stop_timeout");
    palm_server_options_init(options);
    options->stop_timeout = STOP_MS;
    options->log = target->log;
    return text ? palm_value_duration(text, &options->stop_timeout, err) : 0;
}

struct wired *
wiring_note(struct wiring *self, palm_side_t side, const char *name,
            palm_error_t *err)
{
    struct wired *part = &self->parts[self->count];
    if (self->count == WIRED_MAX) {
        (void)palm_error_set(err, EINVAL, "more than %d parts", WIRED_MAX);
        return NULL;
    }
    part->side = side;
    if (!(part->name = strdup(name))) {
        (void)palm_error_set(err, ENOMEM, "out of memory");
        return NULL;
    }
    self->count++;
    return part;
}

void
wiring_hook(struct wired *part, const struct target *target,
            palm_part_options_t *options)
{
    part->hooks.zmq = target->zmq;
    options->hooks = &part->hooks.table;
    options->hook_arg = &part->hooks;
}

/* --- facts ---------------------------------------------------------------- */

static void
write_value(const struct wiring *self, const char *key, const char *prefix,
            FILE *facts)
{
    zmq_msg_t value;
    if (!palm_cache_get(palm_server_cache(self->server), palm_slice(key),
                        &value)) {
        fprintf(facts, "%s%s=", prefix, key);
        (void)fwrite(zmq_msg_data(&value), 1, zmq_msg_size(&value), facts);
        (void)fputc('\n', facts);
        (void)zmq_msg_close(&value);
    }
}

/* What write_preset() needs. */
struct presets {
    const struct wiring *wiring;
    FILE *facts;
};

static int
write_preset(palm_slice_t key, void *arg)
{
    const struct presets *self = arg;
    char *text = strndup(key.data, key.size);
    if (text) {
        write_value(self->wiring, text, "preset.", self->facts);
    }
    free(text);
    return 0;
}

/* A server has a cache in any case; if nobody else can ask it, its keys say
 * nothing. */
static bool
has_cache(const struct wiring *self)
{
    palm_part_info_t info;
    for (size_t i = 0; !palm_server_part_at(self->server, i, &info); i++) {
        if (!strcmp(info.class_->name, "CacheService")) {
            return true;
        }
    }
    return false;
}

void
wiring_write_facts(const struct wiring *self, FILE *facts)
{
    struct presets presets = {self, facts};
    for (size_t i = 0; i < self->count; i++) {
        const struct wired *part = &self->parts[i];
        const char *endpoint =
            palm_server_endpoint(self->server, part->side, part->name);
        if (part->fact && endpoint) {
            fprintf(facts, "%s=%s\n", part->fact, endpoint);
        }
        if (part->pull_fact) {
            write_value(self, part->pull_fact, "", facts);
        }
    }
    if (has_cache(self)) {
        (void)palm_cache_list(palm_server_cache(self->server), palm_slice(""),
                              write_preset, &presets);
    }
}

void
wiring_fini(struct wiring *self)
{
    palm_server_destroy(&self->server); /* joins: the hooks are ours again */
    for (size_t i = 0; i < self->count; i++) {
        struct wired *part = &self->parts[i];
        free(part->name);
        free(part->fact);
        free(part->pull_fact);
        hooks_fini(&part->hooks);
    }
    self->count = 0;
}
