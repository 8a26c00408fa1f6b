/* SPDX-License-Identifier: MIT */
/* scene.c: see scene.h. */
#include "conformance/suite/scene.h"

#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 32, PROBE_STEP = 20 };

struct message
message_of(const char *function, const char *payload)
{
    struct message message;

    memset(&message, 0, sizeof message);
    message.pipeline = bytes_text("stream");
    message.client = bytes_text(CLIENT);
    message.function = bytes_text(function);
    message.payload = bytes_text(payload);
    return message;
}

struct message
full_message(struct test *test, const char *function, const char *payload,
             int64_t stage)
{
    struct message message = message_of(function, payload);

    message.stage = stage;
    message.cache = bytes_text("tag");
    message.unknown =
        bytes_joined(test, field_bytes(test, 9, bytes_text("later")),
                     field_varint(test, 2000, 5));
    return message;
}

const char *const one_element[] = {
    "palm.reverse\tpalm.echo",
    "palm.reverse\npalm.echo",
    "palm.reverse\rpalm.echo",
    "palm.reverse\vpalm.echo",
    "palm.reverse\fpalm.echo",
    "palm.reverse\xc2\xa0palm.echo",     /* no-break space */
    "palm.reverse\xe2\x80\x83palm.echo", /* em space */
    "palm.reverse\xe3\x80\x80palm.echo", /* ideographic space */
    NULL};

bool
can_send(struct peer *peer, int milliseconds)
{
    zmq_pollitem_t item = {NULL, 0, ZMQ_POLLOUT, 0};

    item.socket = peer->socket;
    return zmq_poll(&item, 1, milliseconds) > 0;
}

struct bytes
frame_of(struct test *test, const char *function, const char *payload)
{
    struct message message = message_of(function, payload);

    return message_encode(test, &message);
}

struct bytes
cache_request(struct test *test, const char *verb, const char *key,
              struct bytes payload)
{
    struct message message = message_of(test_text(test, "palm.%s", verb), "");

    message.cache = bytes_text(key);
    message.payload = payload;
    return message_encode(test, &message);
}

struct peer *
cache_of(struct target *target)
{
    return peer_connect(target->test, "cache client", ZMQ_REQ,
                        target_address(target, "db_address"));
}

struct peer *
open_cache(struct test *test)
{
    return cache_of(target_start(test, "cache", NULL));
}

struct message
receive_result(struct peer *subscriber, const char *topic)
{
    struct frames frames = peer_receive(subscriber);

    check_frames(subscriber->test, "what is published", &frames, 2);
    if (topic != NULL) {
        check_text(subscriber->test, "the topic", frames.frame[0], topic);
    }
    return check_message(subscriber->test, "what is published",
                         frames.frame[1]);
}

static unsigned
probe_number(struct test *test, struct frames *frames)
{
    struct message message;
    const char *payload;

    if (frames->count != 2
        || message_decode(test, frames->frame[1], &message) != NULL) {
        return 0;
    }
    payload = bytes_string(test, message.payload);
    return strncmp(payload, "probe-", 6) == 0
               ? (unsigned)strtoul(payload + 6, NULL, 10)
               : 0;
}

void
await_subscription(struct peer *push, struct message probe,
                   struct peer *subscriber)
{
    await_stream(push, NULL, probe, subscriber);
}

void
await_stream(struct peer *source, const char *topic, struct message probe,
             struct peer *subscriber)
{
    struct test *test = source->test;
    struct bytes sending[2] = {{NULL, 0}, {NULL, 0}};
    size_t first = topic == NULL ? 1 : 0;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    struct frames frames;
    unsigned sent = 0;
    unsigned seen = 0;

    while (seen == 0) {
        check_that(test, now() < until,
                   "%s: nothing of what is published came within %d ms",
                   subscriber->label, bound(test));
        probe.payload = bytes_text(test_text(test, "probe-%u", ++sent));
        sending[0] = bytes_text(topic == NULL ? "" : topic);
        sending[1] = message_encode(test, &probe);
        peer_send_frames(source, sending + first, 2 - first);
        if (peer_poll(subscriber, PROBE_STEP, &frames)) {
            seen = probe_number(test, &frames);
        }
    }
    while (seen != sent) {
        frames = peer_receive(subscriber);
        seen = probe_number(test, &frames);
    }
}

void
master_start(struct master *master, struct test *test, ...)
{
    const char *settings[SETTINGS_MAX + 1];
    const char *text;
    size_t count = 0;
    va_list arguments;

    memset(master, 0, sizeof *master);
    memset(settings, 0, sizeof settings);
    va_start(arguments, test);
    while ((text = va_arg(arguments, const char *)) != NULL
           && count < SETTINGS_MAX) {
        settings[count++] = text;
    }
    va_end(arguments);
    master->test = test;
    master->target = target_start_list(test, "master", settings);
}

/* The peer at an endpoint, made when it is first asked for. */
static struct peer *
at(struct master *master, struct peer **peer, const char *label, int type,
   const char *endpoint)
{
    if (*peer == NULL) {
        *peer = peer_connect(master->test, label, type,
                             target_address(master->target, endpoint));
    }
    return *peer;
}

struct peer *
master_client(struct master *master)
{
    return at(master, &master->client, "client", ZMQ_PUSH, "pull_address");
}

struct peer *
master_work(struct master *master)
{
    return at(master, &master->work, "worker in", ZMQ_PULL,
              "worker_push_address");
}

struct peer *
master_done(struct master *master)
{
    return at(master, &master->done, "worker out", ZMQ_PUSH,
              "worker_pull_address");
}

struct peer *
master_cache(struct master *master)
{
    return at(master, &master->cache, "cache client", ZMQ_REQ, "db_address");
}

struct peer *
master_results(struct master *master, const char *topic)
{
    struct message probe = message_of("palm.probe", "");

    if (master->results == NULL) {
        master->results = peer_subscribe(
            master->test, "results",
            target_address(master->target, "pub_address"), topic);
        probe.client = bytes_text(topic);
        await_subscription(master_done(master), probe, master->results);
    }
    return master->results;
}

void
master_crew(struct master *master)
{
    (void)master_client(master);
    (void)master_work(master);
    (void)master_done(master);
    (void)master_cache(master);
    (void)master_results(master, CLIENT);
}

struct message
work_one(struct master *master, const char *payload)
{
    struct bytes frame = peer_receive_one(master_work(master));
    struct message taken =
        check_message(master->test, "the work of a worker", frame);
    struct message done = taken;

    done.payload = bytes_text(payload);
    peer_send(master_done(master), message_encode(master->test, &done));
    return taken;
}

bool
master_takes(struct master *master, struct peer *peer)
{
    enum { STILL = 500, ASKED = 20 }; /* ms, and times */
    struct test *test = master->test;
    struct bytes get = cache_request(test, "get", "", bytes_text("name"));
    int i;

    if (can_send(peer, 0)) {
        return true;
    }
    for (i = 0; i < ASKED; i++) {
        if (can_send(peer, STILL / ASKED)) {
            return true;
        }
        (void)peer_ask(master_cache(master), get);
    }
    return can_send(peer, 0);
}
