/* SPDX-License-Identifier: MIT */
/* peer.h: whoever the target talks to: a ZeroMQ socket with a name.
 *
 * What goes in and out is traced.  A peer that times out ends the test with
 * FAIL, and says who waited for what.  Sockets have a high-water mark of 1,000
 * messages, unless a test sets it. */
#ifndef CONFORMANCE_ENGINE_PEER_H
#define CONFORMANCE_ENGINE_PEER_H

#include <zmq.h>

#include "conformance/engine/bytes.h"

enum { FRAMES_MAX = 16 };

struct frames {
    size_t count;
    struct bytes frame[FRAMES_MAX];
};

struct peer {
    struct test *test;
    const char *label;
    void *socket;
    void *monitor;
    const char *address; /* that it connects to, or is bound to */
};

/* A socket that is not yet anywhere; set options with zmq_setsockopt(). */
struct peer *peer_make(struct test *test, const char *label, int type);

/* Connects, and returns when the handshake is done; FAIL if nobody answers. */
void peer_join(struct peer *peer, const char *address);

/* Binds to a free port of 127.0.0.1; peer->address is what to connect to. */
void peer_listen(struct peer *peer);

/* Binds where another socket was: waits until the address is free again. */
void peer_listen_at(struct peer *peer, const char *address);
/* The same; false if it does not get free. */
bool peer_may_listen(struct peer *peer, const char *address);

/* peer_make() and one of them. */
struct peer *peer_connect(struct test *test, const char *label, int type,
                          const char *address);
struct peer *peer_bind(struct test *test, const char *label, int type);

/* With an identity: for REQ, DEALER. */
struct peer *peer_connect_as(struct test *test, const char *label, int type,
                             const char *address, const char *identity);

/* A SUB with a topic.  Nobody outside can know when a publisher has taken a
 * subscription: see stream.h of the suite. */
struct peer *peer_subscribe(struct test *test, const char *label,
                            const char *address, const char *topic);

/* Waits until so many peers have shaken hands, since it was made. */
void peer_await(struct peer *peer, unsigned handshakes);

void peer_close(struct peer *peer);

/* --- sending: FAIL if it does not go out in time ---------------------------*/
void peer_send(struct peer *peer, struct bytes frame);
void peer_send_frames(struct peer *peer, const struct bytes *frames,
                      size_t count);
/* At once, or false. */
bool peer_try(struct peer *peer, struct bytes frame);

/* --- receiving -------------------------------------------------------------*/
/* What comes next, in time; else FAIL. */
struct frames peer_receive(struct peer *peer);
/* The same, and it must be one frame. */
struct bytes peer_receive_one(struct peer *peer);
/* What comes within so many milliseconds (0: what is there), or false.  The
 * caller scales the time by bound_of(). */
bool peer_poll(struct peer *peer, int milliseconds, struct frames *frames);
/* Index of the first of the peers that has something to read; -1 on timeout. */
int peer_any(struct peer *const *peers, int count, int milliseconds);

/* Sends, and returns what the answer is: REQ, or DEALER with an empty frame. */
struct bytes peer_ask(struct peer *peer, struct bytes request);

#endif
