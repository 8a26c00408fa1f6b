/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "core/client.h"

#include <stdio.h>

#include "harness/support/fake_client.h"

enum { SHORT = 100 }; /* ms in which something is expected not to happen */

static void
message_has_the_fields_of_a_client(void)
{
    zmq_msg_t frame;
    palm_client_t *client = start(0);
    MUST(!palm_client_send(client, "up", palm_slice("load"), "tag", 0));
    palm_message_t message = fake_take(fake.pull, &frame);
    const char *id = palm_client_id(client);
    EQUAL_BYTES(id, 36, message.client.data, message.client.size);
    EQUAL_BYTES("srv.up", 6, message.function.data, message.function.size);
    EQUAL_BYTES("tag", 3, message.cache.data, message.cache.size);
    EQUAL_BYTES("load", 4, message.payload.data, message.payload.size);
    EQUAL_INT(36, message.pipeline.size);
    EQUAL_INT(0, message.stage);
    (void)zmq_msg_close(&frame);
    stop(client);
}

static void
sends_function(palm_client_t *client, const char *given, const char *expected)
{
    zmq_msg_t frame;
    send_ok(client, given, "");
    palm_message_t message = fake_take(fake.pull, &frame);
    EQUAL_BYTES(expected, strlen(expected), message.function.data,
                message.function.size);
    (void)zmq_msg_close(&frame);
}

static void
elements_without_a_dot_get_the_server_name(void)
{
    palm_client_t *client = start(0);
    sends_function(client, "up", "srv.up");
    sends_function(client, "other.up", "other.up");
    sends_function(client, "a b.c d", "srv.a b.c srv.d");
    sends_function(client, " a  b ", "srv.a srv.b");
    sends_function(client, "x.a   x.b", "x.a x.b");
    sends_function(client, "", "");
    sends_function(client, NULL, "");
    stop(client);
}

static void
session_is_the_pipeline(void)
{
    zmq_msg_t frame;
    fake_start(&fake, "srv");
    palm_client_options_t options = default_options();
    options.session = "mine";
    palm_client_t *client = connect_with(&options);
    send_ok(client, "up", "");
    palm_message_t message = fake_take(fake.pull, &frame);
    EQUAL_BYTES("mine", 4, message.pipeline.data, message.pipeline.size);
    (void)zmq_msg_close(&frame);
    stop(client);
}

static void
invalid_text_is_not_sent(void)
{
    palm_client_t *client = start(0);
    FAILS(EINVAL, palm_client_send(client, "\xff", palm_slice("x"), NULL, 0));
    FAILS(EINVAL,
          palm_client_send(client, "up", palm_slice("x"), "\xc0\x80", 0));
    EQUAL_INT(0, palm_client_outstanding(client));
    MUST(!fake_has(fake.pull));
    stop(client);
}

static void
results_come_in_their_order(void)
{
    palm_client_t *client = start(0);
    send_ok(client, "up", "1");
    send_ok(client, "up", "2");
    EQUAL_INT(2, palm_client_outstanding(client));
    serve_one("one");
    serve_one("two");
    next_result_is(client, "one");
    next_result_is(client, "two");
    EQUAL_INT(0, palm_client_outstanding(client));
    stop(client);
}

static void
no_result_in_time_is_eagain(void)
{
    palm_result_t result;
    palm_client_t *client = start(0);
    FAILS(EAGAIN, palm_client_recv(client, &result, 0));
    FAILS(EAGAIN, palm_client_recv(client, &result, 10));
    stop(client);
}

static void
window_bounds_what_is_outstanding(void)
{
    palm_client_t *client = start(3);
    for (int i = 0; i < 3; i++) {
        send_ok(client, "up", "x");
    }
    FAILS(EAGAIN, palm_client_send(client, "up", palm_slice("y"), NULL, 10));
    EQUAL_INT(3, palm_client_outstanding(client));
    for (int i = 0; i < 3; i++) {
        serve_one("done");
    }
    MUST(!fake_has(fake.pull));
    send_ok(client, "up", "y");
    for (int i = 0; i < 3; i++) {
        next_result_is(client, "done");
    }
    EQUAL_INT(1, palm_client_outstanding(client));
    stop(client);
}

/* Sending goes on for two windows; then only receiving helps, so the client
 * does not wait. */
