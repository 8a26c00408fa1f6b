/* SPDX-License-Identifier: MIT */
/* A web worker, and raw HTTP peers that ask it. */
#include "config.h"
#include "parts/http/web_worker.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "harness/support/http_peer.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

#define FREE_PORT "http://127.0.0.1:*"

/* A web worker on a thread of its own, and a peer. */
struct scene {
    palm_web_worker_t *worker;
    pthread_t thread;
    struct http_peer peer;
};

static int
echo(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)arg;
    return palm_reply(reply, message->payload);
}

static int
second(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)arg;
    return palm_reply(reply, palm_slice("second"));
}

static int
fail(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)message;
    (void)arg;
    return palm_reply_error(reply, EIO, "out of %s", "paper");
}

/* Works so many ms as arg has. */
static int
toil(const palm_message_t *message, palm_reply_t *reply, void *arg)
{
    (void)poll(NULL, 0, *(int *)arg);
    return palm_reply(reply, message->payload);
}

static void *
run(void *worker)
{
    palm_web_worker_run(worker);
    return NULL;
}

static palm_web_worker_options_t
default_options(void)
{
    palm_web_worker_options_t options;
    palm_web_worker_options_init(&options);
    options.address = FREE_PORT;
    return options;
}

static void
make(struct scene *scene, const palm_web_worker_options_t *options)
{
    palm_error_t err = {0, ""};
    palm_web_worker_options_t defaults = default_options();
    scene->worker = palm_web_worker_new(options ? options : &defaults, &err);
    EQUAL_TEXT("", err.text);
    MUST(!palm_web_worker_register(scene->worker, "echo", echo, NULL));
    MUST(!palm_web_worker_register(scene->worker, "second", second, NULL));
    MUST(!palm_web_worker_register(scene->worker, "fail", fail, NULL));
}

static void
begin(struct scene *scene)
{
    MUST(!pthread_create(&scene->thread, NULL, run, scene->worker));
    http_open(&scene->peer, palm_web_worker_endpoint(scene->worker));
}

static void
set(struct scene *scene, const palm_web_worker_options_t *options)
{
    make(scene, options);
    begin(scene);
}

static void
end(struct scene *scene)
{
    http_close(&scene->peer);
    palm_web_worker_stop(scene->worker);
    MUST(!pthread_join(scene->thread, NULL));
    palm_web_worker_destroy(&scene->worker);
    MUST(!scene->worker);
}

static void
ask(struct http_peer *peer, const palm_message_t *message)
{
    zmq_msg_t frame;
    MUST(!palm_message_encode(message, &frame));
    http_ask_bytes(peer, "POST", "/", zmq_msg_data(&frame),
                   zmq_msg_size(&frame));
    (void)zmq_msg_close(&frame);
}

/* Sends a message for that function. */
static void
call(struct http_peer *peer, const char *function, int64_t stage)
{
    palm_message_t message = wire_message("client", "tag", "payload");
    message.function = palm_slice(function);
    message.stage = stage;
    ask(peer, &message);
}

static void
expect_result(struct http_peer *peer, const char *payload)
{
    palm_message_t result;
    http_read(peer);
    EQUAL_INT(200, peer->status);
    MUST(!palm_message_scan(&result, peer->body, peer->body_size, NULL));
    EQUAL_BYTES(payload, strlen(payload), result.payload.data,
                result.payload.size);
}

static palm_worker_stats_t
stats_of(const struct scene *scene)
{
    palm_worker_stats_t stats;
    palm_web_worker_stats(scene->worker, &stats);
    return stats;
}

static void
only_the_payload_is_replaced(void)
{
    struct scene scene;
    palm_message_t expected = wire_message("client", "tag", "second");
    palm_message_t result;
    set(&scene, NULL);
    expected.function = palm_slice("any.second");
    call(&scene.peer, "any.second", 0);
    http_read(&scene.peer);
    EQUAL_INT(200, scene.peer.status);
    MUST(http_has_line(&scene.peer, "Content-Type: application/octet-stream"));
    zmq_msg_t frame;
    MUST(!palm_message_encode(&expected, &frame));
    EQUAL_BYTES(zmq_msg_data(&frame), zmq_msg_size(&frame), scene.peer.body,
                scene.peer.body_size);
    (void)zmq_msg_close(&frame);
    MUST(!palm_message_scan(&result, scene.peer.body, scene.peer.body_size,
                            NULL));
    end(&scene);
}

