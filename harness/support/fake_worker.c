/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/fake_worker.h"

#include <stdio.h>

struct fake fake;
struct runner runner;

int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static void
note_line(int level, const char *id, const char *text, void *arg)
{
    struct runner *self = arg;
    (void)level;
    (void)snprintf(self->log_id, sizeof self->log_id, "%s", id);
    (void)snprintf(self->log_text, sizeof self->log_text, "%s", text);
    self->lines++;
}

palm_worker_options_t
default_options(void)
{
    palm_worker_options_t options;
    palm_worker_options_init(&options);
    options.db_address = fake.db;
    options.name = "tester";
    options.timeout = tap_deadline();
    options.log.write = note_line;
    options.log.arg = &runner;
    options.log.level = PALM_LOG_DEBUG;
    return options;
}

static void *
run_worker(void *arg)
{
    struct runner *self = arg;
    self->result = palm_worker_run(self->worker);
    return NULL;
}

void
make_worker(const palm_worker_options_t *options)
{
    palm_error_t err = {0, ""};
    memset(&runner, 0, sizeof runner);
    runner.worker = palm_worker_new(options, &err);
    if (!runner.worker) {
        EQUAL_TEXT("made", err.text);
    }
}

void
give(const char *name, palm_yields_t yields, palm_function_f *function,
     void *arg)
{
    MUST(!palm_worker_register(runner.worker, name, yields, function, arg));
}

void
start_worker(void)
{
    MUST(!pthread_create(&runner.thread, NULL, run_worker, &runner));
}

void
start_with(const char *name, palm_yields_t yields, palm_function_f *function,
           void *arg)
{
    fake_start(&fake, "srv");
    palm_worker_options_t options = default_options();
    make_worker(&options);
    give(name, yields, function, arg);
    start_worker();
}

void
stop_worker(void)
{
    palm_worker_stop(runner.worker);
    MUST(!pthread_join(runner.thread, NULL));
    EQUAL_INT(0, runner.result);
}

void
finish(void)
{
    palm_worker_destroy(&runner.worker);
    MUST(runner.worker == NULL);
    fake_stop(&fake);
}

void
stop(void)
{
    stop_worker();
    finish();
}

void
push(const char *function, int64_t stage, const char *payload)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    message.pipeline = palm_slice("pipeline");
    message.client = palm_slice("client");
    message.cache = palm_slice("tag");
    message.function = palm_slice(function);
    message.stage = stage;
    message.payload = palm_slice(payload);
    fake_push(&fake, &message);
}

void
result_is(const char *payload)
{
    zmq_msg_t frame;
    palm_slice_t text;
    palm_message_t result = fake_take(fake.worker_pull, &frame);
    EQUAL_BYTES(payload, strlen(payload), result.payload.data,
                result.payload.size);
    MUST(!palm_message_error(&result, &text));
    (void)zmq_msg_close(&frame);
}

void
error_is(const char *expected)
{
    zmq_msg_t frame;
    palm_slice_t text;
    palm_message_t result = fake_take(fake.worker_pull, &frame);
    EQUAL_BYTES("0", 1, result.payload.data, result.payload.size);
    MUST(palm_message_error(&result, &text));
    EQUAL_BYTES(expected, strlen(expected), text.data, text.size);
    (void)zmq_msg_close(&frame);
}

palm_worker_stats_t
stats(void)
{
    palm_worker_stats_t now;
    palm_worker_stats(runner.worker, &now);
    return now;
}
