/* SPDX-License-Identifier: MIT */
/* What each way of taking messages does with one that is over the limit: who
 * can be answered is told, and nothing else is lost. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "core/message.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

enum { LIMIT = 1000 };

static char large[2 * LIMIT];

/* A server without parts; *options has the limit. */
static void
begin(struct rig *rig, palm_part_options_t *options)
{
    memset(large, 'x', sizeof large - 1);
    palm_part_options_init(options);
    options->max_message_size = LIMIT;
    rig_init(rig, NULL);
}

static void
ask(void *req, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(req, &message, 0);
}

static void
a_rep_service_answers_0(void)
{
    struct rig rig;
    palm_part_options_t options;
    begin(&rig, &options);
    rig_add(&rig, "PushService", "Out", NULL, NULL);
    rig_add(&rig, "RepService", "In", "Out", &options);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_INBOUND, "In");
    void *worker = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Out");
    ask(req, large);
    expect_text(req, "0", false);
    ask(req, "small");
    expect_text(req, "1", false);
    expect_payload(worker, "small");
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "In").oversize);
    rig_fini(&rig);
}

static void
a_cache_answers_nothing(void)
{
    struct rig rig;
    palm_part_options_t options;
    begin(&rig, &options);
    rig_add(&rig, "CacheService", "Cache", NULL, &options);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_BYPASS, "Cache");
    expect_reply(req, "server.set", "key", large, "");
    expect_reply(req, "server.set", "key", "small", "key");
    expect_reply(req, "server.get", "", "key", "small");
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_BYPASS, "Cache").oversize);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_BYPASS, "Cache").undecodable);
    rig_fini(&rig);
}

static void
a_gateway_answers_with_an_error(void)
{
    struct rig rig;
    palm_part_options_t options;
    palm_slice_t error;
    zmq_msg_t frame;
    begin(&rig, &options);
    rig_add(&rig, "WorkerPushService", "Work", NULL, NULL);
    rig_add(&rig, "GatewayRouter", "gateway_router", "Work", &options);
    rig_start(&rig);
    void *dealer =
        rig_connect(&rig, ZMQ_DEALER, PALM_SIDE_INBOUND, "gateway_router");
    send_text(dealer, "", ZMQ_SNDMORE);
    ask(dealer, large);
    expect_text(dealer, "", true);
    palm_message_t answer = recv_message(dealer, &frame);
    EQUAL_BYTES("0", 1, answer.payload.data, answer.payload.size);
    MUST(palm_message_error(&answer, &error));
    EQUAL_BYTES("EMSGSIZE ", 9, error.data, 9);
    (void)zmq_msg_close(&frame);
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_INBOUND, "gateway_router").oversize);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_INBOUND, "gateway_router").failed);
    rig_fini(&rig);
}

static const struct tap_test tests[] = {
    {"a RepService answers 0 to a message over the limit",
     a_rep_service_answers_0},
    {"a cache answers nothing", a_cache_answers_nothing},
    {"a gateway answers with an error", a_gateway_answers_with_an_error},
};

TAP_MAIN("oversize", tests)
