/* SPDX-License-Identifier: MIT */
/* pub.c: PubService publishes each message to its client.
 *
 * Design notes
 *
 * - The topic is the client that began the stream; in a pipeline it is the
 *   server's name, and the stage is one higher.  handle_stream may choose.
 * - A subscriber may come after its results: existing clients subscribe and
 *   push at the same moment.  The socket tells us the subscriptions, so a
 *   result whose client has not subscribed is held, within hold_size, and sent
 *   when the client subscribes.  After hold_time it is dropped, and counted as
 *   absent unless another subscriber has got it.
 * - A client that does not read is waited for: results queue here, and when
 *   hold_size is used up the part stops taking trains, so the pressure reaches
 *   those who send.  A client of whom nothing has moved for slow_timeout loses
 *   its results (counted as slow), and from then on what it does not take at
 *   once is dropped, until it reads again; nobody else loses anything.
 * - A client that reads, but slowly, is waited for, too: a slow batch cannot be
 *   told from an attack.  With slow_size it is not: of what waits for it the
 *   rest is dropped.
 * - A subscriber to the beginning of a topic only, as a monitor is, gets what
 *   it reads in time. */
#include "config.h"
#include "parts/services/pub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/compat.h"

enum {
    EXPIRED = 256, /* results that are given up in one go */
    BETWEEN = 64,  /* results between two tries for slow clients */
    TRIM = 1000    /* ms between two times that memory is given back */
};

#define ROW(kind, name, least, initial, help)                                  \
    PALM_OPTION(struct palm__pub_options, kind, name, least, initial, help)

const palm_option_t palm__pub_options[] = {
    ROW(BOOL, pipelined, 0, "no",
        "whether results go to the next server: its name as topic, stage + 1"),
    ROW(SIZE, hold_size, 0, "16MiB",
        "bytes of results for absent clients, and as many for slow ones"),
    ROW(DURATION, hold_time, 0, "10s",
        "how long a result is held for an absent client"),
    ROW(DURATION, slow_timeout, 0, "10s",
        "how long a client that reads nothing is waited for"),
    ROW(SIZE, slow_size, -1, NULL,
        "bytes that may wait for a client; without it others wait for it"),
    PALM_OPTION_END,
};

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

int
palm__pub_open(palm_part_t *part, palm_error_t *err)
{
    uint32_t key = 0;
    int failed = draw_key(part, &key);
    palm__topics_init(&palm__pub_of(part)->topics, key,
                      (size_t)palm__pub_set(part)->hold_size);
    if (failed || palm__pub_open_subscriptions(part)
        || palm__pub_set_lossy(part, false)) {
        return palm_error_set(err, errno, "outbound %s: cannot publish: %s",
                              palm_part_name(part), palm_strerror(errno));
    }
    return 0;
}

void
palm__pub_close(palm_part_t *part)
{
    palm__topics_fini(&palm__pub_of(part)->topics);
    palm__peers_fini(&palm__pub_of(part)->peers);
}

/* What others have got may be forgotten at a stop. */
uint64_t
palm__pub_held(palm_part_t *part)
{
    return palm__pub_of(part)->topics.count - palm__pub_of(part)->topics.seen;
}

/* --- one result ----------------------------------------------------------- */

/* Who has subscribed. */
enum audience { NOBODY, OTHERS, CLIENT };

/* Remembers the topic of a client that gets his results at once. */
static enum audience
find_audience(palm__topics_t *topics, palm_slice_t topic)
{
    struct palm__topic *found = palm__topics_find(topics, topic);
    if (found && found->subscribed) {
        topics->last = found->held ? NULL : found;
        return CLIENT;
    }
    return palm__topics_has(topics, topic) ? OTHERS : NOBODY;
}

/* Who would get it; looks for new subscriptions if its client would not. */
static enum audience
audience_of(palm_part_t *part, palm_slice_t topic)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    struct palm__topic *last = topics->last;
    if (last && palm_slice_is_equal(palm__pub_name(last), topic)) {
        return CLIENT;
    }
    enum audience audience = find_audience(topics, topic);
    if (audience != CLIENT) {
        palm__pub_readable(part);
        audience = find_audience(topics, topic);
    }
    return audience;
}

static void
drop(palm_part_t *part, zmq_msg_t *message, uint64_t *counter, const char *why)
{
    palm_part_count(counter, 1);
    palm_part_warn(part, "PALM-PUB-DROPPED", "result dropped: %s", why);
    (void)zmq_msg_close(message);
    (void)zmq_msg_init(message);
}

/* Keeps a result until its client subscribes.  Others may have seen it. */
static void
hold_absent(palm_part_t *part, palm_slice_t name, zmq_msg_t *message, bool seen)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    struct palm__held *held =
        palm__topics_hold(topics, name, message, false, palm__now_ms());
    bool full = errno == ENOSPC;
    if (held && seen) {
        palm__topics_set_seen(topics, held);
    } else if (!held && !seen && full) {
        drop(part, message, &palm_part_stats(part)->absent,
             "its client has not subscribed, and hold_size is used up");
    } else if (!held && !seen) {
        drop(part, message, &palm_part_stats(part)->failed, "out of memory");
    }
}

