/* SPDX-License-Identifier: MIT */
/* pub.c: PubService publishes each message to its client.
 *
 * Design notes
 *
 * - The topic is the client that began the stream; in a pipeline it is the
 *   server's name, and the stage is one higher.  handle_stream may choose.
 * - A subscriber may come after its results: existing clients subscribe and
 *   push at the same moment.  The socket tells us the subscriptions, so a
 *   result that nobody would get is held, at most hold_time and hold_size, and
 *   leaves when its client subscribes.  Then it is dropped, counted as absent.
 * - A client that does not read is waited for: results queue here, and when
 *   hold_size is used up the part stops taking trains, so the pressure reaches
 *   those who send.  A client of whom nothing has moved for slow_timeout loses
 *   its results (counted as slow), and from then on what it does not take at
 *   once is dropped, until it reads again; nobody else loses anything.
 * - libzmq has no event for "this subscriber has room again", so while results
 *   wait for slow clients they are tried again every few milliseconds. */
#include "config.h"
#include "parts/services/pub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"

enum {
    RETRY = 2,     /* ms between two tries for slow clients */
    TRIES = 8,     /* topics that are tried in one go */
    FRAMES = 1024, /* subscriptions that are read in one go */
    EXPIRED = 256, /* results that are given up in one go */
    SPARE = 512    /* bytes of a frame that is no subscription: a handshake's */
};

static struct palm__pub *
pub_of(palm_part_t *part)
{
    return palm_part_state(part);
}

/* A number that no peer can know. */
static int
draw_key(palm_part_t *part, uint32_t *key)
{
    char text[PALM_ID_SIZE + 1];
    if (palm_id_next(palm_part_ids(part), text)) {
        return -1;
    }
    text[8] = '\0'; /* of the 32 digits, those before the first hyphen */
    *key = (uint32_t)strtoul(text, NULL, 16);
    return 0;
}

/* What peers send is subscriptions.  libzmq keeps 34 bytes for each byte of
 * one, so they are short.  Its queue is not: a SUB drops subscriptions that do
 * not fit into the queues of both sides, without a word. */
static int
limit_subscriptions(palm_part_t *part)
{
    int64_t most = palm_part_options(part)->max_message_size;
    if (most < 0 || most > PALM__TOPIC_MAX + SPARE) {
        most = PALM__TOPIC_MAX + SPARE;
    }
    return zmq_setsockopt(palm_part_socket(part), ZMQ_MAXMSGSIZE, &most,
                          sizeof most);
}

int
palm__pub_open(palm_part_t *part, palm_error_t *err)
{
    const int one = 1;
    uint32_t key = 0;
    int failed = draw_key(part, &key);
    palm__topics_init(&pub_of(part)->topics, key);
    if (failed || limit_subscriptions(part)
        || zmq_setsockopt(palm_part_socket(part), ZMQ_XPUB_NODROP, &one,
                          sizeof one)) {
        return palm_error_set(err, errno, "outbound %s: cannot publish: %s",
                              palm_part_name(part), palm_strerror(errno));
    }
    return 0;
}

void
palm__pub_close(palm_part_t *part)
{
    palm__topics_fini(&pub_of(part)->topics);
}

uint64_t
palm__pub_held(palm_part_t *part)
{
    return pub_of(part)->topics.count;
}

/* --- to the socket -------------------------------------------------------- */

/* Takes the message on success; -1 with EAGAIN if a subscriber is full. */
static int
try_send(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    void *socket = palm_part_socket(part);
    if (zmq_send(socket, topic.data, topic.size, ZMQ_SNDMORE | ZMQ_DONTWAIT)
        == -1) {
        return -1;
    }
    /* The socket decides at the first frame; the second follows it. */
    return zmq_msg_send(message, socket, ZMQ_DONTWAIT) == -1 ? -1 : 0;
}

static palm_slice_t
name_of(const struct palm__topic *topic)
{
    palm_slice_t name = {topic->name, topic->name_size};
    return name;
}

/* Sends what waits for a topic, until its client is full. */
static void
send_waiting(palm_part_t *part, struct palm__topic *topic, int64_t now)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    while (topic->held
           && !try_send(part, name_of(topic), &topic->held->message)) {
        palm__topics_drop(topics, topic->held);
        topic->moved = now;
        palm__topics_set_slow(topics, topic, false);
    }
}

/* --- subscriptions -------------------------------------------------------- */

/* What waits for a topic goes to who has subscribed to exactly that.  Others
 * get it with him: to look for all topics that begin so would take the longer
 * the more wait. */
static void
send_to_newcomer(palm_part_t *part, palm_slice_t subscription)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    struct palm__topic *topic = palm__topics_find(topics, subscription);
    if (topic && topic->held) {
        int64_t now = palm__now_ms();
        palm__topics_set_ready(topics, topic, true, now);
        send_waiting(part, topic, now);
        palm__topics_tidy(topics, topic);
    }
}

