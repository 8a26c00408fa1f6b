/* SPDX-License-Identifier: MIT */
/* HttpConnection and web workers that answer. */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/support/web_scene.h"

static void
an_answer_goes_on_along_the_route(void)
{
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "work");
    expect_payload(scene.pull, "work!");
    EQUAL_INT(1, web_scene_stats(&scene).sent);
    web_scene_end(&scene);
}

static void
chunks_are_an_answer_too(void)
{
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "chunked");
    expect_payload(scene.pull, "chunked!");
    web_scene_end(&scene);
}

static void
a_message_is_posted(void)
{
    struct web_scene scene;
    char length[64];
    palm_message_t message = wire_message("client", "tag", "work");
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "work");
    expect_payload(scene.pull, "work!");
    struct fake_http_seen seen = fake_http_seen(&scene.fake);
    MUST(!strncmp(seen.head, "POST /work HTTP/1.1\r\n", 21));
    CONTAINS("\r\nContent-Type: application/octet-stream\r\n", seen.head);
    (void)snprintf(length, sizeof length, "\r\nContent-Length: %zu\r\n",
                   palm_message_size(&message));
    CONTAINS(length, seen.head);
    web_scene_end(&scene);
}

static void
a_large_message_is_sent_at_once(void)
{
    struct web_scene scene;
    palm_message_t message = wire_message("client", "tag", NULL);
    const size_t size = 4 << 20;
    char *payload = malloc(size);
    MUST(payload);
    memset(payload, 'a', size);
    message.payload = (palm_slice_t){payload, size};
    web_scene_set(&scene, NULL);
    send_message(scene.push, &message, 0);
    zmq_msg_t frame;
    (void)recv_message(scene.pull, &frame);
    (void)zmq_msg_close(&frame);
    free(payload);
    MUST(!strstr(fake_http_seen(&scene.fake).head, "Expect:"));
    web_scene_end(&scene);
}

static void
a_connection_is_kept(void)
{
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    for (int i = 0; i < 20; i++) {
        web_scene_send(&scene, i % 2 ? "work" : "500");
        zmq_msg_t frame;
        (void)recv_message(scene.pull, &frame);
        (void)zmq_msg_close(&frame);
    }
    EQUAL_INT(1, fake_http_seen(&scene.fake).connections);
    EQUAL_INT(20, fake_http_seen(&scene.fake).requests);
    web_scene_end(&scene);
}

/* Whether that is seen before the next request, or when it gets no answer. */
static void
a_connection_that_was_left_is_replaced(void)
{
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    for (int i = 0; i < 50; i++) {
        web_scene_send(&scene, "leave");
        expect_payload(scene.pull, "leave!");
    }
    EQUAL_INT(50, fake_http_seen(&scene.fake).connections);
    web_scene_end(&scene);
}

/* Holds all requests, as many as come at once, and lets them go, again and
 * again. */
static void
expect_at_once(const palm_part_options_t *options, int expected)
{
    struct web_scene scene;
    web_scene_set(&scene, options);
    for (int i = 0; i < 3 * expected; i++) {
        web_scene_send(&scene, "hold");
    }
    for (int i = 1; i <= 3; i++) {
        fake_http_await(&scene.fake, SEEN(requests), i * expected);
        fake_http_release(&scene.fake);
        for (int k = 0; k < expected; k++) {
            expect_payload(scene.pull, "hold!");
        }
    }
    EQUAL_INT(expected, fake_http_seen(&scene.fake).most);
    web_scene_end(&scene);
}

static void
four_requests_are_in_flight(void)
{
    expect_at_once(NULL, 4);
}

static void
max_workers_says_how_many(void)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.max_workers = 1;
    expect_at_once(&options, 1);
    options.max_workers = 7;
    expect_at_once(&options, 7);
}

static void
a_slow_answer_does_not_change_the_order(void)
{
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "hold");
    web_scene_send(&scene, "second");
    web_scene_send(&scene, "third");
    web_scene_send(&scene, "fourth");
    fake_http_await(&scene.fake, SEEN(requests), 4);
    EQUAL_INT(1, fake_http_seen(&scene.fake).waiting);
    fake_http_release(&scene.fake);
    expect_payload(scene.pull, "hold!");
    expect_payload(scene.pull, "second!");
    expect_payload(scene.pull, "third!");
    expect_payload(scene.pull, "fourth!");
    web_scene_end(&scene);
}

static void
ten_thousand_messages_stay_in_order(void)
{
    const int count = 10000;
    const int ahead = 200;
    char text[16];
    struct web_scene scene;
    web_scene_set(&scene, NULL);
    for (int i = 0; i < count + ahead; i++) {
        if (i < count) {
            (void)snprintf(text, sizeof text, "n%d", i);
            web_scene_send(&scene, text);
        }
        if (i >= ahead) {
            (void)snprintf(text, sizeof text, "n%d!", i - ahead);
            expect_payload(scene.pull, text);
        }
    }
    MUST(fake_http_seen(&scene.fake).connections <= 4);
    web_scene_end(&scene);
}

static void
no_proxy_of_the_environment_is_used(void)
{
    struct web_scene scene;
    MUST(!setenv("http_proxy", "http://127.0.0.1:1", 1));
    MUST(!setenv("all_proxy", "http://127.0.0.1:1", 1));
    web_scene_set(&scene, NULL);
    web_scene_send(&scene, "work");
    expect_payload(scene.pull, "work!");
    web_scene_end(&scene);
    MUST(!unsetenv("http_proxy"));
    MUST(!unsetenv("all_proxy"));
}

