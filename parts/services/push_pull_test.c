/* SPDX-License-Identifier: MIT */
/* Tests of PushPullService, as its worker and its askers see it. */
#include "config.h"

#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/support/tap.h"
#include "harness/support/wire.h"
#include "harness/support/zmtp.h"
#include "parts/library.h"

#define COUNTER(name) offsetof(palm_part_stats_t, name)

/* Rep -> Ask (PushPullService), and a worker's two sockets. */
struct bench {
    struct rig rig;
    void *req;   /* to Rep */
    void *tasks; /* PULL, from Ask */
    void *done;  /* PUSH, to Ask */
};

/* The address that the cache has under a key. */
static void
address_of(palm_server_t *server, const char *key, char address[256])
{
    zmq_msg_t value;
    MUST(!palm_cache_get(palm_server_cache(server), palm_slice(key), &value));
    MUST(zmq_msg_size(&value) < 256);
    memcpy(address, zmq_msg_data(&value), zmq_msg_size(&value));
    address[zmq_msg_size(&value)] = '\0';
    (void)zmq_msg_close(&value);
}

static void
connect_to(void *socket, palm_server_t *server, const char *key)
{
    char address[256];
    address_of(server, key, address);
    MUST(!zmq_connect(socket, address));
}

static void
start_limited(struct bench *bench, int64_t reply_timeout, int64_t limit)
{
    char ignored[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_init(&bench->rig, NULL);
    options.block = true;
    rig_add(&bench->rig, "RepService", "Rep", "Ask", &options);
    rig_set(&options, "PushPullService", "pull_address", ANY_PORT);
    options.advertise_as = "worker_push_address";
    rig_set(&options, "PushPullService", "advertise_pull_as",
            "worker_pull_address");
    options.reply_timeout = reply_timeout;
    options.max_message_size = limit;
    rig_add(&bench->rig, "PushPullService", "Ask", NULL, &options);
    rig_start(&bench->rig);
    bench->req = rig_connect(&bench->rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    bench->tasks = rig_bind(&bench->rig, ZMQ_PULL, ignored);
    bench->done = rig_bind(&bench->rig, ZMQ_PUSH, ignored);
    connect_to(bench->tasks, bench->rig.server, "worker_push_address");
    connect_to(bench->done, bench->rig.server, "worker_pull_address");
}

static void
start(struct bench *bench, int64_t reply_timeout)
{
    start_limited(bench, reply_timeout, -1);
}

static void
ask(struct bench *bench, const char *cache, const char *payload)
{
    palm_message_t message = wire_message("client", cache, payload);
    send_message(bench->req, &message, 0);
    expect_payload(bench->tasks, payload);
}

static void
answer(struct bench *bench, const char *cache, const char *payload)
{
    palm_message_t message = wire_message("client", cache, payload);
    send_message(bench->done, &message, 0);
}

static palm_part_stats_t
counted(struct bench *bench)
{
    return rig_stats(&bench->rig, PALM_SIDE_OUTBOUND, "Ask");
}

static void
the_workers_answer_is_the_feedback(void)
{
    struct bench bench;
    start(&bench, 60000);
    for (int i = 0; i < 3; i++) {
        ask(&bench, "tag", "question");
        answer(&bench, "tag", "answer");
        expect_payload(bench.req, "answer");
    }
    AWAIT_INT(3, counted(&bench).sent);
    rig_fini(&bench.rig);
}

static void
an_answer_to_another_message_is_passed_over(void)
{
    struct bench bench;
    start(&bench, 60000);
    ask(&bench, "one", "question");
    answer(&bench, "another", "wrong");
    send_bytes(bench.done, "\xff\xff\xff\xff", 4, 0);
    send_text(bench.done, "two", ZMQ_SNDMORE);
    send_text(bench.done, "frames", 0);
    answer(&bench, "one", "right");
    expect_payload(bench.req, "right");
    AWAIT_INT(2, counted(&bench).foreign);
    AWAIT_INT(1, counted(&bench).undecodable);
    rig_fini(&bench.rig);
}

static void
a_late_answer_is_never_that_of_the_next(void)
{
    struct bench bench;
    start(&bench, 50);
    ask(&bench, "first", "question");
    expect_text(bench.req, "0", false); /* nobody has answered in time */
    AWAIT_INT(1, counted(&bench).expired);
    palm_message_t message = wire_message("client", "second", "question");
    answer(&bench, "first", "late");
    send_message(bench.req, &message, 0);
    expect_payload(bench.tasks, "question");
    answer(&bench, "second", "in time");
    expect_payload(bench.req, "in time");
    rig_fini(&bench.rig);
}

static void
a_late_answer_does_not_end_the_next_wait(void)
{
    struct bench bench;
    char tag[8] = "0";
    start(&bench, 20);
    for (char round = '0'; round <= '9'; round++) {
        tag[0] = round;
        ask(&bench, tag, "question"); /* after the late answer to another */
        expect_text(bench.req, "0", false);
        answer(&bench, tag, "late");
    }
    AWAIT_INT(10, counted(&bench).expired);
    rig_fini(&bench.rig);
}

static void
an_answer_that_nobody_waits_for_is_passed_over(void)
{
    struct bench bench;
    start(&bench, 60000);
    answer(&bench, "tag", "unasked");
    rig_await_count(&bench.rig, PALM_SIDE_OUTBOUND, "Ask", COUNTER(foreign), 1);
    ask(&bench, "tag", "question");
    answer(&bench, "tag", "answer");
    expect_payload(bench.req, "answer");
    rig_fini(&bench.rig);
}

static void
without_a_worker_the_wait_ends_in_time(void)
{
    struct rig rig;
    palm_message_t message = wire_message("client", "tag", "question");
    palm_part_options_t options;
    palm_part_options_init(&options);
    rig_set(&options, "PushPullService", "pull_address", ANY_PORT);
    options.reply_timeout = 50;
    options.block = true;
    rig_init(&rig, NULL);
    rig_add(&rig, "RepService", "Rep", "Ask", &options);
    rig_add(&rig, "PushPullService", "Ask", NULL, &options);
    rig_add(&rig, "PullService", "Pull", "Push", NULL);
    rig_add(&rig, "PushService", "Push", NULL, NULL);
    rig_start(&rig);
    void *req = rig_connect(&rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    send_message(req, &message, 0);
    expect_text(req, "0", false);
    AWAIT_INT(1, rig_stats(&rig, PALM_SIDE_OUTBOUND, "Ask").expired);
    EQUAL_INT(0, rig_stats(&rig, PALM_SIDE_OUTBOUND, "Ask").sent);
    void *push = rig_connect(&rig, ZMQ_PUSH, PALM_SIDE_INBOUND, "Pull");
    void *pull = rig_connect(&rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Push");
    send_message(push, &message, 0);
    expect_payload(pull, "question"); /* the server goes on */
    rig_fini(&rig);
}

static void
the_asker_does_not_wait_for_the_second_part(void)
{
    struct bench bench;
    char ignored[256];
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.block = true;
    rig_set(&options, "PushPullService", "pull_address", ANY_PORT);
    options.advertise_as = "worker_push_address";
    rig_set(&options, "PushPullService", "advertise_pull_as",
            "worker_pull_address");
    rig_init(&bench.rig, NULL);
    rig_add(&bench.rig, "RepService", "Rep", "Ask", &options);
    rig_add(&bench.rig, "PushPullService", "Ask", "Behind", &options);
    rig_add(&bench.rig, "PushService", "Behind", NULL, NULL);
    rig_start(&bench.rig);
    bench.req = rig_connect(&bench.rig, ZMQ_REQ, PALM_SIDE_INBOUND, "Rep");
    bench.tasks = rig_bind(&bench.rig, ZMQ_PULL, ignored);
    bench.done = rig_bind(&bench.rig, ZMQ_PUSH, ignored);
    connect_to(bench.tasks, bench.rig.server, "worker_push_address");
    connect_to(bench.done, bench.rig.server, "worker_pull_address");
    ask(&bench, "tag", "question");
    answer(&bench, "tag", "answer");
    expect_payload(bench.req, "answer"); /* nobody is behind Behind yet */
    void *pull =
        rig_connect(&bench.rig, ZMQ_PULL, PALM_SIDE_OUTBOUND, "Behind");
    expect_payload(pull, "answer");
    rig_fini(&bench.rig);
}

/* A server does not take the part, with these words in the text. */
static void
expect_refusal(const char *pull_address, int code, const char *words)
{
    struct rig rig;
    palm_error_t err = {0, ""};
    palm_part_options_t options;
    palm_part_options_init(&options);
    options.name = "Ask";
    options.address = ANY_PORT;
    if (pull_address) {
        options.own[0].name = "pull_address";
        options.own[0].text = pull_address;
    }
    rig_init(&rig, NULL);
    FAILS(code,
          palm_library_add(rig.server, "PushPullService", &options, &err));
    CONTAINS(words, err.text);
    rig_drop(&rig);
}

/* ZMTP 1.0 has no handshake: any bytes could be frames. */
static void
its_second_socket_refuses_peers_before_zmtp_3(void)
{
    struct bench bench;
    char address[256], byte;
    ssize_t got;
    start(&bench, 60000);
    address_of(bench.rig.server, "worker_pull_address", address);
    int fd = zmtp_open(address);
    EQUAL_INT(10, send(fd, "\1\0\6\0hello\1", 10, MSG_NOSIGNAL));
    while ((got = recv(fd, &byte, 1, 0)) > 0) {
    }
    MUST(got == 0 || errno == ECONNRESET);
    (void)close(fd);
    ask(&bench, "tag", "question");
    answer(&bench, "tag", "answer");
    expect_payload(bench.req, "answer");
    EQUAL_INT(0, counted(&bench).foreign);
    EQUAL_INT(0, counted(&bench).undecodable);
    rig_fini(&bench.rig);
}

static void
both_its_endpoints_can_be_asked_for(void)
{
    struct bench bench;
    char address[256];
    start(&bench, 60000);
    palm_server_t *server = bench.rig.server;
    const palm_side_t side = PALM_SIDE_OUTBOUND;
    address_of(server, "worker_push_address", address);
    EQUAL_TEXT(address, palm_server_endpoint_at(server, side, "Ask", 0));
    address_of(server, "worker_pull_address", address);
    EQUAL_TEXT(address, palm_server_endpoint_at(server, side, "Ask", 1));
    FAILS(ENOENT, palm_server_endpoint_at(server, side, "Ask", 2) ? 0 : -1);
    FAILS(ENOENT, palm_server_endpoint_at(server, side, "No", 0) ? 0 : -1);
    rig_fini(&bench.rig);
}

static void
it_needs_a_second_address(void)
{
    expect_refusal(NULL, EINVAL, "outbound Ask: pull_address = … is missing");
    expect_refusal("nonsense", EINVAL, "outbound Ask: pull_address: expected");
}

/* Whoever asked need not wait for another. */
static void
an_answer_over_the_limit_is_none(void)
{
    static char large[2000];
    struct bench bench;
    char limit[256];
    memset(large, 'x', sizeof large - 1);
    start_limited(&bench, -1, 1000);
    address_of(bench.rig.server, "worker_pull_address.max_message_size", limit);
    EQUAL_TEXT("1000", limit);
    ask(&bench, "a", "one");
    answer(&bench, "a", large);
    expect_text(bench.req, "0", false);
    ask(&bench, "b", "two");
    answer(&bench, "b", "answer");
    expect_payload(bench.req, "answer");
    AWAIT_INT(1, rig_stats(&bench.rig, PALM_SIDE_OUTBOUND, "Ask").oversize);
    rig_fini(&bench.rig);
}

static const struct tap_test tests[] = {
    {"an answer over the limit is none", an_answer_over_the_limit_is_none},
    {"the worker's answer is the feedback", the_workers_answer_is_the_feedback},
    {"an answer to another message is passed over",
     an_answer_to_another_message_is_passed_over},
    {"a late answer is never that of the next message",
     a_late_answer_is_never_that_of_the_next},
    {"a late answer does not end the next wait",
     a_late_answer_does_not_end_the_next_wait},
    {"an answer that nobody waits for is passed over",
     an_answer_that_nobody_waits_for_is_passed_over},
    {"without a worker the wait ends in time, and the server goes on",
     without_a_worker_the_wait_ends_in_time},
    {"the asker does not wait for the second outbound part",
     the_asker_does_not_wait_for_the_second_part},
    {"its second socket refuses peers before ZMTP 3.0",
     its_second_socket_refuses_peers_before_zmtp_3},
    {"both its endpoints can be asked for",
     both_its_endpoints_can_be_asked_for},
    {"it needs a second address", it_needs_a_second_address},
};

TAP_MAIN("push_pull", tests)
