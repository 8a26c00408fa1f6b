/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/functions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/program/program.h"
#include "harness/server/refuse.h"
#include "harness/worker/builtin.h"

/* What the error of a command that is killed has for its way to the client: a
 * part of stop_timeout, and this at most.  On a busy machine each thread on
 * that way may wait for its turn. */
enum { MARGIN_PART = 4, MARGIN_MOST = 1000 /* ms */ };

static const char no_functions[] =
    "only servers of kind server, pipeline and sink run functions, and only if "
    "the class of Pub has no gather hook of its own";

/* What [server] says of functions. */
struct choice {
    struct command_settings command;
    const char *persistent; /* names of those; NULL = no list */
    const char *yield;      /* names of those; NULL = no list */
    bool builtins;
};

static int
read_timeout(struct choice *choice, const char *text, palm_error_t *err)
{
    return palm_value_duration(text, &choice->command.timeout, err);
}

static int
read_output(struct choice *choice, const char *text, palm_error_t *err)
{
    return palm_value_size(text, &choice->command.output, err);
}

static int
read_builtins(struct choice *choice, const char *text, palm_error_t *err)
{
    return palm_value_bool(text, &choice->builtins, err);
}

/* Yes, no, or names of functions; NULL for the first two. */
static const char *
read_names(const char *text, bool *all)
{
    if (!palm_value_bool(text, all, NULL)) {
        return NULL;
    }
    *all = false;
    return text;
}

static int
read_persistent(struct choice *choice, const char *text, palm_error_t *err)
{
    (void)err;
    choice->persistent = read_names(text, &choice->command.persistent);
    return 0;
}

static int
read_yield(struct choice *choice, const char *text, palm_error_t *err)
{
    (void)err;
    choice->yield = read_names(text, &choice->command.yields);
    return 0;
}

static const struct {
    const char *name;
    int (*read)(struct choice *choice, const char *text, palm_error_t *err);
} keys[] = {
    {"exec_timeout", read_timeout}, {"exec_output", read_output},
    {"builtins", read_builtins},    {"persistent", read_persistent},
    {"yield", read_yield},
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

const char *
server_functions_key(size_t index)
{
    return index < KEY_COUNT ? keys[index].name : NULL;
}

static int
read_choice(const struct server_section *section, struct choice *choice,
            palm_error_t *err)
{
    palm_error_t reason = {0};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct server_setting *setting =
            server_section_find(section, keys[i].name);
        if (setting && keys[i].read(choice, setting->value, &reason)) {
            return server_refuse_as(err, section, setting, &reason);
        }
    }
    return 0;
}

/* The first setting that is about functions; NULL = none. */
static const struct server_setting *
find_key(const struct server_section *section)
{
    const struct server_setting *found = NULL;
    for (size_t i = 0; !found && i < KEY_COUNT; i++) {
        found = server_section_find(section, keys[i].name);
    }
    return found;
}

/* Why a function could not be registered. */
static const char *
reason_of(int code)
{
    if (code == ENOTSUP) {
        return no_functions;
    }
    return code == EINVAL ? "cannot be a function's name: it has a dot or a "
                            "blank, or is too long"
                          : palm_strerror(code);
}

/* The next word of a list, which goes on behind it; its size is 0 at the end.
 */
static size_t
next_word(const char **list, const char **word)
{
    *word = *list + strspn(*list, " ");
    size_t size = strcspn(*word, " ");
    *list = *word + size;
    return size;
}

static bool
is_listed(const char *list, const char *name)
{
    const char *word;
    size_t size;
    while (list && (size = next_word(&list, &word)) > 0) {
        if (size == strlen(name) && !memcmp(word, name, size)) {
            return true;
        }
    }
    return false;
}

