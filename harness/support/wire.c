/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/option_impl.h"
#include "harness/support/tap.h"
#include "parts/library.h"

void
rig_init(struct rig *rig, const palm_server_options_t *options)
{
    memset(rig, 0, sizeof *rig);
    MUST(rig->zmq = zmq_ctx_new());
    MUST(rig->server = palm_server_new("server", options));
}

static bool
has_option(const palm_part_class_t *class_, const char *name)
{
    const palm_option_t *row;
    for (size_t i = 0; (row = palm_part_option_at(class_, i)); i++) {
        if (!strcmp(row->name, name)) {
            return true;
        }
    }
    return false;
}

/* Sets to its default what the class does not have. */
static void
leave_away(const palm_part_class_t *class_, palm_part_options_t *options)
{
    palm_part_options_t defaults;
    const palm_option_t *row;
    size_t count = 0;
    palm_part_options_init(&defaults);
    for (size_t i = 0; (row = palm_part_option_at(NULL, i)); i++) {
        if (!has_option(class_, row->name)) {
            palm__option_copy(row, options, &defaults);
        }
    }
    for (size_t i = 0; i < PALM_PART_SETTINGS && options->own[i].name; i++) {
        palm_part_setting_t setting = options->own[i];
        options->own[i].name = NULL;
        if (has_option(class_, setting.name)) {
            options->own[count++] = setting;
        }
    }
}

void
rig_add_class(struct rig *rig, const palm_part_class_t *class_,
              const char *name, const char *route,
              const palm_part_options_t *options)
{
    palm_part_options_t own;
    palm_error_t err = {0, ""};
    palm_part_options_init(&own);
    if (options) {
        own = *options;
        leave_away(class_, &own);
    }
    own.name = name;
    own.route = route;
    own.address = own.address ? own.address : ANY_PORT;
    MUST(class_);
    if (palm_server_add(rig->server, class_, &own, &err)) {
        EQUAL_TEXT("", err.text);
    }
}

void
rig_set(palm_part_options_t *options, const char *class_name, const char *key,
        const char *text)
{
    palm_error_t err = {0, ""};
    const palm_part_class_t *class_ = palm_library_find(class_name);
    MUST(class_);
    if (palm_part_option_set(options, class_, key, text, &err)) {
        EQUAL_TEXT("", err.text);
    }
}

void
rig_set_int(palm_part_options_t *options, const char *class_name,
            const char *key, int64_t number)
{
    static char texts[RIG_NUMBERS][24];
    static size_t next;
    char *text = texts[next++ % RIG_NUMBERS];
    (void)snprintf(text, sizeof texts[0], "%lld", (long long)number);
    rig_set(options, class_name, key, text);
}

void
rig_add(struct rig *rig, const char *class_name, const char *name,
        const char *route, const palm_part_options_t *options)
{
    rig_add_class(rig, palm_library_find(class_name), name, route, options);
}

void
rig_add_master(struct rig *rig, const palm_part_options_t *options)
{
    rig_add(rig, "PullService", "Pull", "WorkerPush", options);
    rig_add(rig, "WorkerPullService", "WorkerPull", "Pub", options);
    rig_add(rig, "WorkerPushService", "WorkerPush", NULL, options);
    rig_add(rig, "PubService", "Pub", NULL, options);
    rig_add(rig, "CacheService", "Cache", NULL, options);
}

void
rig_start(struct rig *rig)
{
    palm_error_t err = {0, ""};
    if (palm_server_start(rig->server, &err)) {
        EQUAL_TEXT("", err.text);
    }
}

static void
close_peers(struct rig *rig)
{
    for (size_t i = 0; i < rig->socket_count; i++) {
        (void)zmq_close(rig->sockets[i]);
    }
    (void)zmq_ctx_term(rig->zmq);
}

void
rig_fini(struct rig *rig)
{
    palm_error_t err = {0, ""};
    (void)palm_server_stop(rig->server, &err);
    palm_server_destroy(&rig->server);
    close_peers(rig);
    EQUAL_TEXT("", err.text);
}

void
rig_drop(struct rig *rig)
{
    palm_server_destroy(&rig->server);
    close_peers(rig);
}

static void *
make_socket(struct rig *rig, int type)
{
    const int none = 0;
    int deadline = tap_deadline();
    void *socket = zmq_socket(rig->zmq, type);
    MUST(socket);
    MUST(rig->socket_count < sizeof rig->sockets / sizeof *rig->sockets);
    rig->sockets[rig->socket_count++] = socket;
    MUST(!zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none));
    MUST(!zmq_setsockopt(socket, ZMQ_RCVTIMEO, &deadline, sizeof deadline));
    MUST(!zmq_setsockopt(socket, ZMQ_SNDTIMEO, &deadline, sizeof deadline));
    return socket;
}

