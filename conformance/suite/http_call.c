/* SPDX-License-Identifier: MIT */
/* http_call.c: PALM-HTTP: the HttpConnection; the suite is its web worker.
 *
 * What is pushed goes to the part, its feedback goes along its route to where
 * the suite sees it. */
#include "conformance/suite/caller.h"
#include "conformance/suite/topics.h"
#include "conformance/suite/wired.h"

enum { DELAY = 300, QUIET = 200 };

/* "… POST each message as the body to the URL that is its address, with a
 * Content-Length." */
static void
http_012_message_is_posted(struct test *test)
{
    struct caller caller;
    int i;

    caller_start(&caller, test, "");
    for (i = 0; i < 2; i++) {
        struct message message =
            caller_message(test_text(test, "payload %d", i));
        struct call call;
        const char *length;

        message.unknown = field_bytes(test, 99, bytes_text("kept"));
        call = caller_call(&caller, &message);
        check_text(test, "the method", bytes_text(call.request.method), "POST");
        check_text(test, "the path", bytes_text(call.request.target), "/web/a");
        length = http_header(test, &call.request, "Content-Length");
        check_text(test, "Content-Length",
                   bytes_text(length == NULL ? "none" : length),
                   test_text(test, "%zu", message_encode(test, &message).size));
        check_same(test, "the body", call.request.body, &message);
        caller_answer(&call, 200, &message);
        check_same(test, "the feedback", peer_receive_one(caller.out),
                   &message);
    }
}

/* "… take the body of a response with status 200 as the feedback." */
static void
http_013_body_is_the_feedback(struct test *test)
{
    struct http_server *server = http_listen(test, "web");
    struct target *target = target_start(
        test, "custom", "part.in", "inbound RepService route=call block=yes",
        "part.call",
        test_text(test, "outbound HttpConnection address=%s", server->address),
        NULL);
    struct peer *ask = peer_connect(test, "asker", ZMQ_REQ,
                                    target_address(target, "part.in.address"));
    struct message message = caller_message("question");
    struct http *http;
    struct http_message request;
    struct bytes answer;

    peer_send(ask, message_encode(test, &message));
    http = http_accept(server);
    request = http_receive(http);
    check_same(test, "the body", request.body, &message);
    message.payload = bytes_text("answer");
    answer = message_encode(test, &message);
    http_respond(http, 200, answer);
    check_bytes(test, "the reply", peer_receive_one(ask), answer);
}

/* The same along a route, with a new unknown field. */
static void
http_013_feedback_is_passed_on(struct test *test)
{
    struct caller caller;
    struct message message = caller_message("question");
    struct call call;

    caller_start(&caller, test, "");
    call = caller_call(&caller, &message);
    message.payload = bytes_text("answer");
    message.unknown = field_bytes(test, 99, bytes_text("new"));
    caller_answer(&call, 200, &message);
    check_same(test, "the feedback", peer_receive_one(caller.out), &message);
}

/* --- several at once ------------------------------------------------------ */

/* So many copies of one message are to be posted; their payloads are 0, 1 … */
static void
push_many(struct caller *caller, int count)
{
    struct message message =
        caller_message(test_text(caller->test, "%d", count));

    peer_send(caller->in, message_encode(caller->test, &message));
}

static void
answer_copy(struct call *call, int status)
{
    struct test *test = call->http->test;
    struct message message = call->message;

    message.payload =
        bytes_joined(test, bytes_text("answer "), message.payload);
    caller_answer(call, status, &message);
}

static void
check_copy(struct caller *caller, int number)
{
    struct message message =
        caller_message(test_text(caller->test, "answer %d", number));

    check_same(caller->test, "the feedback", peer_receive_one(caller->out),
               &message);
}

/* Requests come by several connections, so in any order: the one with this
 * message, of those that have come. */
static struct call *
call_with(struct caller *caller, struct call *calls, int count, int number)
{
    const char *payload = test_text(caller->test, "%d", number);
    int i;

    for (i = 0; i < count; i++) {
        if (bytes_are(calls[i].message.payload, payload)) {
            return &calls[i];
        }
    }
    fail(caller->test, "the message %d is not among the first %d", number,
         count);
}

/* "… in the order of the messages, also when responses come in another
 * order." */
static void
http_014_feedback_keeps_the_order(struct test *test)
{
    enum { COUNT = 4 };
    struct caller caller;
    struct call calls[COUNT];
    int i;

    caller_start_many(&caller, test, " max_workers=4");
    push_many(&caller, COUNT);
    for (i = 0; i < COUNT; i++) {
        calls[i] = caller_take(&caller);
    }
    for (i = COUNT - 1; i >= 0; i--) {
        answer_copy(call_with(&caller, calls, COUNT, i), 200);
    }
    for (i = 0; i < COUNT; i++) {
        check_copy(&caller, i);
    }
}

