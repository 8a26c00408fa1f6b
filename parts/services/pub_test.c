/* SPDX-License-Identifier: MIT */
/* Tests of PubService, as its subscribers see it. */
#include "config.h"

#include <stddef.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"

/* A server that publishes what is pushed, and a peer at each end. */
struct bench {
    struct rig rig;
    void *push, *sub;
};

static void
start(struct bench *bench, const palm_part_options_t *options)
{
    rig_init(&bench->rig, NULL);
    rig_add(&bench->rig, "WorkerPullService", "WorkerPull", "Pub", NULL);
    rig_add(&bench->rig, "PubService", "Pub", NULL, options);
    rig_start(&bench->rig);
    bench->push =
        rig_connect(&bench->rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "WorkerPull");
    bench->sub = rig_connect(&bench->rig, ZMQ_SUB, PALM_SIDE_OUTBOUND, "Pub");
}

static void
start_with_hooks(struct bench *bench, const palm_hooks_t *hooks, bool pipelined)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.hooks = hooks;
    rig_set(&options, "PubService", "pipelined", pipelined ? "yes" : "no");
    start(bench, &options);
}

static void
push(struct bench *bench, const char *client, const char *payload)
{
    palm_message_t message = wire_message(client, "tag", payload);
    message.stage = 6;
    send_message(bench->push, &message, 0);
}

static void
expect_stage(struct bench *bench, const char *topic, int64_t stage)
{
    zmq_msg_t frame;
    expect_text(bench->sub, topic, true);
    EQUAL_INT(stage, recv_message(bench->sub, &frame).stage);
    (void)zmq_msg_close(&frame);
}

static void
topic_is_the_client(void)
{
    struct bench bench;
    start(&bench, NULL);
    rig_subscribe(bench.sub, "client-1");
    push(&bench, "client-1", "result");
    expect_published(bench.sub, "client-1", "result");
    rig_fini(&bench.rig);
}

static void
the_stage_stays(void)
{
    struct bench bench;
    start(&bench, NULL);
    rig_subscribe(bench.sub, "client-1");
    push(&bench, "client-1", "result");
    expect_stage(&bench, "client-1", 6);
    rig_fini(&bench.rig);
}

static void
in_a_pipeline_topic_is_the_server(void)
{
    struct bench bench;
    start_with_hooks(&bench, NULL, true);
    rig_subscribe(bench.sub, "server");
    push(&bench, "client-1", "result");
    expect_stage(&bench, "server", 7);
    rig_fini(&bench.rig);
}

static void
an_empty_client_is_an_empty_topic(void)
{
    struct bench bench;
    start(&bench, NULL);
    rig_subscribe(bench.sub, "");
    push(&bench, NULL, "result");
    expect_published(bench.sub, "", "result");
    rig_fini(&bench.rig);
}

static void
a_prefix_gets_all_that_begin_with_it(void)
{
    struct bench bench;
    start(&bench, NULL);
    rig_subscribe(bench.sub, "client-");
    rig_subscribe(bench.sub, "fence");
    push(&bench, "fence", "both are there");
    expect_published(bench.sub, "fence", "both are there");
    push(&bench, "client-1", "one");
    push(&bench, "client-2", "two");
    expect_published(bench.sub, "client-1", "one");
    expect_published(bench.sub, "client-2", "two");
    rig_fini(&bench.rig);
}

static void
unknown_fields_survive(void)
{
    static const char unknown[] = "\x3a\x02hi"; /* field 7 */
    struct bench bench;
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", "tag", "result");
    start_with_hooks(&bench, NULL, true);
    rig_subscribe(bench.sub, "server");
    message.extra = palm_slice(unknown);
    send_message(bench.push, &message, 0);
    expect_text(bench.sub, "server", true);
    EQUAL_INT(4, recv_message(bench.sub, &frame).unknown_size);
    EQUAL_BYTES(unknown, 4,
                (char *)zmq_msg_data(&frame) + zmq_msg_size(&frame) - 4, 4);
    (void)zmq_msg_close(&frame);
    rig_fini(&bench.rig);
}

/* --- hooks ---------------------------------------------------------------- */

/* Yields as many copies as the payload's first digit says; "x" is an error. */
static int
copies(palm_part_t *part, const palm_message_t *message, void *arg)
{
    (void)arg;
    if (message->payload.data[0] == 'x') {
        errno = EPROTO;
        return -1;
    }
    for (int n = message->payload.data[0] - '0'; n > 0; n--) {
        if (palm_part_yield(part, message)) {
            return -1;
        }
    }
    return 0;
}

static const palm_hooks_t gather = {.gather = copies};

static void
gather_publishes_what_it_yields(void)
{
    struct bench bench;
    start_with_hooks(&bench, &gather, false);
    rig_subscribe(bench.sub, "client");
    push(&bench, "client", "0");
    push(&bench, "client", "3");
    push(&bench, "client", "1");
    for (int i = 0; i < 3; i++) {
        expect_published(bench.sub, "client", "3");
    }
    expect_published(bench.sub, "client", "1");
    rig_fini(&bench.rig);
}

static void
each_copy_gets_one_stage_more(void)
{
    struct bench bench;
    start_with_hooks(&bench, &gather, true);
    rig_subscribe(bench.sub, "server");
    push(&bench, "client", "3");
    for (int i = 0; i < 3; i++) {
        expect_stage(&bench, "server", 7);
    }
    rig_fini(&bench.rig);
}

static void
an_error_in_gather_costs_one_message(void)
{
    struct bench bench;
    start_with_hooks(&bench, &gather, false);
    rig_subscribe(bench.sub, "client");
    push(&bench, "client", "x");
    push(&bench, "client", "1");
    expect_published(bench.sub, "client", "1");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Pub").failed);
    rig_fini(&bench.rig);
}

static int
redirect(palm_part_t *part, palm_message_t *message, palm_slice_t *topic,
         void *arg)
{
    (void)part;
    (void)arg;
    *topic = palm_slice("elsewhere");
    message->payload = palm_slice("changed");
    return 0;
}

static void
handle_stream_chooses_topic_and_message(void)
{
    static const palm_hooks_t hooks = {.handle_stream = redirect};
    struct bench bench;
    start_with_hooks(&bench, &hooks, false);
    rig_subscribe(bench.sub, "elsewhere");
    push(&bench, "client", "result");
    expect_published(bench.sub, "elsewhere", "changed");
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"a result's topic is its client", topic_is_the_client},
    {"a result's stage stays", the_stage_stays},
    {"in a pipeline the topic is the server, and the stage one more",
     in_a_pipeline_topic_is_the_server},
    {"an empty client is an empty topic", an_empty_client_is_an_empty_topic},
    {"a prefix gets all that begin with it",
     a_prefix_gets_all_that_begin_with_it},
    {"unknown fields survive", unknown_fields_survive},
    {"gather publishes what it yields, 0 to n",
     gather_publishes_what_it_yields},
    {"each copy of gather gets one stage more", each_copy_gets_one_stage_more},
    {"an error in gather costs one message",
     an_error_in_gather_costs_one_message},
    {"handle_stream chooses topic and message",
     handle_stream_chooses_topic_and_message},
};

TAP_MAIN("pub", tests)
