/* SPDX-License-Identifier: MIT */
/* Tests of PubService, as its subscribers see it. */
#include "config.h"

#include <stddef.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

static void
topic_is_the_client(void)
{
    struct rig rig;
    rig_init(&rig, NULL);
    rig_add(&rig, "WorkerPullService", "WorkerPull", "Pub", NULL);
    rig_add(&rig, "PubService", "Pub", NULL, NULL);
    rig_start(&rig);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    void *sub = rig_connect(&rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
    palm_message_t message = wire_message("client-1", "tag", "result");
    rig_subscribe(sub, "client-1");
    send_message(push, &message, 0);
    expect_published(sub, "client-1", "result");
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"a result's topic is its client", topic_is_the_client},
};

TAP_MAIN("pub", tests)