/* Each name of the list is a function's. */
static int
check_names(const struct server_section *main,
            const struct server_section *section, const char *key,
            const char *list, palm_error_t *err)
{
    char name[128], why[192];
    const char *word;
    size_t size;
    while (list && (size = next_word(&list, &word)) > 0) {
        (void)snprintf(name, sizeof name, "%.*s", (int)size, word);
        if (!section || !server_section_find(section, name)) {
            (void)snprintf(why, sizeof why,
                           "yes, no or functions of [functions], where there "
                           "is no '%s'",
                           name);
            return server_refuse(err, main, server_section_find(main, key),
                                 why);
        }
    }
    return 0;
}

static int
add_command(struct server_functions *self, palm_server_t *server,
            const struct server_section *section,
            const struct server_setting *setting, const struct choice *choice,
            palm_error_t *err)
{
    struct command *command = &self->commands[self->count];
    if (!*setting->value) {
        return server_refuse(err, section, setting, "there is no command");
    }
    struct command_settings settings = choice->command;
    settings.persistent |= is_listed(choice->persistent, setting->key);
    settings.yields |= is_listed(choice->yield, setting->key);
    if (settings.persistent && settings.yields) {
        return server_refuse(err, section, setting,
                             "persistent and yield do not go together");
    }
    command_init(command, setting->value, &settings);
    self->count++;
    if (palm_server_register(server, setting->key, command_yields(command),
                             command_function, command)) {
        const palm_error_t out = {ENOMEM, "out of memory"};
        return errno == ENOMEM
                   ? server_refuse_as(err, section, setting, &out)
                   : server_refuse(err, section, setting, reason_of(errno));
    }
    return 0;
}

/* A server may begin to drain by itself. */
static void
look(void *arg)
{
    struct server_functions *self = arg;
    if (palm_server_state(self->server) == PALM_SERVER_DRAINING) {
        server_functions_stop(self);
    }
}

static int
add_commands(struct server_functions *self, palm_server_t *server,
             const struct server_section *section, const struct choice *choice,
             palm_error_t *err)
{
    self->commands = calloc(section->count + 1, sizeof *self->commands);
    if (!self->commands) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    command_watch(look, self);
    for (size_t i = 0; i < section->count; i++) {
        if (add_command(self, server, section, &section->settings[i], choice,
                        err)) {
            return -1;
        }
    }
    return 0;
}

/* Whether a function could be registered: nobody has one without a name. */
static bool
runs_functions(palm_server_t *server)
{
    return palm_server_register(server, "", PALM_YIELDS_ONE, command_function,
                                NULL)
           && errno != ENOTSUP;
}

int
server_functions_add(struct server_functions *self, palm_server_t *server,
                     const struct server_file *file, palm_error_t *err)
{
    const struct server_section *main = server_file_find(file, "server", "");
    const struct server_section *section =
        server_file_find(file, "functions", "");
    const struct server_setting *key = find_key(main);
    struct choice choice = {
        {false, false, -1, COMMAND_OUTPUT}, NULL, NULL, true};
    if (!runs_functions(server)) {
        return section || key
                   ? server_refuse(err, section ? section : main,
                                   section ? NULL : key, no_functions)
                   : 0;
    }
    if (read_choice(main, &choice, err)
        || check_names(main, section, "persistent", choice.persistent, err)
        || check_names(main, section, "yield", choice.yield, err)) {
        return -1;
    }
    if (choice.builtins && builtin_register_server(server)) {
        return palm_error_set(err, errno, "%s", palm_strerror(errno));
    }
    self->server = server;
    return section ? add_commands(self, server, section, &choice, err) : 0;
}

void
server_functions_stop(struct server_functions *self)
{
    int64_t timeout = self->stop_timeout;
    int64_t part = timeout / MARGIN_PART;
    int64_t margin = part < MARGIN_MOST ? part : MARGIN_MOST;
    if (self->count == 0 || timeout < 0
        || __atomic_exchange_n(&self->is_stopping, true, __ATOMIC_RELAXED)) {
        return;
    }
    command_limit(program_now() + timeout - margin);
}

void
server_functions_fini(struct server_functions *self)
{
    for (size_t i = 0; i < self->count; i++) {
        command_fini(&self->commands[i]);
    }
    free(self->commands);
    self->commands = NULL;
    self->count = 0;
}
