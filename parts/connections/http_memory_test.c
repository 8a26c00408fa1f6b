/* SPDX-License-Identifier: MIT */
/* HttpConnection without memory.  Its operations are called here as its thread
 * calls them, so that it is known whose allocation fails. */
#include "config.h"

#include <stdio.h>

#include "core/part_impl.h"
#include "harness/support/fake_http.h"
#include "harness/support/no_memory.h"
#include "harness/support/tap.h"
#include "harness/support/web_scene.h"
#include "parts/answer.h"
#include "parts/connections/http.h"

/* A part that no server runs. */
struct bare {
    struct fake_http fake;
    palm_server_t *server;
    struct palm__web web;
    char name[5], address[64];
    palm_part_t part;
    zmq_msg_t feedback;
};

static void
make(struct bare *bare)
{
    memset(bare, 0, sizeof *bare);
    fake_http_reserve(&bare->fake);
    fake_http_listen(&bare->fake);
    MUST(bare->server = palm_server_new("server", NULL));
    strcpy(bare->name, "Http");
    strcpy(bare->address, bare->fake.url);
    palm_part_options_init(&bare->part.options);
    bare->part.options.name = bare->name;
    bare->part.options.address = bare->address;
    bare->part.side = PALM_SIDE_OUTBOUND;
    bare->part.server = bare->server;
    bare->part.state = &bare->web;
    (void)zmq_msg_init(&bare->feedback);
}

static void
end(struct bare *bare)
{
    (void)zmq_msg_close(&bare->feedback);
    palm__web_close(&bare->part);
    palm_server_destroy(&bare->server);
    fake_http_stop(&bare->fake);
}

static bool
is_asked(void *arg)
{
    struct bare *bare = arg;
    palm__web_readable(&bare->part);
    return fake_http_seen(&bare->fake).waiting == 1;
}

static bool
is_answered(void *arg)
{
    struct bare *bare = arg;
    return fake_http_seen(&bare->fake).waiting == 0;
}

static bool
is_received(void *arg)
{
    struct bare *bare = arg;
    return palm__web_receive(&bare->part, &bare->feedback) == 1;
}

/* Asks and gets the feedback, in which that allocation fails. */
static palm_message_t
ask(struct bare *bare, int fails_at)
{
    zmq_msg_t frame;
    palm_message_t message = wire_message("client", "tag", "hold");
    MUST(!palm_message_encode(&message, &frame));
    MUST(!palm__web_send(&bare->part, &frame));
    MUST(tap_await(is_asked, bare));
    fake_http_release(&bare->fake);
    MUST(tap_await(is_answered, bare)); /* the fake needs no more memory */
    (void)zmq_msg_close(&bare->feedback);
    (void)zmq_msg_init(&bare->feedback);
    no_memory_at = fails_at;
    bool received = tap_await(is_received, bare);
    EQUAL_INT(0, no_memory_at);
    MUST(received);
    MUST(!palm_message_scan(&message, zmq_msg_data(&bare->feedback),
                            zmq_msg_size(&bare->feedback), NULL));
    return message;
}

static void
it_opens_or_says_that_there_is_no_memory(void)
{
    struct bare bare;
    palm_error_t err;
    int failures = 0;
    make(&bare);
    for (;;) {
        no_memory_at = failures + 1;
        int result = palm__web_open(&bare.part, &err);
        bool was_hit = no_memory_at == 0;
        no_memory_at = 0;
        if (!result) {
            break;
        }
        MUST(was_hit);
        EQUAL_INT(ENOMEM, err.code);
        palm__web_close(&bare.part);
        failures++;
    }
    MUST(failures >= 1);
    end(&bare);
}

static void
an_answer_without_memory_is_an_error_result(void)
{
    struct bare bare;
    palm_slice_t text;
    palm_error_t err;
    make(&bare);
    MUST(!palm__web_open(&bare.part, &err));
    palm_message_t result = ask(&bare, 1);
    EQUAL_BYTES("0", 1, result.payload.data, result.payload.size);
    MUST(palm_message_error(&result, &text));
    EQUAL_BYTES("ENOMEM ", 7, text.data, 7);
    result = ask(&bare, 0);
    EQUAL_BYTES("hold!", 5, result.payload.data, result.payload.size);
    end(&bare);
}

static void
an_error_result_without_memory_is_just_0(void)
{
    palm_message_t asked = wire_message("client", "tag", "payload");
    for (int at = 1; at <= 2; at++) {
        char text[] = "EIO";
        zmq_msg_t frame;
        (void)zmq_msg_init(&frame);
        no_memory_at = at;
        palm__answer_error(&asked, &frame, text);
        EQUAL_INT(0, no_memory_at);
        EQUAL_BYTES("0", 1, zmq_msg_data(&frame), zmq_msg_size(&frame));
        (void)zmq_msg_close(&frame);
    }
}

static const struct tap_test tests[] = {
    {"it opens, or says that there is no memory",
     it_opens_or_says_that_there_is_no_memory},
    {"an answer for which there is no memory is an error result",
     an_answer_without_memory_is_an_error_result},
    {"an error result without memory is just 0",
     an_error_result_without_memory_is_just_0},
};

TAP_MAIN("http_memory", tests)
