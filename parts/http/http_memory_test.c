/* SPDX-License-Identifier: MIT */
/* HTTP servers without memory.  HttpGateway's operations are called here as its
 * thread calls them, so that it is known whose allocation fails. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/part_impl.h"
#include "core/server_impl.h"
#include "harness/support/http_peer.h"
#include "harness/support/no_memory.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "parts/bypass/http_gateway.h"
#include "parts/http/target.h"
#include "parts/library.h"

/* A gateway that no server runs, what stands for its GatewayRouter, and a
 * client. */
struct bare {
    palm_server_t *server;
    struct palm__http_gateway gateway;
    palm_part_t part;
    char name[8], address[32], router_address[256];
    void *router;
    struct http_peer peer;
};

static void
make(struct bare *bare)
{
    const int deadline = tap_deadline();
    size_t size = sizeof bare->router_address;
    memset(bare, 0, sizeof *bare);
    strcpy(bare->name, "Gateway");
    strcpy(bare->address, "http://127.0.0.1:*");
    MUST(bare->server = palm_server_new("server", NULL));
    MUST(bare->server->zmq = zmq_ctx_new());
    MUST(bare->router = zmq_socket(bare->server->zmq, ZMQ_ROUTER));
    MUST(!zmq_setsockopt(bare->router, ZMQ_RCVTIMEO, &deadline,
                         sizeof deadline));
    MUST(!zmq_bind(bare->router, "tcp://127.0.0.1:*"));
    MUST(!zmq_getsockopt(bare->router, ZMQ_LAST_ENDPOINT, bare->router_address,
                         &size));
    palm_part_options_init(&bare->part.options);
    bare->part.options.name = bare->name;
    bare->part.options.address = bare->address;
    rig_set(&bare->part.options, "HttpGateway", "router_address",
            bare->router_address);
    bare->part.class_ = palm_library_find("HttpGateway");
    bare->part.descriptors = -1;
    MUST(bare->part.class_options = palm__class_options_new(
             bare->part.class_, &bare->part.options, NULL));
    bare->part.side = PALM_SIDE_BYPASS;
    bare->part.server = bare->server;
    bare->part.state = &bare->gateway;
    palm_id_init(&bare->part.ids);
}

static void
end(struct bare *bare)
{
    palm__http_gateway_close(&bare->part);
    palm__class_options_free(bare->part.class_, bare->part.class_options);
    (void)zmq_close(bare->router);
    (void)zmq_ctx_term(bare->server->zmq);
    bare->server->zmq = NULL;
    palm_server_destroy(&bare->server);
}

/* The router answers each call with the call itself. */
static void
answer_calls(struct bare *bare)
{
    char identity[64], message[1024];
    int peer_size;
    while ((peer_size =
                zmq_recv(bare->router, identity, sizeof identity, ZMQ_DONTWAIT))
           != -1) {
        MUST(zmq_recv(bare->router, message, sizeof message, 0) == 0);
        int size = zmq_recv(bare->router, message, sizeof message, 0);
        MUST(size > 0);
        MUST(zmq_send(bare->router, identity, (size_t)peer_size, ZMQ_SNDMORE)
             != -1);
        MUST(zmq_send(bare->router, "", 0, ZMQ_SNDMORE) != -1);
        MUST(zmq_send(bare->router, message, (size_t)size, 0) != -1);
    }
}

/* The client has an answer, or was left. */
static bool
is_done(void *arg)
{
    struct bare *bare = arg;
    palm__http_gateway_readable(&bare->part);
    answer_calls(bare);
    return http_has_come(&bare->peer);
}

/* Asks while the allocation number fails_at fails.  The status, 0 for a
 * connection that was closed; *was_hit tells whether there was such a one. */
static unsigned
ask(struct bare *bare, int fails_at, bool *was_hit)
{
    unsigned status = 0;
    http_open(&bare->peer, bare->part.endpoint);
    http_ask(&bare->peer, "POST", "/server.function", "the payload");
    no_memory_at = fails_at;
    bool done = tap_await(is_done, bare);
    *was_hit = no_memory_at == 0;
    no_memory_at = 0;
    MUST(done);
    if (http_has_ended(&bare->peer)) {
        MUST(*was_hit);
    } else {
        http_read(&bare->peer);
        status = bare->peer.status;
    }
    http_close(&bare->peer);
    MUST(!bare->gateway.calls);
    return status;
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
        int result = palm__http_gateway_open(&bare.part, &err);
        bool was_hit = no_memory_at == 0;
        no_memory_at = 0;
        if (!result) {
            break;
        }
        MUST(was_hit);
        EQUAL_INT(ENOMEM, err.code);
        palm__http_gateway_close(&bare.part);
        failures++;
    }
    MUST(failures >= 1);
    end(&bare);
}

static void
a_request_without_memory_costs_only_itself(void)
{
    struct bare bare;
    int failures = 0, refusals = 0;
    bool was_hit = true;
    make(&bare);
    MUST(!palm__http_gateway_open(&bare.part, NULL));
    while (was_hit) {
        unsigned status = ask(&bare, failures + 1, &was_hit);
        if (was_hit) {
            MUST(status == 0 || status == 503);
            refusals += status == 503;
            failures++;
        } else {
            EQUAL_INT(200, status);
        }
    }
    MUST(failures >= 6); /* client, request, body, function, call, frame */
    MUST(refusals >= 4);
    end(&bare);
}

static void
a_function_without_memory_is_told(void)
{
    no_memory_at = 1;
    FAILS(ENOMEM, palm__http_function("/f") ? 0 : -1);
    EQUAL_INT(0, no_memory_at);
}

static const struct tap_test tests[] = {
    {"it opens, or says that there is no memory",
     it_opens_or_says_that_there_is_no_memory},
    {"a request without memory costs only itself",
     a_request_without_memory_costs_only_itself},
    {"a function without memory is told", a_function_without_memory_is_told},
};

TAP_MAIN("http memory", tests)
