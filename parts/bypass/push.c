/* SPDX-License-Identifier: MIT */
/* push.c: PushBypassConnection sends what the program emits, and every
 * `interval` the server's counters: a PalmMessage with the function
 * "<server>.stats", whose cache field is the server's name and whose payload is
 * JSON.  So a PullBypassConnection at the other end has, in its server's cache,
 * the newest report of each server. */
#include "config.h"
#include "parts/bypass/push.h"

#include <errno.h>
#include <stdio.h>

#include "core/compat.h"
#include "parts/stats.h"

const palm_option_t palm__push_bypass_options[] = {
    PALM_OPTION(struct palm__push_bypass_options, DURATION, interval, 0, "0",
                "time between two reports of the counters; 0 = none"),
    PALM_OPTION_END,
};

static int
make_report(palm_part_t *part, zmq_msg_t *frame)
{
    palm_message_t message = PALM_MESSAGE_INIT;
    palm_slice_t name = palm_slice(palm_part_server_name(part));
    char function[256];
    zmq_msg_t json;
    if (palm__stats_json(palm_part_server(part), &json)) {
        return -1;
    }
    (void)snprintf(function, sizeof function, "%.200s.stats", name.data);
    message.pipeline = name;
    message.cache = name;
    message.function = palm_slice(function);
    message.payload.data = zmq_msg_data(&json);
    message.payload.size = zmq_msg_size(&json);
    int result = palm_message_encode(&message, frame);
    (void)zmq_msg_close(&json);
    return result;
}

/* A report that cannot be sent now is dropped: the next one says more. */
static void
report(palm_part_t *part)
{
    palm_part_stats_t *stats = palm_part_stats(part);
    zmq_msg_t frame;
    if (make_report(part, &frame)) {
        palm_part_count(&stats->failed, 1);
        palm_part_warn(part, "PALM-PART-FAILED", "no report: %s",
                       palm_strerror(errno));
        return;
    }
    size_t size = zmq_msg_size(&frame);
    if (zmq_msg_send(&frame, palm_part_socket(part), ZMQ_DONTWAIT) == -1) {
        palm_part_count(&stats->slow, 1);
        (void)zmq_msg_close(&frame);
        return;
    }
    palm_part_count(&stats->sent, 1);
    palm_part_count(&stats->sent_bytes, size);
}

int64_t
palm__push_bypass_tick(palm_part_t *part)
{
    struct palm__push_bypass *self = palm_part_state(part);
    const struct palm__push_bypass_options *options =
        palm_part_class_options(part);
    int64_t interval = options->interval;
    int64_t now = palm__now_ms();
    if (interval <= 0) {
        return -1;
    }
    if (self->next == 0) {
        self->next = now + interval;
    } else if (now >= self->next) {
        report(part);
        self->next = now + interval;
    }
    return self->next - now;
}
