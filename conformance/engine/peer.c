/* SPDX-License-Identifier: MIT */
/* peer.c: see peer.h. */
#include "conformance/engine/peer.h"

#include <errno.h>
#include <string.h>

#include "conformance/engine/check.h"
#include "conformance/engine/test.h"
#include "conformance/engine/trace.h"

enum { LAST = 3 }; /* frames that crossed, in the reason of a failure */

static void *
open_monitor(struct test *test, void *socket)
{
    static unsigned serial;
    const char *address = test_text(test, "inproc://monitor-%u", serial++);
    void *monitor;

    if (zmq_socket_monitor(socket, address, ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        != 0) {
        broken(test, "no monitor: %s", zmq_strerror(errno));
    }
    monitor = zmq_socket(test->context, ZMQ_PAIR);
    if (monitor == NULL || zmq_connect(monitor, address) != 0) {
        broken(test, "no monitor: %s", zmq_strerror(errno));
    }
    return monitor;
}

struct peer *
peer_make(struct test *test, const char *label, int type)
{
    static const int no_linger = 0;
    struct peer *peer = test_memory(test, sizeof *peer);

    peer->test = test;
    peer->label = label;
    peer->socket = zmq_socket(test->context, type);
    if (peer->socket == NULL) {
        broken(test, "%s: no socket: %s", label, zmq_strerror(errno));
    }
    (void)zmq_setsockopt(peer->socket, ZMQ_LINGER, &no_linger,
                         sizeof no_linger);
    peer->monitor = open_monitor(test, peer->socket);
    return peer;
}

void
peer_await(struct peer *peer, unsigned handshakes)
{
    struct test *test = peer->test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    zmq_pollitem_t item = {peer->monitor, 0, ZMQ_POLLIN, 0};

    while (handshakes > 0) {
        int64_t left = (until - now()) / 1000;
        zmq_msg_t frame;

        if (left <= 0 || zmq_poll(&item, 1, (long)left) <= 0) {
            fail(test, "%s: no peer at %s within %d ms", peer->label,
                 peer->address, bound(test));
        }
        /* An event is two frames: what happened, and where. */
        (void)zmq_msg_init(&frame);
        (void)zmq_msg_recv(&frame, peer->monitor, 0);
        handshakes -= zmq_msg_more(&frame) ? 0 : 1;
        (void)zmq_msg_close(&frame);
    }
}

void
peer_join(struct peer *peer, const char *address)
{
    struct test *test = peer->test;

    peer->address = address;
    if (zmq_connect(peer->socket, address) != 0) {
        fail(test, "%s: one cannot connect to \"%s\": %s", peer->label, address,
             zmq_strerror(errno));
    }
    peer_await(peer, 1);
    trace_event(test, peer->label, "connected to %s", address);
}

void
peer_listen(struct peer *peer)
{
    struct test *test = peer->test;
    char address[256];
    size_t size = sizeof address;

    if (zmq_bind(peer->socket, "tcp://127.0.0.1:*") != 0
        || zmq_getsockopt(peer->socket, ZMQ_LAST_ENDPOINT, address, &size)
               != 0) {
        broken(test, "%s: one cannot bind: %s", peer->label,
               zmq_strerror(errno));
    }
    peer->address = test_text(test, "%s", address);
    trace_event(test, peer->label, "bound to %s", address);
}

bool
peer_may_listen(struct peer *peer, const char *address)
{
    struct test *test = peer->test;
    int64_t until = now() + (int64_t)bound(test) * 1000;
    zmq_pollitem_t nothing = {NULL, -1, 0, 0};

    while (zmq_bind(peer->socket, address) != 0) {
        if (errno != EADDRINUSE || now() > until) {
            return false;
        }
        (void)zmq_poll(&nothing, 0, 5);
    }
    peer->address = address;
    trace_event(test, peer->label, "bound to %s", address);
    return true;
}

void
peer_listen_at(struct peer *peer, const char *address)
{
    if (!peer_may_listen(peer, address)) {
        broken(peer->test, "%s: one cannot bind %s again: %s", peer->label,
               address, zmq_strerror(errno));
    }
}

struct peer *
peer_connect(struct test *test, const char *label, int type,
             const char *address)
{
    struct peer *peer = peer_make(test, label, type);

    peer_join(peer, address);
    return peer;
}

struct peer *
peer_bind(struct test *test, const char *label, int type)
{
    struct peer *peer = peer_make(test, label, type);

    peer_listen(peer);
    return peer;
}

struct peer *
peer_connect_as(struct test *test, const char *label, int type,
                const char *address, const char *identity)
{
    struct peer *peer = peer_make(test, label, type);

    (void)zmq_setsockopt(peer->socket, ZMQ_ROUTING_ID, identity,
                         strlen(identity));
    peer_join(peer, address);
    return peer;
}

struct peer *
peer_subscribe(struct test *test, const char *label, const char *address,
               const char *topic)
{
    struct peer *peer = peer_make(test, label, ZMQ_SUB);

    (void)zmq_setsockopt(peer->socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
    peer_join(peer, address);
    return peer;
}

void
peer_close(struct peer *peer)
{
    (void)zmq_socket_monitor(peer->socket, NULL, 0);
    (void)zmq_close(peer->monitor);
    (void)zmq_close(peer->socket);
    peer->socket = NULL;
    trace_event(peer->test, peer->label, "closed");
}

/* --- sending ---------------------------------------------------------------*/

/* Waits until the socket is ready for it; false on timeout. */
static bool
ready(const struct peer *peer, short events, int milliseconds)
{
    zmq_pollitem_t item = {NULL, 0, 0, 0};

    item.socket = peer->socket;
    item.events = events;
    return zmq_poll(&item, 1, milliseconds) > 0;
}

static bool
put(struct peer *peer, struct bytes frame, int flags)
{
    int rc;

    do {
        rc = zmq_send(peer->socket, frame.data, frame.size,
                      flags | ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    if (rc < 0 && errno != EAGAIN) {
        fail(peer->test, "%s: a frame does not go out: %s", peer->label,
             zmq_strerror(errno));
    }
    return rc >= 0;
}

void
peer_send_frames(struct peer *peer, const struct bytes *frames, size_t count)
{
    size_t i;

    trace_frames(peer->test, '>', peer->label, frames, count);
    for (i = 0; i < count; i++) {
        int flags = i + 1 < count ? ZMQ_SNDMORE : 0;

        while (!put(peer, frames[i], flags)) {
            if (!ready(peer, ZMQ_POLLOUT, bound(peer->test))) {
                fail(peer->test, "%s: a message does not go out within %d ms",
                     peer->label, bound(peer->test));
            }
        }
    }
}

void
peer_send(struct peer *peer, struct bytes frame)
{
    peer_send_frames(peer, &frame, 1);
}

bool
peer_try(struct peer *peer, struct bytes frame)
{
    if (!put(peer, frame, 0)) {
        return false;
    }
    trace_frames(peer->test, '>', peer->label, &frame, 1);
    return true;
}

/* --- receiving -------------------------------------------------------------*/

/* Receives all frames of one message; those behind FRAMES_MAX are counted. */
static void
take(struct peer *peer, struct frames *frames)
{
    struct test *test = peer->test;
    int more = 1;

    frames->count = 0;
    while (more) {
        zmq_msg_t part;

        (void)zmq_msg_init(&part);
        if (zmq_msg_recv(&part, peer->socket, 0) < 0) {
            broken(test, "%s: receiving: %s", peer->label, zmq_strerror(errno));
        }
        if (frames->count < FRAMES_MAX) {
            frames->frame[frames->count] =
                bytes_copy(test, zmq_msg_data(&part), zmq_msg_size(&part));
        }
        frames->count++;
        more = zmq_msg_more(&part);
        (void)zmq_msg_close(&part);
    }
    trace_frames(test, '<', peer->label, frames->frame,
                 frames->count < FRAMES_MAX ? frames->count : FRAMES_MAX);
}

bool
peer_poll(struct peer *peer, int milliseconds, struct frames *frames)
{
    if (!ready(peer, ZMQ_POLLIN, milliseconds)) {
        return false;
    }
    take(peer, frames);
    return true;
}

int
peer_any(struct peer *const *peers, int count, int milliseconds)
{
    zmq_pollitem_t items[64];
    int i;

    if (count > 64) {
        broken(peers[0]->test, "peer_any() of more than 64 peers");
    }
    for (i = 0; i < count; i++) {
        items[i].socket = peers[i]->socket;
        items[i].fd = 0;
        items[i].events = ZMQ_POLLIN;
        items[i].revents = 0;
    }
    (void)zmq_poll(items, count, milliseconds);
    for (i = 0; i < count; i++) {
        if ((items[i].revents & ZMQ_POLLIN) != 0) {
            return i;
        }
    }
    return -1;
}

struct frames
peer_receive(struct peer *peer)
{
    struct frames frames;

    if (!peer_poll(peer, bound(peer->test), &frames)) {
        test_end(peer->test, VERDICT_FAIL,
                 test_text(peer->test, "a message at %s", peer->label),
                 test_text(peer->test, "nothing; the last frames were %s",
                           trace_last_frames(peer->test, LAST)),
                 "%s: nothing came within %d ms", peer->label,
                 bound(peer->test));
    }
    return frames;
}

struct bytes
peer_receive_one(struct peer *peer)
{
    struct frames frames = peer_receive(peer);

    check_frames(peer->test, peer->label, &frames, 1);
    return frames.frame[0];
}

struct bytes
peer_ask(struct peer *peer, struct bytes request)
{
    int type = ZMQ_REQ;
    size_t size = sizeof type;
    struct bytes frames[2] = {{NULL, 0}, {NULL, 0}};
    struct frames reply;

    (void)zmq_getsockopt(peer->socket, ZMQ_TYPE, &type, &size);
    if (type == ZMQ_REQ) {
        peer_send(peer, request);
        return peer_receive_one(peer);
    }
    frames[1] = request;
    peer_send_frames(peer, frames, 2);
    reply = peer_receive(peer);
    check_frames(peer->test, peer->label, &reply, 2);
    return reply.frame[1];
}
