/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/server/functions.h"

#include <errno.h>
#include <stdlib.h>

#include "harness/program/program.h"
#include "harness/server/build.h"
#include "harness/worker/builtin.h"

/* What the error of a command that is killed has for its way to the client: a
   part of stop_timeout, and this at most.  On a busy machine each thread on
   that way may wait for its turn. */
enum { MARGIN_PART = 4, MARGIN_MOST = 1000 /* ms */ };

static const char no_functions[] =
    "only servers of kind server, pipeline and sink run functions";

static int
read_timeout(const struct server_section *section, int64_t *timeout,
             palm_error_t *err)
{
    const struct server_setting *setting =
        server_section_find(section, SERVER_EXEC_TIMEOUT);
    palm_error_t reason = {0};
    *timeout = -1;
    if (setting && palm_value_duration(setting->value, timeout, &reason)) {
        return server_refuse_as(err, section, setting, &reason);
    }
    return 0;
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

static int
add_command(struct server_functions *self, palm_server_t *server,
            const struct server_section *section,
            const struct server_setting *setting, int64_t timeout,
            palm_error_t *err)
{
    struct command *command = &self->commands[self->count];
    if (!*setting->value) {
        return server_refuse(err, section, setting, "there is no command");
    }
    command_init(command, setting->value, false, timeout);
    self->count++;
    if (palm_server_register(server, setting->key, PALM_YIELDS_ONE,
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
             const struct server_section *section, int64_t timeout,
             palm_error_t *err)
{
    self->commands = calloc(section->count + 1, sizeof *self->commands);
    if (!self->commands) {
        return palm_error_set(err, ENOMEM, "out of memory");
    }
    command_watch(look, self);
    for (size_t i = 0; i < section->count; i++) {
        if (add_command(self, server, section, &section->settings[i], timeout,
                        err)) {
            return -1;
        }
    }
    return 0;
}

int
server_functions_add(struct server_functions *self, palm_server_t *server,
                     const struct server_file *file, palm_error_t *err)
{
    const struct server_section *main = server_file_find(file, "server", "");
    const struct server_section *section =
        server_file_find(file, "functions", "");
    const struct server_setting *limit =
        server_section_find(main, SERVER_EXEC_TIMEOUT);
    int64_t timeout;
    if (builtin_register_server(server)) {
        if (errno != ENOTSUP) {
            return palm_error_set(err, errno, "%s", palm_strerror(errno));
        }
        if (section || limit) {
            return server_refuse(err, section ? section : main,
                                 section ? NULL : limit, no_functions);
        }
    }
    if (read_timeout(main, &timeout, err)) {
        return -1;
    }
    self->server = server;
    return section ? add_commands(self, server, section, timeout, err) : 0;
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
