/* SPDX-License-Identifier: MIT */
/* Tests of palm-target: what it does once it is ready. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "conformance/targets/started.h"
#include "harness/support/tap.h"
#include "harness/support/wire.h"

static const char palm_target[] = "conformance/targets/palm-target";

/* Where nobody listens; what connects there only waits. */
#define NOBODY "tcp://127.0.0.1:9"

/* A setting KEY=fact, of another target. */
struct setting {
    char text[STARTED_TEXT + 64];
};

static const char *
pass_on(struct setting *setting, const struct started *from, const char *key)
{
    char value[STARTED_TEXT];
    started_fact(from, key, value);
    (void)snprintf(setting->text, sizeof setting->text, "%s=%s", key, value);
    return setting->text;
}

static void
expect_result(struct started *client, const char *function, const char *payload,
              const char *result)
{
    started_ask(client, "eval", function, payload);
    EQUAL_TEXT("RESULT", client->verb);
    EQUAL_TEXT(result, client->text);
}

/* A master and a worker of that program. */
static void
start_pair(struct started *master, struct started *worker, const char *program)
{
    struct setting db = {""};
    MUST(started_ready(master, palm_target, "master", NULL));
    const char *settings[] = {pass_on(&db, master, "db_address"), NULL};
    MUST(started_ready(worker, program, "worker", settings));
}

static void
start_client(struct started *client, const struct started *master)
{
    struct setting db = {""};
    const char *settings[] = {pass_on(&db, master, "db_address"), "server=palm",
                              "session=s.", NULL};
    MUST(started_ready(client, palm_target, "client", settings));
    started_ask(client, "open", NULL, NULL);
    EQUAL_TEXT("RESULT", client->verb);
}

static void
expect_functions(struct started *client)
{
    expect_result(client, "echo", "abc", "abc");
    expect_result(client, "reverse", "abc", "cba");
    expect_result(client, "sleep", "1", "1");
    expect_result(client, "fail", "abc", "0");
    expect_result(client, "count", "0", "0"); /* no such function here */
}

static void
a_master_a_worker_and_a_client_work_together(void)
{
    struct started master, worker, client;
    start_pair(&master, &worker, palm_target);
    start_client(&client, &master);
    expect_functions(&client);
    expect_result(&client, "sleep", "a while", "0");
    started_ask(&client, "job", "reverse", "xy");
    EQUAL_TEXT("yx", client.text);
    started_ask(&client, "set", "key", "value");
    EQUAL_TEXT("s.key", client.text);
    started_ask(&client, "get", "s.key", NULL);
    EQUAL_TEXT("value", client.text);
    started_ask(&client, "delete", "s.key", NULL);
    EQUAL_TEXT("s.key", client.text);
    started_ask(&client, "get", "s.key", NULL);
    EQUAL_TEXT("", client.text);
    started_ask(&client, "dance", NULL, NULL);
    EQUAL_TEXT("ERROR", client.verb);
    started_stop(&client);
    started_stop(&worker);
    started_stop(&master);
}

static void
a_client_without_a_server_says_why(void)
{
    static const char *const settings[] = {"db_address=" NOBODY, "timeout=50",
                                           NULL};
    struct started client;
    MUST(started_ready(&client, palm_target, "client", settings));
    started_ask(&client, "open", NULL, NULL);
    EQUAL_TEXT("ERROR", client.verb);
    CONTAINS(NOBODY, client.text);
    started_stop(&client);
}

static void
a_worker_that_cannot_work_says_why(void)
{
    static const char *const settings[] = {"worker_push_address=nonsense",
                                           "worker_pull_address=" NOBODY, NULL};
    struct started worker;
    MUST(started_ready(&worker, palm_target, "worker", settings));
    started_hear(&worker);
    EQUAL_TEXT("ERROR", worker.verb);
    CONTAINS("nonsense", worker.text);
    started_stop(&worker);
}