static void
the_stage_chooses_the_function(void)
{
    struct scene scene;
    set(&scene, NULL);
    call(&scene.peer, "a.echo b.second", 0);
    expect_result(&scene.peer, "payload");
    call(&scene.peer, "a.echo b.second", 1);
    expect_result(&scene.peer, "second");
    call(&scene.peer, "a.echo b.second", 2);
    http_expect(&scene.peer, 500, "ERANGE no function for stage 2");
    end(&scene);
}

static void
a_failure_is_a_500_with_its_reason(void)
{
    struct scene scene;
    set(&scene, NULL);
    call(&scene.peer, "any.fail", 0);
    http_expect(&scene.peer, 500, "EIO out of paper");
    MUST(http_has_line(&scene.peer, "Content-Type: text/plain"));
    call(&scene.peer, "any.nothing", 0);
    http_expect(&scene.peer, 500, "ENOENT no function 'nothing'");
    call(&scene.peer, "any.echo", 0);
    expect_result(&scene.peer, "payload");
    EQUAL_INT(3, stats_of(&scene).received);
    EQUAL_INT(3, stats_of(&scene).results);
    EQUAL_INT(2, stats_of(&scene).errors);
    end(&scene);
}

static void
what_is_no_message_is_a_400(void)
{
    struct scene scene;
    set(&scene, NULL);
    http_ask_bytes(&scene.peer, "POST", "/", "\xff\xff\xff\xff", 4);
    http_expect(&scene.peer, 400, "");
    call(&scene.peer, "any.echo", 0);
    expect_result(&scene.peer, "payload");
    EQUAL_INT(1, stats_of(&scene).undecodable);
    EQUAL_INT(1, stats_of(&scene).received);
    end(&scene);
}

static void
what_is_no_post_is_a_405(void)
{
    struct scene scene;
    set(&scene, NULL);
    http_ask(&scene.peer, "GET", "/", NULL);
    http_expect(&scene.peer, 405, "");
    MUST(http_has_line(&scene.peer, "Allow: POST"));
    end(&scene);
}

static void
max_message_size_bounds_a_message(void)
{
    struct scene scene;
    palm_web_worker_options_t options = default_options();
    options.max_message_size = 1000;
    set(&scene, &options);
    http_say(&scene.peer, "POST / HTTP/1.1\r\nHost: x\r\n"
                          "Content-Length: 1001\r\n\r\n");
    http_expect(&scene.peer, 413, "");
    end(&scene);
    options.max_message_size = 0;
    set(&scene, &options);
    http_say(&scene.peer, "POST / HTTP/1.1\r\nHost: x\r\n"
                          "Content-Length: 1\r\n\r\n");
    http_expect(&scene.peer, 413, "");
    end(&scene);
}

static void
messages_ends_it(void)
{
    struct scene scene;
    palm_web_worker_options_t options = default_options();
    options.messages = 2;
    set(&scene, &options);
    call(&scene.peer, "any.echo", 0);
    expect_result(&scene.peer, "payload");
    call(&scene.peer, "any.echo", 0);
    MUST(!pthread_join(scene.thread, NULL));
    palm_web_worker_destroy(&scene.worker);
    expect_result(&scene.peer, "payload");
    http_close(&scene.peer);
}

