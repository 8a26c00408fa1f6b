/* SPDX-License-Identifier: MIT */
/* wiring.c: one builder for all servers that are described part by part.  The
 * suite describes the profile custom; the others are rows here, in the same
 * words, with the settings of their profile as $KEY. */
#include "config.h"
#include "conformance/targets/palm_target/wiring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/gateway.h"

/* --- the profiles --------------------------------------------------------- */

static const struct row {
    const char *profile;
    const char *outbound; /* only if the setting has this value; NULL: always */
    const char *name;
    const char *text;
    const char *fact;
    const char *pull_fact;
} rows[] = {
    {"cache", NULL, "Cache", "bypass CacheService", "db_address", NULL},
#define REP "inbound RepService block=$block scatter=$scatter"
    {"rep", "none", "in", REP, "rep_address", NULL},
    {"rep", "push", "in", REP " route=push", "rep_address", NULL},
    {"rep", "push", "push", "outbound PushService", "push_address", NULL},
    {"rep", "work", "in", REP " route=work", "rep_address", NULL},
    {"rep", "work", "work",
     "outbound PushPullService reply_timeout=$reply_timeout",
     "work_push_address", "work_pull_address"},
    {"gateway", NULL, "gateway_router",
     "inbound GatewayRouter route=WorkerPush reply_timeout=$reply_timeout",
     "router_address", NULL},
    {"gateway", NULL, "WorkerPush", "outbound WorkerPushService",
     "worker_push_address", NULL},
    {"gateway", NULL, "WorkerPull",
     "inbound WorkerPullService route=gateway_dealer", "worker_pull_address",
     NULL},
    {"gateway", NULL, "gateway_dealer",
     "outbound GatewayDealer address=" GATEWAY_INSIDE, NULL, NULL},
    {"gateway", NULL, "gateway",
     "bypass HttpGateway router_address=" GATEWAY_INSIDE
     " reply_timeout=$reply_timeout max_body=$max_body",
     "http_address", NULL},
};

/* --- the words ------------------------------------------------------------ */

static const char *const side_names[] = {
    [PALM_SIDE_INBOUND] = "inbound",
    [PALM_SIDE_OUTBOUND] = "outbound",
    [PALM_SIDE_BYPASS] = "bypass",
};

enum { SIDE_COUNT = sizeof side_names / sizeof *side_names };

/* The keys that a class knows. */
static const struct form {
    const char *class_name;
    const char *keys;
} forms[] = {
    {"RepService", "route block scatter messages"},
    {"RepConnection", "route block scatter messages address"},
    {"PullService", "route scatter messages"},
    {"PullConnection", "route scatter messages address"},
    {"WorkerPullService", "route scatter messages"},
    {"SubConnection", "route scatter messages address previous"},
    {"PushService", "route messages"},
    {"PushConnection", "route messages address"},
    {"WorkerPushService", "route messages"},
    {"PubService", "pipelined gather stream messages"},
    {"PushPullService", "route isolated reply_timeout messages"},
    {"CacheService", ""},
    {"RepBypassService", ""},
    {"PullBypassConnection", "address"},
    {"PushBypassConnection", "address"},
    {"HttpService", "route block reply_timeout max_body idle_timeout"},
    {"HttpConnection", "route address reply_timeout max_workers isolated"},
    /* Not for the suite: ADAPTER.md does not name them. */
    {"GatewayRouter", "route reply_timeout"},
    {"GatewayDealer", "address"},
    {"HttpGateway", "reply_timeout max_body router_address"},
};

/* Options that have another name in libpalm. */
static const struct {
    const char *key;
    const char *option;
} options_of[] = {
    {"max_body", "max_message_size"},
};

static const struct form *
find_form(const char *class_name)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!strcmp(forms[i].class_name, class_name)) {
            return &forms[i];
        }
    }
    return NULL;
}

static const char *
option_of(const char *key)
{
    for (size_t i = 0; i < sizeof options_of / sizeof *options_of; i++) {
        if (!strcmp(options_of[i].key, key)) {
            return options_of[i].option;
        }
    }
    return key;
}

static int
find_side(const char *text, palm_side_t *side)
{
    for (size_t i = 0; text && i < SIDE_COUNT; i++) {
        if (!strcmp(side_names[i], text)) {
            *side = (palm_side_t)i;
            return 0;
        }
    }
    return -1;
}

/* --- one part ------------------------------------------------------------- */

/* What is being read, of which part. */
struct reading {
    const struct target *target;
    struct wired *part;
    const struct form *form;
    palm_part_options_t *options;
    palm_error_t *err;
    const palm_part_class_t *class_;
};

static int
set_word(const struct reading *self, char *word)
{
    char *value = strchr(word, '=');
    const char *text = value ? value + 1 : NULL;
    if (value) {
        *value = '\0';
    }
    if (!text || !target_has_word(self->form->keys, word)) {
        return palm_error_set(self->err, TARGET_UNKNOWN,
                              "part.%s: %s does not know \"%s\" here",
                              self->part->name, self->form->class_name, word);
    }
    if (*text == '$' && !(text = target_setting(self->target, text + 1))) {
        return 0; /* it was not given, and the default is libpalm's */
    }
    if (hooks_has(word)) {
        return hooks_choose(&self->part->hooks, word, text, self->err);
    }
    palm_error_t why = {0, ""};
    if (palm_part_option_set(self->options, self->class_, option_of(word), text,
                             &why)) {
        return palm_error_set(self->err, why.code, "part.%s: %s: %s",
                              self->part->name, word, why.text);
    }
    return 0;
}

