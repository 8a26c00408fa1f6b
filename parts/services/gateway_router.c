/* SPDX-License-Identifier: MIT */
/* gateway_router.c: requests in, answers out, through one ROUTER socket.
 *
 * A client's request is [identity, "", message]; an answer comes from the
 * GatewayDealer of the same server as ["dealer", client, "", message] and goes
 * to the peer whose identity is the client.  A gateway that serves many clients
 * through one socket has another identity: for its clients the router remembers
 * through whom they asked.
 *
 * Answers come in where requests do, so the socket is read also without credit:
 * requests then wait here, up to hwm and window_size, and answers go on.  Not
 * reading would hold the answers up, which hold up the workers, which hold the
 * credit.  A request for which there is no room has an error for its answer. So
 * has one that comes in a drain: what waits here then is finished. */
#include "config.h"
#include "core/compat.h"

/* Without memory for its table uthash must not end the process. */
#define HASH_NONFATAL_OOM 1
#include "parts/services/gateway_router.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/server.h"
#include "parts/answer.h"
#include "utlist.h"

static const char dealer[] = "dealer";

enum {
    PARTS_MAX = 4,          /* of the longest message, an answer */
    CLIENT_MAX = 255,       /* bytes, as of an identity */
    LAST = 1000,            /* ms at most for what is on its way at the end */
    BORROWERS_MAX = 1 << 16 /* then the oldest is forgotten */
};

const palm_option_t palm__gateway_router_options[] = {
    PALM_OPTION(struct palm__gateway_router_options, DURATION, reply_timeout,
                -1, "1min", "how long a client's way back is remembered"),
    PALM_OPTION_END,
};

static const struct palm__gateway_router_options *
set_of(const palm_part_t *part)
{
    return palm_part_class_options(part);
}

static struct palm__gateway_router *
state_of(palm_part_t *part)
{
    return palm_part_state(part);
}

int
palm__gateway_router_open(palm_part_t *part, palm_error_t *err)
{
    const int yes = 1;
    void *socket = palm_part_socket(part);
    /* A peer that is gone is an error, not silence; one that comes back before
     * its old connection is known to be dead takes its name over. */
    if (zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &yes, sizeof yes)
        || zmq_setsockopt(socket, ZMQ_ROUTER_HANDOVER, &yes, sizeof yes)) {
        return palm_error_set(err, errno, "inbound %s: %s",
                              palm_part_name(part), palm_strerror(errno));
    }
    return 0;
}

/* --- who asked for whom --------------------------------------------------- */

static void
forget(struct palm__gateway_router *self, struct palm__borrower *borrower)
{
    HASH_DEL(self->borrowers, borrower);
    free(borrower);
}

static struct palm__borrower *
find_borrower(struct palm__gateway_router *self, palm_slice_t client)
{
    struct palm__borrower *found = NULL;
    if (client.size > 0 && client.size <= CLIENT_MAX) {
        HASH_FIND(hh, self->borrowers, client.data, (unsigned)client.size,
                  found);
    }
    return found;
}

/* Remembers the peer through which a client asks.  -1: no memory. */
static int
remember(struct palm__gateway_router *self, palm_slice_t client,
         palm_slice_t peer)
{
    struct palm__borrower *borrower = find_borrower(self, client);
    if (borrower) { /* asked twice */
        forget(self, borrower);
    } else if (HASH_COUNT(self->borrowers) >= BORROWERS_MAX) {
        forget(self, self->borrowers);
    }
    if (client.size == 0 || client.size > CLIENT_MAX
        || !(borrower = calloc(1, sizeof *borrower + client.size))) {
        return -1;
    }
    borrower->since = palm__now_ms();
    borrower->peer_size = peer.size;
    borrower->client_size = client.size;
    memcpy(borrower->peer, peer.data, peer.size);
    memcpy(borrower->client, client.data, client.size);
    HASH_ADD(hh, self->borrowers, client, (unsigned)client.size, borrower);
    if (!borrower->hh.tbl) {
        free(borrower);
        return -1;
    }
    return 0;
}

int64_t
palm__gateway_router_tick(palm_part_t *part)
{
    struct palm__gateway_router *self = state_of(part);
    int64_t timeout = set_of(part)->reply_timeout;
    int64_t left = -1;
    if (timeout < 0 || !self->borrowers) {
        return -1;
    }
    int64_t now = palm__now_ms();
    while (self->borrowers
           && (left = timeout - (now - self->borrowers->since)) <= 0) {
        forget(self, self->borrowers);
        left = -1;
    }
    return left;
}

/* --- frames --------------------------------------------------------------- */

/* One message of several frames. */
struct parts {
    zmq_msg_t frames[PARTS_MAX];
    int count; /* of all that came; only the first PARTS_MAX are kept */
};

static palm_slice_t
slice_of(struct parts *parts, int index)
{
    palm_slice_t slice = {zmq_msg_data(&parts->frames[index]),
                          zmq_msg_size(&parts->frames[index])};
    return slice;
}