static void
a_stop_does_not_wait_for_ever(void)
{
    struct web_scene scene;
    palm_error_t err;
    palm_server_options_t server;
    palm_part_options_t options;
    palm_server_options_init(&server);
    server.stop_timeout = 50;
    palm_part_options_init(&options);
    fake_http_reserve(&scene.fake);
    fake_http_listen(&scene.fake);
    options.address = scene.fake.url;
    rig_init(&scene.rig, &server);
    rig_add(&scene.rig, "PullService", "Pull", "Http", NULL);
    rig_add(&scene.rig, "HttpConnection", "Http", NULL, &options);
    rig_start(&scene.rig);
    scene.push = rig_connect(&scene.rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    web_scene_send(&scene, "hang");
    fake_http_await(&scene.fake, SEEN(waiting), 1);
    FAILS(ETIMEDOUT, palm_server_stop(scene.rig.server, &err));
    CONTAINS("1", err.text);
    rig_drop(&scene.rig);
    fake_http_stop(&scene.fake);
}

/* --- a blocking inbound part ---------------------------------------------- */

/* Rep -> Http: the reply is the feedback. */
static void *
ask_by_rep(struct web_scene *scene, const palm_hooks_t *hooks)
{
    palm_part_options_t options;
    palm_part_options_init(&options);
    fake_http_reserve(&scene->fake);
    fake_http_listen(&scene->fake);
    rig_init(&scene->rig, NULL);
    options.block = true;
    rig_add(&scene->rig, "RepService", "Rep", "Http", &options);
    options.address = scene->fake.url;
    options.hooks = hooks;
    rig_add(&scene->rig, "HttpConnection", "Http", NULL, &options);
    rig_start(&scene->rig);
    return rig_connect(&scene->rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
}

static void
ask(void *req, const char *payload)
{
    palm_message_t message = wire_message("client", "tag", payload);
    send_message(req, &message, 0);
}

static void
an_answer_is_the_reply_of_rep(void)
{
    struct web_scene scene;
    void *req = ask_by_rep(&scene, NULL);
    ask(req, "work");
    expect_payload(req, "work!");
    ask(req, "500");
    expect_payload(req, "0");
    web_scene_end(&scene);
}

/* Sends the payload alone. */
static int
unwrap(palm_part_t *part, zmq_msg_t *frame, void *arg)
{
    palm_message_t message;
    zmq_msg_t bare;
    (void)part;
    (void)arg;
    if (palm_message_scan(&message, zmq_msg_data(frame), zmq_msg_size(frame),
                          NULL)
        || zmq_msg_init_size(&bare, message.payload.size)) {
        return -1;
    }
    memcpy(zmq_msg_data(&bare), message.payload.data, message.payload.size);
    return zmq_msg_move(frame, &bare);
}

static const palm_hooks_t unwrapping = {.from_router = unwrap};

static void
a_hook_may_talk_to_any_web_service(void)
{
    struct web_scene scene;
    void *req = ask_by_rep(&scene, &unwrapping);
    ask(req, "text");
    expect_text(req, "text!", false);
    ask(req, "204");
    expect_text(req, "", false);
    web_scene_end(&scene);
}

static void
what_is_no_message_gets_just_0(void)
{
    struct web_scene scene;
    void *req = ask_by_rep(&scene, &unwrapping);
    ask(req, "404");
    expect_text(req, "0", false);
    ask(req, "close");
    expect_text(req, "0", false);
    EQUAL_INT(2, web_scene_stats(&scene).failed);
    web_scene_end(&scene);
}

static void
a_large_answer_is_taken_whole(void)
{
    struct web_scene scene;
    zmq_msg_t frame;
    void *req = ask_by_rep(&scene, &unwrapping);
    ask(req, "big");
    recv_frame(req, &frame);
    EQUAL_INT(FAKE_BIG, zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
    web_scene_end(&scene);
}

static const struct tap_test tests[] = {
    {"an answer goes on along the route", an_answer_goes_on_along_the_route},
    {"an answer may come in chunks", chunks_are_an_answer_too},
    {"a message is posted as octets", a_message_is_posted},
    {"a large message is sent without asking first",
     a_large_message_is_sent_at_once},
    {"a connection is kept, also after a failure", a_connection_is_kept},
    {"a connection that the web worker has left is replaced",
     a_connection_that_was_left_is_replaced},
    {"4 requests are in flight at once, no more", four_requests_are_in_flight},
    {"max_workers says how many", max_workers_says_how_many},
    {"a slow answer does not change the order",
     a_slow_answer_does_not_change_the_order},
    {"10,000 messages stay in order", ten_thousand_messages_stay_in_order},
    {"no proxy of the environment is used",
     no_proxy_of_the_environment_is_used},
    {"a stop does not wait for a silent web worker for ever",
     a_stop_does_not_wait_for_ever},
    {"an answer, or an error result, is the reply of RepService",
     an_answer_is_the_reply_of_rep},
    {"a from_router hook may talk to any web service",
     a_hook_may_talk_to_any_web_service},
    {"what is no PalmMessage gets just 0 on failure",
     what_is_no_message_gets_just_0},
    {"a large answer is taken whole", a_large_answer_is_taken_whole},
};

TAP_MAIN("http", tests)