static void
a_mux_worker_counts(void)
{
    static const char *const custom[] = {
        "part.in=inbound PullService route=tasks",
        "part.tasks=outbound PushService",
        "part.done=inbound PullService route=out",
        "part.out=outbound PushService", NULL};
    struct started bench, worker;
    struct setting push, pull;
    char address[STARTED_TEXT];
    palm_message_t message = wire_message("c", "t", "3");
    MUST(started_ready(&bench, palm_target, "custom", custom));
    started_fact(&bench, "part.tasks.address", address);
    (void)snprintf(push.text, sizeof push.text, "worker_push_address=%s",
                   address);
    started_fact(&bench, "part.done.address", address);
    (void)snprintf(pull.text, sizeof pull.text, "worker_pull_address=%s",
                   address);
    const char *addresses[] = {push.text, pull.text, NULL};
    MUST(started_ready(&worker, palm_target, "mux-worker", addresses));
    void *in = started_peer_of(&bench, ZMQ_PUSH, "part.in.address");
    void *out = started_peer_of(&bench, ZMQ_PULL, "part.out.address");
    message.function = palm_slice("server.count");
    send_message(in, &message, 0);
    expect_payload(out, "0");
    expect_payload(out, "1");
    expect_payload(out, "2");
    message.payload = palm_slice("0");
    send_message(in, &message, 0);
    message.function = palm_slice("server.reverse");
    message.payload = palm_slice("ab");
    send_message(in, &message, 0);
    expect_payload(out, "ba");
    started_stop(&worker);
    started_stop(&bench);
}

static void
scatter_does_what_is_asked(void)
{
    static const char *const settings[] = {"scatter=count", NULL};
    struct started target;
    MUST(started_ready(&target, palm_target, "rep", settings));
    void *req = started_peer_of(&target, ZMQ_REQ, "rep_address");
    void *out = started_peer_of(&target, ZMQ_PULL, "push_address");
    palm_message_t message = wire_message("c", "t", "2");
    send_message(req, &message, 0);
    expect_text(req, "", false);
    message.payload = palm_slice("1!");
    send_message(req, &message, 0);
    expect_text(req, "0", false);
    message.payload = palm_slice("0");
    send_message(req, &message, 0);
    expect_text(req, "", false);
    expect_payload(out, "0");
    expect_payload(out, "1");
    expect_payload(out, "0");
    expect_nothing(out);
    started_stop(&target);
}

/* Awaits the subscriber: publishes until something arrives. */
static void
publish_until_heard(void *push, void *sub, const palm_message_t *message)
{
    zmq_pollitem_t item = {sub, 0, ZMQ_POLLIN, 0};
    int64_t end = tap_now() + tap_deadline();
    do {
        send_message(push, message, 0);
        MUST(tap_now() < end);
    } while (zmq_poll(&item, 1, 20) == 0);
}

static void
stream_and_gather_do_what_is_asked(void)
{
    static const char *const settings[] = {"gather=reverse", "stream=reverse",
                                           NULL};
    struct started target;
    MUST(started_ready(&target, palm_target, "master", settings));
    void *push = started_peer_of(&target, ZMQ_PUSH, "worker_pull_address");
    void *sub = started_peer_of(&target, ZMQ_SUB, "pub_address");
    palm_message_t message = wire_message("c", "t", "ab");
    publish_until_heard(push, sub, &message);
    expect_published(sub, "ba", "ab"); /* reversed twice; topic: once */
    started_stop(&target);
}

static void
a_server_runs_functions(void)
{
    static const char *const settings[] = {"name=main", NULL};
    struct started server, client;
    struct setting db, pub;
    MUST(started_ready(&server, palm_target, "server", settings));
    const char *addresses[] = {pass_on(&db, &server, "db_address"),
                               pass_on(&pub, &server, "pub_address"),
                               "server=main", NULL};
    MUST(started_ready(&client, palm_target, "client", addresses));
    expect_result(&client, "reverse", "abc", "cba");
    expect_result(&client, "count", "0", "0");
    expect_result(&client, "other.echo", "abc", "0");
    started_stop(&client);
    started_stop(&server);
}

/* A bound peer, and its address as the address of a part. */
static void *
bind_for(struct started *target, int type, struct setting *setting,
         const char *format)
{
    char address[256];
    size_t size = sizeof address;
    void *socket = zmq_socket(target->zmq, type);
    const int deadline = tap_deadline();
    MUST(socket && !zmq_bind(socket, "tcp://127.0.0.1:*"));
    MUST(!zmq_setsockopt(socket, ZMQ_RCVTIMEO, &deadline, sizeof deadline));
    MUST(!zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &size));
    (void)snprintf(setting->text, sizeof setting->text, "%s address=%s", format,
                   address);
    return socket;
}

