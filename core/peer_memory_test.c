/* SPDX-License-Identifier: MIT */
/* Clients and workers without memory: the first, second, third … allocation
 * of a call fails until the call succeeds.  Only the test's thread counts:
 * nothing of ours allocates on another. */
#include "config.h"

#include <stdlib.h>

#include "core/worker.h"
#include "harness/support/fake_client.h"
#include "harness/support/no_memory.h"

/* Calls it with one failure after the other until it succeeds; each time it
 * must say ENOMEM.  Returns the number of failures. */
static int
failures_of(int (*call)(void *arg), void *arg)
{
    int failures = 0;
    for (;;) {
        no_memory_at = failures + 1;
        errno = 0;
        int result = call(arg);
        int code = errno;
        bool was_hit = no_memory_at == 0;
        no_memory_at = 0;
        if (!was_hit) {
            EQUAL_INT(0, result);
            return failures;
        }
        failures++;
        EQUAL_INT(-1, result);
        EQUAL_INT(ENOMEM, code);
    }
}

static palm_client_t *client;
static palm_worker_t *worker;

static int
make_client(void *arg)
{
    client = palm_client_new(arg, NULL);
    return client ? 0 : -1;
}

static int
send_message(void *arg)
{
    (void)arg;
    return palm_client_send(client, "a b c", palm_slice("payload"), NULL,
                            tap_deadline());
}

static int
set_value(void *arg)
{
    char *key = NULL;
    int result =
        palm_client_set(client, palm_slice("k"), palm_slice("v"), &key, NULL);
    (void)arg;
    free(key);
    return result;
}

static void
client_without_memory_says_so_and_goes_on(void)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.session = "session";
    MUST(failures_of(make_client, &options) >= 10);
    MUST(failures_of(send_message, NULL) == 2);
    EQUAL_INT(1, palm_client_outstanding(client));
    MUST(failures_of(set_value, NULL) == 4);
    stop(client);
}

static int
make_worker(void *arg)
{
    worker = palm_worker_new(arg, NULL);
    return worker ? 0 : -1;
}

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static int
give_function(void *arg)
{
    return palm_worker_register(worker, arg, PALM_YIELDS_ONE, echo, NULL);
}

/* The next result is for this stage, and has this payload. */
static void
result_is(int64_t stage, const char *payload)
{
    zmq_msg_t frame;
    palm_message_t result = fake_take(fake.worker_pull, &frame);
    EQUAL_INT(stage, result.stage);
    EQUAL_BYTES(payload, strlen(payload), result.payload.data,
                result.payload.size);
    (void)zmq_msg_close(&frame);
}

static void
worker_without_memory_answers_with_an_error(void)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    palm_worker_options_t options;
    fake_start(&fake, "srv");
    palm_worker_options_init(&options);
    options.db_address = fake.db;
    options.timeout = tap_deadline();
    options.messages = 2;
    MUST(failures_of(make_worker, &options) >= 5);
    MUST(failures_of(give_function, (char *)"first") == 4);
    MUST(failures_of(give_function, (char *)"second") == 2);
    message.function = palm_slice("srv.second");
    message.payload = palm_slice("payload");
    for (message.stage = 1; message.stage <= 2; message.stage++) {
        fake_push(&fake, &message);
    }
    no_memory_at = 1;
    EQUAL_INT(0, palm_worker_run(worker));
    result_is(1, "0");
    result_is(2, "payload");
    palm_worker_destroy(&worker);
    fake_stop(&fake);
}

static const struct tap_test tests[] = {
    {"client without memory says so and goes on",
     client_without_memory_says_so_and_goes_on},
    {"worker without memory answers with an error",
     worker_without_memory_answers_with_an_error},
};

TAP_MAIN("peer memory", tests)
