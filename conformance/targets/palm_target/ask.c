/* SPDX-License-Identifier: MIT */
/* ask.c: the profile client. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/targets/palm_target/control.h"
#include "conformance/targets/palm_target/signals.h"
#include "harness/program/program.h"

enum { TIMEOUT_MS = 5000 };

struct asking {
    struct target *target;
    palm_client_options_t options;
    palm_client_t *client; /* made by the first command */
    bool is_cache_only;    /* so far it speaks to the cache, and to nobody */
    palm_error_t err;
};

static void
say_one(const struct asking *self, palm_slice_t frame)
{
    control_result(self->target, &frame, 1);
}

/* --- the commands --------------------------------------------------------- */

static int
open_client(struct asking *self, const struct command *command)
{
    (void)command;
    control_result(self->target, NULL, 0);
    return 0;
}

static int
eval(struct asking *self, const struct command *command)
{
    palm_result_t result;
    if (palm_client_call(self->client, command->frames[1].data,
                         command->frames[2], &result, self->options.timeout,
                         &self->err)) {
        return -1;
    }
    say_one(self, result.message.payload);
    palm_result_fini(&result);
    return 0;
}

/* Fills results, which has room for each payload; counts those that came. */
static int
exchange(struct asking *self, const struct command *command,
         palm_result_t *results, size_t *came)
{
    const char *function = command->frames[1].data;
    const palm_slice_t *payloads = command->frames + 2;
    size_t count = command->count - 2, sent = 0;
    while (*came < count) {
        if (sent < count
            && !palm_client_send(self->client, function, payloads[sent], NULL,
                                 0)) {
            sent++;
            continue;
        }
        if (sent < count && errno != EAGAIN) {
            return palm_error_set(&self->err, errno, "job: %s",
                                  palm_strerror(errno));
        }
        if (palm_client_recv(self->client, &results[*came],
                             self->options.timeout)) {
            return palm_error_set(&self->err, errno,
                                  "job: %zu of %zu results: %s", *came, count,
                                  palm_strerror(errno));
        }
        (*came)++;
    }
    return 0;
}

static int
job(struct asking *self, const struct command *command)
{
    size_t count = command->count - 2, came = 0;
    palm_result_t *results = calloc(count + 1, sizeof *results);
    palm_slice_t *frames = calloc(count + 1, sizeof *frames);
    int rc = -1;
    if (!results || !frames) {
        (void)palm_error_set(&self->err, ENOMEM, "job: out of memory");
    } else if (!(rc = exchange(self, command, results, &came))) {
        for (size_t i = 0; i < count; i++) {
            frames[i] = results[i].message.payload;
        }
        control_result(self->target, frames, count);
    }
    while (came > 0) {
        palm_result_fini(&results[--came]);
    }
    free(results);
    free(frames);
    return rc;
}

static int
set(struct asking *self, const struct command *command)
{
    char *full_key = NULL;
    if (palm_client_set(self->client, command->frames[1], command->frames[2],
                        &full_key, &self->err)) {
        return -1;
    }
    say_one(self, palm_slice(full_key));
    free(full_key);
    return 0;
}

static int
get(struct asking *self, const struct command *command)
{
    zmq_msg_t value;
    if (palm_client_get(self->client, command->frames[1], &value, &self->err)) {
        return -1;
    }
    say_one(self, (palm_slice_t){zmq_msg_data(&value), zmq_msg_size(&value)});
    (void)zmq_msg_close(&value);
    return 0;
}

static int delete (struct asking *self, const struct command *command)
{
    if (palm_client_delete(self->client, command->frames[1], &self->err)) {
        return -1;
    }
    say_one(self, command->frames[1]);
    return 0;
}

/* --- choosing ------------------------------------------------------------- */

static const struct verb {
    const char *name;
    size_t least, most; /* frames, with the verb */
    bool is_cache;      /* the cache is all it needs */
    int (*run)(struct asking *self, const struct command *command);
} verbs[] = {
    {"open", 1, 1, false, open_client}, {"eval", 3, 3, false, eval},
    {"job", 2, SIZE_MAX, false, job},   {"set", 3, 3, true, set},
    {"get", 2, 2, true, get},           {"delete", 2, 2, true, delete},
};

static const struct verb *
find_verb(const struct command *command)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (!strcmp(verbs[i].name, command->frames[0].data)
            && command->count >= verbs[i].least
            && command->count <= verbs[i].most) {
            return &verbs[i];
        }
    }
    return NULL;
}

/* Makes the client that the command needs, if it is not there. */
static int
need_client(struct asking *self, const struct verb *verb)
{
    if (self->client && self->is_cache_only && !verb->is_cache) {
        palm_client_destroy(&self->client);
    }
    if (!self->client) {
        self->is_cache_only = self->options.cache_only = verb->is_cache;
        self->client = palm_client_new(&self->options, &self->err);
    }
    return self->client ? 0 : -1;
}

static void
obey(struct asking *self, const struct command *command)
{
    const struct verb *verb = find_verb(command);
    self->err = (palm_error_t){0, ""};
    if (!verb) {
        control_error(self->target, "no such command, or of another length");
        return;
    }
    if (need_client(self, verb) || verb->run(self, command)) {
        control_error(self->target, self->err.text);
    }
}

static int
read_options(struct asking *self, palm_error_t *err)
{
    const struct target *target = self->target;
    const char *timeout = target_setting(target, "timeout");
    palm_client_options_t *options = &self->options;
    palm_client_options_init(options);
    options->timeout = TIMEOUT_MS;
    options->server = target_setting(target, "server");
    options->db_address = target_setting(target, "db_address");
    options->push_address = target_setting(target, "pull_address");
    options->sub_address = target_setting(target, "pub_address");
    options->session = target_setting(target, "session");
    return timeout ? palm_value_duration(timeout, &options->timeout, err) : 0;
}

int
target_ask(struct target *target)
{
    struct asking asking = {.target = target};
    palm_error_t err = {0, ""};
    struct command command;
    zmq_pollitem_t item = {target->control, 0, ZMQ_POLLIN, 0};
    if (read_options(&asking, &err)) {
        return control_fail(target, &err);
    }
    /* A command may take longer than a stop may, and leaves nothing behind. */
    signals_leave_at_once();
    if (control_ready_end(target, control_ready_begin(target))) {
        return program_error("out of memory");
    }
    for (;;) {
        (void)zmq_poll(&item, 1, -1);
        while (!control_receive(target, &command)) {
            obey(&asking, &command);
            command_fini(&command);
        }
    }
}