/* It may take the peer's second half in time, as nobody could read it. */
static void
time_of_a_function_is_not_a_peers(void)
{
    struct scene scene;
    struct http_peer slow;
    int busy = 700;
    palm_web_worker_options_t options = default_options();
    options.idle_timeout = 500;
    make(&scene, &options);
    MUST(!palm_web_worker_register(scene.worker, "toil", toil, &busy));
    begin(&scene);
    http_open(&slow, palm_web_worker_endpoint(scene.worker));
    http_say(&slow, "GET / HT");
    call(&scene.peer, "any.toil", 0);
    expect_result(&scene.peer, "payload");
    http_say(&slow, "TP/1.1\r\nHost: x\r\n\r\n");
    http_expect(&slow, 405, "");
    http_close(&slow);
    end(&scene);
}

/* Both have asked before it works: one is answered, whichever it is. */
static void
what_waits_at_the_end_is_told_503(void)
{
    struct scene scene;
    struct http_peer peers[2];
    unsigned sum = 0;
    palm_web_worker_options_t options = default_options();
    options.messages = 1;
    make(&scene, &options);
    for (int i = 0; i < 2; i++) {
        http_open(&peers[i], palm_web_worker_endpoint(scene.worker));
        call(&peers[i], "any.echo", 0);
    }
    palm_web_worker_run(scene.worker);
    palm_web_worker_destroy(&scene.worker);
    for (int i = 0; i < 2; i++) {
        http_read(&peers[i]);
        sum += peers[i].status;
        http_close(&peers[i]);
    }
    EQUAL_INT(200 + 503, sum);
}

static void
defaults_are_what_the_header_says(void)
{
    palm_web_worker_options_t options;
    palm_web_worker_options_init(&options);
    EQUAL_INT(128 * 1024 * 1024, options.max_message_size);
    EQUAL_INT(1000, options.max_clients);
    EQUAL_INT(30000, options.idle_timeout);
    EQUAL_INT(1000, options.linger);
    EQUAL_INT(0, options.messages);
}

static void
addresses_are_looked_at(void)
{
    palm_error_t err;
    struct scene scene;
    palm_web_worker_options_t options = default_options();
    static const char *const wrong[] = {"nonsense", "tcp://127.0.0.1:1",
                                        "https://127.0.0.1:1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.address = wrong[i];
        FAILS(EINVAL, palm_web_worker_new(&options, &err) ? 0 : -1);
        CONTAINS(wrong[i], err.text);
    }
    make(&scene, NULL);
    options.address = palm_web_worker_endpoint(scene.worker);
    FAILS(EADDRINUSE, palm_web_worker_new(&options, &err) ? 0 : -1);
    CONTAINS(options.address, err.text);
    palm_web_worker_destroy(&scene.worker);
    options.address = NULL;
    FAILS(EINVAL, palm_web_worker_new(&options, &err) ? 0 : -1);
    options = default_options();
    options.max_clients = 0;
    FAILS(EINVAL, palm_web_worker_new(&options, &err) ? 0 : -1);
}

static void
names_of_functions_are_looked_at(void)
{
    struct scene scene;
    make(&scene, NULL);
    FAILS(EINVAL, palm_web_worker_register(scene.worker, "a.b", echo, NULL));
    FAILS(EINVAL, palm_web_worker_register(scene.worker, "", echo, NULL));
    palm_web_worker_destroy(&scene.worker);
}

static const struct tap_test tests[] = {
    {"an answer is the message with only the payload replaced",
     only_the_payload_is_replaced},
    {"the stage chooses the function", the_stage_chooses_the_function},
    {"a failure is a 500 with its reason", a_failure_is_a_500_with_its_reason},
    {"what is no PalmMessage is a 400", what_is_no_message_is_a_400},
    {"what is no POST is a 405", what_is_no_post_is_a_405},
    {"max_message_size bounds a message", max_message_size_bounds_a_message},
    {"messages = 2 ends it after the second, whose answer leaves",
     messages_ends_it},
    {"the time of a function does not count against a peer",
     time_of_a_function_is_not_a_peers},
    {"what waits at the end is told 503", what_waits_at_the_end_is_told_503},
    {"defaults are what the header says", defaults_are_what_the_header_says},
    {"an address that is wrong or taken is named", addresses_are_looked_at},
    {"a function needs a proper name", names_of_functions_are_looked_at},
};

TAP_MAIN("web_worker", tests)
