/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/pub_rig.h"

#include "harness/support/crew.h"
#include "harness/support/tap.h"

void
pub_rig_start(struct pub_rig *self, const palm_part_options_t *options)
{
    rig_init(&self->rig, NULL);
    rig_add(&self->rig, "WorkerPullService", "WorkerPull", "Pub", NULL);
    rig_add(&self->rig, "PubService", "Pub", NULL, options);
    rig_start(&self->rig);
    self->push =
        rig_connect(&self->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
}

void *
pub_rig_subscriber(struct pub_rig *self, const char *topic)
{
    void *sub = rig_connect(&self->rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    rig_subscribe(sub, topic);
    return sub;
}

/* Its queue is of one message as soon as it connects again. */
static void *
mute(struct pub_rig *self, const char *topic, bool returns)
{
    void *sub = rig_connect(&self->rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    const char *endpoint =
        palm_server_endpoint(self->rig.server, PALM_SIDE_OUTBOUND, "Pub");
    MUST(!zmq_disconnect(sub, endpoint));
    set_option(sub, ZMQ_RCVHWM, 1);
    if (!returns) {
        set_option(sub, ZMQ_RECONNECT_IVL, -1);
    }
    MUST(!zmq_connect(sub, endpoint));
    rig_subscribe(sub, topic);
    return sub;
}

void *
pub_rig_mute(struct pub_rig *self, const char *topic)
{
    return mute(self, topic, true);
}

void *
pub_rig_mute_once(struct pub_rig *self, const char *topic)
{
    return mute(self, topic, false);
}

void
pub_rig_push(struct pub_rig *self, const char *client, const char *payload)
{
    palm_message_t message = wire_message(client, "tag", payload);
    send_message(self->push, &message, 0);
}

palm_part_stats_t
pub_rig_stats(struct pub_rig *self)
{
    return rig_stats(&self->rig, PALM_SIDE_OUTBOUND, "Pub");
}

void
pub_rig_await(struct pub_rig *self, size_t counter, uint64_t n)
{
    rig_await_count(&self->rig, PALM_SIDE_OUTBOUND, "Pub", counter, n);
}
