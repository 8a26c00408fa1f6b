/* SPDX-License-Identifier: MIT */
/* pub_send.c: what PubService hands to its socket, for its other files. */
#include "config.h"

#include "core/compat.h"
#include "parts/services/pub.h"

struct palm__pub *
palm__pub_of(palm_part_t *part)
{
    return palm_part_state(part);
}

const struct palm__pub_options *
palm__pub_set(const palm_part_t *part)
{
    return palm_part_class_options(part);
}

palm_slice_t
palm__pub_name(const struct palm__topic *topic)
{
    palm_slice_t name = {topic->name, topic->name_size};
    return name;
}

int
palm__pub_set_lossy(palm_part_t *part, bool is)
{
    int refuses = !is;
    return zmq_setsockopt(palm_part_socket(part), ZMQ_XPUB_NODROP, &refuses,
                          sizeof refuses);
}

int
palm__pub_try(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    void *socket = palm_part_socket(part);
    palm_part_stats_t *stats = palm_part_stats(part);
    size_t size = zmq_msg_size(message);
    if (zmq_send(socket, topic.data, topic.size, ZMQ_SNDMORE | ZMQ_DONTWAIT)
        == -1) {
        return -1;
    }
    /* The socket decides at the first frame; the second follows it. */
    if (zmq_msg_send(message, socket, ZMQ_DONTWAIT) == -1) {
        return -1;
    }
    palm_part_count(&stats->sent, 1);
    palm_part_count(&stats->sent_bytes, size);
    return 0;
}

/* Nobody counts it: who has got it is not known.  And mind that libzmq passes
 * over who was full here, as if it had not subscribed, until it has read half
 * of its queue: what is sent as usual then is lost for it without a word. */
void
palm__pub_send_lossy(palm_part_t *part, palm_slice_t topic, zmq_msg_t *message)
{
    void *socket = palm_part_socket(part);
    (void)palm__pub_set_lossy(part, true);
    if (zmq_send(socket, topic.data, topic.size, ZMQ_SNDMORE | ZMQ_DONTWAIT)
        != -1) {
        (void)zmq_msg_send(message, socket, ZMQ_DONTWAIT);
    }
    (void)palm__pub_set_lossy(part, false);
}

void
palm__pub_mark_slow(palm_part_t *part, const struct palm__topic *topic, bool is)
{
    palm__peers_t *peers = &palm__pub_of(part)->peers;
    for (unsigned i = 0; i < topic->peer_count; i++) {
        palm__peers_set_slow(peers, topic->peers[i], is);
    }
}

void
palm__pub_forgive(palm_part_t *part, struct palm__topic *topic)
{
    if (topic->slow) {
        palm__topics_set_slow(&palm__pub_of(part)->topics, topic, false);
        palm__pub_mark_slow(part, topic, false);
    }
}

void
palm__pub_send_waiting(palm_part_t *part, struct palm__topic *topic,
                       int64_t now)
{
    palm__topics_t *topics = &palm__pub_of(part)->topics;
    while (
        topic->held
        && !palm__pub_try(part, palm__pub_name(topic), &topic->held->message)) {
        palm__topics_drop(topics, topic->held);
        topic->moved = now;
        palm__pub_forgive(part, topic);
    }
}

void
palm__pub_flood(palm_part_t *part)
{
    struct palm__pub *pub = palm__pub_of(part);
    pub->flooded = pub->flooded ? pub->flooded : palm__now_ms();
}