/* One frame that a peer has sent: 1 or 0 and a topic. */
static void
take_subscription(palm_part_t *part, const char *data, size_t size)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    if (size == 0 || (data[0] != 0 && data[0] != 1)) {
        palm_part_refuse(part, "frame", "it is no subscription");
        return; /* XPUB lets peers send anything */
    }
    palm_slice_t topic = {data + 1, size - 1};
    if (topic.size > PALM__TOPIC_MAX) {
        palm_part_refuse(part, "subscription", "its topic is too long");
        return;
    }
    if (palm__topics_subscribe(topics, topic, data[0] == 1)) {
        palm_part_warn(part, "PALM-PUB-MEMORY", "a subscription is lost: %s",
                       palm_strerror(errno));
    }
    if (data[0] == 1) {
        send_to_newcomer(part, topic);
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
        take_subscription(part, zmq_msg_data(&frame), zmq_msg_size(&frame));
    }
    (void)zmq_msg_close(&frame);
}

/* Whether somebody would get it; looks for new subscriptions if not. */
static bool
has_subscriber(palm_part_t *part, palm_slice_t topic)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    struct palm__topic *last = topics->last;
    if (last && palm_slice_is_equal(name_of(last), topic)) {
        return true;
    }
    if (!palm__topics_has(topics, topic)) {
        palm__pub_readable(part);
        if (!palm__topics_has(topics, topic)) {
            return false;
        }
    }
    topics->last = palm__topics_idle(topics, topic);
    return true;
}

/* --- one result ----------------------------------------------------------- */

static void
drop(palm_part_t *part, zmq_msg_t *message, uint64_t *counter, const char *why)
{
    palm_part_count(counter, 1);
    palm_part_warn(part, "PALM-PUB-DROPPED", "result dropped: %s", why);
    (void)zmq_msg_close(message);
    (void)zmq_msg_init(message);
}

/* Keeps a result until somebody subscribes or, if he is there, reads. */
static void
hold(palm_part_t *part, palm_slice_t name, zmq_msg_t *message, bool there)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    int64_t now = palm__now_ms();
    struct palm__topic *topic = palm__topics_hold(topics, name, message, now);
    if (!topic) {
        drop(part, message, &palm_part_stats(part)->failed, "out of memory");
    } else if (there) {
        palm__topics_set_ready(topics, topic, true, now);
    }
}

static bool
is_full(palm_part_t *part)
{
    return pub_of(part)->topics.bytes
           >= (size_t)palm_part_options(part)->hold_size;
}

/* Sends, holds or drops a result; takes it in any case. */
static void
publish_frame(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    palm_part_stats_t *stats = palm_part_stats(part);
    palm__topics_t *topics = &pub_of(part)->topics;
    if (topic.size > PALM__TOPIC_MAX) {
        palm_part_refuse(part, "result", "its topic is longer than 1 KiB");
        return;
    }
    if (!has_subscriber(part, topic)) {
        if (is_full(part)) {
            drop(part, message, &stats->absent,
                 "its client has not subscribed, and hold_size is used up");
        } else {
            hold(part, topic, message, false);
        }
        return;
    }
    struct palm__topic *slow = palm__topics_slow(topics, topic);
    struct palm__topic *waiting = palm__topics_waiting(topics, topic);
    if (waiting) { /* of whom was absent until now, too */
        palm__topics_set_ready(topics, waiting, true, palm__now_ms());
    } else if (!try_send(part, topic, message)) {
        if (slow) { /* the topic lay in the message, which is gone */
            palm__topics_set_slow(topics, slow, false);
        }
        return;
    }
    if (slow) {
        drop(part, message, &stats->slow, "its client does not read");
    } else {
        hold(part, topic, message, true);
    }
}

/* The step behind a message's; behind the largest comes the smallest. */
static int64_t
next_stage(const palm_message_t *message)
{
    uint64_t next = (uint64_t)message->stage + 1;
    int64_t stage;
    memcpy(&stage, &next, sizeof stage);
    return stage;
}

/* Counts the stage up in the frame itself, if that can be done. */
static bool
restage(const palm_message_t *original, zmq_msg_t *frame)
{
    palm_message_t message = *original;
    return palm_message_restage(&message, frame, next_stage(original));
}

/* Publishes a message; frame, if not NULL, is its encoded form. */
static int
publish(palm_part_t *part, const palm_message_t *original, zmq_msg_t *frame)
{
    bool pipelined = palm_part_options(part)->pipelined;
    palm_message_t message = *original;
    palm_slice_t topic = message.client;
    zmq_msg_t encoded;
    if (pipelined) {
        topic = palm_slice(palm_part_server_name(part));
        message.stage = next_stage(original);
    }
    if (palm_part_hooks(part)->handle_stream
        && palm_part_hooks(part)->handle_stream(
            part, &message, &topic, palm_part_options(part)->hook_arg)) {
        return -1;
    }
    if (frame && !palm_part_hooks(part)->handle_stream
        && (!pipelined || restage(original, frame))) {
        publish_frame(part, topic, frame);
        return 0;
    }
    if (palm_message_encode(&message, &encoded)) {
        return -1;
    }
    publish_frame(part, topic, &encoded);
    (void)zmq_msg_close(&encoded);
    return 0;
}

