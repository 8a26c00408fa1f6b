/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/fake_client.h"

struct fake fake;

palm_client_options_t
default_options(void)
{
    palm_client_options_t options;
    palm_client_options_init(&options);
    options.db_address = fake.db;
    options.server = "srv";
    options.timeout = tap_deadline();
    return options;
}

palm_client_t *
connect_with(const palm_client_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_client_t *client = palm_client_new(options, &err);
    if (!client) {
        EQUAL_TEXT("connected", err.text);
    }
    fake_await_subscription(&fake, palm_client_id(client));
    return client;
}

palm_client_t *
start(int64_t window)
{
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.window = window ? window : options.window;
    return connect_with(&options);
}

void
stop(palm_client_t *client)
{
    palm_client_destroy(&client);
    MUST(client == NULL);
    fake_stop(&fake);
}

void
send_ok(palm_client_t *client, const char *function, const char *payload)
{
    MUST(!palm_client_send(client, function, palm_slice(payload), NULL,
                           tap_deadline()));
}

void
next_result_is(palm_client_t *client, const char *payload)
{
    palm_result_t result;
    MUST(!palm_client_recv(client, &result, tap_deadline()));
    EQUAL_BYTES(payload, strlen(payload), result.message.payload.data,
                result.message.payload.size);
    EQUAL_INT(0, result.error.size);
    palm_result_fini(&result);
}

void
serve_one(const char *payload)
{
    zmq_msg_t frame;
    palm_message_t message = fake_take(fake.pull, &frame);
    fake_publish(&fake, message, payload);
    (void)zmq_msg_close(&frame);
}