static void
bypass_parts_speak_with_the_suite(void)
{
    struct started peers = {.zmq = zmq_ctx_new()}, target;
    struct setting from, to;
    void *push =
        bind_for(&peers, ZMQ_PUSH, &from, "part.a=bypass PullBypassConnection");
    void *pull =
        bind_for(&peers, ZMQ_PULL, &to, "part.b=bypass PushBypassConnection");
    const char *settings[] = {from.text, to.text,
                              "part.c=bypass RepBypassService", NULL};
    MUST(started_ready(&target, palm_target, "custom", settings));
    void *req = started_peer_of(&target, ZMQ_REQ, "part.c.address");
    send_text(req, "abc", 0);
    expect_text(req, "cba", false);
    started_say(&target, "emit", "out", NULL);
    expect_text(pull, "out", false);
    send_text(push, "in", 0);
    started_hear(&target);
    EQUAL_TEXT("RESULT", target.verb);
    EQUAL_TEXT("in", target.text);
    started_stop(&target);
    (void)zmq_close(push);
    (void)zmq_close(pull);
    (void)zmq_ctx_term(peers.zmq);
}

static void
a_gateway_brings_answers(void)
{
    static const char request[] = "POST /palm.reverse HTTP/1.0\r\n"
                                  "Content-Length: 3\r\n\r\nabc";
    struct started gateway, worker;
    struct setting push, pull;
    char text[STARTED_TEXT] = "";
    size_t size = 0;
    ssize_t got;
    if (!started_has_http()) {
        tap_skip("no HTTP");
        return;
    }
    MUST(started_ready(&gateway, palm_target, "gateway", NULL));
    const char *settings[] = {pass_on(&push, &gateway, "worker_push_address"),
                              pass_on(&pull, &gateway, "worker_pull_address"),
                              NULL};
    MUST(started_ready(&worker, palm_target, "worker", settings));
    started_fact(&gateway, "http_address", text);
    int fd = started_connect(text);
    MUST(write(fd, request, sizeof request - 1) == sizeof request - 1);
    while ((got = read(fd, text + size, sizeof text - 1 - size)) > 0) {
        size += (size_t)got;
    }
    text[size] = '\0';
    (void)close(fd);
    CONTAINS(" 200 ", text);
    CONTAINS("\r\n\r\ncba", text);
    started_stop(&worker);
    started_stop(&gateway);
}

static void
a_target_stops_in_time_whatever_is_inside(void)
{
    struct started target;
    palm_message_t message = wire_message("c", "t", "left");
    MUST(started_ready(&target, palm_target, "master", NULL));
    void *in = started_peer_of(&target, ZMQ_PUSH, "pull_address");
    void *tasks = started_peer_of(&target, ZMQ_PULL, "worker_push_address");
    send_message(in, &message, 0);
    expect_payload(tasks, "left"); /* and this worker never answers */
    int64_t begin = tap_now();
    started_stop(&target);
    MUST(tap_now() - begin < tap_deadline() / 2); /* the contract's 5 s */
}

static void
a_server_that_ends_by_itself_ends_the_target(void)
{
    static const char *const settings[] = {"messages=1",
                                           "part.a=inbound PullService route=b",
                                           "part.b=outbound PushService", NULL};
    struct started target;
    palm_message_t message = wire_message("c", "t", "last");
    MUST(started_ready(&target, palm_target, "custom", settings));
    void *in = started_peer_of(&target, ZMQ_PUSH, "part.a.address");
    void *out = started_peer_of(&target, ZMQ_PULL, "part.b.address");
    send_message(in, &message, 0);
    expect_payload(out, "last");
    EQUAL_INT(0, started_end(&target));
}

static const struct tap_test tests[] = {
    {"a master, a worker and a client work together",
     a_master_a_worker_and_a_client_work_together},
    {"a client without a server says why", a_client_without_a_server_says_why},
    {"a worker that cannot work says why", a_worker_that_cannot_work_says_why},
    {"a mux worker counts", a_mux_worker_counts},
    {"scatter does what is asked", scatter_does_what_is_asked},
    {"stream and gather do what is asked", stream_and_gather_do_what_is_asked},
    {"a server runs functions", a_server_runs_functions},
    {"bypass parts speak with the suite", bypass_parts_speak_with_the_suite},
    {"a gateway brings answers", a_gateway_brings_answers},
    {"a target stops in time, whatever is inside",
     a_target_stops_in_time_whatever_is_inside},
    {"a server that ends by itself ends the target",
     a_server_that_ends_by_itself_ends_the_target},
};

TAP_MAIN("target_work", tests)
