/* SPDX-License-Identifier: MIT */
/* caller.c: see caller.h. */
#include "conformance/suite/caller.h"

#include <string.h>

enum { STEP = 5 };

static void
start(struct caller *caller, struct test *test, const char *scatter,
      const char *settings)
{
    const char *call;

    memset(caller, 0, sizeof *caller);
    caller->test = test;
    caller->server = http_listen(test, "web");
    call = test_text(test, "outbound HttpConnection route=out address=%s/a%s",
                     caller->server->address, settings);
    caller->target = target_start(
        test, "custom", "part.in",
        test_text(test, "inbound PullService route=call%s", scatter),
        "part.call", call, "part.out", "outbound PushService", NULL);
    caller->in =
        peer_connect(test, "in", ZMQ_PUSH,
                     target_address(caller->target, "part.in.address"));
    caller->out =
        peer_connect(test, "out", ZMQ_PULL,
                     target_address(caller->target, "part.out.address"));
}

void
caller_start(struct caller *caller, struct test *test, const char *settings)
{
    start(caller, test, "", settings);
}

void
caller_start_many(struct caller *caller, struct test *test,
                  const char *settings)
{
    start(caller, test, " scatter=count", settings);
}

struct message
caller_message(const char *payload)
{
    struct message message = message_of("palm.echo", payload);

    message.cache = bytes_text("key");
    return message;
}

/* Closed by us, or by the part. */
static bool
is_over(const struct http *http)
{
    return http->over && http->pending.size == 0;
}

static void
accept_all(struct caller *caller, int milliseconds)
{
    struct http *http = http_accept_poll(caller->server, milliseconds);

    while (http != NULL) {
        if (caller->count == CALLS_MAX) {
            fail(caller->test, "more than %d connections", CALLS_MAX);
        }
        caller->https[caller->count++] = http;
        http = http_accept_poll(caller->server, 0);
    }
}

bool
caller_poll(struct caller *caller, int milliseconds, struct call *call)
{
    int64_t until = now() + (int64_t)milliseconds * 1000;
    int i;

    do {
        accept_all(caller, milliseconds == 0 ? 0 : STEP);
        for (i = 0; i < caller->count; i++) {
            struct http *http = caller->https[i];

            if (!is_over(http) && http_poll(http, 0, &call->request)) {
                call->http = http;
                return true;
            }
        }
    } while (now() < until);
    return false;
}

struct call
caller_take(struct caller *caller)
{
    struct call call;

    if (!caller_poll(caller, bound(caller->test), &call)) {
        fail(caller->test, "no request comes to %s within %d ms",
             caller->server->address, bound(caller->test));
    }
    call.message = check_message(caller->test, "the body", call.request.body);
    return call;
}

struct call
caller_call(struct caller *caller, const struct message *message)
{
    peer_send(caller->in, message_encode(caller->test, message));
    return caller_take(caller);
}

void
caller_answer(struct call *call, int status, const struct message *message)
{
    http_respond(call->http, status, message_encode(call->http->test, message));
}