/* The same when one of them fails. */
static void
http_014_error_keeps_its_place(struct test *test)
{
    struct caller caller;
    struct message message = caller_message("");
    struct call calls[2];
    int second;

    caller_start_many(&caller, test, " max_workers=2");
    push_many(&caller, 2);
    calls[0] = caller_take(&caller);
    calls[1] = caller_take(&caller);
    second = bytes_are(calls[0].message.payload, "1") ? 0 : 1;
    answer_copy(&calls[second], 500);
    answer_copy(&calls[1 - second], 200);
    check_copy(&caller, 0);
    check_error_result(test, peer_receive_one(caller.out), &message);
}

/* So many are under way, and not one more, until all have been answered, the
 * first one first: feedback keeps the order, so an answer that comes early need
 * not make room. */
static void
check_workers(struct test *test, const char *settings, int workers)
{
    enum { COUNT = 10 };
    struct caller caller;
    struct call calls[COUNT], more;
    int taken = 0;
    int i;

    caller_start_many(&caller, test, settings);
    push_many(&caller, COUNT);
    for (i = 0; i < COUNT; i++) {
        while (taken < COUNT && taken < i + workers) {
            calls[taken++] = caller_take(&caller);
        }
        if (i == 0) {
            check_that(test,
                       !caller_poll(&caller, bound_of(test, QUIET), &more),
                       "more than %d messages are under way", workers);
        }
        check_that(test, !caller_poll(&caller, 0, &more),
                   "more than %d messages are under way", workers);
        answer_copy(call_with(&caller, calls, taken, i), 200);
    }
    for (i = 0; i < COUNT; i++) {
        check_copy(&caller, i);
    }
}

/* "… up to `max_workers` messages under way at once … and never more." */
static void
http_015_max_workers_are_under_way(struct test *test)
{
    check_workers(test, " max_workers=2", 2);
}

static void
http_015_one_worker_is_one(struct test *test)
{
    check_workers(test, " max_workers=1", 1);
}

/* "… 4 unless set …" */
static void
http_015_four_unless_set(struct test *test)
{
    check_workers(test, "", 4);
}

/* "… the body of a response with any other status 2xx … as the feedback." */
static void
http_045_other_2xx_is_feedback(struct test *test)
{
    static const int statuses[] = {201, 202, 203, 206, 299};
    struct caller caller;
    size_t i;

    caller_start(&caller, test, "");
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct message message =
            caller_message(test_text(test, "question %d", statuses[i]));
        struct call call = caller_call(&caller, &message);

        message.payload = bytes_text(test_text(test, "%d", statuses[i]));
        caller_answer(&call, statuses[i], &message);
        check_same(test, "the feedback", peer_receive_one(caller.out),
                   &message);
    }
}

/* --- errors --------------------------------------------------------------- */

/* The feedback is an error result. */
static void
check_error(struct caller *caller, const struct message *message)
{
    check_error_result(caller->test, peer_receive_one(caller->out), message);
}

/* A message that is answered well: the part goes on. */
static void
check_goes_on(struct caller *caller)
{
    struct message message = caller_message("next");
    struct call call = caller_call(caller, &message);

    message.payload = bytes_text("next answer");
    caller_answer(&call, 200, &message);
    check_same(caller->test, "the next feedback", peer_receive_one(caller->out),
               &message);
}

/* "… an error result … when the response has another status than 2xx." */
static void
http_016_other_status_is_an_error(struct test *test)
{
    static const int statuses[] = {500, 503, 400, 404, 410};
    struct caller caller;
    size_t i;

    caller_start(&caller, test, "");
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct message message = caller_message("question");
        struct message answer = caller_message("no answer");
        struct call call = caller_call(&caller, &message);

        caller_answer(&call, statuses[i], &answer);
        check_error(&caller, &message);
    }
    check_goes_on(&caller);
}

/* "… when the connection is refused …" */
static void
http_017_refused_is_an_error(struct test *test)
{
    struct caller caller;
    struct message message = caller_message("question");

    caller_start(&caller, test, "");
    http_server_close(caller.server);
    peer_send(caller.in, message_encode(test, &message));
    check_error(&caller, &message);
    message.payload = bytes_text("another");
    peer_send(caller.in, message_encode(test, &message));
    check_error(&caller, &message);
}

