/* SPDX-License-Identifier: MIT */
/* pub_subscriptions.c: what the subscribers of a PubService send.
 *
 * Design notes
 *
 * - XPUB passes any frame on, keeps what it has not passed on without a limit,
 *   and 34 bytes for each byte of a subscription.  So a connection has an
 *   allowance, and so have all of them together; who goes over it is closed,
 *   and for a minute those who connect anew have less.
 * - libzmq tells of each subscription (XPUB_VERBOSE), also of one that others
 *   have, too, so we know by which connections a topic is subscribed; of
 *   unsubscriptions it tells the last one of a topic only.
 * - XPUB reads until a connection has nothing more, and the part does nothing
 *   else meanwhile: for ever, if a peer sends faster than that.  So at most one
 *   frame may wait (RCVHWM); for the next one libzmq's thread must be woken
 *   first, and XPUB finds nothing. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "core/compat.h"
#include "parts/services/pub.h"

enum {
    FRAMES = 1024,        /* that are read in one go */
    BYTES = 64,           /* of a topic that cost as much as a frame */
    STRIKE = 16,          /* what a frame costs that is no subscription */
    SPARE = 512,          /* bytes of a frame that is none: a handshake's */
    MOST = 100000,        /* topics that may be subscribed to */
    MOST_BYTES = 4 << 20, /* of all of them */
    ALWAYS = 16,          /* topics that a connection may have in any case */
    TOLD = 100            /* bytes of a topic, in a log */
};

int
palm__pub_open_subscriptions(palm_part_t *part)
{
    const int one = 1;
    void *socket = palm_part_socket(part);
    int64_t most = palm_part_options(part)->max_message_size;
    if (most < 0 || most > PALM__TOPIC_MAX + SPARE) {
        most = PALM__TOPIC_MAX + SPARE;
    }
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most)
                   || zmq_setsockopt(socket, ZMQ_XPUB_VERBOSE, &one, sizeof one)
                   || zmq_setsockopt(socket, ZMQ_RCVHWM, &one, sizeof one)
               ? -1
               : 0;
}

/* What waits for a topic goes to who has subscribed to exactly that.  Others
 * get it with him: to look for all topics that begin so would take the longer
 * the more wait. */
static void
send_to_newcomer(palm_part_t *part, struct palm__topic *topic)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    if (topic->held) {
        int64_t now = palm__now_ms();
        palm__topics_set_ready(topics, topic, true, now);
        palm__pub_send_waiting(part, topic, now);
        palm__topics_tidy(topics, topic);
    }
}

/* Whether there is room for one more topic, of a connection that has so many.
 */
static bool
has_room(const palm__topics_t *topics, palm_slice_t topic, unsigned taken)
{
    return taken < ALWAYS
           || (topics->subscribed < MOST
               && topics->subscribed_bytes + topic.size <= MOST_BYTES);
}

/* The connection is one that held up others, and comes back. */
static void
let_in(palm_part_t *part, struct palm__topic *topic, struct palm__peer peer)
{
    struct palm__pub *pub = palm__pub_of(part);
    if (palm__pub_backs_off(part, topic)) {
        palm__pub_cut(part, peer, "who subscribed so has held up others");
    } else {
        palm__topics_join(topic, peer, &pub->peers);
        send_to_newcomer(part, topic);
    }
}

static void
tell(palm_part_t *part, palm_slice_t name)
{
    const palm_log_t *log = palm_part_log(part);
    char text[TOLD + 1];
    if (log->write && log->level >= PALM_LOG_DEBUG) {
        (void)snprintf(text, sizeof text, "%.*s",
                       (int)(name.size < TOLD ? name.size : TOLD), name.data);
        palm_error_clean(text);
        palm_log(log, PALM_LOG_DEBUG, "PALM-PUB-SUBSCRIBED",
                 "outbound %s: a peer has subscribed to '%s'%s",
                 palm_part_name(part), text, name.size > TOLD ? " …" : "");
    }
}

static void
subscribe(palm_part_t *part, palm_slice_t name, struct palm__peer peer)
{
    tell(part, name);
    struct palm__pub *pub = palm__pub_of(part);
    struct palm__topic *topic = palm__topics_find(&pub->topics, name);
    unsigned taken = palm__peers_take(&pub->peers, peer);
    if ((!topic || !topic->subscribed)
        && !has_room(&pub->topics, name, taken)) {
        palm__pub_cut(part, peer, "there are too many subscriptions");
        return;
    }
    if (palm__topics_subscribe(&pub->topics, name, true)) {
        palm_part_warn(part, "PALM-PUB-MEMORY", "a subscription is lost: %s",
                       palm_strerror(errno));
        return;
    }
    let_in(part, palm__topics_find(&pub->topics, name), peer);
}

/* Whether its connection may send one more frame. */
static bool
may_send(palm_part_t *part, struct palm__peer peer, size_t size, bool good)
{
    struct palm__pub *pub = palm__pub_of(part);
    unsigned cost = good ? 1 + (unsigned)(size / BYTES) : STRIKE;
    if (palm__peers_charge(&pub->peers, peer, cost, palm__now_ms())) {
        return true;
    }
    if (!palm__peers_is_cut(&pub->peers, peer)) {
        palm__peers_be_strict(&pub->peers, palm__now_ms());
        palm__pub_cut(part, peer, "it sends too much");
    }
    return false;
}

/* One frame that a peer has sent: 1 or 0 and a topic.  XPUB itself tells of
 * those whose connection has ended; these come from nobody. */
static void
take_frame(palm_part_t *part, zmq_msg_t *frame)
{
    struct palm__pub *pub = palm__pub_of(part);
    const char *data = zmq_msg_data(frame);
    size_t size = zmq_msg_size(frame);
    bool good = size > 0 && (data[0] == 0 || data[0] == 1);
    struct palm__peer peer =
        palm__peers_find(&pub->peers, zmq_msg_get(frame, ZMQ_SRCFD));
    if (!may_send(part, peer, size, good)) {
        return;
    }
    palm_slice_t topic = {good ? data + 1 : data, good ? size - 1 : 0};
    if (!good) {
        palm_part_refuse(part, "frame", "it is no subscription");
    } else if (topic.size > PALM__TOPIC_MAX) {
        palm_part_refuse(part, "subscription", "its topic is too long");
    } else if (data[0] == 1) {
        subscribe(part, topic, peer);
    } else {
        (void)palm__topics_subscribe(&pub->topics, topic, false);
    }
}

/* Reads so many at most: the part has other things to do, too. */
void
palm__pub_readable(palm_part_t *part)
{
    zmq_msg_t frame;
    (void)zmq_msg_init(&frame);
    for (int i = 0; i < FRAMES; i++) {
        if (zmq_msg_recv(&frame, palm_part_socket(part), ZMQ_DONTWAIT) == -1) {
            break;
        }
        take_frame(part, &frame);
    }
    (void)zmq_msg_close(&frame);
}
