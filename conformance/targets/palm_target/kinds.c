/* SPDX-License-Identifier: MIT */
/* kinds.c: the profiles that are kinds of servers, as libpalm makes them. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "conformance/targets/palm_target/functions.h"
#include "conformance/targets/palm_target/wiring.h"

static const char any_port[] = "tcp://127.0.0.1:*";
static const char no_topic[] = "-"; /* stands for the empty one */

/* What READY says of the parts, and whose hooks the settings choose. */
static const struct {
    const char *name; /* of the part */
    const char *fact;
    const char *hooks;
    bool limited; /* by max_message_size */
} kind_parts[] = {
    {"Pull", "pull_address", "scatter", true},
    {"WorkerPush", "worker_push_address", "", false},
    {"WorkerPull", "worker_pull_address", "", true},
    {"Pub", "pub_address", "gather stream", false},
    {"Cache", "db_address", "", false},
};

enum { PART_COUNT = sizeof kind_parts / sizeof *kind_parts };

bool
wiring_is_kind(const char *profile)
{
    palm_kind_t kind;
    return !palm_kind_find(profile, &kind);
}

/* What adjust() needs. */
struct adjusting {
    struct wiring *wiring;
    const struct target *target;
};

static int
choose_hooks(struct wired *part, const struct target *target, const char *keys,
             palm_error_t *err)
{
    char key[16];
    bool is_any = false;
    while (target_next_word(&keys, key, sizeof key)) {
        const char *name = target_setting(target, key);
        if (name && hooks_choose(&part->hooks, key, name, err)) {
            return -1;
        }
        is_any = is_any || name;
    }
    return is_any;
}

static int
set_limit(const struct target *target, const palm_part_class_t *class_,
          palm_part_options_t *options, palm_error_t *err)
{
    const char *text = target_setting(target, "max_message_size");
    return text ? palm_part_option_set(options, class_, "max_message_size",
                                       text, err)
                : 0;
}

static void
set_no_topic(palm_part_options_t *options)
{
    for (size_t i = 0; i < PALM_PART_SETTINGS; i++) {
        if (options->own[i].text == no_topic) {
            options->own[i].text = "";
        }
    }
}

static int
adjust(const palm_part_info_t *info, palm_part_options_t *options, void *arg,
       palm_error_t *err)
{
    const struct adjusting *self = arg;
    struct wired *part = wiring_note(self->wiring, info->side, info->name, err);
    if (!part) {
        return -1;
    }
    set_no_topic(options);
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (strcmp(kind_parts[i].name, info->name) != 0) {
            continue;
        }
        part->fact = strdup(kind_parts[i].fact);
        if (!strcmp(info->name, "Pull")) {
            options->advertise = target_setting(self->target, "advertise");
        }
        if (kind_parts[i].limited
            && set_limit(self->target, info->class_, options, err)) {
            return -1;
        }
        int chosen = choose_hooks(part, self->target, kind_parts[i].hooks, err);
        if (chosen > 0) {
            wiring_hook(part, self->target, options);
        }
        return chosen < 0 ? -1 : 0;
    }
    return 0;
}

/* --- options -------------------------------------------------------------- */

static int
set_flag(const struct target *target, const char *key, bool *flag,
         palm_error_t *err)
{
    const char *text = target_setting(target, key);
    return text ? palm_value_bool(text, flag, err) : 0;
}

/* The contract has two words for it: pipelined of a master or server, to_client
 * of what stands behind one. */
static int
set_to_client(const struct target *target, palm_kind_options_t *options,
              palm_error_t *err)
{
    bool is_pipelined = false, to_client = true;
    if (set_flag(target, "pipelined", &is_pipelined, err)
        || set_flag(target, "to_client", &to_client, err)) {
        return -1;
    }
    options->to_client = to_client && !is_pipelined;
    return 0;
}

static void
set_addresses(palm_kind_t kind, const struct target *target,
              palm_kind_options_t *options)
{
    const char *previous = target_setting(target, "previous");
    bool is_sink = kind == PALM_SINK;
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (palm_kind_has(kind, kind_parts[i].fact)) {
            (void)palm_kind_option_set(options, kind_parts[i].fact, any_port,
                                       NULL);
        }
    }
    if (palm_kind_has(kind, "previous")) {
        options->sub_address =
            target_setting(target, is_sink ? "sub_addresses" : "sub_address");
        options->previous = is_sink || *previous ? previous : no_topic;
    }
}

/* --- building ------------------------------------------------------------- */

static int
register_functions(palm_server_t *server, palm_kind_t kind, palm_error_t *err)
{
    for (const struct target_function *i = target_functions; i->name; i++) {
        if (i->is_many && kind == PALM_SERVER) {
            continue;
        }
        if (palm_server_register(server, i->name,
                                 i->is_many ? PALM_YIELDS_MANY
                                            : PALM_YIELDS_ONE,
                                 i->function, NULL)) {
            return errno == ENOTSUP /* its workers run them */
                       ? 0
                       : palm_error_set(err, errno, "%s: %s", i->name,
                                        palm_strerror(errno));
        }
    }
    return 0;
}

int
wiring_build_kind(struct wiring *self, const struct target *target,
                  palm_error_t *err)
{
    struct adjusting adjusting = {self, target};
    palm_kind_options_t options;
    palm_server_options_t server;
    palm_kind_t kind;
    palm_kind_options_init(&options);
    options.name = target_setting(target, "name");
    options.server = &server;
    options.adjust = adjust;
    options.adjust_arg = &adjusting;
    if (palm_kind_find(target->profile, &kind)
        || wiring_server_options(target, &server, err)
        || set_to_client(target, &options, err)) {
        return -1;
    }
    set_addresses(kind, target, &options);
    if (!(self->server = palm_kind_new(kind, &options, err))) {
        return -1;
    }
    return register_functions(self->server, kind, err);
}
