/* SPDX-License-Identifier: MIT */
/* relay.c: proxies of ZeroMQ sockets.  One side connects to who has bound, the
 * other is bound for who connects. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conformance/mutants/proxy/lane.h"

enum {
    HWM_OF_WORK = 1, /* PUSH and PULL: who waits must feel it */
    HWM_OF_ASKING = 1000,
    BUFFER = 32768, /* bytes in the kernel, of PUSH and PULL */
    FRAME_MAX = 256 * 1024 * 1024
};

/* By the kind of the target's socket. */
static const struct {
    int suite;  /* type of the socket that the suite sees */
    int target; /* that the target sees */
    bool up;    /* messages go to the target */
    bool down;
    bool has_delimiter;
    int hwm;
} kinds[] = {
    {0, 0, false, false, false, 0},                            /* NONE */
    {ZMQ_PULL, ZMQ_PUSH, true, false, false, HWM_OF_WORK},     /* PULL */
    {ZMQ_PUSH, ZMQ_PULL, false, true, false, HWM_OF_WORK},     /* PUSH */
    {ZMQ_XPUB, ZMQ_XSUB, true, true, false, 0},                /* PUB */
    {ZMQ_XSUB, ZMQ_XPUB, true, true, false, 0},                /* SUB */
    {ZMQ_ROUTER, ZMQ_DEALER, true, true, true, HWM_OF_ASKING}, /* REP */
    {ZMQ_ROUTER, ZMQ_DEALER, true, true, true, HWM_OF_ASKING}, /* CACHE */
};

static void
set(void *socket, int option, int value)
{
    (void)zmq_setsockopt(socket, option, &value, sizeof value);
}

static void *
open_socket(int type, int hwm, bool connects)
{
    static const int64_t most = FRAME_MAX;
    void *socket = zmq_socket(mutant.context, type);

    if (socket == NULL) {
        mutant_broken("no socket: %s", zmq_strerror(zmq_errno()));
    }
    set(socket, ZMQ_LINGER, 1000);
    set(socket, ZMQ_SNDHWM, hwm);
    set(socket, ZMQ_RCVHWM, hwm);
    set(socket, ZMQ_RECONNECT_IVL, 20);
    if (hwm == HWM_OF_WORK) {
        set(socket, ZMQ_SNDBUF, BUFFER);
        set(socket, ZMQ_RCVBUF, BUFFER);
    }
    if (connects && (type == ZMQ_PUSH || type == ZMQ_DEALER)) {
        set(socket, ZMQ_IMMEDIATE, 1);
    }
    (void)zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most);
    /* Whoever speaks less than ZMTP 3.0 is refused, as libpalm does. */
    if (mutant.fault->life != LIFE_TAKES_OLD_PEERS) {
        (void)zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "palm", 4);
    }
    return socket;
}

static const char *
bound_address(void *socket)
{
    char address[256];
    size_t size = sizeof address;

    if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0
        || zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &size) != 0) {
        mutant_broken("one cannot bind: %s", zmq_strerror(zmq_errno()));
    }
    return memory_text("%s", address);
}

/* --- caches --------------------------------------------------------------- */

/* What the target's cache says of the target. */
static bool
look_at_reply(struct lane *lane, struct frames *message)
{
    const char *address;

    (void)lane;
    if (message->count == 1 && message->frame[0].size < 256) {
        address =
            address_for_suite(bytes_string(&mutant.test, message->frame[0]));
        if (address != NULL) {
            message->frame[0] = bytes_text(address);
        }
    }
    return true;
}

static char asked_key[256]; /* of the target's last get */

static bool
look_at_target_request(struct lane *lane, struct frames *message)
{
    struct message request;

    (void)lane;
    asked_key[0] = '\0';
    if (message->count == 1
        && message_decode(&mutant.test, message->frame[0], &request) == NULL) {
        (void)snprintf(asked_key, sizeof asked_key, "%s",
                       bytes_string(&mutant.test, request.payload));
    }
    return true;
}

static bool
look_at_suite_reply(struct lane *lane, struct frames *message)
{
    const char *address;

    (void)lane;
    if (message->count == 1 && message->frame[0].size < 256) {
        address = address_for_target(
            asked_key, bytes_string(&mutant.test, message->frame[0]));
        if (address != NULL) {
            message->frame[0] = bytes_text(address);
        }
    }
    return true;
}

/* --- routers: each of their peers has a socket of its own beyond ------------
 */

struct guest {
    struct guest *next;
    struct lane *router; /* whose guest it is */
    struct bytes identity;
    struct lane *in;
};

static struct guest *guests;

static struct bytes
keep(struct bytes bytes)
{
    char *copy = memory_of(bytes.size + 1);

    memcpy(copy, bytes.data, bytes.size);
    return bytes_of(copy, bytes.size);
}

/* With the identity of who is at this side, unless ZeroMQ made that up. */
static void *
open_beyond(const struct lane *router, struct bytes identity)
{
    void *socket = open_socket(ZMQ_DEALER, HWM_OF_ASKING, false);

    if (identity.size > 0 && identity.data[0] != 0) {
        (void)zmq_setsockopt(socket, ZMQ_ROUTING_ID, identity.data,
                             identity.size);
    }
    if (zmq_connect(socket, (const char *)router->key.data) != 0) {
        mutant_broken("a guest cannot connect: %s", zmq_strerror(zmq_errno()));
    }
    return socket;
}