/* Keeps a result until its client, who is there, reads. */
static void
hold_ready(palm_part_t *part, palm_slice_t name, zmq_msg_t *message)
{
    if (!palm__topics_hold(&palm__pub_of(part)->topics, name, message, true,
                           palm__now_ms())) {
        drop(part, message, &palm_part_stats(part)->failed, "no memory");
    }
}

/* Who has subscribed to a beginning gets it now, and its client later. */
static void
show_others(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    zmq_msg_t copy;
    (void)zmq_msg_init(&copy);
    if (zmq_msg_copy(&copy, message)) {
        return;
    }
    if (palm__pub_try(part, topic, &copy)) {
        palm_part_count(&palm_part_stats(part)->slow, 1);
        palm__pub_send_lossy(part, topic, &copy);
    }
    (void)zmq_msg_close(&copy);
}

/* Its client is there, but may not read. */
static void
send_to_client(palm_part_t *part, palm_slice_t name, zmq_msg_t *message)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    struct palm__topic *slow = palm__topics_slow(topics, name);
    struct palm__topic *waiting = palm__topics_waiting(topics, name);
    if (waiting) { /* of whom was absent until now, too */
        palm__topics_set_ready(topics, waiting, true, palm__now_ms());
    } else if (!palm__pub_try(part, name, message)) {
        if (slow) { /* the name lay in the message, which is gone */
            palm__pub_forgive(part, slow);
        }
        return;
    }
    if (slow) {
        drop(part, message, &palm_part_stats(part)->slow,
             "its client does not read");
    } else if (!palm__pub_may_wait(part, name, zmq_msg_size(message))) {
        drop(part, message, &palm_part_stats(part)->slow,
             "its client reads too slowly, and slow_size is used up");
    } else {
        hold_ready(part, name, message);
    }
}

/* Sends, holds or drops a result; takes it in any case. */
static void
publish_frame(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    if (topic.size > PALM__TOPIC_MAX) {
        palm_part_refuse(part, "result", "its topic is longer than 1 KiB");
        return;
    }
    switch (audience_of(part, topic)) {
    case NOBODY:
        hold_absent(part, topic, message, false);
        break;
    case OTHERS:
        show_others(part, topic, message);
        hold_absent(part, topic, message, true);
        break;
    case CLIENT:
        send_to_client(part, topic, message);
        break;
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
    bool pipelined = palm__pub_set(part)->pipelined;
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
    struct palm__pub *pub = palm__pub_of(part);
    if (pub->topics.ready && ++pub->published >= BETWEEN) {
        (void)palm__pub_retry(part, palm__now_ms());
    }
    pub->waits = palm__pub_set(part)->slow_size < 0 && pub->topics.ready
                 && pub->topics.waiting >= pub->topics.limit;
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
    palm__pub_of(part)->yielded |= result;
    return result;
}

static int
gather(palm_part_t *part, const palm_message_t *message)
{
    palm__pub_of(part)->yielded = 0;
    errno = 0;
    return palm_part_hooks(part)->gather(part, message,
                                         palm_part_options(part)->hook_arg)
                   || palm__pub_of(part)->yielded
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
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    int64_t hold_time = palm__pub_set(part)->hold_time;
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
        if (!oldest->seen) {
            palm_part_count(&palm_part_stats(part)->absent, 1);
            palm_part_warn(part, "PALM-PUB-DROPPED",
                           "result given up: its client has not subscribed");
            palm__pub_send_lossy(part, palm__pub_name(topic), &oldest->message);
        }
        palm__topics_drop(topics, oldest);
        palm__topics_tidy(topics, topic);
    }
    return topics->aging ? 0 : -1;
}

/* Gives memory back.  When to do so, ms from now, or -1. */
static int64_t
trim(palm_part_t *part, int64_t now)
{
    struct palm__pub *pub = palm__pub_of(part);
    if (pub->flooded && now - pub->flooded >= TRIM) {
        pub->flooded = 0;
        palm__memory_trim();
    }
    return pub->flooded ? pub->flooded + TRIM - now : -1;
}

/* What slow clients give up changes what is due, so they come first; and it
 * may end the wait of a message that has been refused. */
int64_t
palm__pub_tick(palm_part_t *part)
{
    struct palm__pub *pub = palm__pub_of(part);
    if (pub->topics.count == 0 && !pub->flooded && !pub->patience.waiting) {
        return -1;
    }
    int64_t now = palm__now_ms();
    int64_t due = palm__pub_retry(part, now);
    due = palm__sooner(due, expire_absent(part, now));
    due = palm__sooner(due, trim(part, now));
    if (pub->waits && !must_wait(part)) {
        return 0;
    }
    return due;
}