/* A response of which this text is sent, then the connection ends. */
static void
check_early_end(struct test *test, const char *begin,
                void (*end)(struct http *))
{
    struct caller caller;
    struct message message = caller_message("question");
    struct call call;

    caller_start(&caller, test, "");
    call = caller_call(&caller, &message);
    http_send(call.http, bytes_text(begin));
    end(call.http);
    check_error(&caller, &message);
    check_goes_on(&caller);
}

/* "… or closed before the response is whole." */
static void
http_017_closed_at_once_is_an_error(struct test *test)
{
    check_early_end(test, "", http_close);
}

static void
http_017_reset_is_an_error(struct test *test)
{
    check_early_end(test, "", http_reset);
}

static void
http_017_closed_in_the_head_is_an_error(struct test *test)
{
    check_early_end(test, "HTTP/1.1 200 Fine\r\nContent-Le", http_close);
}

/* All but the last bytes of a good response. */
static void
http_017_closed_in_the_body_is_an_error(struct test *test)
{
    struct caller caller;
    struct message message = caller_message("question");
    struct message answer = caller_message("a longer answer");
    struct bytes text =
        http_response_text(test, 200, NULL, message_encode(test, &answer));
    struct call call;

    caller_start(&caller, test, "");
    call = caller_call(&caller, &message);
    /* Without its payload it is still a message. */
    http_send(call.http, bytes_cut(text, 0, text.size - 17));
    http_close(call.http);
    check_error(&caller, &message);
    check_goes_on(&caller);
}

/* The error result comes in time; what then comes is not the next feedback. */
static void
check_late(struct test *test, size_t size)
{
    struct caller caller;
    struct message message = caller_message("question");
    struct message answer = caller_message("too late");
    struct bytes text =
        http_response_text(test, 200, NULL, message_encode(test, &answer));
    struct frames frames;
    struct call call;

    caller_start(&caller, test, " reply_timeout=300");
    call = caller_call(&caller, &message);
    http_send(call.http, bytes_cut(text, 0, size));
    check_that(test, peer_poll(caller.out, DELAY + bound(test), &frames),
               "no feedback within reply_timeout and %d ms", bound(test));
    check_frames(test, "the feedback", &frames, 1);
    check_error_result(test, frames.frame[0], &message);
    (void)http_try(call.http, bytes_cut(text, size, text.size - size));
    check_goes_on(&caller);
}

/* "… when no whole response has come within `reply_timeout`, at most 5 s
 * later." */
static void
http_018_no_response_is_an_error(struct test *test)
{
    check_late(test, 0);
}

static void
http_018_half_a_response_is_an_error(struct test *test)
{
    check_late(test, 45);
}

/* --- answers that are none ------------------------------------------------ */

static void
check_body(struct caller *caller, struct bytes body)
{
    struct message message = caller_message("question");
    struct call call = caller_call(caller, &message);

    http_respond(call.http, 200, body);
    check_error(caller, &message);
}

/* "… when the body of a response is no message …" */
static void
http_019_rubbish_is_an_error(struct test *test)
{
    struct caller caller;

    caller_start(&caller, test, "");
    check_body(&caller, bytes_of("\x0a\xff", 2));
    check_body(&caller, bytes_of("\x0a\x01\xff", 3));
    check_body(&caller, bytes_text("<html>"));
    check_goes_on(&caller);
}

/* "… or differs from what was sent in more than `payload` and unknown
 * fields." */
static void
http_019_other_message_is_an_error(struct test *test)
{
    struct message answers[6];
    struct caller caller;
    size_t i;

    for (i = 0; i < 6; i++) {
        answers[i] = caller_message("answer");
    }
    answers[0].pipeline = bytes_text("another");
    answers[1].client = bytes_text(OTHER_CLIENT);
    answers[2].stage = 1;
    answers[3].function = bytes_text("palm.other");
    answers[4].cache = bytes_text("other key");
    answers[5].cache = bytes_text("");
    caller_start(&caller, test, "");
    for (i = 0; i < 6; i++) {
        check_body(&caller, message_encode(test, &answers[i]));
    }
    check_body(&caller, bytes_of("", 0));
    check_goes_on(&caller);
}