/* Returns false if nothing is there. */
static bool
receive_parts(void *socket, struct parts *parts)
{
    zmq_msg_t extra;
    bool more = true;
    (void)zmq_msg_init(&extra);
    for (parts->count = 0; more; parts->count++) {
        zmq_msg_t *frame =
            parts->count < PARTS_MAX ? &parts->frames[parts->count] : &extra;
        if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) == -1) {
            break;
        }
        more = zmq_msg_more(frame);
    }
    (void)zmq_msg_close(&extra);
    return parts->count > 0;
}

/* --- answers -------------------------------------------------------------- */

static int
send_to(void *socket, palm_slice_t peer, zmq_msg_t *message)
{
    if (zmq_send(socket, peer.data, peer.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) == -1
        || zmq_send(socket, "", 0, ZMQ_SNDMORE) == -1) {
        return -1;
    }
    return zmq_msg_send(message, socket, 0) == -1 ? -1 : 0;
}

/* An answer of the dealer: [dealer, client, "", message]. */
static void
relay(palm_part_t *part, struct parts *parts)
{
    struct palm__gateway_router *self = state_of(part);
    palm_slice_t client = slice_of(parts, 1), peer = client;
    struct palm__borrower *borrower = find_borrower(self, client);
    self->answers++;
    if (borrower) {
        peer.data = borrower->peer;
        peer.size = borrower->peer_size;
    }
    if (send_to(palm_part_socket(part), peer, &parts->frames[3])) {
        bool slow = errno == EAGAIN;
        palm_part_stats_t *stats = palm_part_stats(part);
        palm_part_count(slow ? &stats->slow : &stats->absent, 1);
        palm_part_warn(part, "PALM-GATEWAY-DROPPED", "answer dropped: %s",
                       slow ? "its client does not read"
                            : "its client is gone, or has its answer");
    }
    if (borrower) {
        forget(self, borrower);
    }
}

/* --- requests ------------------------------------------------------------- */

/* Whether one more request may wait for credit. */
static bool
has_room(palm_part_t *part, size_t size)
{
    struct palm__gateway_router *self = state_of(part);
    const palm_part_options_t *options = palm_part_options(part);
    return self->pending_count == 0
           || (self->pending_count < options->hwm
               && self->pending_bytes + (int64_t)size <= options->window_size);
}

/* Lets a request wait for credit; takes the frame.  -1: no memory. */
static int
keep(struct palm__gateway_router *self, zmq_msg_t *request)
{
    struct palm__pending *pending = malloc(sizeof *pending);
    if (!pending) {
        return -1;
    }
    pending->size = zmq_msg_size(request);
    (void)zmq_msg_init(&pending->request);
    (void)zmq_msg_move(&pending->request, request);
    DL_APPEND(self->pending, pending);
    self->pending_count++;
    self->pending_bytes += (int64_t)pending->size;
    return 0;
}

/* Answers a request with an error, so that its client need not wait. */
static void
answer_error(palm_part_t *part, struct parts *parts,
             const palm_message_t *asked, char *text)
{
    zmq_msg_t answer;
    (void)zmq_msg_init(&answer);
    palm__answer_error(asked, &answer, text);
    if (send_to(palm_part_socket(part), slice_of(parts, 0), &answer)) {
        palm_part_count(&palm_part_stats(part)->absent, 1);
    }
    (void)zmq_msg_close(&answer);
}

static void
turn_away(palm_part_t *part, struct parts *parts, const palm_message_t *asked,
          const char *why)
{
    char text[128];
    palm_part_count(&palm_part_stats(part)->failed, 1);
    palm_part_warn(part, "PALM-GATEWAY-FULL", "request refused: %s", why);
    (void)snprintf(text, sizeof text, "EAGAIN %s", why);
    answer_error(part, parts, asked, text);
}

/* Notes whom the answer goes to: the client itself, or who asks for it. */
static int
note_peer(struct palm__gateway_router *self, palm_slice_t client,
          palm_slice_t peer)
{
    struct palm__borrower *borrower;
    if (!palm_slice_is_equal(peer, client)) {
        return remember(self, client, peer);
    }
    if ((borrower = find_borrower(self, client))) {
        forget(self, borrower);
    }
    return 0;
}

/* A request: [identity, "", message]. */
static void
admit(palm_part_t *part, struct parts *parts)
{
    struct palm__gateway_router *self = state_of(part);
    char oversize[] = "EMSGSIZE the request is over max_message_size";
    palm_message_t message;
    palm_error_t why = {0, ""};
    palm_slice_t frame = slice_of(parts, 2);
    if (palm_message_scan(&message, frame.data, frame.size, &why)) {
        palm_part_refuse(part, "message", why.text);
    } else if (message.client.size == 0 || message.client.size > CLIENT_MAX) {
        palm_part_refuse(part, "message",
                         "its client is empty, or has more than 255 bytes");
    } else if (palm_part_is_oversize(part, frame.size)) {
        answer_error(part, parts, &message, oversize);
    } else if (palm_server_state(palm_part_server(part))
               == PALM_SERVER_DRAINING) {
        turn_away(part, parts, &message, "the server stops");
    } else if (!has_room(part, frame.size)) {
        turn_away(part, parts, &message, "too many requests wait");
    } else if (note_peer(self, message.client, slice_of(parts, 0))
               || keep(self, &parts->frames[2])) {
        turn_away(part, parts, &message, "out of memory");
    }
}

