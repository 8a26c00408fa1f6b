/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "harness/support/web_scene.h"

#include <stdio.h>
#include <string.h>

void
web_scene_start(struct web_scene *scene, const palm_part_options_t *options)
{
    struct rig *rig = &scene->rig;
    palm_part_options_t own;
    palm_part_options_init(&own);
    if (options) {
        own = *options;
    }
    own.address = own.address ? own.address : scene->fake.url;
    rig_init(rig, scene->server);
    rig_add(rig, "PullService", "Pull", "Http", NULL);
    rig_add(rig, "HttpConnection", "Http", "Push", &own);
    rig_add(rig, "PushService", "Push", NULL, NULL);
    rig_start(rig);
    scene->push = rig_connect(rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    scene->pull = rig_connect(rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
}

void
web_scene_reserve(struct web_scene *scene)
{
    memset(scene, 0, sizeof *scene);
    fake_http_reserve(&scene->fake);
}

void
web_scene_set(struct web_scene *scene, const palm_part_options_t *options)
{
    web_scene_reserve(scene);
    fake_http_listen(&scene->fake);
    web_scene_start(scene, options);
}

void
web_scene_end(struct web_scene *scene)
{
    rig_fini(&scene->rig);
    fake_http_stop(&scene->fake);
}

void
web_scene_send(struct web_scene *scene, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(scene->push, &message, 0);
}

palm_part_stats_t
web_scene_stats(struct web_scene *scene)
{
    return rig_stats(&scene->rig, PALM_SIDE_OUTBOUND, "Http");
}

void
web_scene_take_error(struct web_scene *scene, char text[PALM_ERROR_TEXT])
{
    zmq_msg_t frame;
    palm_slice_t error;
    palm_message_t asked = wire_message("client", "tag", NULL);
    palm_message_t result = recv_message(scene->pull, &frame);
    EQUAL_BYTES("0", 1, result.payload.data, result.payload.size);
    EQUAL_BYTES(asked.client.data, asked.client.size, result.client.data,
                result.client.size);
    EQUAL_BYTES(asked.cache.data, asked.cache.size, result.cache.data,
                result.cache.size);
    EQUAL_BYTES(asked.pipeline.data, asked.pipeline.size, result.pipeline.data,
                result.pipeline.size);
    EQUAL_BYTES(asked.function.data, asked.function.size, result.function.data,
                result.function.size);
    EQUAL_INT(0, result.stage);
    MUST(palm_message_error(&result, &error));
    (void)snprintf(text, PALM_ERROR_TEXT, "%.*s", (int)error.size, error.data);
    (void)zmq_msg_close(&frame);
}