/* The error result, and nobody has come to where the redirect points. */
static void
check_not_followed(struct caller *caller, struct http_server *other,
                   const struct message *message)
{
    int64_t until = now() + (int64_t)bound(caller->test) * 1000;
    struct frames frames;
    struct call call;

    while (!peer_poll(caller->out, 10, &frames)) {
        check_that(caller->test, now() < until, "no feedback within %d ms",
                   bound(caller->test));
        check_that(caller->test, http_accept_poll(other, 0) == NULL,
                   "a redirect is followed");
        check_that(caller->test, !caller_poll(caller, 0, &call),
                   "a redirect is followed");
    }
    check_that(caller->test, http_accept_poll(other, 0) == NULL,
               "a redirect is followed");
    check_frames(caller->test, "the feedback", &frames, 1);
    check_error_result(caller->test, frames.frame[0], message);
}

/* "An HttpConnection MUST NOT follow a redirect."  It is another status. */
static void
http_020_redirect_is_not_followed(struct test *test)
{
    static const int statuses[] = {301, 302, 303, 307, 308};
    struct http_server *other = http_listen(test, "elsewhere");
    struct caller caller;
    size_t i;

    caller_start(&caller, test, "");
    for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        struct message message = caller_message("question");
        struct call call = caller_call(&caller, &message);

        http_send(call.http,
                  http_response_text(
                      test, statuses[i],
                      test_text(test, "Location: %s\r\n", other->address),
                      call.request.body));
        check_not_followed(&caller, other, &message);
    }
    check_goes_on(&caller);
}

/* "… route nothing else while an HttpConnection that is not `isolated` waits,
 * and go on within 5 s after the response." As for BLOCK-013, what a bypass
 * part answers meanwhile says that there was the time to do it wrong. */
static void
http_043_nothing_else_is_routed(struct test *test)
{
    enum { FENCES = 200 };
    struct http_server *server = http_listen(test, "web");
    struct target *target = target_start(
        test, "custom", "part.in", "inbound PullService route=call",
        "part.other", "inbound PullService route=out", "part.call",
        test_text(test, "outbound HttpConnection isolated=no address=%s",
                  server->address),
        "part.out", "outbound PushService", "part.bypass",
        "bypass CacheService", NULL);
    struct peer *in = wired_peer(target, "in", ZMQ_PUSH, "in");
    struct peer *other = wired_peer(target, "other", ZMQ_PUSH, "other");
    struct peer *out = wired_peer(target, "out", ZMQ_PULL, "out");
    struct peer *cache = wired_peer(target, "cache", ZMQ_REQ, "bypass");
    struct message message = caller_message("question");
    struct frames early;
    struct http *http;
    int i;

    peer_send(in, message_encode(test, &message));
    http = http_accept(server);
    (void)http_receive(http);
    peer_send(other, frame_of(test, "palm.echo", "other"));
    for (i = 0; i < FENCES; i++) {
        (void)peer_ask(cache,
                       cache_request(test, "set", "key", bytes_text("value")));
    }
    check_that(test, !peer_poll(out, 0, &early),
               "another message is routed while the part waits");
    http_respond(http, 200, message_encode(test, &message));
    check_text(test, "at out", wired_take(out).payload, "other");
}

const struct test_entry http_call_tests[] = {
    TEST("PALM-HTTP-012", http_012_message_is_posted),
    TEST("PALM-HTTP-013", http_013_body_is_the_feedback),
    TEST("PALM-HTTP-013", http_013_feedback_is_passed_on),
    TEST("PALM-HTTP-014", http_014_feedback_keeps_the_order),
    TEST("PALM-HTTP-014", http_014_error_keeps_its_place),
    TEST("PALM-HTTP-015", http_015_max_workers_are_under_way),
    TEST("PALM-HTTP-015", http_015_one_worker_is_one),
    TEST("PALM-HTTP-015", http_015_four_unless_set),
    TEST("PALM-HTTP-016", http_016_other_status_is_an_error),
    TEST("PALM-HTTP-017", http_017_refused_is_an_error),
    TEST("PALM-HTTP-017", http_017_closed_at_once_is_an_error),
    TEST("PALM-HTTP-017", http_017_reset_is_an_error),
    TEST("PALM-HTTP-017", http_017_closed_in_the_head_is_an_error),
    TEST("PALM-HTTP-017", http_017_closed_in_the_body_is_an_error),
    TEST("PALM-HTTP-018", http_018_no_response_is_an_error),
    TEST("PALM-HTTP-018", http_018_half_a_response_is_an_error),
    TEST("PALM-HTTP-019", http_019_rubbish_is_an_error),
    TEST("PALM-HTTP-019", http_019_other_message_is_an_error),
    TEST("PALM-HTTP-020", http_020_redirect_is_not_followed),
    TEST("PALM-HTTP-045", http_045_other_2xx_is_feedback),
    TEST("PALM-HTTP-043", http_043_nothing_else_is_routed),
    END_OF_TESTS,
};