/* Whether the part must wait for slow clients before it takes more. */
static bool
must_wait(palm_part_t *part)
{
    struct palm__pub *pub = pub_of(part);
    pub->waits = pub->topics.ready && is_full(part);
    return pub->waits;
}

int
palm__pub_yield(palm_part_t *part, const palm_message_t *message)
{
    if (must_wait(part)) {
        errno = EAGAIN;
        return -1;
    }
    int result = publish(part, message, NULL);
    pub_of(part)->yielded |= result;
    return result;
}

static int
gather(palm_part_t *part, const palm_message_t *message)
{
    pub_of(part)->yielded = 0;
    errno = 0;
    return palm_part_hooks(part)->gather(part, message,
                                         palm_part_options(part)->hook_arg)
                   || pub_of(part)->yielded
               ? -1
               : 0;
}

int
palm__pub_send(palm_part_t *part, zmq_msg_t *frame)
{
    palm_message_t message;
    if (must_wait(part)) {
        errno = EAGAIN;
        return -1;
    }
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          NULL)) {
        return -1;
    }
    int result = palm_part_hooks(part)->gather ? gather(part, &message)
                                               : publish(part, &message, frame);
    if (result) {
        errno = errno == EAGAIN || errno == 0 ? ECANCELED : errno;
        return -1;
    }
    (void)zmq_msg_close(frame);
    (void)zmq_msg_init(frame);
    return 0;
}

/* --- what is due ---------------------------------------------------------- */

/* Gives up what has waited too long for a subscription.  It is sent all the
 * same: XPUB also tells us of unsubscriptions of topics that their sender never
 * had, and then the true subscriber is still there.  Returns when the next
 * result is due, ms from now. */
static int64_t
expire_absent(palm_part_t *part, int64_t now)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    int64_t hold_time = palm_part_options(part)->hold_time;
    for (int i = 0; i < EXPIRED && topics->aging; i++) {
        struct palm__held *oldest = topics->aging;
        struct palm__topic *topic = oldest->topic;
        if (now - oldest->since < hold_time) {
            return oldest->since + hold_time - now;
        }
        if (topic->ready) { /* somebody is there, slow_timeout counts */
            palm__topics_stop_aging(topics, oldest);
            continue;
        }
        palm_part_count(&palm_part_stats(part)->absent, 1);
        palm_part_warn(part, "PALM-PUB-DROPPED",
                       "result given up: its client has not subscribed");
        (void)try_send(part, name_of(topic), &oldest->message);
        palm__topics_drop(topics, oldest);
        palm__topics_tidy(topics, topic);
    }
    return topics->aging ? 0 : -1;
}

/* Tries a slow client again, and gives it up when its time is over. */
static void
retry_slow(palm_part_t *part, struct palm__topic *topic, int64_t now)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    int64_t timeout = palm_part_options(part)->slow_timeout;
    if (!palm__topics_has(topics, name_of(topic))) {
        palm__topics_set_ready(topics, topic, false, now); /* has gone */
        return;
    }
    send_waiting(part, topic, now);
    if (topic->held && now - topic->moved >= timeout) {
        palm__topics_set_slow(topics, topic, true);
        palm_part_warn(part, "PALM-PUB-DROPPED",
                       "results dropped: their client has read nothing for "
                       "%lld ms",
                       (long long)timeout);
        while (topic->held) {
            palm_part_count(&palm_part_stats(part)->slow, 1);
            palm__topics_drop(topics, topic->held);
        }
    }
    palm__topics_tidy(topics, topic);
}

/* A few at a time, each in its turn, however many do not read. */
static int64_t
retry_some(palm_part_t *part, int64_t now)
{
    palm__topics_t *topics = &pub_of(part)->topics;
    for (int i = 0; i < TRIES && topics->ready; i++) {
        struct palm__topic *first = topics->ready;
        palm__topics_rotate(topics);
        retry_slow(part, first, now);
    }
    return topics->ready ? RETRY : -1;
}

/* What slow clients give up changes what is due, so they come first; and it
 * may end the wait of a message that has been refused. */
int64_t
palm__pub_tick(palm_part_t *part)
{
    if (pub_of(part)->topics.count == 0) {
        return -1;
    }
    int64_t now = palm__now_ms();
    int64_t retries = retry_some(part, now);
    int64_t expires = expire_absent(part, now);
    if (pub_of(part)->waits && !must_wait(part)) {
        return 0;
    }
    return expires < 0 || (retries >= 0 && retries < expires) ? retries
                                                              : expires;
}