static void
send_keeps_at_most_a_window_of_results(void)
{
    palm_client_t *client = start(2);
    for (int i = 0; i < 2; i++) {
        send_ok(client, "up", "x");
    }
    for (int i = 0; i < 2; i++) {
        serve_one("kept");
        send_ok(client, "up", "x");
    }
    FAILS(EAGAIN, palm_client_send(client, "up", palm_slice("x"), NULL, -1));
    next_result_is(client, "kept");
    next_result_is(client, "kept");
    EQUAL_INT(2, palm_client_outstanding(client));
    stop(client);
}

static void
forgotten_messages_make_room(void)
{
    palm_client_t *client = start(2);
    send_ok(client, "up", "x");
    send_ok(client, "up", "x");
    palm_client_forget(client, -1);
    EQUAL_INT(2, palm_client_outstanding(client));
    palm_client_forget(client, 1);
    send_ok(client, "up", "x");
    palm_client_forget(client, 1000);
    EQUAL_INT(0, palm_client_outstanding(client));
    stop(client);
}

static void
error_of_a_result_is_told_from_its_payload(void)
{
    char field[64];
    zmq_msg_t frame;
    palm_result_t result;
    palm_client_t *client = start(0);
    send_ok(client, "up", "x");
    palm_message_t message = fake_take(fake.pull, &frame);
    message.extra =
        palm_message_error_field(palm_slice("ENOENT no function"), field);
    fake_publish(&fake, message, "0");
    (void)zmq_msg_close(&frame);
    MUST(!palm_client_recv(client, &result, tap_deadline()));
    EQUAL_BYTES("ENOENT no function", 18, result.error.data, result.error.size);
    palm_result_fini(&result);
    stop(client);
}

/* Sends frames to the client as they are. */
static void
publish_frames(const char *const *frames, int count)
{
    for (int i = 0; i < count; i++) {
        MUST(zmq_send(fake.pub, frames[i], strlen(frames[i]),
                      i + 1 < count ? ZMQ_SNDMORE : 0)
             >= 0);
    }
}

static void
what_is_no_result_is_dropped(void)
{
    char longer[64];
    palm_client_t *client = start(0);
    const char *id = palm_client_id(client);
    (void)snprintf(longer, sizeof longer, "%s-and-more", id);
    const char *undecodable[] = {id, "\xff\xff\xff\xff"};
    const char *one_frame[] = {id};
    const char *five_frames[] = {id, "", "", id, ""};
    const char *other_topic[] = {longer, ""};
    publish_frames(undecodable, 2);
    publish_frames(one_frame, 1);
    errno = 0; /* whether it is EINTR or not, the rest is dropped */
    publish_frames(five_frames, 5);
    publish_frames(other_topic, 2);
    send_ok(client, "up", "x");
    serve_one("good");
    next_result_is(client, "good");
    stop(client);
}

struct sender {
    palm_client_t *client;
    int sent;
};

static bool
finds_no_room(void *arg)
{
    struct sender *self = arg;
    palm_client_forget(self->client, 1);
    if (palm_client_send(self->client, "up", palm_slice("x"), NULL, 0)) {
        return errno == EAGAIN;
    }
    self->sent++;
    return false;
}

/* Nothing is hoarded for it, up to the high-water mark of 1000. */
static void
server_that_is_gone_leaves_no_room(void)
{
    struct sender sender = {start(0), 0};
    (void)zmq_close(fake.pull);
    fake.pull = NULL;
    MUST(tap_await(finds_no_room, &sender));
    MUST(sender.sent < 900);
    stop(sender.client);
}

static const struct tap_test tests[] = {
    {"message has the fields of a client", message_has_the_fields_of_a_client},
    {"elements without a dot get the server's name",
     elements_without_a_dot_get_the_server_name},
    {"session is the pipeline", session_is_the_pipeline},
    {"invalid text is not sent", invalid_text_is_not_sent},
    {"results come in their order", results_come_in_their_order},
    {"no result in time is EAGAIN", no_result_in_time_is_eagain},
    {"window bounds what is outstanding", window_bounds_what_is_outstanding},
    {"send keeps at most a window of results",
     send_keeps_at_most_a_window_of_results},
    {"forgotten messages make room", forgotten_messages_make_room},
    {"error of a result is told from its payload",
     error_of_a_result_is_told_from_its_payload},
    {"what is no result is dropped", what_is_no_result_is_dropped},
    {"server that is gone leaves no room", server_that_is_gone_leaves_no_room},
};

TAP_MAIN("client_job", tests)