static void
take(palm_part_t *part, struct parts *parts)
{
    palm_slice_t peer = slice_of(parts, 0);
    bool is_dealer = palm_slice_is_equal(peer, palm_slice(dealer));
    if (is_dealer && parts->count == 4 && slice_of(parts, 2).size == 0) {
        relay(part, parts);
    } else if (!is_dealer && parts->count == 3
               && slice_of(parts, 1).size == 0) {
        admit(part, parts);
    } else {
        palm_part_refuse(part, "message",
                         is_dealer
                             ? "no [client, \"\", message] from the dealer"
                             : "no [\"\", message]");
    }
}

void
palm__gateway_router_readable(palm_part_t *part)
{
    struct parts parts;
    for (int i = 0; i < PARTS_MAX; i++) {
        (void)zmq_msg_init(&parts.frames[i]);
    }
    while (receive_parts(palm_part_socket(part), &parts)) {
        take(part, &parts);
    }
    for (int i = 0; i < PARTS_MAX; i++) {
        (void)zmq_msg_close(&parts.frames[i]);
    }
}

int
palm__gateway_router_receive(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__gateway_router *self = state_of(part);
    struct palm__pending *first;
    if (!self->pending) {
        palm__gateway_router_readable(part);
    }
    if (!(first = self->pending)) {
        return 0;
    }
    DL_DELETE(self->pending, first);
    self->pending_count--;
    self->pending_bytes -= (int64_t)first->size;
    (void)zmq_msg_move(frame, &first->request);
    (void)zmq_msg_close(&first->request);
    free(first);
    return 1;
}

/* --- the end -------------------------------------------------------------- */

/* What a dealer connects to ends like what the router has bound, also where one
 * says "0.0.0.0" or "*" and the other a host. */
static bool
is_mine(palm_part_t *part, const palm_part_info_t *info)
{
    palm_server_t *server = palm_part_server(part);
    if (strcmp(info->class_->name, "GatewayDealer") != 0) {
        return false;
    }
    const char *to =
        palm_server_endpoint(server, PALM_SIDE_OUTBOUND, info->name);
    const char *bound =
        palm_server_endpoint(server, PALM_SIDE_INBOUND, palm_part_name(part));
    const char *end = to ? strrchr(to, ':') : NULL;
    const char *mine = bound ? strrchr(bound, ':') : NULL;
    return end && mine && strcmp(end, mine) == 0;
}

/* The answers that the dealers of this server have handed to their sockets. */
static uint64_t
handed_over(palm_part_t *part)
{
    palm_server_t *server = palm_part_server(part);
    palm_part_info_t info;
    palm_part_stats_t stats;
    uint64_t sum = 0;
    for (size_t i = 0; !palm_server_part_at(server, i, &info); i++) {
        if (info.side == PALM_SIDE_OUTBOUND && is_mine(part, &info)
            && !palm_server_stats(server, info.side, info.name, &stats)) {
            sum += stats.sent;
        }
    }
    return sum;
}

/* Takes the answers that are still on their way from the dealer: a drain ends
 * when its socket has them. */
static void
take_last_answers(palm_part_t *part)
{
    struct palm__gateway_router *self = state_of(part);
    zmq_pollitem_t item = {palm_part_socket(part), 0, ZMQ_POLLIN, 0};
    uint64_t all = handed_over(part);
    int64_t linger = palm_part_options(part)->linger;
    int64_t now = palm__now_ms();
    int64_t end = now + (linger < 0 || linger > LAST ? LAST : linger);
    palm__gateway_router_readable(part);
    while (self->answers < all && (now = palm__now_ms()) < end) {
        (void)zmq_poll(&item, 1, (long)(end - now));
        palm__gateway_router_readable(part);
    }
}

void
palm__gateway_router_close(palm_part_t *part)
{
    struct palm__gateway_router *self = state_of(part);
    struct palm__pending *pending, *next;
    take_last_answers(part);
    palm_part_count(&palm_part_stats(part)->left,
                    (uint64_t)self->pending_count);
    DL_FOREACH_SAFE (self->pending, pending, next) {
        DL_DELETE(self->pending, pending);
        (void)zmq_msg_close(&pending->request);
        free(pending);
    }
    self->pending_count = self->pending_bytes = 0;
    while (self->borrowers) {
        forget(self, self->borrowers);
    }
}