static const palm_part_class_t *
find_class(const struct reading *self)
{
    const char *name = self->form->class_name;
    const palm_part_class_t *found = palm_library_find(name);
    if (!found) {
        const char *missing = palm_library_missing(name);
        (void)palm_error_set(self->err, TARGET_UNKNOWN,
                             "part.%s: no %s: libpalm was built without %s",
                             self->part->name, name, missing ? missing : "it");
        return NULL;
    }
    if (palm_part_class_side(found) != self->part->side) {
        (void)palm_error_set(self->err, EINVAL, "part.%s: a %s is no %s part",
                             self->part->name, name,
                             side_names[self->part->side]);
        return NULL;
    }
    return !strcmp(name, "GatewayRouter") ? gateway_router(self->err) : found;
}

/* The key of an address in READY: the row's, or "part.NAME.WHICH". */
static char *
make_fact(const char *name, const char *which, const struct row *row,
          const char *of_row)
{
    size_t size = strlen(name) + strlen(which) + sizeof "part..";
    char *fact;
    if (row) {
        return of_row ? strdup(of_row) : NULL;
    }
    if ((fact = malloc(size))) {
        (void)snprintf(fact, size, "part.%s.%s", name, which);
    }
    return fact;
}

/* Where a part binds, and what READY will say of it. */
static int
set_addresses(const struct reading *self, const struct row *row)
{
    const palm_part_class_t *class_ = self->class_;
    bool is_double = !strcmp(class_->name, "PushPullService");
    palm_part_options_t *options = self->options;
    struct wired *part = self->part;
    if (!class_->binds) {
        return 0;
    }
    options->address = class_->socket_type == PALM_NO_SOCKET
                           ? "http://127.0.0.1:*"
                           : "tcp://127.0.0.1:*";
    options->advertise_as = row ? row->fact : NULL;
    part->fact = make_fact(part->name, is_double ? "push_address" : "address",
                           row, row ? row->fact : NULL);
    if (!is_double) {
        return 0;
    }
    part->pull_fact =
        make_fact(part->name, "pull_address", row, row ? row->pull_fact : NULL);
    return palm_part_option_set(options, class_, "pull_address",
                                options->address, self->err)
                   || (part->pull_fact
                       && palm_part_option_set(options, class_,
                                               "advertise_pull_as",
                                               part->pull_fact, self->err))
               ? -1
               : 0;
}

/* words: SIDE CLASS key=value …, which it cuts up. */
static int
add_words(struct wiring *self, const struct target *target, const char *name,
          char *words, const struct row *row, palm_error_t *err)
{
    palm_part_options_t options;
    palm_side_t side = PALM_SIDE_INBOUND;
    char *rest = NULL, *word = strtok_r(words, " ", &rest);
    if (find_side(word, &side)) {
        return palm_error_set(err, TARGET_UNKNOWN, "part.%s: \"%s\" is no side",
                              name, word ? word : "");
    }
    word = strtok_r(NULL, " ", &rest);
    struct reading reading = {target,
                              wiring_note(self, side, name, err),
                              word ? find_form(word) : NULL,
                              &options,
                              err,
                              NULL};
    if (!reading.part) {
        return -1;
    }
    if (!reading.form) {
        return palm_error_set(err, TARGET_UNKNOWN,
                              "part.%s: \"%s\" is no class of parts", name,
                              word ? word : "");
    }
    palm_part_options_init(&options);
    options.name = name;
    if (!(reading.class_ = find_class(&reading))
        || set_addresses(&reading, row)) {
        return -1;
    }
    while ((word = strtok_r(NULL, " ", &rest))) {
        if (set_word(&reading, word)) {
            return -1;
        }
    }
    hooks_choose_answer(&reading.part->hooks, reading.class_->name);
    wiring_hook(reading.part, target, &options);
    return palm_server_add(self->server, reading.class_, &options, err);
}

static int
add_part(struct wiring *self, const struct target *target, const char *name,
         const char *text, const struct row *row, palm_error_t *err)
{
    char *words = strdup(text);
    if (!words) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    int rc = add_words(self, target, name, words, row, err);
    free(words);
    return rc;
}

/* --- all of them ---------------------------------------------------------- */

static int
add_rows(struct wiring *self, const struct target *target, palm_error_t *err)
{
    const char *outbound = target_setting(target, "outbound");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        if (strcmp(row->profile, target->profile) != 0
            || (row->outbound && strcmp(row->outbound, outbound) != 0)) {
            continue;
        }
        if (add_part(self, target, row->name, row->text, row, err)) {
            return -1;
        }
    }
    return self->count > 0 ? 0
                           : palm_error_set(err, TARGET_UNKNOWN,
                                            "outbound is no \"%s\"", outbound);
}

static int
add_custom(struct wiring *self, const struct target *target, palm_error_t *err)
{
    static const char prefix[] = "part.";
    for (size_t i = 0; i < target->setting_count; i++) {
        const struct target_setting *setting = &target->settings[i];
        if (!strncmp(setting->key, prefix, sizeof prefix - 1)
            && add_part(self, target, setting->key + sizeof prefix - 1,
                        setting->value, NULL, err)) {
            return -1;
        }
    }
    return 0;
}

int
wiring_build(struct wiring *self, const struct target *target,
             palm_error_t *err)
{
    const char *name = target_setting(target, "name");
    const char *messages = target_setting(target, "messages");
    palm_server_options_t options;
    if (wiring_server_options(target, &options, err)
        || (messages
            && palm_server_option_set(&options, "messages", messages, err))) {
        return -1;
    }
    if (!(self->server = palm_server_new(name, &options))) {
        return palm_error_set(err, errno, "server \"%s\": %s", name,
                              palm_strerror(errno));
    }
    return !strcmp(target->profile, "custom") ? add_custom(self, target, err)
                                              : add_rows(self, target, err);
}