static struct lane *
find_guest(struct lane *router, struct bytes identity)
{
    struct guest *guest;
    struct lane *back;
    void *socket;

    for (guest = guests; guest != NULL; guest = guest->next) {
        if (guest->router == router && bytes_equal(guest->identity, identity)) {
            return guest->in;
        }
    }
    guest = memory_of(sizeof *guest);
    guest->router = router;
    guest->identity = keep(identity);
    socket = open_beyond(router, identity);
    guest->in = lane_add(router->endpoint, router->to_target, NULL, socket);
    back = lane_add(router->endpoint, !router->to_target, socket, router->from);
    back->identity = guest->identity;
    back->has_delimiter = true;
    back->look = router->look_back;
    guest->next = guests;
    guests = guest;
    return guest->in;
}

static struct lane *
open_router(const char *endpoint, bool to_target, const char *address)
{
    void *socket = open_socket(ZMQ_ROUTER, HWM_OF_ASKING, false);
    struct lane *lane = lane_add(endpoint, to_target, socket, NULL);

    set(socket, ZMQ_ROUTER_HANDOVER, 1);
    lane->takes_identity = true;
    lane->has_delimiter = true;
    lane->route = find_guest;
    lane->key = keep(bytes_of(address, strlen(address) + 1));
    return lane;
}

/* --- all the others ------------------------------------------------------- */

static void
connect_from(struct lane *lane)
{
    if (zmq_connect(lane->from, (const char *)lane->key.data) != 0) {
        mutant_broken("one cannot connect: %s", zmq_strerror(zmq_errno()));
    }
}

/* --- a favoured worker: it has a socket for itself ------------------------ */

static int listener = -1;

static const char *
listen_for_favoured(void *suite)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    const int one = 1;
    const char *text;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, size) != 0
        || listen(listener, 8) != 0
        || getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        mutant_broken("one cannot listen: %s", strerror(errno));
    }
    text = memory_text("tcp://127.0.0.1:%d", ntohs(address.sin_port));
    set(suite, ZMQ_USE_FD, listener);
    if (zmq_bind(suite, text) != 0) {
        mutant_broken("one cannot bind: %s", zmq_strerror(zmq_errno()));
    }
    return text;
}

/* One is there: nobody else comes to that socket.  zmq_unbind() would close its
 * connection, too, so the listener is taken away from it. */
static void
favour(struct lane *lane)
{
    char address[256];
    size_t size = sizeof address;
    int nobody = socket(AF_INET, SOCK_STREAM, 0);

    lane->favoured = lane->to;
    lane->to = open_socket(ZMQ_PUSH, HWM_OF_WORK, false);
    if (dup2(nobody, listener) < 0
        || zmq_getsockopt(lane->favoured, ZMQ_LAST_ENDPOINT, address, &size)
               != 0
        || zmq_bind(lane->to, address) != 0) {
        mutant_broken("one cannot bind: %s", zmq_strerror(zmq_errno()));
    }
    lane->opened = connect_from;
}

static struct lane *
open_lane(const char *endpoint, bool to_target, void *from, void *to,
          enum kind kind)
{
    struct lane *lane = lane_add(endpoint, to_target, from, to);

    lane->has_delimiter = kinds[kind].has_delimiter;
    return lane;
}

const char *
relay_front(const char *endpoint, enum kind kind, const char *address)
{
    void *suite;
    void *target;
    struct lane *down = NULL;

    if (kind == KIND_ROUTER) {
        return bound_address(open_router(endpoint, true, address)->from);
    }
    suite = open_socket(kinds[kind].suite, kinds[kind].hwm, false);
    target = open_socket(kinds[kind].target, kinds[kind].hwm, true);
    if (kinds[kind].down) {
        down = open_lane(endpoint, false, target, suite, kind);
    }
    if (kinds[kind].up) {
        (void)open_lane(endpoint, true, suite, target, kind);
    }
    if (down != NULL && kind == KIND_CACHE) {
        down->look = look_at_reply;
    }
    if (down != NULL && kind == KIND_PUSH) {
        /* The target must not have a peer before the suite is one. */
        down->key = keep(bytes_of(address, strlen(address) + 1));
        if (mutant.fault->life == LIFE_FAVOURS_A_WORKER) {
            down->opened = favour;
            return listen_for_favoured(suite);
        }
        down->opened = connect_from;
    } else if (zmq_connect(target, address) != 0) {
        mutant_broken("%s: one cannot connect to \"%s\": %s", endpoint, address,
                      zmq_strerror(zmq_errno()));
    }
    return bound_address(suite);
}

/* The target asks: whoever answers sees its identity. */
static const char *
cache_back(const char *endpoint, const char *address)
{
    struct lane *lane = open_router(endpoint, false, address);

    lane->look = look_at_target_request;
    lane->look_back = look_at_suite_reply;
    return bound_address(lane->from);
}

/* True if ZeroMQ takes it as an address. */
static bool
can_connect(const char *address)
{
    void *socket = open_socket(ZMQ_DEALER, 1, true);
    bool can = zmq_connect(socket, address) == 0;

    set(socket, ZMQ_LINGER, 0);
    (void)zmq_close(socket);
    return can;
}

const char *
relay_back(const char *endpoint, enum kind kind, const char *address)
{
    void *suite;
    void *target;

    if (!can_connect(address)) {
        return NULL;
    }
    if (kind == KIND_CACHE) {
        return cache_back(endpoint, address);
    }
    suite = open_socket(kinds[kind].suite, kinds[kind].hwm, true);
    target = open_socket(kinds[kind].target, kinds[kind].hwm, false);
    if (zmq_connect(suite, address) != 0) {
        mutant_broken("%s: one cannot connect to \"%s\": %s", endpoint, address,
                      zmq_strerror(zmq_errno()));
    }
    if (kinds[kind].down) {
        (void)open_lane(endpoint, false, target, suite, kind);
    }
    if (kinds[kind].up) {
        (void)open_lane(endpoint, true, suite, target, kind);
    }
    return bound_address(target);
}