void *
rig_connect(struct rig *rig, int type, palm_side_t side, const char *part)
{
    void *socket = make_socket(rig, type);
    const char *endpoint = palm_server_endpoint(rig->server, side, part);
    MUST(endpoint);
    MUST(!zmq_connect(socket, endpoint));
    return socket;
}

void *
rig_bind(struct rig *rig, int type, char *endpoint)
{
    size_t size = 256;
    void *socket = make_socket(rig, type);
    MUST(!zmq_bind(socket, ANY_PORT));
    MUST(!zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size));
    return socket;
}

void
rig_subscribe(void *socket, const char *topic)
{
    MUST(!zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, strlen(topic)));
}

bool
wire_is_free(void *endpoint)
{
    void *zmq = zmq_ctx_new();
    void *socket = zmq_socket(zmq, ZMQ_PULL);
    bool bound = !zmq_bind(socket, endpoint);
    (void)zmq_close(socket);
    (void)zmq_ctx_term(zmq);
    return bound;
}

palm_part_stats_t
rig_stats(struct rig *rig, palm_side_t side, const char *part)
{
    palm_part_stats_t stats;
    MUST(!palm_server_stats(rig->server, side, part, &stats));
    return stats;
}

struct awaited {
    struct rig *rig;
    palm_side_t side;
    const char *part;
    size_t counter;
    uint64_t n;
};

static bool
is_counted(void *arg)
{
    const struct awaited *what = arg;
    uint64_t value;
    palm_part_stats_t stats = rig_stats(what->rig, what->side, what->part);
    memcpy(&value, (char *)&stats + what->counter, sizeof value);
    return value >= what->n;
}

void
rig_await_count(struct rig *rig, palm_side_t side, const char *part,
                size_t counter, uint64_t n)
{
    struct awaited what = {rig, side, part, counter, n};
    MUST(tap_await(is_counted, &what));
}

/* --- frames --------------------------------------------------------------- */

void
send_bytes(void *socket, const void *data, size_t size, int flags)
{
    EQUAL_INT(size, zmq_send(socket, data, size, flags));
}

void
send_text(void *socket, const char *text, int flags)
{
    send_bytes(socket, text, strlen(text), flags);
}

void
recv_frame(void *socket, zmq_msg_t *frame)
{
    MUST(!zmq_msg_init(frame));
    MUST(zmq_msg_recv(frame, socket, 0) != -1);
}

void
expect_text(void *socket, const char *text, bool more)
{
    zmq_msg_t frame;
    recv_frame(socket, &frame);
    EQUAL_BYTES(text, strlen(text), zmq_msg_data(&frame), zmq_msg_size(&frame));
    EQUAL_INT(more, zmq_msg_more(&frame));
    (void)zmq_msg_close(&frame);
}

void
expect_nothing(void *socket)
{
    char byte;
    FAILS(EAGAIN, zmq_recv(socket, &byte, 1, ZMQ_DONTWAIT));
}

palm_message_t
wire_message(const char *client, const char *cache, const char *payload)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    message.pipeline = palm_slice("p");
    message.client = palm_slice(client);
    message.function = palm_slice("server.echo");
    message.cache = palm_slice(cache);
    message.payload = palm_slice(payload);
    return message;
}

void
send_message(void *socket, const palm_message_t *message, int flags)
{
    zmq_msg_t frame;
    MUST(!palm_message_encode(message, &frame));
    MUST(zmq_msg_send(&frame, socket, flags) != -1);
}

palm_message_t
recv_message(void *socket, zmq_msg_t *frame)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    recv_frame(socket, frame);
    MUST(!palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                            NULL));
    return message;
}

void
expect_payload(void *socket, const char *payload)
{
    zmq_msg_t frame;
    palm_message_t message = recv_message(socket, &frame);
    EQUAL_BYTES(payload, strlen(payload), message.payload.data,
                message.payload.size);
    MUST(!zmq_msg_more(&frame));
    (void)zmq_msg_close(&frame);
}

void
expect_published(void *socket, const char *topic, const char *payload)
{
    expect_text(socket, topic, true);
    expect_payload(socket, payload);
}

void
expect_reply(void *req, const char *function, const char *cache,
             const char *payload, const char *reply)
{
    palm_message_t request = wire_message(NULL, cache, payload);
    request.function = palm_slice(function);
    send_message(req, &request, 0);
    expect_text(req, reply, false);
}
