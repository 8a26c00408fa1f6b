/* SPDX-License-Identifier: MIT */
/* sub.c: SubConnection subscribes to the server before it in a pipeline.  A
 * subscription is a prefix, so that the topic is equal is checked here. */
#include "config.h"
#include "parts/connections/sub.h"

#include <errno.h>
#include <string.h>

const palm_option_t palm__sub_options[] = {
    PALM_OPTION_NEEDED(struct palm__sub_options, TEXT, previous,
                       "topic: the name of the server before"),
    PALM_OPTION_END,
};

static const char *
topic_of(const palm_part_t *part)
{
    const struct palm__sub_options *options = palm_part_class_options(part);
    return options->previous;
}

int
palm__sub_open(palm_part_t *part, palm_error_t *err)
{
    const char *topic = topic_of(part);
    if (zmq_setsockopt(palm_part_socket(part), ZMQ_SUBSCRIBE, topic,
                       strlen(topic))) {
        return palm_error_set(
            err, errno, "inbound %s: cannot subscribe to %s: %s",
            palm_part_name(part), topic, palm_strerror(errno));
    }
    return 0;
}

static int
refuse(palm_part_t *part, const char *why)
{
    palm_part_refuse(part, "message", why);
    return -1;
}

/* Drops what is behind the message.  Whether there was anything. */
static bool
skip_frames(void *socket, zmq_msg_t *frame)
{
    bool any = false;
    while (zmq_msg_more(frame) && zmq_msg_recv(frame, socket, 0) != -1) {
        any = true;
    }
    return any;
}

int
palm__sub_receive(palm_part_t *part, zmq_msg_t *frame)
{
    void *socket = palm_part_socket(part);
    if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) == -1) {
        return 0;
    }
    palm_slice_t topic = {zmq_msg_data(frame), zmq_msg_size(frame)};
    bool ours = palm_slice_is_equal(topic, palm_slice(topic_of(part)));
    if (!zmq_msg_more(frame)) {
        return refuse(part, "one frame, expected topic and message");
    }
    (void)zmq_msg_recv(frame, socket, 0); /* frames arrive together */
    if (skip_frames(socket, frame)) {
        return refuse(part, "more than two frames");
    }
    if (!ours) {
        palm_part_count(&palm_part_stats(part)->foreign, 1);
        return -1;
    }
    return 1;
}
