/* SPDX-License-Identifier: MIT */
/* custom_part: a part of one's own.  LineService is a PullService that makes a
 * message of each line of the payload.  A class is a row of answers; what makes
 * it different is one hook.
 *
 * The program runs a server with it, sends it one message and prints what
 * comes out at the other end. */
#include <palm.h>
#include <stdio.h>
#include <string.h>

/* Runs in the part's thread, once for each message that came. */
static int
split_lines(palm_part_t *part, const palm_message_t *message, void *arg)
{
    palm_message_t line = *message; /* plain data: a copy is free */
    palm_slice_t rest = message->payload;
    (void)arg;
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end ? (size_t)(end - rest.data) : rest.size;
        line.payload = (palm_slice_t){rest.data, size};
        if (palm_part_yield(part, &line)) {
            return -1;
        }
        size += end ? 1 : 0;
        rest = (palm_slice_t){rest.data + size, rest.size - size};
    }
    return 0;
}

static const palm_part_class_t line_service = {
    .abi = PALM_PART_ABI,
    .name = "LineService",
    .direction = PALM_INBOUND,
    .bypass = false, /* it meets the router */
    .binds = true,   /* a service */
    .waits = false,  /* nobody waits for an answer */
    .socket_type = ZMQ_PULL,
    .traits = PALM_FILLS_CACHE,
    .hooks = {.scatter = split_lines},
};

static palm_server_t *
start_server(palm_error_t *err)
{
    palm_server_t *server = palm_server_new("lines", NULL);
    palm_part_options_t in, out;
    palm_part_options_init(&in);
    in.name = "In";
    in.address = "tcp://127.0.0.1:*";
    in.route = "Out";
    palm_part_options_init(&out);
    out.name = "Out";
    out.address = "tcp://127.0.0.1:*";
    if (server
        && (palm_server_add(server, &line_service, &in, err)
            || palm_server_add(server, palm_library_find("PushService"), &out,
                               err)
            || palm_server_start(server, err))) {
        palm_server_destroy(&server);
    }
    return server;
}

/* A peer needs nothing but ZeroMQ and the codec. */
static int
talk(void *push, void *pull, const char *text)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    zmq_msg_t frame;
    message.payload = palm_slice(text);
    if (palm_message_encode(&message, &frame)
        || zmq_msg_send(&frame, push, 0) == -1) {
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        (void)zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, pull, 0) == -1
            || palm_message_scan(&message, zmq_msg_data(&frame),
                                 zmq_msg_size(&frame), NULL)) {
            return -1;
        }
        printf("%.*s\n", (int)message.payload.size, message.payload.data);
        (void)zmq_msg_close(&frame);
    }
    return 0;
}

int
main(void)
{
    palm_error_t err = {0, "failed"};
    const int timeout = 10000; /* ms */
    palm_server_t *server = start_server(&err);
    void *zmq = zmq_ctx_new();
    void *push = zmq_socket(zmq, ZMQ_PUSH), *pull = zmq_socket(zmq, ZMQ_PULL);
    int failed =
        !server || zmq_setsockopt(pull, ZMQ_RCVTIMEO, &timeout, sizeof timeout)
        || zmq_connect(push,
                       palm_server_endpoint(server, PALM_SIDE_INBOUND, "In"))
        || zmq_connect(pull,
                       palm_server_endpoint(server, PALM_SIDE_OUTBOUND, "Out"))
        || talk(push, pull, "one\ntwo\nthree\n");
    (void)zmq_close(push);
    (void)zmq_close(pull);
    (void)zmq_ctx_term(zmq);
    failed = (server && palm_server_stop(server, &err)) || failed;
    palm_server_destroy(&server);
    if (failed) {
        fprintf(stderr, "custom_part: %s\n", err.text);
    }
    return failed ? 1 : 0;
}
